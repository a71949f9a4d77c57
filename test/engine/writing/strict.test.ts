/** Strict folding finds a reducer that depends on more than its three arguments, and names event, place and reason. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  ascending,
  defineModel,
  OrderedMap,
  openStore,
  type RefoldError,
  type StoreOptions,
} from '../../../src/index.ts';
import { openTemporaryStore } from '../../../src/testing.ts';

type Reducer = (state: any, data: any, event: any) => void;

const initial = () => ({
  rows: new Map<unknown, any>([1, 2].map((n) => [n, { n, tags: [n] }])),
  levels: new OrderedMap<number, any>(ascending, [[1, { n: 1 }]]),
  list: [] as unknown[],
  value: null as unknown,
});

const modelOf = (Changed: Reducer, initialState: () => object = initial) =>
  defineModel({
    name: 'strict',
    events: { Changed: z.object({ n: z.number() }), Added: z.object({ n: z.number() }) },
    initialState: initialState as () => any,
    reducers: { Changed, Added: (state: any, { n }) => void state.list.push(n) },
  });

async function refusal(
  Changed: Reducer,
  options: Partial<StoreOptions> = {},
  initialState = initial,
  appends = 3,
): Promise<RefoldError> {
  await using store = await openStore(modelOf(Changed, initialState), { path: ':memory:', strict: true, ...options });
  await store.append({ type: 'Added', data: { n: 0 } });
  for (let index = 0; index < appends; index++) {
    const hash = await store.stateHash();
    const error = await store.append({ type: 'Changed', data: { n: index } }).then(
      () => undefined,
      (thrown) => thrown,
    );
    if (error === undefined) continue;
    if (options.fold !== 'direct') {
      expect(await store.stateHash()).toBe(hash);
      await store.append({ type: 'Added', data: { n: 1 } });
      expect((await store.verify()).ok).toBe(true);
    }
    return error;
  }
  throw new Error('it was not found');
}

const MODULE = { counter: 0, kept: undefined as any, list: [1] as number[], last: undefined as any };
let odd = false;

const HABITS: [string, Reducer, at: string, likely: RegExp][] = [
  ['reads the clock', (s) => void (s.value = Date.now()), 'value', /reads the clock/],
  ['makes a Date of now', (s) => void (s.value = { at: new Date() }), 'value.at', /reads the clock/],
  ['writes the time as text', (s) => void (s.value = new Date().toISOString()), 'value', /reads the clock/],
  ['measures', (s) => void s.rows.set(5, { took: performance.now() }), 'rows[5].took', /reads the clock/],
  ['rolls dice', (s) => void (s.value = Math.random()), 'value', /random/],
  ['makes ids', (s) => void s.rows.set(crypto.randomUUID(), { n: 1 }), 'rows', /random/],
  ['counts in a closure', (s) => void (s.value = MODULE.counter++), 'value', /besides its three arguments/],
  [
    'reads a variable that turns',
    (s) => {
      odd = !odd;
      s.rows.get(1).n = odd ? 1 : 2;
    },
    'rows[1].n',
    /besides/,
  ],
  [
    'keeps a reference and changes it later',
    (s) => {
      if (MODULE.kept) MODULE.kept.n++;
      MODULE.kept = s.rows.get(1);
      s.rows.get(1).n += 2;
    },
    '',
    /./,
  ],
  ['puts a constant of the module there', (s) => void (s.value = MODULE.list), 'value', /comes from outside/],
  [
    'puts its part there',
    (s) => {
      MODULE.last ??= ['x'];
      s.rows.set(3, { tags: MODULE.last });
    },
    'rows[3].tags',
    /comes from outside/,
  ],
  [
    'fails the second time',
    () => {
      if ((odd = !odd)) return;
      throw new Error('odd');
    },
    '',
    /./,
  ],
  [
    'adds in another order',
    (s) => {
      const two = (odd = !odd) ? ['a', 'b'] : ['b', 'a'];
      for (const key of two) s.rows.set(key, 1);
    },
    'rows',
    /order/,
  ],
];

describe.each(['atomic', 'direct'] as const)('under the %s fold, a reducer that', (fold) => {
  test.each(HABITS)('%s', async (_what, reducer, at, likely) => {
    MODULE.kept = MODULE.last = undefined;
    MODULE.list = [1];
    const error = await refusal(reducer, { fold });
    const told = error.code === 'STORE_FAILED' ? (error.cause as RefoldError) : error;
    expect(told.code).toBe('REDUCER_FAILED');
    expect(told.type).toBe('Changed');
    expect(told.at ?? '').toContain(at);
    expect(told.message).toMatch(likely);
    expect(told.hint).toBeTruthy();
  });
});

test('in a state too large to be compared as a whole, the values that either fold touched are compared', async () => {
  const large = () => ({
    ...initial(),
    rows: new Map<unknown, any>(Array.from({ length: 12_000 }, (_, n) => [n, { n, tags: [n] }])),
  });
  for (const fold of ['atomic', 'direct'] as const) {
    const error = await refusal((s) => void (s.rows.get(Math.floor(Math.random() * 12_000)).n = -1), { fold }, large);
    expect(error.message).toMatch(/random/);
    const values = await refusal(
      (s) => {
        for (const row of s.rows.values()) row.n = Date.now();
      },
      { fold },
      large,
    );
    expect(values.at).toBe('rows[0].n');
    const levels = await refusal((s) => void (s.levels.first()[1].n = Date.now()), { fold }, large);
    expect(levels.at).toBe('levels[1].n');
  }
});

test('an event in the middle of a commit is named', async () => {
  await using store = await openStore(
    modelOf((s) => void (s.value = Math.random())),
    { path: ':memory:', strict: true },
  );
  const added = { type: 'Added', data: { n: 1 } } as const;
  const append = store.append([added, { type: 'Changed', data: { n: 1 } }, added]);
  await expect(append).rejects.toMatchObject({ code: 'REDUCER_FAILED', sequence: 2, at: 'value' });
  expect(store.sequence).toBe(0);
});

test('under the direct fold, what the shadow refuses leaves the store as it was', async () => {
  const shares: Reducer = (s) => void (s.value = s.rows.get(1));
  await using store = await openStore(modelOf(shares), { path: ':memory:', strict: true, fold: 'direct' });
  const added = { type: 'Added', data: { n: 1 } } as const;
  const append = store.append([added, { type: 'Changed', data: { n: 1 } }]);
  await expect(append).rejects.toMatchObject({ code: 'REDUCER_FAILED', at: 'rows[1]' });
  await store.append(added);
  expect([store.sequence, (store.state as any).list]).toEqual([1, [1]]);
});

test('the values are shown, and long ones are shortened', async () => {
  const error = await refusal((s) => void (s.value = `${'x'.repeat(500)}${Math.random()}`));
  expect(error.message.length).toBeLessThan(700);
  const short = await refusal((s) => void (s.value = [MODULE.counter++]));
  expect(short.message).toMatch(/value\[0\] is \d+, and \d+ when the event is folded a second time/);
});

test('an honest model is not disturbed: many commits, tables, ordered tables, dates and bytes', async () => {
  const honest: Reducer = (s, { n }, event) => {
    s.rows.set(n, { n, tags: [n], at: new Date(event.recordedAt), bytes: new Uint8Array([n % 256]) });
    if (s.rows.size > 50) s.rows.delete([...s.rows.keys()][0]);
    s.levels.set(n % 20, { n });
    s.levels.last()[1].n++;
    s.value = { rows: s.rows.size, when: Date.UTC(2020, 1, n % 28), iso: new Date(event.recordedAt).toISOString() };
  };
  for (const fold of ['atomic', 'direct'] as const) {
    await using temporary = await openTemporaryStore(modelOf(honest), { fold });
    for (let n = 0; n < 250; n++)
      await temporary.store.append([
        { type: 'Changed', data: { n } },
        { type: 'Added', data: { n } },
      ]);
    expect((await temporary.store.verify()).ok).toBe(true);
  }
  expect(Date.now()).toBeLessThan(Date.UTC(2100, 0));
});

test('is on in refold/testing, and can be turned off', async () => {
  const model = modelOf((s) => void (s.value = Date.now()));
  await using strict = await openTemporaryStore(model);
  await expect(strict.store.append({ type: 'Changed', data: { n: 1 } })).rejects.toMatchObject({
    code: 'REDUCER_FAILED',
  });
  await using loose = await openTemporaryStore(model, { strict: false });
  await loose.store.append({ type: 'Changed', data: { n: 1 } });
  await expect(openStore(model, { path: ':memory:', strict: 1 as never })).rejects.toMatchObject({
    code: 'INVALID_OPTION',
  });
});
