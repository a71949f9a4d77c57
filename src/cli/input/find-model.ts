/**
 * Finds the model of a command where `--model` is not given: in REFOLD_MODEL, or in the nearest package.json, from the
 * current directory up. Never in the log: a data file must not choose which code runs.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readableError } from '../../guests/readable-error.ts';
import { RefoldError } from '../../index.ts';

export interface FoundModel {
  /** As `loadModel` takes it. */
  readonly specifier: string;
  /** `REFOLD_MODEL`, or the path of a package.json. Absent when `--model` said it. */
  readonly from?: string;
}

export interface ModelPlaces {
  /** The value of `--model`. */
  readonly option: string | undefined;
  /** The value of REFOLD_MODEL. It is relative to the current directory. */
  readonly environment: string | undefined;
  /** The current directory. */
  readonly folder: string;
}

/**
 * The first of the three places that names a model.
 *
 * @throws RefoldError `INVALID_OPTION`: the package.json cannot be read, or its entry is not a path
 */
export function findModel({ option, environment = '', folder }: ModelPlaces): FoundModel | undefined {
  if (option !== undefined) return { specifier: option };
  if (environment !== '') return { specifier: environment, from: 'REFOLD_MODEL' };
  const manifest = nearestManifest(folder);
  if (manifest === undefined) return undefined;
  const model = entryOf(manifest);
  return model === undefined ? undefined : { specifier: resolve(dirname(manifest.path), model), from: manifest.path };
}

interface Manifest {
  readonly path: string;
  readonly text: string;
}

function nearestManifest(folder: string): Manifest | undefined {
  for (let here = folder; ; here = dirname(here)) {
    const path = join(here, 'package.json');
    try {
      return { path, text: readFileSync(path, 'utf8') };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && code !== 'ENOTDIR') throw invalid(path, readableError(error).message, error);
    }
    if (here === dirname(here)) return undefined;
  }
}

/** The path in `"refold": { "model": "./model.ts#name" }`; undefined when the file says nothing about it. */
function entryOf({ path, text }: Manifest): string | undefined {
  let manifest: unknown;
  try {
    manifest = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (cause) {
    throw invalid(path, readableError(cause).message, cause);
  }
  const entry = memberOf(manifest, 'refold');
  const model = memberOf(entry, 'model');
  if (entry === undefined || (isObject(entry) && model === undefined)) return undefined;
  if (typeof model === 'string' && model !== '') return model;
  throw invalid(path, 'its "refold" does not have the form { "model": "./model.ts" }');
}

function memberOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(path: string, problem: string, cause?: unknown): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot find the model in ${path}: ${problem}`, {
    path,
    type: 'model',
    hint: 'Give --model, or correct the file',
    cause,
  });
}
