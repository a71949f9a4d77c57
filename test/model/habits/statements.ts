/** The statements of reducers. */
import { ascending, descending, OrderedMap } from '../../../src/index.ts';
import { callInside, type Expression, type Place, type Statement } from './program.ts';
import { evaluate, isMap, read, type Scope } from './values.ts';

/** Ends a reducer with a value. */
class Returned {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}

/** Runs the statements of a reducer and returns its result. Throws the errors of the statements. */
export function runReducer(statements: readonly Statement[], scope: Scope): unknown {
  return run(statements, scope)?.value;
}

function run(statements: readonly Statement[], scope: Scope): Returned | undefined {
  for (const [kind, ...rest] of statements) {
    const execute = STATEMENTS[kind];
    if (execute === undefined) throw new Error(`a program has the statement ${kind}`);
    const result = execute(scope, ...(rest as any[]));
    if (result instanceof Returned) return result;
  }
  return undefined;
}

/** Values to throw. A reducer, a listener or a decide may throw anything. */
export const THROWN: { readonly [name: string]: () => unknown } = {
  error: () => new Error('thrown on purpose'),
  null: () => null,
  undefined: () => undefined,
  bare: () => Object.create(null),
  bigint: () => 10n,
  symbol: () => Symbol('thrown'),
  proxy: () =>
    new Proxy(new Error('proxied'), {
      get() {
        throw new Error('a trap');
      },
    }),
  'odd-message': () => Object.defineProperty(new Error(), 'message', { get: () => Symbol('message') }),
};

export const COMPARATORS: { readonly [name: string]: (a: any, b: any) => number } = {
  ascending,
  descending,
  halves: (a, b) => Math.trunc((a - b) / 2),
  boolean: ((a: number, b: number) => a > b) as never,
};

const at = (scope: Scope, place: Place): any => read(scope.state, place);

/** Calls a method if it exists, so that most programs get beyond their first statement. */
function call(scope: Scope, place: Place, method: string, ...args: unknown[]): void {
  const target = at(scope, place);
  if (typeof target?.[method] === 'function') target[method](...args);
}

/** The items of the collection at a place. */
function itemsOf(scope: Scope, place: Place, method: 'keys' | 'values'): Iterable<any> {
  const target = at(scope, place);
  return typeof target?.[method] === 'function' ? target[method]() : [];
}

const STATEMENTS: { readonly [kind: string]: (scope: Scope, ...rest: any[]) => unknown } = {
  set: (scope, place: Place, of: Expression) => write(scope.state, place, evaluate(of, scope)),
  delete: (scope, place: Place) => remove(scope.state, place),
  move(scope, from: Place, to: Place) {
    const value = at(scope, from);
    remove(scope.state, from);
    write(scope.state, to, value);
  },
  'set-then-delete'(scope, from: Place, to: Place) {
    write(scope.state, to, at(scope, from));
    remove(scope.state, from);
  },
  swap(scope, one: Place, other: Place) {
    const [a, b] = [at(scope, one), at(scope, other)];
    write(scope.state, one, b);
    write(scope.state, other, a);
  },
  alias(scope, of: Expression, one: Place, other: Place) {
    const value = evaluate(of, scope);
    write(scope.state, one, value);
    write(scope.state, other, value);
  },
  increment(scope, place: Place) {
    const target = at(scope, place);
    if (typeof target === 'object' && target !== null) target.n = (target.n ?? 0) + 1;
  },
  assign: (scope, place: Place, of: Expression) => void Object.assign(at(scope, place) ?? {}, evaluate(of, scope)),
  push: (scope, place: Place, of: Expression) => call(scope, place, 'push', evaluate(of, scope)),
  unshift: (scope, place: Place, of: Expression) => call(scope, place, 'unshift', evaluate(of, scope)),
  splice: (scope, place: Place, start: number, count: number, of: Expression) =>
    call(scope, place, 'splice', start, count, evaluate(of, scope)),
  sort: (scope, place: Place) => call(scope, place, 'sort'),
  'sort-by': (scope, place: Place) => call(scope, place, 'sort', (a: any, b: any) => (b?.n ?? 0) - (a?.n ?? 0)),
  reverse: (scope, place: Place) => call(scope, place, 'reverse'),
  length(scope, place: Place, length: number) {
    const target = at(scope, place);
    if (Array.isArray(target)) target.length = length;
  },
  'copy-within': (scope, place: Place) => call(scope, place, 'copyWithin', 0, 1),
  fill: (scope, place: Place, of: Expression) => call(scope, place, 'fill', evaluate(of, scope)),
  add: (scope, place: Place, of: Expression) => call(scope, place, 'add', evaluate(of, scope)),
  clear: (scope, place: Place) => call(scope, place, 'clear'),
  'map-set': (scope, place: Place, key: Expression, of: Expression) =>
    call(scope, place, 'set', evaluate(key, scope), evaluate(of, scope)),
  'set-and-change-the-key'(scope, place: Place) {
    const key: any = { k: scope.data.n };
    call(scope, place, 'set', key, { n: 1 });
    key.k = -1;
  },
  'change-the-keys'(scope, place: Place) {
    for (const key of itemsOf(scope, place, 'keys')) if (typeof key === 'object' && key !== null) key.k = 'changed';
  },
  'change-all'(scope, place: Place) {
    for (const item of itemsOf(scope, place, 'values')) if (typeof item === 'object' && item !== null) item.n = -1;
  },
  'change-while-iterating'(scope, place: Place) {
    const target = at(scope, place);
    let rounds = 0;
    for (const key of itemsOf(scope, place, 'keys')) {
      if (++rounds > 8) break;
      if (isMap(target)) target.set(1 + ((rounds * 3) % 7), { n: rounds });
      if (rounds % 2 === 0) call(scope, place, 'delete', key);
    }
  },
  resort(scope, place: Place, comparator: string) {
    if (!(at(scope, place) instanceof OrderedMap)) return;
    const entries = [...at(scope, place)] as [any, unknown][];
    write(scope.state, place, new OrderedMap(COMPARATORS[comparator]!, entries));
  },
  freeze: (scope, place: Place) => void Object.freeze(at(scope, place)),
  seal: (scope, place: Place) => void Object.seal(at(scope, place)),
  define(scope, place: Place, kind: string) {
    const target = at(scope, place) ?? {};
    if (typeof target !== 'object') return;
    if (kind === 'getter') Object.defineProperty(target, 'g', { get: () => 1, enumerable: true, configurable: true });
    else if (kind === 'hidden') Object.defineProperty(target, 'h', { value: 1, writable: true, configurable: true });
    else if (kind === 'readonly')
      Object.defineProperty(target, 'n', { value: 7, enumerable: true, configurable: true });
    else if (kind === 'prototype') Object.setPrototypeOf(target, { inherited: 1 });
    else target[Symbol.for('member')] = 1;
  },
  'set-time': (scope, place: Place) => call(scope, place, 'setTime', scope.data.n * 1_000),
  'set-byte'(scope, place: Place) {
    const target = at(scope, place);
    if (ArrayBuffer.isView(target)) (target as Uint8Array)[1] = scope.data.n;
  },
  'change-event'({ event, data }, what: string) {
    if (what === 'data') data.part.x = -5;
    else if (what === 'event.data') event.data.n = -6;
    else if (what === 'meta') event.meta.by.who = 'another';
    else if (what === 'sequence') event.sequence = 1;
    else if (what === 'type') event.type = 'Z';
    else delete event.data;
  },
  'when-odd': (scope, inner: readonly Statement[]) => (scope.data.n % 2 === 1 ? run(inner, scope) : undefined),
  try(scope, inner: readonly Statement[]) {
    try {
      return run(inner, scope);
    } catch {
      return undefined;
    }
  },
  throw(_scope, what: string) {
    throw THROWN[what]!();
  },
  call: ({ world }, call: string) => callInside(world, 'a reducer', call),
  return: (scope, of: Expression) => new Returned(evaluate(of, scope)),
  'return-spread': ({ state }) => new Returned({ ...state, n: 1 }),
  'return-promise': () => new Returned(Promise.reject(new Error('a promise without a handler'))),
  'return-state': ({ state }) => new Returned(state),
  // Habits that make replay differ.
  keep: (scope, key: string, of: Expression) => void scope.world.kept.set(key, evaluate(of, scope)),
  'keep-once'({ world, ...scope }, key: string, of: Expression) {
    if (!world.kept.has(key)) world.kept.set(key, evaluate(of, { world, ...scope }));
  },
  'change-kept'({ world, data }, key: string) {
    const kept = world.kept.get(key);
    if (typeof kept === 'object' && kept !== null) kept.n = data.n + 1_000;
  },
  'change-constant': ({ world, data }, index: number) => void ((world.constants[index] as any).n = data.n),
};

function write(state: any, place: Place, value: unknown): void {
  const parent = read(state, place.slice(0, -1));
  const part = place.at(-1)!;
  if (typeof parent !== 'object' || parent === null) return;
  if (isMap(parent)) parent.set(part, value);
  else if (parent instanceof Set) parent.add(value);
  else if (!(parent instanceof Date) && !ArrayBuffer.isView(parent)) parent[part] = value;
}

function remove(state: any, place: Place): void {
  const parent = read(state, place.slice(0, -1));
  const part = place.at(-1)!;
  if (typeof parent !== 'object' || parent === null || parent instanceof Date || ArrayBuffer.isView(parent)) return;
  if (isMap(parent) || parent instanceof Set) parent.delete(part);
  else delete parent[part];
}
