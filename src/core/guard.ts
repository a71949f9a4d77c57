/**
 * The payload guard: what may become an event's data, and the engine's own copy of it.
 *
 * The copy is exactly what `JSON.parse(JSON.stringify(value))` would give back and what a sealed block gives back, so
 * that a reducer sees live what it will see on replay. What a codec would quietly change is either harmless and changed
 * here (an `undefined` member is left out, -0 becomes 0), or refused here (a Date, NaN, a lone surrogate): never later.
 */
import { isInstance } from './errors.ts';
import type { Json } from './event.ts';

/** Deepest nesting of a payload; a million levels parse, and then kill whoever stringifies or freezes them. */
export const MAX_DEPTH = 64;

/** Keys that reach an object's prototype when a reducer writes `draft[key]`. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Thrown for a value that is no payload. */
export class PayloadRefused extends Error {
  readonly hint: string;
  /** From the refused value outwards. */
  readonly #path: PathPart[] = [];
  constructor(reason: string, hint: string) {
    super(reason);
    this.hint = hint;
  }

  /** Where it stands; reads like `data.items[3].price`. */
  get at(): string {
    return describePath(this.#path.toReversed());
  }

  /** Called on the way out, once for each level: nobody keeps a path while all is well. */
  within(part: PathPart): this {
    this.#path.push(part);
    return this;
  }
}

type PathPart = string | number;

/**
 * Looks for what is dangerous in any input, before a schema sees it: forbidden keys, depth, non-finite numbers.
 * Dates, bigints and the like pass: a schema may turn them into JSON.
 *
 * @param root name of the value in the refusal's path, such as `data`
 * @throws PayloadRefused
 */
export function inspectInput(value: unknown, root: string): void {
  try {
    inspectValue(value, 1);
  } catch (error) {
    throw placed(error, root);
  }
}

/**
 * The engine's own copy of `value` as plain JSON, sharing nothing with it.
 *
 * @param root name of the value in the refusal's path, such as `data`
 * @param frozen whether the copy is deeply frozen
 * @throws PayloadRefused when `value` is not JSON, or would not come back from it the same
 */
export function copyPayload(value: unknown, root: string, frozen: boolean): Json {
  try {
    return copyValue(value, 1, frozen);
  } catch (error) {
    throw placed(error, root);
  }
}

function inspectValue(value: unknown, depth: number): void {
  if (typeof value === 'number' && !Number.isFinite(value)) throw refusedNumber(value);
  if (typeof value !== 'object' || value === null) return;
  refuseDepth(depth);
  if (Array.isArray(value)) inspectArray(value, depth);
  else inspectObject(value as Record<string, unknown>, depth);
}

function inspectArray(items: readonly unknown[], depth: number): void {
  let index = 0;
  try {
    for (; index < items.length; index++) inspectValue(items[index], depth + 1);
  } catch (error) {
    throw placed(error, index);
  }
}

/** `for … in` here and below: V8 reads the members of plain records several times faster than through `Object.keys`. */
function inspectObject(object: Record<string, unknown>, depth: number): void {
  let member: string | undefined;
  try {
    for (const key in object) {
      if (!Object.hasOwn(object, key)) continue;
      member = undefined;
      refuseKey(key);
      member = key;
      inspectValue(object[key], depth + 1);
    }
  } catch (error) {
    throw placed(error, member);
  }
}

/** Puts a refusal one level further out. What a getter of the caller's threw passes as it is. */
function placed(error: unknown, part: PathPart | undefined): unknown {
  return part !== undefined && isInstance(error, PayloadRefused) ? error.within(part) : error;
}

function copyValue(value: unknown, depth: number, frozen: boolean): Json {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw new PayloadRefused('a string with a lone surrogate', HINT_WELL_FORMED);
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw refusedNumber(value);
      return value === 0 ? 0 : value; // -0 would come back from JSON as 0
    case 'boolean':
      return value;
    case 'object':
      if (value === null) return null;
      refuseDepth(depth);
      return Array.isArray(value) ? copyArray(value, depth, frozen) : copyObject(value, depth, frozen);
    default:
      throw new PayloadRefused(`a value of type ${typeof value}`, HINT_BY_TYPE[typeof value] ?? 'Record plain JSON');
  }
}

function copyArray(source: readonly unknown[], depth: number, frozen: boolean): Json {
  const copy: Json[] = [];
  let index = 0;
  try {
    for (; index < source.length; index++) copy.push(copyValue(source[index], depth + 1, frozen));
  } catch (error) {
    throw placed(error, index);
  }
  return frozen ? Object.freeze(copy) : copy;
}

/**
 * Copied first and looked at then: V8 copies a record as a whole, a getter is asked once, and what was checked is what is
 * kept. Members that change on the way are put back in their places; one that goes makes a copy of its own.
 */
function copyObject(source: object, depth: number, frozen: boolean): Json {
  refuseInstance(source);
  const copy: Record<string, unknown> = { ...source };
  let hasUndefined = Object.getOwnPropertySymbols(copy).length > 0;
  let member: string | undefined;
  try {
    for (const key in copy) {
      if (!Object.hasOwn(copy, key)) continue;
      member = undefined;
      refuseKey(key);
      const value = copy[key];
      if (value === undefined) {
        hasUndefined = true;
        continue;
      }
      member = key;
      const settled = copyValue(value, depth + 1, frozen);
      if (settled !== value || settled === 0) copy[key] = settled;
    }
  } catch (error) {
    throw placed(error, member);
  }
  const plain = hasUndefined ? withoutUndefined(copy) : copy;
  return (frozen ? Object.freeze(plain) : plain) as Json;
}

/** JSON knows neither members that are undefined nor symbols as keys. */
function withoutUndefined(copy: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(copy).filter(([, value]) => value !== undefined));
}

const HINT_WELL_FORMED = 'Repair the text with toWellFormed() first';

const HINT_BY_TYPE: Readonly<Record<string, string>> = {
  bigint: 'Record it as a decimal string',
  undefined: 'Record null, or leave the member out',
  function: 'Record data, not code',
};

function refusedNumber(value: number): PayloadRefused {
  return new PayloadRefused(`the number ${value}`, 'Record a finite number, or null');
}

function refuseDepth(depth: number): void {
  if (depth <= MAX_DEPTH) return;
  throw new PayloadRefused(
    `nesting deeper than ${MAX_DEPTH} levels`,
    'Flatten the payload or split it into several events',
  );
}

/**
 * Keys found to be fine: the same few come again and again. A cache that cannot be seen: a key that is fine stays so. It is
 * bounded, since keys may be data.
 */
const fineKeys = new Set<string>();
const FINE_KEYS_KEPT = 4_096;

function refuseKey(key: string): void {
  if (fineKeys.has(key)) return;
  if (FORBIDDEN_KEYS.has(key)) {
    throw new PayloadRefused(`the key ${key}`, 'Rename the key: this one reaches the prototype of objects');
  }
  if (!key.isWellFormed()) throw new PayloadRefused('a key with a lone surrogate', HINT_WELL_FORMED);
  if (fineKeys.size < FINE_KEYS_KEPT) fineKeys.add(key);
}

/** Plain objects of any realm pass: their prototype is null or ends the prototype chain. */
function refuseInstance(source: object): void {
  const prototype = Object.getPrototypeOf(source);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return;
  const name = String(prototype.constructor?.name ?? 'a class');
  const hint = name === 'Date' ? 'Record milliseconds since the epoch, or an ISO string' : 'Record a plain object';
  throw new PayloadRefused(`an instance of ${name}`, hint);
}

function describePath(path: readonly PathPart[]): string {
  const shown = path.length > 12 ? [...path.slice(0, 10), '…'] : path;
  return shown
    .map((part, depth) => (typeof part === 'number' ? `[${part}]` : depth === 0 ? part : `.${part}`))
    .join('')
    .toWellFormed();
}
