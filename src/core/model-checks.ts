/**
 * Checks a model's definition at run time. The compiler checks most of it already, but JavaScript and casts bypass the
 * compiler.
 *
 * Each part is read once, so that a getter cannot return something else later. If a getter throws, the error says so.
 */
import { types as kinds } from 'node:util';
import { type AnyComparator, type Comparators, noteComparators } from './comparators.ts';
import { isRefoldError, RefoldError } from './errors.ts';
import type { EventType, Model, Upcaster } from './model.ts';
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
    const types = readCatalog(definition.events);
    requireMeta(definition.meta);
    requireReducers(definition.reducers, types);
    if (typeof definition.initialState !== 'function') {
      throw invalidModel('initialState is not a function', 'initialState', 'Give a function that makes a fresh state');
    }
    for (const [name, command] of entriesOf('commands', definition.commands)) requireCommand(name, command);
    for (const [name, holds] of entriesOf('invariants', definition.invariants)) requireInvariant(name, holds);
    const comparators = readComparators(definition.comparators);
    requireVersion(definition.version);
    requireModule(definition.module);
    noteComparators(comparators);
    return { parts: { ...definition, comparators }, types };
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

function readCatalog(events: unknown): ReadonlyMap<string, EventType> {
  if (!isParts(events)) throw invalidModel('events is not an object', 'events', 'Give a schema for each event type');
  return new Map(Object.entries(events).map(([type, entry]) => [type, readEventType(type, entry)]));
}

function readEventType(type: string, entry: unknown): EventType {
  const { version = 1, schema, upcast, tags, redact } = readEntry(entry);
  if (!isSchema(schema)) {
    const hint = 'Give a zod 4 schema, or { schema, version?, upcast?, tags?, redact? }';
    throw invalidModel(`the event type ${type} has no zod schema`, type, hint);
  }
  if (!Number.isSafeInteger(version) || (version as number) < 1) {
    throw invalidModel(`the event type ${type} has version ${String(version)}`, type, 'Count versions 1, 2, 3 …');
  }
  const upcasters = readUpcasters(type, version as number, upcast);
  const functions = { tags: readTagger(type, tags), redact: readRedactor(type, redact) };
  return { type, version: version as number, schema, upcast: upcasters, ...functions };
}

function readTagger(type: string, tags: unknown): EventType['tags'] {
  if (tags === undefined || typeof tags === 'function') return tags as EventType['tags'];
  const hint = 'Give a function from the data to an array of texts, or leave it out';
  throw invalidModel(`the tags of ${type} is not a function`, type, hint);
}

function readRedactor(type: string, redact: unknown): EventType['redact'] {
  if (redact === undefined || typeof redact === 'function') return redact as EventType['redact'];
  const hint = 'Give (data) => data, or (data, meta) => ({ data, meta }), or leave it out';
  throw invalidModel(`the redact of ${type} is not a function`, type, hint);
}

function readEntry(entry: unknown): Parts {
  if (isSchema(entry)) return { schema: entry };
  return isParts(entry) ? entry : {};
}

function isSchema(value: unknown): value is EventType['schema'] {
  return typeof (value as Partial<EventType['schema']> | null | undefined)?.safeParse === 'function';
}

function readUpcasters(type: string, version: number, given: unknown): EventType['upcast'] {
  const steps: Record<number, Upcaster> = {};
  for (let from = 1; from < version; from++) {
    const step = (given as Record<number, unknown> | null | undefined)?.[from];
    if (typeof step !== 'function') {
      throw invalidModel(`the event type ${type} cannot be upcast from version ${from}`, type, `Add upcast[${from}]`);
    }
    steps[from] = step as Upcaster;
  }
  return steps;
}

function requireMeta(meta: unknown): void {
  if (meta === undefined || isSchema(meta)) return;
  throw invalidModel('meta is not a zod schema', 'meta', 'Give a zod 4 schema of an object, or leave meta out');
}

function requireReducers(reducers: unknown, types: ReadonlyMap<string, EventType>): void {
  if (!isParts(reducers))
    throw invalidModel('reducers is not an object', 'reducers', 'Give a reducer for each event type');
  for (const type of types.keys()) {
    // Every object inherits toString and constructor. They are not reducers for event types with these names.
    if (typeof reducers[type] === 'function' && reducers[type] !== (Object.prototype as unknown as Parts)[type])
      continue;
    const hint = 'Add a reducer; use an empty function if the state ignores this event';
    throw invalidModel(`the event type ${type} has no reducer`, type, hint);
  }
  for (const type of Object.keys(reducers)) {
    if (!types.has(type)) throw invalidModel(`the reducer ${type} has no event type`, type, 'Add the type to events');
  }
}

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

function requireModule(module: unknown): void {
  if (module === undefined || typeof module === 'string') return;
  throw invalidModel('module is not a string', 'module', 'Give import.meta.url, or leave it out');
}

function invalidModel(problem: string, type: string | undefined, hint: string, cause?: unknown): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot define the model: ${problem}`, {
    ...(type === undefined ? {} : { type }),
    hint,
    cause,
  });
}
