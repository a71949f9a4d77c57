/**
 * What a state may consist of: the kinds of values, and the refusal of one that does not belong there.
 *
 * Plain objects (a null prototype is fine), arrays, Map, Set, OrderedMap, Deque, Date, ArrayBuffer, typed arrays, DataView and primitives but
 * for symbols. Values of another realm count as what they are there, and an instance of a subclass of Date as a Date.
 * Instances of other classes (a Node Buffer is one), functions, promises and symbols are not state: they would not come
 * back from a snapshot.
 */
import { types } from 'node:util';
import type { Comparators } from '../core/comparators.ts';
import { nameOf } from './collections/comparators.ts';
import { Deque } from './collections/deque.ts';
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

export type Kind = 'object' | 'array' | 'map' | 'set' | 'ordered-map' | 'deque' | 'date' | 'bytes' | 'illegal';

const KINDS: ReadonlyMap<object, Kind> = new Map<object, Kind>([
  [Array.prototype, 'array'],
  [Map.prototype, 'map'],
  [Set.prototype, 'set'],
  [OrderedMap.prototype, 'ordered-map'],
  [Deque.prototype, 'deque'],
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

/**
 * The name of the comparator of an OrderedMap below the top level of the state. Its encoding holds the name.
 *
 * @param comparators those of the model. Default: those of all models of this process
 * @throws IllegalValue when it does not have a name
 */
export function requireNamed(map: OrderedMap<any, any>, path: Path, comparators: Comparators | undefined): string {
  const name = nameOf(map.compare, comparators);
  if (name !== undefined) return name;
  throw new IllegalValue('an OrderedMap whose comparator the model does not name', path, HINT_NAME);
}

const HINT_NAME = 'Use ascending or descending, or name the comparator in the model: comparators: { byScore }';

/** The reason for refusing a top-level OrderedMap that is not where `initialState` put it. */
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
  const name = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'an instance of a class';
}
