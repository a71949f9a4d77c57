/**
 * Checks the event types of a model's definition, and normalises them: versions, upcasters, what is from other types.
 */
import type { EventType, Former, Upcaster } from './catalog.ts';
import { RefoldError } from './errors.ts';
import { shortened } from './nearest.ts';
import { isParts, type Parts } from './parts.ts';

/** The catalog of a definition, normalised. @throws RefoldError `INVALID_OPTION` that names the invalid type */
export function readCatalog(events: unknown): ReadonlyMap<string, EventType> {
  if (!isParts(events)) throw invalidModel('events is not an object', 'events', 'Give a schema for each event type');
  const types = new Map(Object.entries(events).map(([type, entry]) => [type, readEventType(type, entry)]));
  for (const type of types.values()) requireFormerTypes(type, types);
  requireNoCircle(types);
  return types;
}

function readEventType(type: string, entry: unknown): EventType {
  const { version = 1, schema, upcast, tags, redact, from, retired } = readEntry(entry);
  if (!isSchema(schema)) {
    const hint = 'Give a zod 4 schema, or { schema, version?, upcast?, from?, retired?, tags?, redact? }';
    throw invalidModel(`the event type ${type} has no zod schema`, type, hint);
  }
  if (!Number.isSafeInteger(version) || (version as number) < 1) {
    throw invalidModel(`the event type ${type} has version ${String(version)}`, type, 'Count versions 1, 2, 3 …');
  }
  const upcasters = readUpcasters(type, version as number, upcast);
  if (retired !== undefined && typeof retired !== 'boolean') {
    throw invalidModel(`retired of ${type} is neither true nor false`, type, 'Give true, or leave it out');
  }
  return {
    type,
    version: version as number,
    schema,
    upcast: upcasters,
    tags: readTagger(type, tags),
    redact: readRedactor(type, redact),
    ...(from !== undefined && { from: readFormers(type, from) }),
    ...(retired === true && { retired }),
  };
}

function readFormers(type: string, from: unknown): EventType['from'] {
  const hint = 'Give from: { OtherType: (data, meta) => data }, with data, an array of data, or an empty array';
  if (!isParts(from)) throw invalidModel(`from of ${type} is not an object`, type, hint);
  const formers = new Map<string, Former>();
  for (const [other, turn] of Object.entries(from)) {
    if (typeof turn !== 'function')
      throw invalidModel(`from.${shortened(other)} of ${type} is not a function`, type, hint);
    if (other === type) {
      throw invalidModel(`the event type ${type} is from itself`, type, 'Raise its version, and give upcast');
    }
    formers.set(other, turn as Former);
  }
  return formers;
}

/** What is folded live must be what is folded on replay, so a type that is still appended is not turned into others. */
function requireFormerTypes({ type, from }: EventType, types: ReadonlyMap<string, EventType>): void {
  for (const other of from?.keys() ?? []) {
    const known = types.get(other);
    if (known === undefined || known.retired === true) continue;
    const hint = `Remove ${other} from events, or give it retired: true`;
    throw invalidModel(`${type} is from ${other}, which can still be appended`, type, hint);
  }
}

/** Only retired types can be in a circle. */
function requireNoCircle(types: ReadonlyMap<string, EventType>): void {
  const done = new Set<string>();
  const visit = (type: string, path: readonly string[]): void => {
    if (path.includes(type)) {
      const circle = [...path.slice(path.indexOf(type)), type].join(' from ');
      throw invalidModel(`the event types are in a circle: ${circle}`, type, 'Remove one of the from of these types');
    }
    if (done.has(type)) return;
    for (const other of types.get(type)?.from?.keys() ?? []) visit(other, [...path, type]);
    done.add(type);
  };
  for (const type of types.keys()) visit(type, []);
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

/** Whether a value has what refold needs of a schema. */
export function isSchema(value: unknown): value is EventType['schema'] {
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

/** The refusal of a definition. */
export function invalidModel(problem: string, type: string | undefined, hint: string, cause?: unknown): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot define the model: ${problem}`, {
    ...(type === undefined ? {} : { type }),
    hint,
    cause,
  });
}
