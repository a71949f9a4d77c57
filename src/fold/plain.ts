/**
 * What a state may consist of: the kinds of values, and the refusal of one that does not belong there.
 *
 * Plain objects (a null prototype is fine), arrays, Map, Set, Date, ArrayBuffer, typed arrays, DataView and primitives but
 * for symbols. Values of another realm count as what they are there, and an instance of a subclass of Date as a Date.
 * Instances of other classes (a Node Buffer is one), functions, promises and symbols are not state: they would not come
 * back from a snapshot.
 */
import { types } from 'node:util';
import { OrderedMap } from './collections/ordered-map.ts';
import { describePath, type Path } from './path.ts';

export type { PathPart } from './path.ts';

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

export type Kind = 'object' | 'array' | 'map' | 'set' | 'ordered-map' | 'date' | 'bytes' | 'illegal';

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
  if (prototype === Object.prototype) return 'object';
  if (prototype === null) return Array.isArray(value) ? 'illegal' : 'object';
  return KINDS.get(prototype) ?? kindElsewhere(value, prototype);
}

/** Whether a value is made of another realm's kinds, or of a subclass of Date: equal to a plain one, and yet another. */
export function isForeign(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype !== Object.prototype && prototype !== null && !KINDS.has(prototype);
}

/** The kind of a value whose prototype is not one of this realm's, but that of another realm's own kind. */
function kindElsewhere(value: object, prototype: object): Kind {
  if (types.isProxy(value)) return 'illegal';
  if (types.isDate(value)) return 'date';
  if (types.isTypedArray(value)) return isBuiltIn(prototype, typedArrayTypeOf(value)?.name) ? 'bytes' : 'illegal';
  if (Array.isArray(value)) return isBuiltIn(prototype, 'Array') ? 'array' : 'illegal';
  if (types.isMap(value)) return isBuiltIn(prototype, 'Map') ? 'map' : 'illegal';
  if (types.isSet(value)) return isBuiltIn(prototype, 'Set') ? 'set' : 'illegal';
  if (types.isArrayBuffer(value)) return isBuiltIn(prototype, 'ArrayBuffer') ? 'bytes' : 'illegal';
  if (types.isDataView(value)) return isBuiltIn(prototype, 'DataView') ? 'bytes' : 'illegal';
  return isBuiltIn(prototype, 'Object') && Object.prototype.toString.call(value) === '[object Object]'
    ? 'object'
    : 'illegal';
}

/** Whether it is the prototype that some realm gives to what it makes of this name. */
function isBuiltIn(prototype: object, name: string | undefined): boolean {
  const maker: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof maker !== 'function' || maker.name !== name || maker.prototype !== prototype) return false;
  return Function.prototype.toString.call(maker).includes('[native code]');
}

/** This realm's constructor for a typed array of any realm; undefined for a type that a state cannot hold. */
export function typedArrayTypeOf(value: ArrayBufferView): TypedArrayConstructor | undefined {
  const name = TYPE_NAME.get!.call(value) as string | undefined;
  return TYPED_ARRAYS.find((type) => type.name === name);
}

const TYPE_NAME: PropertyDescriptor = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)!;

/** Thrown for a value that does not belong into a state. `at` names its place, `orders[17].price` style. */
export class IllegalValue extends Error {
  readonly at: string;
  /** What to do, where it is not the usual advice. */
  readonly hint: string | undefined;

  /** @param reason completes the sentence "`at` is …" */
  constructor(reason: string, path: Path, hint?: string) {
    super(reason);
    this.at = describePath(path);
    this.hint = hint;
  }
}

/** The reason for refusing an OrderedMap that is not where `initialState` put it. */
export const MOVED =
  'an OrderedMap that initialState did not put there: it stays in its property, with its comparator; use clear() and set()';

/** The refusal of `value`, which stands at `path`. */
export function illegalValue(value: unknown, path: Path): IllegalValue {
  return new IllegalValue(describeIllegal(value), path);
}

/** @throws IllegalValue when the path has become too long */
export function refuseDepth(path: Path): void {
  if (path.length > MAX_STATE_DEPTH) throw new IllegalValue(`nested deeper than ${MAX_STATE_DEPTH} levels`, path);
}

function describeIllegal(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`;
  if (value instanceof OrderedMap) return 'an OrderedMap below the top level of the state';
  const name = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'an instance of a class';
}
