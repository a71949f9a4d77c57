/** What a call with a `commandId` came to: told once, told again, and refused for another input. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineModel, MemoryContents, openLog, openStore, reject, type StoreOptions } from '../../../src/index.ts';
import { sample } from '../../sample.ts';
import { errorOf, temporaryPath } from '../harness.ts';

const model = defineModel({
  name: 'account',
  events: {
    Paid: z.object({ cents: z.int(), to: z.string().default('nobody') }),
    Noted: z.object({ text: z.string() }),
  },
  initialState: () => ({ balance: 100, version: 0, ids: [] as (string | undefined)[] }),
  reducers: {
    Paid(state, { cents }, { commandId }) {
      state.balance -= cents;
      state.version += 1;
      state.ids.push(commandId);
    },
    Noted: () => {},
  },
  commands: {
    pay: {
      input: z.object({ cents: z.int(), to: z.string().optional(), limits: z.record(z.string(), z.int()).optional() }),
      decide: (state, { cents }, { fold }) => {
        if (cents > state.balance) {
          return reject('STALE', `version is ${state.version}`, { version: state.version, limits: [state.balance] });
        }
        if (cents === 0) return [];
        const after = fold({ type: 'Paid', data: { cents } });
        return {
          events: [
            { type: 'Paid', data: { cents } },
            { type: 'Noted', data: { text: 'paid' }, meta: { by: 'me' } },
          ],
          result: { left: after.balance, id: after.ids.at(-1) ?? null },
        };
      },
    },
    note: { input: z.object({ cents: z.int() }), decide: () => [] },
  },
});

const open = (options: StoreOptions) => openStore(model, options);

/** A log in memory and one in a file: both are opened again between calls. */
const LOGS: readonly [string, () => Promise<StoreOptions>][] = [
  [
    'memory',
    async () => {
      const log = new MemoryContents();
      return { log };
    },
  ],
  ['a file', async () => ({ path: await temporaryPath() })],
];

describe.each(LOGS)('in %s', (_name, place) => {
  test('a retry gets the outcome again, with the events read from the log', async () => {
    const options = await place();
    const first = await open(options);
    const accepted = await first.execute('pay', { cents: 30 }, { commandId: 'a', meta: { from: 'web' } });
    const rejected = await first.execute('pay', { cents: 90 }, { commandId: 'b' });
    const nothing = await first.execute('pay', { cents: 0 }, { commandId: 'c' });
    const events = await Array.fromAsync(first.events());
    expect(accepted).toStrictEqual({
      status: 'accepted',
      commit: { firstSequence: 1, lastSequence: 2, recordedAt: events[0]!.recordedAt },
      events,
      result: { left: 70, id: 'a' },
      replayed: false,
    });
    expect(events.map(({ commandId, meta }) => [commandId, meta])).toEqual([
      ['a', { from: 'web' }],
      ['a', { by: 'me' }],
    ]);
    expect(rejected).toStrictEqual({
      status: 'rejected',
      code: 'STALE',
      message: 'version is 1',
      data: { version: 1, limits: [70] },
      replayed: false,
    });
    const accepting = { status: 'accepted', commit: undefined, events: [], result: undefined };
    expect(nothing).toStrictEqual({ ...accepting, replayed: false });
    const retries = async (store: typeof first) => [
      await store.execute('pay', { cents: 30 }, { commandId: 'a' }),
      await store.execute('pay', { cents: 90 }, { commandId: 'b' }),
      await store.execute('pay', { cents: 0 }, { commandId: 'c' }),
    ];
    const again = [accepted, rejected, nothing].map((outcome) => ({ ...outcome, replayed: true }));
    expect(await retries(first)).toStrictEqual(again);
    await first.compact();
    expect(await retries(first)).toStrictEqual(again);
    await first.close();
    await using second = await open(options);
    expect(await retries(second)).toStrictEqual(again);
    expect(second.state).toMatchObject({ balance: 70, ids: ['a'] });
    expect((await second.verify()).ok).toBe(true);
  });

  test('the events of a retry are undefined once the log has dropped them', async () => {
    const options = await place();
    const store = await open({ ...options, history: 'discard' });
    const outcome = await store.execute('pay', { cents: 30 }, { commandId: 'a' });
    for (let round = 0; round < 3; round++) {
      await store.append({ type: 'Noted', data: { text: String(round) } });
      await store.snapshot();
    }
    await store.compact();
    const retried = await store.execute('pay', { cents: 30 }, { commandId: 'a' });
    expect(retried).toStrictEqual({ ...outcome, events: undefined, replayed: true });
    await store.close();
  });

  test('an id that belongs to another call is refused, on its way, afterwards and after reopening', async () => {
    const options = await place();
    const paid = { type: 'Paid', data: { cents: 5 } } as const;
    const others = (store: Awaited<ReturnType<typeof open>>) => [
      store.execute('pay', { cents: 31 }, { commandId: 'a' }),
      store.execute('pay', { cents: 30, to: 'ada' }, { commandId: 'a' }),
      store.execute('note', { cents: 30 }, { commandId: 'a' }),
      store.append(paid, { commandId: 'a' }),
      store.append({ type: 'Paid', data: { cents: 6 } }, { commandId: 'b' }),
      store.append([paid, paid], { commandId: 'b' }),
      store.execute('pay', { cents: 5 }, { commandId: 'b' }),
      store.append(paid, { commandId: 'c' }),
    ];
    const requireRefusal = async (store: Awaited<ReturnType<typeof open>>) => {
      for (const error of await Promise.all(others(store).map(errorOf))) {
        expect(error).toMatchObject({ code: 'COMMAND_ID_REUSED', type: 'commandId' });
      }
    };
    const store = await open(options);
    const written = [
      store.execute('pay', { cents: 30 }, { commandId: 'a' }),
      store.append(paid, { commandId: 'b' }),
      store.execute('pay', { cents: 1_000 }, { commandId: 'c' }),
    ];
    await requireRefusal(store);
    const [, commit] = await Promise.all(written);
    await requireRefusal(store);
    await store.close();
    await using again = await open(options);
    await requireRefusal(again);
    expect(await again.append(paid, { commandId: 'b' })).toEqual(commit);
    expect(again.sequence).toBe(3);
  });

  test('what does not change the input is the same call', async () => {
    await using store = await open(await place());
    const input = { cents: 30, limits: { a: 1, b: 2 } };
    const first = await store.execute('pay', input, { commandId: 'a', meta: { attempt: 1 } });
    const retry = { limits: { b: 2, a: 1 }, to: undefined, cents: 30, unknown: 'stripped by the schema' };
    expect(await store.execute('pay', retry, { commandId: 'a', meta: { attempt: 2 } })).toEqual({
      ...first,
      replayed: true,
    });
    const commit = await store.append({ type: 'Paid', data: { cents: 5 } }, { commandId: 'b' });
    const same = { type: 'Paid', data: { to: 'nobody', cents: 5 }, meta: { attempt: 2 } } as const;
    expect(await store.append(same, { commandId: 'b' })).toEqual(commit);
  });

  test('a retry with input that does not fit is refused', async () => {
    await using store = await open(await place());
    await store.execute('pay', { cents: 30 }, { commandId: 'a' });
    const refused = await errorOf(store.execute('pay', { cents: 'thirty' } as never, { commandId: 'a' }));
    expect(refused).toMatchObject({ code: 'COMMAND_INPUT_REJECTED', type: 'pay' });
    expect(refused.issues).toHaveLength(1);
  });
});

test('events, results and the data of a rejection are frozen copies', async () => {
  await using store = await open({ path: ':memory:' });
  const accepted = await store.execute('pay', { cents: 30 }, { commandId: 'a' });
  const rejected = await store.execute('pay', { cents: 90 }, { commandId: 'b' });
  const retried = await store.execute('pay', { cents: 30 }, { commandId: 'a' });
  for (const { events } of [accepted, retried] as any[]) {
    for (const value of [events, events[0], events[0].data, events[1].meta]) expect(Object.isFrozen(value)).toBe(true);
  }
  expect(() => (rejected as any).data.limits.push(1)).toThrow(TypeError);
});

test.each<[string, () => unknown]>([
  ['a Date', () => new Date()],
  ['a bigint', () => ({ n: 1n })],
  ['NaN', () => [Number.NaN]],
  ['more than 64 KiB', () => 'x'.repeat(64 * 1024)],
  ['a promise that rejects', () => Promise.reject(new Error('late'))],
])('data of a rejection that is %s is COMMAND_FAILED', async (_what, make) => {
  const refusing = defineModel({
    name: 'refusing',
    events: {},
    initialState: () => ({}),
    reducers: {},
    commands: { refuse: { input: z.object({}), decide: () => reject('NO', 'no', make()) } },
  });
  await using store = await openStore(refusing, { path: ':memory:' });
  const error = await errorOf(store.execute('refuse', {}, { commandId: 'a' }));
  expect(error).toMatchObject({
    code: 'COMMAND_FAILED',
    type: 'refuse',
    message: expect.stringContaining('rejection'),
  });
});

test('many retries at once read each block once, and each gets its own events', async () => {
  const path = await temporaryPath();
  await using store = await open({ path });
  const calls = () =>
    Array.from({ length: 100 }, (_, n) => store.execute('pay', { cents: n < 10 ? 1 : -n }, { commandId: `c${n}` }));
  const first = await Promise.all(calls());
  const again = await Promise.all(calls());
  expect(again).toEqual(first.map((outcome) => ({ ...outcome, replayed: true })));
});

test('a file has format 1 until the first commit with an id', async () => {
  const path = await temporaryPath();
  const formatOf = async () => {
    const { default: Database } = await import('better-sqlite3');
    const file = new Database(path, { readonly: true });
    try {
      return file.pragma('user_version', { simple: true });
    } finally {
      file.close();
    }
  };
  const store = await open({ path });
  await store.append({ type: 'Paid', data: { cents: 5 } });
  await store.execute('pay', { cents: 1_000 }, { commandId: 'rejected' });
  await store.execute('pay', { cents: 0 }, { commandId: 'nothing' });
  expect(await formatOf()).toBe(1);
  await store.execute('pay', { cents: 5 }, { commandId: 'done' });
  expect(await formatOf()).toBe(2);
  await store.close();
  const log = await openLog({ path, readOnly: true });
  const ids = (await Array.fromAsync(log.events())).map(({ commandId }) => commandId);
  expect(ids).toEqual([undefined, 'done', 'done']);
  await log.close();
});

test('whatever calls, retries, compactions and reopenings come: each id has one outcome, as a list of calls says', async () => {
  const call = fc.record({
    id: fc.integer({ min: 0, max: 5 }),
    cents: fc.integer({ min: 0, max: 60 }),
    how: fc.constantFrom('pay', 'append'),
    after: fc.constantFrom('nothing', 'nothing', 'compact', 'reopen', 'discard'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 25 }), fc.boolean(), async (calls, inFile) => {
      const options: StoreOptions = inFile ? { path: await temporaryPath() } : { log: new MemoryContents() };
      let store = await open({ ...options, history: 'discard' });
      const known = new Map<number, { readonly asked: string; readonly answer: any }>();
      for (const { id, cents, how, after } of calls) {
        const asked = `${how} ${cents}`;
        const earlier = known.get(id);
        const before = store.sequence;
        const run = () =>
          how === 'pay'
            ? store.execute('pay', { cents }, { commandId: `c${id}` })
            : store.append({ type: 'Paid', data: { cents } }, { commandId: `c${id}` });
        if (earlier !== undefined && earlier.asked !== asked) {
          expect((await errorOf(run())).code).toBe('COMMAND_ID_REUSED');
        } else {
          const answer: any = await run();
          if (earlier === undefined) known.set(id, { asked, answer });
          else expect(answer).toEqual(againOf(earlier.answer, store.stats().firstSequence));
        }
        if (earlier !== undefined) expect(store.sequence).toBe(before);
        if (after === 'compact') await store.compact();
        if (after === 'discard') await discard(store);
        if (after !== 'reopen') continue;
        await store.close();
        store = await open({ ...options, history: 'discard' });
      }
      expect((await store.verify()).ok).toBe(true);
      await store.close();
    }),
    { numRuns: sample(25) },
  );
});

/** What a retry is answered, given the first answer. */
function againOf(first: any, firstSequence: number): unknown {
  if (first.status === undefined) return first; // the answer to an append
  const isDropped = first.commit !== undefined && first.commit?.firstSequence < firstSequence;
  return { ...first, ...(isDropped && { events: undefined }), replayed: true };
}

/** Drops what two snapshots no longer need. */
async function discard(store: Awaited<ReturnType<typeof open>>): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await store.append({ type: 'Noted', data: { text: 'x' } });
    await store.snapshot();
  }
  await store.compact();
}
