/** Bad input of `append` and `execute`: every kind of it ends in a typed rejection. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineModel, openStore, type RefoldError, reject } from '../../../src/index.ts';
import { STRANGE } from '../../strange-values.ts';
import { added, note } from '../cart.ts';
import { errorOf, openCarts } from '../harness.ts';

const revoked = (): never => {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  return proxy as never;
};

const fail = (): never => {
  throw new RangeError('do not read me');
};

const throwing = (member: string, base: object = {}): never =>
  Object.defineProperty({ ...base }, member, {
    enumerable: true,
    get: fail,
  }) as never;

/** Calls that must not throw. They reject with this code, and leave log and state unchanged. */
async function refuses(code: string, call: (store: Awaited<ReturnType<typeof openCarts>>) => unknown) {
  let last: RefoldError | undefined;
  for (const fold of ['atomic', 'direct'] as const) {
    const store = await openCarts({ path: ':memory:', fold });
    store.subscribe(() => {});
    await store.append(added('a', 3));
    const before = { hash: await store.stateHash(), sequence: store.sequence };
    const answer = call(store);
    expect(answer).toBeInstanceOf(Promise);
    last = await errorOf(answer as Promise<unknown>);
    expect(last.code).toBe(code);
    expect(last.hint).toBeTruthy();
    expect({ hash: await store.stateHash(), sequence: store.sequence }).toEqual(before);
    expect(await store.append(note('goes on'))).toMatchObject({ firstSequence: 2 });
    expect((await store.verify()).ok).toBe(true);
  }
  return last!;
}

describe('options', () => {
  test.each<[string, unknown, string]>([
    ['a misspelt option', { expectedSequense: 9 }, 'expectedSequense'],
    ['meta, which belongs to the events', { meta: { by: 'me' } }, 'meta'],
    ['a second event', note('b'), 'type'],
    ['a fraction', { expectedSequence: 1.5 }, 'expectedSequence'],
    ['NaN', { expectedSequence: Number.NaN }, 'expectedSequence'],
    ['a numeric string', { expectedSequence: '1' }, 'expectedSequence'],
    ['a bigint', { expectedSequence: 1n }, 'expectedSequence'],
    ['null for a sequence', { expectedSequence: null }, 'expectedSequence'],
    ['an empty commandId', { commandId: '' }, 'commandId'],
    ['a commandId that is a number', { commandId: 7 }, 'commandId'],
    ['null for a commandId', { commandId: null }, 'commandId'],
    ['a commandId of 201 characters', { commandId: 'x'.repeat(201) }, 'commandId'],
    ['a lone surrogate', { commandId: 'a\ud800' }, 'commandId'],
    ['null', null, 'options'],
    ['a number', 5, 'options'],
    ['a string', 'id', 'options'],
    ['an array', [1], 'options'],
    ['a function', () => {}, 'options'],
    ['a getter that throws', throwing('commandId'), 'options'],
    ['a revoked Proxy', revoked(), 'options'],
  ])('of append: %s', async (_name, options, type) => {
    const error = await refuses('INVALID_OPTION', (store) => store.append(note('a'), options as never));
    expect(error.type).toBe(type);
  });

  test.each<[string, unknown, string]>([
    ['a misspelt option', { comandId: 'x' }, 'comandId'],
    ['meta that is not an object', { meta: 'me' }, 'meta'],
    ['null for meta', { meta: null }, 'meta'],
    ['null', null, 'options'],
    ['a getter that throws', throwing('meta'), 'options'],
  ])('of execute: %s', async (_name, options, type) => {
    const error = await refuses('INVALID_OPTION', (store) => store.execute('touch', {}, options as never));
    expect(error.type).toBe(type);
  });

  test.each<[string, unknown]>([
    ['a Date', { at: new Date() }],
    ['a bigint', { at: 1n }],
    ['a getter that throws', throwing('at')],
    [
      'a cycle',
      Object.assign(
        { at: {} },
        {
          get at() {
            return this;
          },
        },
      ),
    ],
  ])('of execute: meta with %s', async (_name, meta) => {
    const input = { cart: 'a', sku: 'tea', quantity: 1 };
    await refuses('EVENT_REJECTED', (store) => store.execute('addItem', input, { meta } as never));
  });

  test('undefined means that an option is left out', async () => {
    const store = await openCarts();
    await store.append(note('a'), undefined);
    await store.append(note('b'), { expectedSequence: undefined, commandId: undefined });
    await store.execute('touch', {}, { meta: undefined, commandId: undefined });
    expect(store.sequence).toBe(2);
  });
});

describe('events', () => {
  // biome-ignore lint/suspicious/noSparseArray: the test is about holes
  const holes = [note('a'), , note('c')];
  class Strange extends Array {
    override map(): never {
      throw new Error('do not map me');
    }
    override [Symbol.iterator](): never {
      throw new Error('do not iterate me');
    }
  }
  test.each<[string, () => unknown]>([
    ['a batch with a hole', () => holes],
    ['a batch of holes', () => new Array(3)],
    ['a batch with null', () => [note('a'), null]],
    ['a batch in a batch', () => [[note('a')]]],
    ['a batch with a getter that throws', () => Object.defineProperty([note('a')], 0, { get: () => fail() })],
    ['an empty batch', () => []],
    ['undefined', () => undefined],
    ['a string', () => 'NoteTaken'],
    ['a Set', () => new Set([note('a')])],
    ['a promise of an event', () => Promise.resolve(note('a'))],
    ['a revoked Proxy', () => revoked()],
    ['a batch with a revoked Proxy', () => [revoked()]],
    ['a type that is not a string', () => ({ type: 5, data: {} })],
    ['a type whose getter throws', () => throwing('type', note('a'))],
    ['data whose getter throws', () => throwing('data', note('a'))],
    ['meta whose getter throws', () => throwing('meta', note('a'))],
    ['a member of data whose getter throws', () => ({ type: 'NoteTaken', data: throwing('text') })],
    ['data that is a revoked Proxy', () => ({ type: 'NoteTaken', data: revoked() })],
    ['meta that is a revoked Proxy', () => ({ ...note('a'), meta: revoked() })],
    ['meta that is null', () => ({ ...note('a'), meta: null })],
  ])('%s is EVENT_REJECTED', async (_name, make) => {
    await refuses('EVENT_REJECTED', (store) => store.append(make() as never));
    await refuses('EVENT_REJECTED', (store) => store.append(make() as never, { commandId: 'a' }));
  });

  test('the hole is named by its place', async () => {
    const error = await refuses('EVENT_REJECTED', (store) => store.append(holes as never));
    expect(error).toMatchObject({ sequence: 3, message: expect.stringContaining('event 2 of the commit') });
  });

  test('what a getter throws is the cause, also when it is a RefoldError', async () => {
    const store = await openCarts();
    const ours = await errorOf(store.append([] as never));
    const data = Object.defineProperty({}, 'text', {
      enumerable: true,
      get() {
        throw ours;
      },
    });
    const error = await errorOf(store.append({ type: 'NoteTaken', data } as never));
    expect(error).toMatchObject({ code: 'EVENT_REJECTED', type: 'NoteTaken', cause: ours });
  });

  test('no method of the caller’s array is called, and each part of an event is read once', async () => {
    const store = await openCarts();
    const batch = new Strange();
    batch.push(note('a'), note('b'));
    await store.append(batch as never);
    const reads: string[] = [];
    const event = new Proxy(note('c'), {
      get: (target, member) => {
        reads.push(String(member));
        return Reflect.get(target, member);
      },
    });
    await store.append(event);
    expect(reads.toSorted()).toEqual(['data', 'meta', 'type']);
    expect(store.state.seen.notes).toEqual(['a', 'b', 'c']);
  });

  test('a schema that throws says so', async () => {
    const model = defineModel({
      name: 'throwing',
      events: {
        Thrown: z.object({ a: z.string() }).transform(() => {
          throw new Error('cannot transform');
        }),
        Late: z.object({ a: z.string().refine(async () => true) }),
        Lazy: z.object({
          get a(): z.ZodString {
            throw new Error('not defined yet');
          },
        }),
      },
      initialState: () => ({}),
      reducers: { Thrown() {}, Late() {}, Lazy() {} },
    });
    await using store = await openStore(model, { path: ':memory:' });
    for (const type of ['Thrown', 'Late', 'Lazy']) {
      const error = await errorOf(store.append({ type, data: { a: '' } } as never));
      expect(error).toMatchObject({ code: 'EVENT_REJECTED', type, message: expect.stringContaining('schema') });
    }
  });

  // It makes half a gigabyte of text.
  test('a commit beyond the longest text of all is EVENT_REJECTED', { timeout: 120_000 }, async () => {
    const store = await openCarts();
    const text = 'x'.repeat(2 ** 24);
    const batch = Array.from({ length: 33 }, () => note(text));
    const error = await errorOf(store.append(batch));
    expect(error).toMatchObject({ code: 'EVENT_REJECTED', message: expect.stringContaining('characters of JSON') });
    expect(store.sequence).toBe(0);
    const meta = { by: Array.from({ length: 33 }, () => text) };
    expect((await errorOf(store.append({ ...note('a'), meta }))).code).toBe('EVENT_REJECTED');
    await store.append(note('goes on'));
  });
});

describe('commands', () => {
  const decisions: Record<string, () => unknown> & { throws?: () => unknown; bad?: () => unknown } = {};
  const model = defineModel({
    name: 'deciding',
    events: { Put: z.object({ n: z.int() }) },
    initialState: () => ({ n: 0 }),
    reducers: {
      Put(state, { n }) {
        state.n += n;
      },
    },
    commands: {
      decide: { input: z.object({ how: z.string() }), decide: (_state, { how }) => decisions[how]!() as never },
      schema: {
        input: z.object({ how: z.string() }).transform((): { how: string } => {
          throw new Error('cannot transform');
        }),
        decide: () => [],
      },
    },
  });

  const wrong: Record<string, () => unknown> = {
    undefined: () => undefined,
    null: () => null,
    string: () => 'Put',
    promise: async () => [],
    'rejected promise': () => Promise.reject(new Error('nobody listens')),
    function: () => () => [],
    'empty object': () => ({}),
    'list with undefined': () => [undefined],
    // biome-ignore lint/suspicious/noSparseArray: the test is about holes
    'list with a hole': () => [, { type: 'Put', data: { n: 1 } }],
    'list with a rejection': () => [reject('NO', 'no')],
    'rejection without a code': () => ({ rejected: true, message: 'x' }),
    'rejection with a code that is not a string': () => ({ rejected: true, code: 5, message: 'x' }),
    'revoked Proxy': () => revoked(),
    'getter that throws': () => throwing('rejected'),
    'Proxy whose traps throw': () =>
      new Proxy({}, { get: () => fail(), has: () => fail(), getPrototypeOf: () => fail() }),
  };

  test.each(Object.keys(wrong))('a decide that gives %s is COMMAND_FAILED', async (how) => {
    await using store = await openStore(model, { path: ':memory:' });
    Object.assign(decisions, wrong);
    for (const options of [{}, { commandId: 'a' }, { meta: { by: 'me' } }]) {
      const error = await errorOf(store.execute('decide', { how }, options));
      expect(error).toMatchObject({ code: 'COMMAND_FAILED', type: 'decide', hint: expect.any(String) });
    }
    expect(store.sequence).toBe(0);
  });

  test.each(STRANGE)('a decide that throws %s is COMMAND_FAILED', async (_name, make) => {
    await using store = await openStore(model, { path: ':memory:' });
    decisions.throws = () => {
      throw make();
    };
    const error = await errorOf(store.execute('decide', { how: 'throws' }, { commandId: 'a' }));
    expect(error).toMatchObject({ code: 'COMMAND_FAILED', type: 'decide' });
    decisions.throws = () => ({ type: 'Put', data: { n: 1 } });
    expect(await store.execute('decide', { how: 'throws' }, { commandId: 'a' })).toMatchObject({ status: 'accepted' });
  });

  test('an event of the application that does not fit is still EVENT_REJECTED', async () => {
    await using store = await openStore(model, { path: ':memory:' });
    decisions.bad = () => ({ type: 'Put', data: { n: 'one' } });
    expect((await errorOf(store.execute('decide', { how: 'bad' }))).code).toBe('EVENT_REJECTED');
    decisions.bad = () => ({ type: 'Take', data: {} });
    expect((await errorOf(store.execute('decide', { how: 'bad' }))).code).toBe('UNKNOWN_EVENT_TYPE');
  });

  test('an input schema that throws is reported as such, not as a getter', async () => {
    await using store = await openStore(model, { path: ':memory:' });
    const error = await errorOf(store.execute('schema', { how: 'x' }));
    const code = 'COMMAND_INPUT_REJECTED';
    expect(error).toMatchObject({ code, type: 'schema', message: expect.stringContaining('schema') });
    expect(`${error.message} ${error.hint}`).not.toContain('getter');
    const getter = await errorOf(store.execute('decide', throwing('how')));
    expect(getter).toMatchObject({
      code,
      message: expect.stringMatching(/^Cannot execute: reading/),
    });
  });

  test.each([[Symbol('x')], [undefined], [null], [5], [{ toString: () => 'decide' }]])(
    'the name %s is refused',
    async (name) => {
      await using store = await openStore(model, { path: ':memory:' });
      expect((await errorOf(store.execute(name as never, {} as never))).code).toBe('INVALID_OPTION');
    },
  );
});
