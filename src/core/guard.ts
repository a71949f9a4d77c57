/**
 * The payload guard: what may become an event's data, and the engine's own copy of it.
 *
 * The copy is exactly what `JSON.parse(JSON.stringify(value))` would give back and what a sealed block gives back, so
 * that a reducer sees live what it will see on replay. What a codec would quietly change is either harmless and changed
 * here (an `undefined` member is left out, -0 becomes 0), or refused here (a Date, NaN, a lone surrogate): never later.
 */
import type { Json } from './event.ts';

/** Deepest nesting of a payload; a million levels parse, and then kill whoever stringifies or freezes them. */
export const MAX_DEPTH = 64;

/** Keys that reach an object's prototype when a reducer writes `draft[key]`. */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Thrown for a value that is no payload. `at` reads like `data.items[3].price`. */
export class PayloadRefused extends Error {
  readonly at: string;
  readonly hint: string;
  constructor(reason: string, path: readonly PathPart[], hint: string) {
    super(reason);
    this.at = describePath(path);
    this.hint = hint;
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
  inspectValue(value, [root]);
}

/**
 * The engine's own copy of `value` as plain JSON, sharing nothing with it.
 *
 * @param root name of the value in the refusal's path, such as `data`
 * @param frozen whether the copy is deeply frozen
 * @throws PayloadRefused when `value` is not JSON, or would not come back from it the same
 */
export function copyPayload(value: unknown, root: string, frozen: boolean): Json {
  return copyValue(value, [root], frozen);
}

function inspectValue(value: unknown, path: PathPart[]): void {
  if (typeof value === 'number' && !Number.isFinite(value)) throw refusedNumber(value, path);
  if (typeof value !== 'object' || value === null) return;
  refuseDepth(path);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) inspectMember(value[index], index, path);
    return;
  }
  for (const key of Object.keys(value)) {
    refuseKey(key, path);
    inspectMember((value as Record<string, unknown>)[key], key, path);
  }
}

function inspectMember(value: unknown, part: PathPart, path: PathPart[]): void {
  path.push(part);
  inspectValue(value, path);
  path.pop();
}

function copyValue(value: unknown, path: PathPart[], frozen: boolean): Json {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw new PayloadRefused('a string with a lone surrogate', path, HINT_WELL_FORMED);
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw refusedNumber(value, path);
      return value === 0 ? 0 : value; // -0 would come back from JSON as 0
    case 'boolean':
      return value;
    case 'object':
      if (value === null) return null;
      refuseDepth(path);
      return Array.isArray(value) ? copyArray(value, path, frozen) : copyObject(value, path, frozen);
    default:
      throw new PayloadRefused(
        `a value of type ${typeof value}`,
        path,
        HINT_BY_TYPE[typeof value] ?? 'Record plain JSON',
      );
  }
}

function copyArray(source: readonly unknown[], path: PathPart[], frozen: boolean): Json {
  const copy: Json[] = [];
  for (let index = 0; index < source.length; index++) {
    path.push(index);
    copy.push(copyValue(source[index], path, frozen));
    path.pop();
  }
  return frozen ? Object.freeze(copy) : copy;
}

function copyObject(source: object, path: PathPart[], frozen: boolean): Json {
  refuseInstance(source, path);
  const copy: Record<string, Json> = {};
  for (const key of Object.keys(source)) {
    const value = (source as Record<string, unknown>)[key];
    refuseKey(key, path);
    if (value === undefined) continue;
    path.push(key);
    copy[key] = copyValue(value, path, frozen);
    path.pop();
  }
  return frozen ? Object.freeze(copy) : copy;
}

const HINT_WELL_FORMED = 'Repair the text with toWellFormed() first';

const HINT_BY_TYPE: Readonly<Record<string, string>> = {
  bigint: 'Record it as a decimal string',
  undefined: 'Record null, or leave the member out',
  function: 'Record data, not code',
};

function refusedNumber(value: number, path: readonly PathPart[]): PayloadRefused {
  return new PayloadRefused(`the number ${value}`, path, 'Record a finite number, or null');
}

function refuseDepth(path: readonly PathPart[]): void {
  if (path.length <= MAX_DEPTH) return;
  throw new PayloadRefused(
    `nesting deeper than ${MAX_DEPTH} levels`,
    path,
    'Flatten the payload or split it into several events',
  );
}

/** Keys found to be fine: the same few come again and again. Bounded, since keys may be data. */
const fineKeys = new Set<string>();
const FINE_KEYS_KEPT = 4_096;

function refuseKey(key: string, path: readonly PathPart[]): void {
  if (fineKeys.has(key)) return;
  if (FORBIDDEN_KEYS.has(key)) {
    throw new PayloadRefused(`the key ${key}`, path, 'Rename the key: this one reaches the prototype of objects');
  }
  if (!key.isWellFormed()) throw new PayloadRefused('a key with a lone surrogate', path, HINT_WELL_FORMED);
  if (fineKeys.size < FINE_KEYS_KEPT) fineKeys.add(key);
}

/** Plain objects of any realm pass: their prototype is null or ends the prototype chain. */
function refuseInstance(source: object, path: readonly PathPart[]): void {
  const prototype = Object.getPrototypeOf(source);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return;
  const name = String(prototype.constructor?.name ?? 'a class');
  const hint = name === 'Date' ? 'Record milliseconds since the epoch, or an ISO string' : 'Record a plain object';
  throw new PayloadRefused(`an instance of ${name}`, path, hint);
}

function describePath(path: readonly PathPart[]): string {
  const shown = path.length > 12 ? [...path.slice(0, 10), '…'] : path;
  return shown
    .map((part, depth) => (typeof part === 'number' ? `[${part}]` : depth === 0 ? part : `.${part}`))
    .join('')
    .toWellFormed();
}
