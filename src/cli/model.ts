/** The model that a command works with: the one that is given, or the one that is found. Says on stderr which was found. */
import { loadModel } from '../guests/load-model.ts';
import { type Model, openLog, RefoldError } from '../index.ts';
import { type FoundModel, findModel } from './input/find-model.ts';
import { whereIs } from './logs.ts';
import { oneLine, paintError } from './output/text.ts';

/**
 * The model for a log.
 *
 * @param option the value of `--model`
 * @throws RefoldError `INVALID_OPTION`: there is no model, or it cannot be loaded
 */
export async function modelFor(file: string, option: string | undefined): Promise<Model> {
  return loadModel(await specifierFor(file, option));
}

/** The same as text for `loadModel`. */
export async function specifierFor(file: string, option: string | undefined): Promise<string> {
  const found = findModelFor(option);
  if (found === undefined) throw await missing(file);
  tellModel(found);
  return found.specifier;
}

export interface LoadedModel {
  readonly specifier: string;
  readonly model: Model;
}

/** For commands that need no model. A model that was found is used only if the log belongs to it. */
export async function modelIfAny(file: string, option: string | undefined): Promise<LoadedModel | undefined> {
  const found = findModelFor(option);
  if (found === undefined) return undefined;
  const { specifier, from } = found;
  const model = await loadModel(specifier);
  if (from === undefined) return { specifier, model };
  const name = await modelNameIn(file);
  const fits = typeof name === 'string' && (model.name === name || model.formerly?.includes(name) === true);
  tellModel(found, fits ? undefined : whyUnused(name));
  return fits ? { specifier, model } : undefined;
}

/** @param name the model of the file; undefined if it does not have one yet, null if the file cannot be read */
export function whyUnused(name: string | undefined | null): string {
  if (name === null) return 'the file cannot be read';
  return `the file belongs to ${name === undefined ? 'no model yet' : `'${name}'`}`;
}

/** The words that name the same model in a command of a hint: none where the model was found. */
export function modelWords(option: string | undefined): readonly string[] {
  return option === undefined ? [] : ['--model', option];
}

/** Whether a model can be found. */
export function hasModel(option: string | undefined): boolean {
  return findModelFor(option) !== undefined;
}

/** Where the model is, not loaded. @param option the value of `--model` @throws RefoldError as `findModel` does */
export function findModelFor(option: string | undefined): FoundModel | undefined {
  return findModel({ option, environment: process.env.REFOLD_MODEL, folder: process.cwd() });
}

/** Says which model was found, and why it is not used. A model that was given needs no word. */
export function tellModel({ specifier, from }: FoundModel, unused?: string): void {
  if (from === undefined) return;
  const more = unused === undefined ? '' : `, which is not used: ${unused}`;
  console.error(`${paintError('cyan', 'model:')} ${oneLine(`${specifier}, from ${from}${more}`)}`);
}

async function missing(file: string): Promise<RefoldError> {
  const name = await modelNameIn(file);
  const belongs = typeof name !== 'string' ? '' : `, which belongs to the model '${name}'`;
  return new RefoldError('INVALID_OPTION', `option '--model <module>' not specified for ${file}${belongs}`, {
    path: file,
    type: 'model',
    hint: 'Give --model ./model.ts, set REFOLD_MODEL, or add "refold": { "model": "./model.ts" } to package.json',
  });
}

/** Undefined for a log without events, and null for a file that is not a sound log: the command itself says that. */
async function modelNameIn(path: string): Promise<string | undefined | null> {
  try {
    await using log = await openLog(whereIs(path));
    return (await log.info()).model ?? undefined;
  } catch {
    return null;
  }
}
