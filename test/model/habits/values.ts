/** Good and bad values that reducers put into the state. */
import { isDeepStrictEqual } from 'node:util';
import { runInNewContext } from 'node:vm';
import { ascending, OrderedMap } from '../../../src/index.ts';
import type { Expression, Place, World } from './program.ts';

/** What an expression may use. */
export interface Scope {
  readonly world: World;
  readonly state: any;
  readonly data: any;
  readonly event: any;
}

class Instant extends Date {}
class Money {
  amount = 1;
}
class Registry extends Map<unknown, unknown> {}
class List extends Array<unknown> {}

const LABEL = Symbol('label');

/** New values of every kind that a state may hold. */
export const GOOD: { readonly [name: string]: (n: number) => unknown } = {
  number: (n) => n,
  text: (n) => `t${n}`,
  object: (n) => ({ n, part: { x: n } }),
  nested: (n) => ({ a: { b: { n } }, list: [{ n }, { n: n + 1 }] }),
  array: (n) => [n, n + 1, { n }],
  map: (n) =>
    new Map<unknown, unknown>([
      ['k', { n }],
      [n, n],
    ]),
  maps: (n) => new Map([['k', new Map([['l', { n }]])]]),
  set: (n) => new Set<unknown>([n, { n }]),
  date: (n) => new Date(n),
  bytes: (n) => Uint8Array.of(n, 1, 2),
  big: (n) => Array.from({ length: 150 }, (_, index) => ({ n: n + index })),
  'big-map': (n) => new Map(Array.from({ length: 100 }, (_, index) => [index, { n: n + index }])),
  bare: (n) => Object.assign(Object.create(null), { n }),
  odd: (n) => ({ nan: Number.NaN, minus: -0, none: undefined, huge: BigInt(n) << 70n, far: -Infinity }),
  zeros: () => new Array(200).fill(0),
  'minus-zero': () => -0,
  undefined: () => undefined,
  null: () => null,
};

/** Unusual new values. Each is refused, or has the same meaning in every fold and process. */
export const ODD: { readonly [name: string]: (n: number) => unknown } = {
  // biome-ignore lint/suspicious/noSparseArray: a bad habit
  holes: (n) => [n, , { n }],
  'array-members': (n) => Object.assign([n, { n }], { total: { n } }),
  'map-members': (n) => Object.assign(new Map([[n, { n }]]), { label: { n } }),
  'set-members': (n) => Object.assign(new Set([n]), { label: n }),
  'date-members': (n) => Object.assign(new Date(n), { zone: 'UTC' }),
  'symbol-member': (n) => ({ n, [LABEL]: { n } }),
  hidden: (n) => Object.defineProperty({ n }, 'hidden', { value: { n }, writable: true, configurable: true }),
  readonly: (n) => Object.defineProperty({ n }, 'fixed', { value: { n }, enumerable: true }),
  getter: (n) => {
    const double = function (this: { n: number }): number {
      return this.n * 2;
    };
    return Object.defineProperty({ n }, 'double', { get: double, enumerable: true, configurable: true });
  },
  'array-getter': (n) => Object.defineProperty([n, n], 0, { get: () => n, enumerable: true, configurable: true }),
  setter: (n) => ({ n, set m(_: number) {} }),
  sealed: (n) => Object.seal({ n, part: { x: n } }),
  'no-extensions': (n) => Object.preventExtensions({ n }),
  twice: (n) => {
    const part = { n };
    return { a: part, b: part };
  },
  'twice-in-a-map': (n) => {
    const part = { n };
    return new Map([
      [1, part],
      [2, part],
    ]);
  },
  'key-and-value': (n) => {
    const part = { n };
    return new Map([[part, part]]);
  },
  'keyed-by-objects': (n) =>
    new Map<unknown, unknown>([
      [{ n }, { n }],
      [[n], n],
      [new Date(n), n],
    ]),
  'keyed-by-a-symbol': (n) => new Map([[Symbol('k'), n]]),
  'keyed-by-a-function': (n) => new Map([[() => {}, n]]),
  'set-of-functions': () => new Set([() => {}]),
  'views-of-one-buffer': (n) => {
    const { buffer } = Uint8Array.of(n, 2, 3, 4);
    return { bytes: new Uint8Array(buffer), words: new Uint16Array(buffer) };
  },
  'part-of-a-buffer': (n) => Uint8Array.of(1, n, 3, 4).subarray(1, 3),
  'shared-buffer': () => new Uint8Array(new SharedArrayBuffer(4)),
  'node-buffer': () => Buffer.from('abc'),
  'data-view': (n) => new DataView(Uint8Array.of(n, 2).buffer),
  symbol: () => Symbol('s'),
  function: () => () => 1,
  promise: () => Promise.resolve(1),
  instance: () => new Money(),
  'date-subclass': (n) => new Instant(n),
  'map-subclass': (n) => new Registry([[n, n]]),
  'array-subclass': (n) => List.from([n, n]),
  boxed: (n) => Object(n) as unknown,
  'boxed-symbol': () => Object(Symbol('s')),
  regexp: () => /a/g,
  error: () => new Error('as a value'),
  weak: () => new WeakMap(),
  proxy: (n) => new Proxy({ n, part: { x: n } }, {}),
  'proxy-array': (n) => new Proxy([n, { n }], {}),
  revoked: () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  'lying-proxy': (n) => new Proxy({ n }, { ownKeys: () => ['n', 'x'], getOwnPropertyDescriptor: () => undefined }),
  cycle: (n) => {
    const cycle: any = { n };
    cycle.self = cycle;
    return cycle;
  },
  'cycle-in-a-map': () => {
    const map = new Map<unknown, unknown>();
    return map.set('self', map);
  },
  deep: (n) => {
    let deep: object = { n };
    for (let level = 0; level < 1_100; level++) deep = { deep };
    return deep;
  },
  'nested-ordered-map': (n) => ({ map: new OrderedMap<number, number>(ascending, [[n, n]]) }),
  'ordered-map': (n) => new OrderedMap<number, unknown>(ascending, [[n, { n }]]),
  lone: () => '\ud800',
  proto: () => JSON.parse('{"__proto__":{"n":1},"n":2}'),
  'prototype-of-ours': (n) => Object.create({ inherited: n }, { n: { value: n, enumerable: true, writable: true } }),
  'foreign-object': () => foreign('({ n: 1, inner: { m: 2 } })'),
  'foreign-array': () => foreign('[1, { n: 2 }]'),
  'foreign-map': () => foreign('new Map([[1, { n: 1 }]])'),
  'foreign-set': () => foreign('new Set([1, { n: 1 }])'),
  'foreign-date': () => foreign('new Date(5)'),
  'foreign-bytes': () => foreign('Uint8Array.of(1, 2)'),
  arguments: argumentsOf,
};

function argumentsOf(_n: number): unknown {
  // biome-ignore lint/complexity/noArguments: a bad habit
  return arguments;
}

/** Making a context takes 1 ms, so there is only one. Each value from it is new. */
let realm: ((code: string) => unknown) | undefined;
function foreign(code: string): unknown {
  realm ??= runInNewContext('(code) => eval(code)') as (code: string) => unknown;
  return realm(code);
}

export function evaluate(expression: Expression, scope: Scope): any {
  const [kind, ...rest] = expression;
  const value = EXPRESSIONS[kind];
  if (value === undefined) throw new Error(`a program has the expression ${kind}`);
  return value(scope, ...(rest as any[]));
}

const at = (scope: Scope, place: Place): any => read(scope.state, place);

function itemsAt(scope: Scope, place: Place): Iterable<any> {
  const target = at(scope, place);
  return typeof target?.values === 'function' ? target.values() : [];
}

const EXPRESSIONS: { readonly [kind: string]: (scope: Scope, ...rest: any[]) => unknown } = {
  good: (scope, name: string) => GOOD[name]!(scope.data.n),
  odd: (scope, name: string) => ODD[name]!(scope.data.n),
  read: at,
  data: ({ data }) => data,
  'data.part': ({ data }) => data.part,
  event: ({ event }) => event,
  'event.data': ({ event }) => event.data,
  meta: ({ event }) => event.meta,
  'meta.by': ({ event }) => event.meta?.by,
  time: ({ event }) => event.recordedAt,
  frozen: (scope, of: Expression) => Object.freeze(evaluate(of, scope)),
  'frozen-deeply': (scope, of: Expression) => freezeDeeply(evaluate(of, scope)),
  wrapped: (scope, of: Expression) => Object.freeze({ inside: evaluate(of, scope) }),
  boxed: (scope, of: Expression) => ({ inside: evaluate(of, scope), list: [evaluate(of, scope)] }),
  spread: (scope, place: Place) => ({ ...at(scope, place) }),
  list: (scope, place: Place) => [...itemsAt(scope, place)],
  'new-map': (scope, place: Place) => new Map([...itemsAt(scope, place)].map((item, index) => [index, item])),
  'copy-of-map': (scope, place: Place) => (isMap(at(scope, place)) ? new Map(at(scope, place)) : new Map()),
  'new-set': (scope, place: Place) => new Set(itemsAt(scope, place)),
  find: (scope, place: Place) => [...itemsAt(scope, place)].find((item) => item?.n > 0),
  // What a reducer can read from a draft, as plain data.
  text: (scope, place: Place) => String(JSON.stringify(at(scope, place))),
  keys: (scope, place: Place) => Object.keys(at(scope, place) ?? {}).join(),
  'own-keys': (scope, place: Place) =>
    Reflect.ownKeys(Object(at(scope, place)))
      .map(String)
      .join(),
  members(scope, place: Place) {
    const names: string[] = [];
    for (const name in at(scope, place)) names.push(name);
    return names.join();
  },
  clone: (scope, place: Place) => structuredClone(at(scope, place)),
  equal: (scope, one: Place, other: Place) => isDeepStrictEqual(at(scope, one), at(scope, other)),
  same: (scope, one: Place, other: Place) => at(scope, one) === at(scope, other),
  includes: (scope, place: Place, of: Place) => [...itemsAt(scope, place)].includes(at(scope, of)),
  has: (scope, place: Place, of: Place) => at(scope, place)?.has?.(at(scope, of)) ?? false,
  tag: (scope, place: Place) => Object.prototype.toString.call(at(scope, place)),
  'is-frozen': (scope, place: Place) => Object.isFrozen(at(scope, place)),
  'is-map': (scope, place: Place) => at(scope, place) instanceof Map,
  prototype: (scope, place: Place) => Object.getPrototypeOf(Object(at(scope, place)))?.constructor?.name ?? 'none',
  size: (scope, place: Place) => at(scope, place)?.size ?? at(scope, place)?.length ?? -1,
  first: (scope, place: Place) => at(scope, place)?.first?.()?.[1],
  // Habits that make replay differ.
  counter: ({ world }) => ++world.counter,
  clock: ({ world }) => 1_700_000_000_000 + ++world.counter,
  constant: ({ world }, index: number) => world.constants[index],
  kept: ({ world, event }, key: string) => world.kept.get(key) ?? event.type,
  'kept-member': (scope, key: string, place: Place) => (scope.world.kept.get(key) ?? at(scope, place))?.n ?? 0,
};

/** The value at a place; undefined for a missing place. */
export function read(state: any, place: Place): any {
  let value = state;
  for (const part of place) {
    if (value === null || value === undefined) return undefined;
    value = isMap(value) ? value.get(part) : value[part];
  }
  return value;
}

export function isMap(value: any): boolean {
  return (
    typeof value === 'object' && value !== null && typeof value.get === 'function' && typeof value.set === 'function'
  );
}

function freezeDeeply(value: any): any {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return value;
  Object.freeze(value);
  for (const key of Reflect.ownKeys(value)) {
    const { value: member } = Object.getOwnPropertyDescriptor(value, key) ?? {};
    freezeDeeply(member);
  }
  if (value instanceof Map || value instanceof Set) for (const item of value.values()) freezeDeeply(item);
  return value;
}
