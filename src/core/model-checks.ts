/**
 * Checks a model's definition at run time. The compiler checks most of it already, but JavaScript and casts bypass the
 * compiler.
 *
 * Each part is read once, so that a getter cannot return something else later. If a getter throws, the error says so.
 */
import { types as kinds } from 'node:util';
import type { EventType } from './catalog.ts';
import { invalidModel, isSchema, readCatalog } from './catalog-checks.ts';
import { type AnyComparator, type Comparators, noteComparators } from './comparators.ts';
import { isRefoldError, RefoldError } from './errors.ts';
import type { Model } from './model.ts';
import { shortened } from './nearest.ts';
import { isParts, type Parts } from './parts.ts';

/** The checked parts of a definition, each read once, and its normalised catalog. */
export interface CheckedDefinition {
  readonly parts: Parts;
  readonly types: ReadonlyMap<string, EventType>;
}

/** @throws RefoldError `INVALID_OPTION` that names the invalid part */
export function checkDefinition(given: unknown): CheckedDefinition {
  try {
    if (!isParts(given)) throw invalidModel('the definition is not an object', undefined, HINT_DEFINITION);
    const definition = { ...given };
    requireName(definition.name);
    const formerly = readFormerNames(definition.formerly, definition.name);
    const types = readCatalog(definition.events);
    requireMeta(definition.meta);
    const reducers = readReducers(definition.reducers, types);
    if (typeof definition.initialState !== 'function') {
      throw invalidModel('initialState is not a function', 'initialState', 'Give a function that makes a fresh state');
    }
    for (const [name, command] of entriesOf('commands', definition.commands)) requireCommand(name, command);
    for (const [name, holds] of entriesOf('invariants', definition.invariants)) requireInvariant(name, holds);
    const comparators = readComparators(definition.comparators);
    requireVersion(definition.version);
    requireFingerprint(definition);
    requireModule(definition.module);
    noteComparators(comparators);
    return { parts: { ...definition, reducers, comparators, ...(formerly && { formerly }) }, types };
  } catch (cause) {
    if (isRefoldError(cause)) throw cause;
    throw invalidModel(
      'reading the definition threw',
      undefined,
      'Give plain objects, without getters that throw',
      cause,
    );
  }
}

/**
 * Refuses a value that `defineModel` did not return.
 *
 * @param action what the caller wants to do with the model; the message begins `Cannot ${action}: …`
 * @throws RefoldError `INVALID_OPTION`
 */
export function requireModel(action: string, model: unknown): asserts model is Model {
  if (isModel(model)) return;
  throw new RefoldError('INVALID_OPTION', `Cannot ${action}: the first argument is not a model`, {
    type: 'model',
    hint: 'Pass the result of defineModel',
  });
}

/** Checks the shape, not the class: the model may come from another copy of refold, or another realm. */
function isModel(value: unknown): boolean {
  try {
    const { types, name, initialState, reducers } = value as Model;
    return kinds.isMap(types) && typeof name === 'string' && typeof initialState === 'function' && isParts(reducers);
  } catch {
    return false; // a proxy
  }
}

const HINT_DEFINITION = 'Give { name, events, initialState, reducers }';

function requireName(name: unknown): void {
  if (typeof name !== 'string' || name === '') {
    throw invalidModel('a model needs a name', 'name', 'Name it after what the log holds, such as orderbook');
  }
  // The file stores the name as UTF-8, which cannot hold a lone surrogate: reading would give another name.
  if (name.isWellFormed()) return;
  throw invalidModel(`the name ${shortened(name)} has a lone surrogate`, 'name', 'Repair it with toWellFormed()');
}

function requireMeta(meta: unknown): void {
  if (meta === undefined || isSchema(meta)) return;
  throw invalidModel('meta is not a zod schema', 'meta', 'Give a zod 4 schema of an object, or leave meta out');
}

/** The given object itself, unless a retired type has no reducer: then a copy in which the state ignores that type. */
function readReducers(reducers: unknown, types: ReadonlyMap<string, EventType>): Parts {
  if (!isParts(reducers))
    throw invalidModel('reducers is not an object', 'reducers', 'Give a reducer for each event type');
  const ignored: Record<string, typeof ignoreEvent> = {};
  for (const { type, retired } of types.values()) {
    const reducer = reducers[type];
    // Every object inherits toString and constructor. They are not reducers for event types with these names.
    const isInherited = reducer === (Object.prototype as unknown as Parts)[type];
    if (typeof reducer === 'function' && !isInherited) continue;
    if (retired === true && (reducer === undefined || isInherited)) {
      ignored[type] = ignoreEvent;
      continue;
    }
    const hint = 'Add a reducer; use an empty function if the state ignores this event';
    throw invalidModel(`the event type ${type} has no reducer`, type, hint);
  }
  for (const type of Object.keys(reducers)) {
    if (!types.has(type)) throw invalidModel(`the reducer ${type} has no event type`, type, 'Add the type to events');
  }
  return Object.keys(ignored).length === 0 ? reducers : { ...reducers, ...ignored };
}

/** The reducer of a retired type for which the model gives no reducer. */
export function ignoreEvent(): void {}

function entriesOf(part: string, given: unknown): [string, unknown][] {
  if (given === undefined) return [];
  if (isParts(given)) return Object.entries(given);
  throw invalidModel(`${part} is not an object`, part, `Leave ${part} out, or give an object`);
}

function requireCommand(name: string, command: unknown): void {
  if (isParts(command) && typeof command.decide === 'function' && isSchema(command.input)) return;
  throw invalidModel(`the command ${name} lacks an input schema or decide`, name, 'Give { input, decide }');
}

function requireInvariant(name: string, holds: unknown): void {
  if (typeof holds === 'function') return;
  throw invalidModel(
    `the invariant ${name} is not a function`,
    name,
    'Give a function that takes a state and returns true or false',
  );
}

/** A copy. What is added to the given object later does not get a name. */
function readComparators(given: unknown): Comparators {
  const names = new Map<unknown, string>();
  for (const [name, compare] of entriesOf('comparators', given)) {
    requireComparator(name, compare, names.get(compare));
    names.set(compare, name);
  }
  return Object.freeze(Object.fromEntries([...names].map(([compare, name]) => [name, compare as AnyComparator])));
}

function requireComparator(name: string, compare: unknown, other: string | undefined): void {
  if (typeof compare !== 'function') {
    const hint = 'Give a function of two keys that returns a number';
    throw invalidModel(`the comparator ${shortened(name)} is not a function`, name, hint);
  }
  if (name === 'ascending' || name === 'descending') {
    throw invalidModel(`the comparator ${name} is refold's`, name, 'Leave it out, or name yours otherwise');
  }
  if (other === undefined) return;
  throw invalidModel(`one comparator has two names, ${other} and ${name}`, name, 'Keep one of the names');
}

function requireVersion(version: unknown): void {
  if (version === undefined || typeof version === 'string' || Number.isFinite(version)) return;
  throw invalidModel('version is neither a number nor a string', 'version', 'Count 1, 2, 3 …, or leave it out');
}

/** What a fingerprint needs: see `ModelDefinition.fingerprint`. Undefined if the two fit. */
export function problemOfFingerprint(fingerprint: unknown, version: unknown): readonly [string, string] | undefined {
  if (fingerprint === undefined || fingerprint === 'sources') return undefined;
  if (fingerprint !== 'version') {
    return ["fingerprint is neither 'sources' nor 'version'", "Give 'sources' or 'version', or leave it out"];
  }
  if (version !== undefined) return undefined;
  return [
    "fingerprint: 'version' needs a version",
    'Give a version, and raise it when the meaning of a reducer changes',
  ];
}

function requireFingerprint({ fingerprint, version }: Parts): void {
  const problem = problemOfFingerprint(fingerprint, version);
  if (problem !== undefined) throw invalidModel(problem[0], 'fingerprint', problem[1]);
}

function readFormerNames(given: unknown, name: unknown): readonly string[] | undefined {
  if (given === undefined) return undefined;
  const hint = 'Give an array with the names that the model had before, or leave it out';
  if (!Array.isArray(given)) throw invalidModel('formerly is not an array', 'formerly', hint);
  const names = Array.from(given as readonly unknown[]);
  for (const former of names) {
    if (typeof former !== 'string' || former === '' || !former.isWellFormed()) {
      throw invalidModel('formerly holds something that is not a name', 'formerly', hint);
    }
    if (former === name) throw invalidModel(`formerly holds the present name ${shortened(former)}`, 'formerly', hint);
  }
  return Object.freeze(names as string[]);
}

function requireModule(module: unknown): void {
  if (module === undefined || typeof module === 'string') return;
  throw invalidModel('module is not a string', 'module', 'Give import.meta.url, or leave it out');
}
