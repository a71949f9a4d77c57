/** Finds a model again in another thread: by the URL of its module, and its name. */
import { types } from 'node:util';
import { messageOf, RefoldError } from '../../core/errors.ts';
import type { Model } from '../../core/model.ts';
import { fingerprintOf, type ModelFingerprint } from './fingerprint.ts';

export interface FoundModel {
  readonly model: Model;
  /** Whether its reducers have the same source text as the model in use. A loader that rewrites modules changes the text. */
  readonly isSame: boolean;
}

/**
 * Imports a module and gives the model with this name that it exports. If there are several, the fingerprint decides.
 *
 * @throws RefoldError `INVALID_OPTION` when the module cannot be imported, or exports no such model
 */
export async function importModel(url: string, name: string, fingerprint: ModelFingerprint): Promise<FoundModel> {
  const models = Object.values(await importModule(url))
    .filter(isModel)
    .filter((model) => model.name === name);
  const same = models.find((model) => sameFingerprint(fingerprintOfModel(model), fingerprint));
  const model = same ?? models[0];
  if (model === undefined) throw unusable(url, `it exports no model of the name ${name}`);
  return { model, isSame: same !== undefined };
}

/** The fingerprint of a model. */
export function fingerprintOfModel(model: Model): ModelFingerprint {
  return fingerprintOf(model, model);
}

async function importModule(url: string): Promise<Record<string, unknown>> {
  try {
    return await import(url);
  } catch (cause) {
    throw unusable(url, `it cannot be imported: ${messageOf(cause)}`, cause);
  }
}

/** Checks the shape, not the class: the module may import another copy of refold. */
function isModel(value: unknown): value is Model {
  return typeof value === 'object' && value !== null && types.isMap((value as Partial<Model>).types);
}

function sameFingerprint(a: ModelFingerprint, b: ModelFingerprint): boolean {
  if (a.initial !== b.initial || a.types.size !== b.types.size) return false;
  return [...a.types].every(([type, hash]) => b.types.get(type) === hash);
}

function unusable(url: string, why: string, cause?: unknown): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot use the module ${url} of the model: ${why}`, {
    type: 'module',
    cause,
    hint: 'Export the model from a separate module that does nothing else, and give it module: import.meta.url',
  });
}
