/**
 * What core and fold use of `node:util`, for a browser. The build puts this file in its place in `refold/model`.
 *
 * Node asks the engine for the kind of a value. Here a method that only works on that kind is called.
 */

/** A value for people, in a browser's own words. */
export function inspect(value: unknown): string {
  return Object.prototype.toString.call(value);
}

export const types = {
  isMap: (value: unknown): boolean => succeeds(() => sizeOfMap?.call(value)),
  isSet: (value: unknown): boolean => succeeds(() => sizeOfSet?.call(value)),
  isDate: (value: unknown): boolean => succeeds(() => Date.prototype.getTime.call(value as Date)),
  isArrayBuffer: (value: unknown): boolean => succeeds(() => lengthOfBuffer?.call(value)),
  isSharedArrayBuffer: (value: unknown): boolean =>
    typeof SharedArrayBuffer === 'function' && value instanceof SharedArrayBuffer,
  isDataView: (value: unknown): boolean => ArrayBuffer.isView(value) && typedArrayName?.call(value) === undefined,
  isTypedArray: (value: unknown): boolean => typedArrayName?.call(value) !== undefined,
  isFloat32Array: (value: unknown): boolean => typedArrayName?.call(value) === 'Float32Array',
  isFloat64Array: (value: unknown): boolean => typedArrayName?.call(value) === 'Float64Array',
  /** A program cannot tell a proxy from its target. */
  isProxy: (): boolean => false,
};

const sizeOfMap = getterOf(Map.prototype, 'size');
const sizeOfSet = getterOf(Set.prototype, 'size');
const lengthOfBuffer = getterOf(ArrayBuffer.prototype, 'byteLength');
const typedArrayName = getterOf(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag);

function getterOf(prototype: object, key: PropertyKey): (() => unknown) | undefined {
  return Object.getOwnPropertyDescriptor(prototype, key)?.get;
}

function succeeds(call: () => unknown): boolean {
  try {
    call();
    return true;
  } catch {
    return false;
  }
}
