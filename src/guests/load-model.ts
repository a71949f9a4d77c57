/** Loads the model for `--model ./model.ts#name`: imports the module and picks the export. */
import { existsSync, statSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { styleText } from 'node:util';
import { type Model, type ProjectionDefinition, RefoldError } from '../index.ts';
import { oneLine } from '../terminal/escaping.ts';
import { type Exports, importModule } from './importing.ts';
import { readableError } from './readable-error.ts';
import { NotLoaded } from './surviving.ts';

/**
 * Loads a model from a TypeScript or JavaScript module. The path is relative to the current directory.
 *
 * It picks the export that follows `#`. Without `#` it picks the default export if that is a model, or else the only
 * export that is a model.
 *
 * @throws RefoldError `INVALID_OPTION`: the module is missing, cannot be imported, or exports no model or several
 */
export async function loadModel(specifier: string): Promise<Model> {
  return (await loadModelAndProjections(specifier)).model;
}

/** The same, with the projections that the module exports. @throws as `loadModel` does */
export async function loadModelAndProjections(
  specifier: string,
): Promise<{ readonly model: Model; readonly projections: readonly ProjectionDefinition<any, any>[] }> {
  const { path, name } = locateModule(specifier);
  const exports = await exportsOf(path, specifier);
  const model = pickModel(exports, name, specifier);
  const values = new Set(Object.values(exports));
  const hasOthers = values.values().some((value) => isModel(value) && value !== model);
  const projections = [...values].filter(isProjection).filter((one) => !hasOthers || fits(one, model));
  return { model, projections };
}

/** The named export; without a name the default export if it is a model, or the only model. @throws as `loadModel` does */
export function pickModel(exports: Exports, name: string | undefined, specifier: string): Model {
  return name === undefined ? theModel(exports, specifier) : namedModel(exports, name, specifier);
}

/** The module of `./model.ts#name`, and the name. @throws RefoldError `INVALID_OPTION`: there is no module that can be imported */
export function locateModule(
  specifier: string,
  kind: ModuleKind = 'model',
): { readonly path: string; readonly name: string | undefined } {
  const { path, name } = splitSpecifier(specifier);
  const refuse = (problem: string, hint: string): RefoldError => invalid(specifier, problem, hint, { kind });
  if (!existsSync(path)) throw refuse(`there is no file ${path}`, 'Give a path from the current directory');
  if (!statSync(path).isFile()) throw refuse('it is not a file', HINT_MODULE);
  if (isTypeScript(path) && !stripsTypes()) throw refuse(...NEEDS_TYPE_STRIPPING);
  return { path, name };
}

/** What a module is to define. */
type ModuleKind = 'model' | 'view';

/** A path may contain # itself: if the whole specifier is an existing file, it is the path. */
function splitSpecifier(specifier: string): { path: string; name: string | undefined } {
  const hash = specifier.lastIndexOf('#');
  if (hash === -1 || existsSync(resolve(specifier))) return { path: resolve(specifier), name: undefined };
  return { path: resolve(specifier.slice(0, hash)), name: specifier.slice(hash + 1) };
}

async function exportsOf(path: string, specifier: string): Promise<Exports> {
  try {
    const { exports, noticed } = await importModule(path);
    if (noticed.length > 0) remark(specifier, noticed);
    return exports;
  } catch (thrown) {
    const cause = readableError(thrown);
    throw invalid(specifier, cause.message, importHint(path, cause), { cause });
  }
}

/** Says on stderr that a module does more than to define a model. */
function remark(specifier: string, noticed: readonly string[]): void {
  const label = (name: string): string => styleText('cyan', name, { stream: process.stderr });
  console.error(`${label('model:')} ${oneLine(specifier)} does work when it is loaded: ${noticed.join(', ')}`);
  console.error(`${label('hint:')} ${HINT_ALONE}`);
}

const HINT_ALONE = 'Define the model in a module that does nothing else, and import that one from the others';

function theModel(exports: Exports, specifier: string): Model {
  if (isModel(exports.default)) return exports.default;
  const found = new Map(Object.entries(exports).flatMap(([name, value]) => (isModel(value) ? [[value, name]] : [])));
  const [only, ...others] = found.keys();
  if (only !== undefined && others.length === 0) return only;
  const names = [...found.values()].map((name) => `#${name}`).join(' or ');
  if (only !== undefined) throw invalid(specifier, 'it exports several models', `Pick one: add ${names}`);
  const exported = Object.keys(exports).join(', ') || 'nothing';
  throw invalid(
    specifier,
    `it does not export a model; it exports ${exported}`,
    'Export the result of defineModel, preferably as the default export',
  );
}

function namedModel(exports: Exports, name: string, specifier: string): Model {
  const model = exports[name];
  if (isModel(model)) return model;
  const problem = Object.hasOwn(exports, name) ? `its export ${name} is not a model` : `it has no export ${name}`;
  const names = Object.keys(exports).join(', ');
  throw invalid(specifier, problem, names === '' ? 'Export the model first' : `Choose one of its exports: ${names}`);
}

/** Checks the shape, not the class: the module may import another copy of refold. */
function isModel(value: unknown): value is Model {
  return typeof value === 'object' && value !== null && (value as Partial<Model>).types instanceof Map;
}

/** A frozen definition, as `defineProjection` gives it. */
function isProjection(value: unknown): value is ProjectionDefinition<any, any> {
  if (typeof value !== 'object' || value === null || isModel(value) || !Object.isFrozen(value)) return false;
  const { name, initialState, reducers } = value as Partial<ProjectionDefinition<any, any>>;
  return typeof name === 'string' && typeof initialState === 'function' && typeof reducers === 'object';
}

/** The module may export the projections of several models. */
function fits({ reducers }: ProjectionDefinition<any, any>, model: Model): boolean {
  return Object.keys(reducers).every((type) => model.types.has(type));
}

function isTypeScript(path: string): boolean {
  return ['.ts', '.mts', '.cts'].includes(extname(path));
}

function stripsTypes(): boolean {
  return Boolean(process.features.typescript);
}

const NEEDS_TYPE_STRIPPING = [
  `Node ${process.versions.node} cannot run TypeScript without a flag`,
  'Set NODE_OPTIONS=--experimental-strip-types, use Node 22.18 or newer, or give the compiled JavaScript file',
] as const;

const HINT_MODULE = 'Give the path of a module in TypeScript or JavaScript';

const HINTS: { readonly [code: string]: string } = {
  ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX: 'Node only strips types: do not use enums, namespaces or parameter properties',
  ERR_INVALID_TYPESCRIPT_SYNTAX: 'Correct the syntax',
  ERR_UNKNOWN_FILE_EXTENSION: HINT_MODULE,
  ERR_IMPORT_ATTRIBUTE_MISSING: HINT_MODULE, // JSON
  ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING:
    'Node does not strip types under node_modules: give the compiled JavaScript file',
  ERR_MODULE_NOT_FOUND: 'Install the packages that the module imports; imports of TypeScript files must end in .ts',
};

function importHint(path: string, cause: Error): string {
  if (cause instanceof NotLoaded) return HINT_ALONE;
  const hint = HINTS[(cause as { code?: string }).code ?? ''];
  if (hint !== undefined) return hint;
  if (cause instanceof SyntaxError)
    return 'Set "type": "module" in the package.json of the module, or name the file .mjs or .mts';
  return `Run it alone to see the error: node ${path}`;
}

function invalid(
  specifier: string,
  problem: string,
  hint: string,
  { kind = 'model', cause }: { readonly kind?: ModuleKind; readonly cause?: unknown } = {},
): RefoldError {
  const name = specifier === '' ? "''" : specifier;
  return new RefoldError('INVALID_OPTION', `Cannot load the ${kind} ${name}: ${problem}`, {
    ...{ path: splitSpecifier(specifier).path, type: kind, hint, cause },
  });
}
