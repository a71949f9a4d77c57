/** What application code may throw, by name. Each is made when it is needed: some can be looked at only once. */
export const STRANGE: readonly (readonly [name: string, make: () => unknown])[] = [
  ['undefined', () => undefined],
  ['null', () => null],
  ['a string', () => 'out of tea'],
  ['an empty string', () => ''],
  ['a number', () => Number.NaN],
  ['a bigint', () => 10n],
  ['a symbol', () => Symbol('tea')],
  ['a function', () => () => 'tea'],
  ['a plain object', () => ({ code: 42 })],
  // biome-ignore lint/suspicious/noThenProperty: it is what a reducer may throw
  ['a thenable', () => ({ then: (settle: (value: unknown) => void) => settle('tea') })],
  ['an object without a prototype', () => Object.create(null)],
  ['an object whose toString throws', () => ({ toString: refuse, [Symbol.toPrimitive]: refuse })],
  ['an object whose toString gives an object', () => ({ toString: () => ({}), valueOf: () => ({}) })],
  ['an object with a tag that throws', () => Object.defineProperty({}, Symbol.toStringTag, { get: refuse })],
  ['a revoked Proxy', revokedProxy],
  ['a Proxy whose traps throw', () => new Proxy(new Error('hidden'), trapsThat(refuse))],
  ['a Proxy whose traps throw such a Proxy', () => proxyThrowingItself()],
  ['an error without a message', () => new TypeError()],
  ['an error whose message is a getter that throws', () => withGetter(new Error('hidden'), 'message')],
  ['an error whose message is an object', () => Object.assign(new Error('hidden'), { message: { deep: true } })],
  ['an error whose name and stack are getters that throw', () => withGetter(withGetter(new Error(), 'name'), 'stack')],
  ['an error with a cause that is a revoked Proxy', () => new Error('outer', { cause: revokedProxy() })],
  ['an error of itself', () => causedByItself()],
  ['an error with a toJSON that throws', () => Object.assign(new Error('json'), { toJSON: refuse })],
];

function refuse(): never {
  throw new Error('do not look at me');
}

function revokedProxy(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function withGetter(error: Error, member: string): Error {
  return Object.defineProperty(error, member, { get: refuse });
}

function causedByItself(): Error {
  const error = new Error('round and round');
  error.cause = error;
  return error;
}

function proxyThrowingItself(): object {
  const proxy: object = new Proxy(
    {},
    trapsThat(() => {
      throw proxy;
    }),
  );
  return proxy;
}

/** Every trap there is. */
function trapsThat(act: () => never): ProxyHandler<object> {
  const names = Object.getOwnPropertyNames(Reflect).filter((name) => typeof Reflect.get(Reflect, name) === 'function');
  return Object.fromEntries(names.map((name) => [name, act]));
}
