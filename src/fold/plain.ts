/**
 * What a state may consist of: the kinds of values, and how a message names the place of one that is none.
 *
 * Plain objects (a null prototype is fine), arrays, Map, Set, Date, ArrayBuffer, typed arrays, DataView and primitives but
 * for symbols. Only own enumerable string keys count, and a hole in an array counts as undefined. Instances of classes
 * (a Node Buffer is one), functions, promises and symbols are no state: they would not come back from a snapshot.
 */
import { OrderedMap } from './ordered-map.ts';

/** Deepest nesting of a state; a cycle ends here as well. */
export const MAX_STATE_DEPTH = 1_000;

/** The typed arrays of a state. The order is the number each has in the encoding: append only. */
export const TYPED_ARRAYS: readonly TypedArrayConstructor[] = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
];

export type TypedArrayConstructor = new (buffer: ArrayBuffer) => TypedArray;
export type TypedArray = ArrayBufferView & { readonly BYTES_PER_ELEMENT: number; readonly length: number };

type Kind = 'object' | 'array' | 'map' | 'set' | 'ordered-map' | 'date' | 'bytes' | 'illegal';

const KINDS: ReadonlyMap<object, Kind> = new Map<object, Kind>([
  [Array.prototype, 'array'],
  [Map.prototype, 'map'],
  [Set.prototype, 'set'],
  [OrderedMap.prototype, 'ordered-map'],
  [Date.prototype, 'date'],
  [ArrayBuffer.prototype, 'bytes'],
  [DataView.prototype, 'bytes'],
  ...TYPED_ARRAYS.map(({ prototype }): [object, Kind] => [prototype, 'bytes']),
]);

/** The kind of an object, by its prototype. */
export function kindOf(value: object): Kind {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === Object.prototype || prototype === null) return 'object';
  // An object of another realm is plain when its prototype ends the chain.
  return KINDS.get(prototype) ?? (isBareObject(value, prototype) ? 'object' : 'illegal');
}

/** One step of a path: a key, an index, or the key of a Map's entry. */
export type PathPart = unknown;

/** Thrown for a value that is no state. `at` names its place, `orders[17].price` style. */
export class IllegalValue extends Error {
  readonly at: string;
  constructor(reason: string, path: readonly PathPart[]) {
    super(reason);
    this.at = describePath(path);
  }
}

/** The refusal of `value`, which stands at `path`. */
export function illegalValue(value: unknown, path: readonly PathPart[]): IllegalValue {
  return new IllegalValue(describeIllegal(value), path);
}

/** @throws IllegalValue when the path has become too long */
export function refuseDepth(path: readonly PathPart[]): void {
  if (path.length > MAX_STATE_DEPTH) throw new IllegalValue(`nested deeper than ${MAX_STATE_DEPTH} levels`, path);
}

/** `orders[17].price`: an index or a number in brackets, an identifier behind a dot, any other text quoted. */
export function describePath(path: readonly PathPart[]): string {
  const shown = path.length > 12 ? [...path.slice(0, 10), '…'] : path;
  return shown.map(describePart).join('').replace(/^\./, '').toWellFormed();
}

function describePart(part: PathPart): string {
  if (typeof part !== 'string')
    return `[${part instanceof Date ? Number(part) : typeof part === 'object' ? 'object' : String(part)}]`;
  return /^[\p{L}_$…][\p{L}\p{N}_$]*$/u.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`;
}

function describeIllegal(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`;
  if (value instanceof OrderedMap) return 'an OrderedMap below the top level of the state';
  const name = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'an instance of a class';
}

function isBareObject(value: object, prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.prototype.toString.call(value) === '[object Object]';
}
