/** Wrong values that a caller may pass. Each is made new for every use, and has a name for the message. */

function throwing(): never {
  throw new Error('a getter of the application');
}

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

/** Each of them is wrong as an object of options, a definition, a model or a path. */
export const HOSTILE: readonly (readonly [name: string, make: () => unknown])[] = [
  ['null', () => null],
  ['true', () => true],
  ['a number', () => 7],
  ['NaN', () => Number.NaN],
  ['a negative number', () => -1],
  ['a bigint', () => 7n],
  ['an empty text', () => ''],
  ['a text with a NUL', () => 'a\0b'],
  ['a lone surrogate', () => '\ud800'],
  ['a symbol', () => Symbol('x')],
  ['a function', () => () => 1],
  ['an array', () => [1]],
  ['an array with holes', () => new Array(2)],
  ['a Map', () => new Map([['from', 1]])],
  ['a Set', () => new Set([1])],
  ['an invalid Date', () => new Date(Number.NaN)],
  ['a regular expression', () => /x/],
  ['a promise', () => Promise.resolve({})],
  ['an AbortSignal', () => AbortSignal.abort()],
  ['bytes', () => new Uint8Array(2)],
  ['an error', () => new Error('x')],
  ['an object with an unknown member', () => ({ expectedSequense: 9 })],
  ['a null prototype with an unknown member', () => Object.assign(Object.create(null), { x: 1 })],
  ['an inherited unknown member', () => Object.create({ dryrun: true })],
  ['a getter that throws', () => Object.defineProperty({}, 'x', { get: throwing, enumerable: true })],
  ['a revoked proxy', () => revoked({})],
  ['a revoked proxy of an array', () => revoked([])],
  ['a revoked proxy of a function', () => revoked(() => 1)],
  [
    'a proxy that throws',
    () => new Proxy({}, { get: throwing, ownKeys: throwing, has: throwing, getPrototypeOf: throwing }),
  ],
];
