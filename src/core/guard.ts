/**
 * The payload guard decides what may become an event's data, and makes the engine's copy of it.
 *
 * The copy equals the result of `JSON.parse(JSON.stringify(value))` and the value that a sealed block returns. So a
 * reducer sees the same value live and on replay. A codec would silently change some values. The guard changes the
 * harmless ones itself (an `undefined` member is left out, -0 becomes 0) and refuses the others (a Date, NaN, a lone
 * surrogate).
 */
import { isInstance } from './errors.ts';
import type { Json } from './event.ts';

/**
 * Deepest nesting of a payload. `JSON.parse` accepts a million levels, but stringifying or freezing them overflows the
 * stack.
 */
export const MAX_DEPTH = 64;

/** Keys that reach an object's prototype when a reducer writes `draft[key]`. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Thrown for a value that cannot be a payload. */
export class PayloadRefused extends Error {
  readonly hint: string;
  /** From the refused value to the root. */
  readonly #path: PathPart[] = [];
  constructor(reason: string, hint: string) {
    super(reason);
    this.hint = hint;
  }

  /** Where the value is, such as `data.items[3].price`. */
  get at(): string {
    return describePath(this.#path.toReversed());
  }

  /** Called once for each level while the error propagates, so that a valid payload needs no path. */
  within(part: PathPart): this {
    this.#path.push(part);
    return this;
  }
}

type PathPart = string | number;

/**
 * Refuses what is dangerous in any input, before a schema sees it: forbidden keys, depth, non-finite numbers.
 * Dates, bigints and similar values pass, because a schema may convert them to JSON.
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
 * The engine's copy of `value` as plain JSON. It shares nothing with `value`.
 *
 * @param root name of the value in the refusal's path, such as `data`
 * @param frozen whether to freeze the copy deeply
 * @throws PayloadRefused when `value` is not JSON, or JSON would change it
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

/** `for … in` here and below: V8 reads the members of plain objects several times faster than through `Object.keys`. */
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

/** Adds one level to a refusal's path. Any other error (from a getter of the caller) stays as it is. */
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
 * Copies first and checks the copy. V8 copies an object in one step, each getter runs once, and the checked value is the
 * stored value. A member that the guard changes keeps its place. Leaving out a member takes a second copy.
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

/** JSON has neither undefined members nor symbol keys. */
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
 * A cache of valid keys, since most payloads repeat the same few. It has no visible effect: a valid key stays valid. It is
 * bounded because keys may be data.
 */
const fineKeys = new Set<string>();
const FINE_KEYS_KEPT = 4_096;

function refuseKey(key: string): void {
  if (fineKeys.has(key)) return;
  if (FORBIDDEN_KEYS.has(key)) {
    throw new PayloadRefused(`the key ${key}`, 'Rename the key: it gives access to the prototype of objects');
  }
  if (!key.isWellFormed()) throw new PayloadRefused('a key with a lone surrogate', HINT_WELL_FORMED);
  if (fineKeys.size < FINE_KEYS_KEPT) fineKeys.add(key);
}

/** Accepts plain objects of any realm: their prototype is null, or has no prototype itself. */
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
