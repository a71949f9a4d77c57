/** A store whose state has Maps in the entries of its tables: what readers, decisions, transactions and replicas see. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineModel, defineProjection, openStore } from '../../src/index.ts';
import { checkModel } from '../../src/testing.ts';
import { errorOf, temporaryPath } from './harness.ts';

interface Cart {
  owner: string;
  notes: string[];
  lines: Map<string, { quantity: number }>;
}

const opened = z.object({ cart: z.string(), owner: z.string() });
const added = z.object({ cart: z.string(), product: z.string(), quantity: z.int() });

const carts = defineModel({
  name: 'nested-carts',
  events: {
    Opened: opened,
    Added: added,
    Removed: z.object({ cart: z.string(), product: z.string() }),
    Noted: z.object({ cart: z.string(), note: z.string() }),
    Archived: z.object({ cart: z.string() }),
    Merged: z.object({ from: z.string(), to: z.string() }),
    Shared: z.object({ from: z.string(), to: z.string() }),
    Imported: z.object({ count: z.int() }),
  },
  initialState: () => ({
    carts: new Map<string, Cart>(),
    archive: new Map<string, Cart>(),
    imported: [] as number[],
  }),
  reducers: {
    Opened: ({ carts }, { cart, owner }) => void carts.set(cart, { owner, notes: [], lines: new Map() }),
    Added({ carts }, { cart, product, quantity }) {
      const { lines } = carts.get(cart)!;
      const line = lines.get(product);
      if (line === undefined) lines.set(product, { quantity });
      else line.quantity += quantity;
    },
    Removed({ carts }, { cart, product }) {
      if (!carts.get(cart)!.lines.delete(product)) throw new Error(`no ${product}`);
    },
    Noted: ({ carts }, { cart, note }) => void carts.get(cart)!.notes.push(note),
    Archived(state, { cart }) {
      state.archive.set(cart, state.carts.get(cart)!);
      state.carts.delete(cart);
    },
    Merged({ carts }, { from, to }) {
      carts.get(to)!.lines = carts.get(from)!.lines;
      carts.delete(from);
    },
    Shared: ({ carts }, { from, to }) => void (carts.get(to)!.lines = carts.get(from)!.lines),
    Imported: (state, { count }) => void (state.imported = Array.from({ length: count }, (_, n) => n)),
  },
  commands: {
    take: {
      input: added,
      decide(state, input, { fold }) {
        const lines = (after: typeof state): string => [...after.carts.get(input.cart)!.lines.keys()].join();
        const first = fold([{ type: 'Added', data: input }]);
        const second = fold([{ type: 'Removed', data: { cart: input.cart, product: 'tea' } }]);
        const result = { before: lines(state), with: lines(first), without: lines(second) };
        return { events: [{ type: 'Added' as const, data: input }], result };
      },
    },
  },
});

const open = (cart: string) => ({ type: 'Opened' as const, data: { cart, owner: `owner of ${cart}` } });
const add = (cart: string, product: string, quantity = 1) => ({
  type: 'Added' as const,
  data: { cart, product, quantity },
});
const keys = (cart: { readonly lines: ReadonlyMap<string, unknown> } | undefined): string[] => [...cart!.lines.keys()];

describe.each([
  ['atomic', false],
  ['direct', false],
  ['atomic', true],
  ['direct', true],
] as const)('under the %s fold, strict %s', (fold, strict) => {
  test('the state is the same live, from a snapshot, after a replay and in the past', async () => {
    const path = await temporaryPath();
    const store = await openStore(carts, { path, fold, strict });
    await store.append([open('a'), open('b'), add('a', 'tea'), add('a', 'milk'), add('b', 'jam')]);
    await store.snapshot();
    await store.append({ type: 'Removed', data: { cart: 'a', product: 'tea' } });
    await store.append([add('a', 'tea', 2), { type: 'Archived', data: { cart: 'b' } }]);
    await store.append({ type: 'Noted', data: { cart: 'a', note: 'n' } });
    const hash = await store.stateHash();
    expect(keys(store.state.carts.get('a'))).toEqual(['milk', 'tea']);
    expect(keys((await store.at({ sequence: 5 })).state.carts.get('a'))).toEqual(['tea', 'milk']);
    expect((await store.verify()).problems).toEqual([]);
    await store.close();
    await using again = await openStore(carts, { path, fold, strict });
    expect(await again.stateHash()).toBe(hash);
    await again.append(add('a', 'jam'));
    expect(keys(again.state.carts.get('a'))).toEqual(['milk', 'tea', 'jam']);
  });

  test('decisions and transactions see a Map in an entry as it would be', async () => {
    await using store = await openStore(carts, { path: ':memory:', fold, strict });
    await store.append([open('a'), add('a', 'tea')]);
    const taken = await store.execute('take', { cart: 'a', product: 'milk', quantity: 1 });
    expect(taken).toMatchObject({ result: { before: 'tea', with: 'tea,milk', without: '' } });
    const { result } = await store.transact((tx) => {
      const cart = tx.state.carts.get('a');
      tx.append(add('a', 'jam'));
      tx.append({ type: 'Removed', data: { cart: 'a', product: 'tea' } });
      if (fold === 'atomic')
        expect(() => tx.append({ type: 'Removed', data: { cart: 'a', product: 'tea' } })).toThrow();
      return [keys(tx.state.carts.get('a')), strict || fold === 'direct' ? undefined : cart?.owner];
    });
    expect(result[0]).toEqual(['milk', 'jam']);
    expect(keys(store.state.carts.get('a'))).toEqual(['milk', 'jam']);
  });
});

test('a Map in an entry is live, and what a commit is refused for leaves no trace in it', async () => {
  await using store = await openStore(carts, { path: ':memory:' });
  await store.append([open('a'), open('b'), add('a', 'tea')]);
  const cart = store.state.carts.get('a')!;
  const copy = new Map(cart.lines);
  await store.append(add('a', 'milk'));
  expect(store.state.carts.get('a')).toBe(cart);
  expect(keys(cart)).toEqual(['tea', 'milk']);
  expect([...copy.keys()]).toEqual(['tea']);
  const hash = await store.stateHash();
  const refused = await errorOf(store.append([add('a', 'jam'), { type: 'Shared', data: { from: 'a', to: 'b' } }]));
  expect(refused).toMatchObject({ code: 'REDUCER_FAILED', sequence: 6, type: 'Shared' });
  expect([refused.at, refused.message].join()).toMatch(
    /carts\.a\.lines.*carts\.b\.lines|carts\.b\.lines.*carts\.a\.lines/,
  );
  expect(keys(cart)).toEqual(['tea', 'milk']);
  expect(await store.stateHash()).toBe(hash);
  await store.append({ type: 'Merged', data: { from: 'a', to: 'b' } });
  expect(store.state.carts.get('b')!.lines).toBe(cart.lines);
});

test('a live replica and a projection fold it as the writer does', async () => {
  const path = await temporaryPath();
  await using store = await openStore(carts, { path });
  await store.append([open('a'), add('a', 'tea')]);
  await using replica = await openStore(carts, { path, readOnly: true, live: true });
  const { lines } = replica.state.carts.get('a')!;
  const projection = defineProjection({
    name: 'owners',
    initialState: () => ({ owners: new Map<string, { carts: Map<string, number> }>() }),
    reducers: {
      Opened({ owners }, data) {
        const { cart, owner } = data as z.output<typeof opened>;
        owners.set(owner, { carts: new Map([[cart, 0]]) });
      },
      Added({ owners }, data) {
        const { cart, quantity } = data as z.output<typeof added>;
        const owned = owners.get(`owner of ${cart}`)!.carts;
        owned.set(cart, owned.get(cart)! + quantity);
      },
    },
  });
  const view = await replica.project(projection);
  await store.append([add('a', 'milk', 3), add('a', 'tea')]);
  await replica.waitFor(4);
  expect([...lines.keys()]).toEqual(['tea', 'milk']);
  expect(await replica.stateHash()).toBe(await store.stateHash());
  await expect.poll(() => view.state.owners.get('owner of a')!.carts.get('a')).toBe(5);
});

test('checkModel accepts the model', () => {
  checkModel(carts, [[open('a')], [add('a', 'tea'), add('a', 'milk')], [{ type: 'Archived', data: { cart: 'a' } }]]);
});

test('a large value that is not a table is warned of once, with its path and what to do', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error): unknown => warning.name === 'RefoldShapeWarning' && warnings.push(warning);
  process.on('warning', note);
  try {
    await using store = await openStore(carts, { path: ':memory:' });
    for (const count of [3_000, 3_001, 3_002]) await store.append({ type: 'Imported', data: { count } });
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^In the state of :memory:, imported is an array of 3,001 items\. .*Map.*Deque/),
    ]);
  } finally {
    process.off('warning', note);
  }
});
