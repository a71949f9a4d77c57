/** Type tests: compiled by `npm run types`, never run. Each `@ts-expect-error` says what must not compile. */
import { z } from 'zod';
import {
  ascending,
  type CatalogOf,
  type CommandsOf,
  type Commit,
  type DeepReadonly,
  Deque,
  defineModel,
  defineProjection,
  type EventOf,
  type InputOf,
  type Json,
  type LogCare,
  type LogSource,
  type LogStore,
  MemoryContents,
  OrderedMap,
  openStore,
  type ReadonlyDeque,
  type ReadonlyOrderedMap,
  type RecordedEventOf,
  reject,
  type StateOf,
  type Store,
  type StoreOf,
  stateAt,
} from '../../src/index.ts';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function assertType<_T extends true>(): void {}

interface Order {
  quantity: number;
  tags: string[];
}

const model = defineModel({
  name: 'orders',
  events: {
    Placed: z.object({ id: z.int(), quantity: z.int() }),
    Dated: {
      version: 2,
      schema: z.object({ at: z.coerce.date().transform((d) => d.getTime()) }),
      upcast: { 1: (old) => old },
    },
  },
  initialState: () => ({
    orders: new Map<number, Order>(),
    levels: new OrderedMap<number, { size: number }>(ascending),
    waiting: new Deque<string>(),
    n: 0,
  }),
  reducers: {
    Placed(state, data, event) {
      assertType<Equal<typeof data, { id: number; quantity: number }>>();
      assertType<Equal<typeof event.type, 'Placed'>>();
      state.orders.set(data.id, { quantity: data.quantity, tags: [] });
      // @ts-expect-error the data has no price
      state.n = data.price;
    },
    Dated(state, data) {
      assertType<Equal<typeof data.at, number>>();
      state.n = data.at;
    },
  },
  commands: {
    place: {
      input: z.object({ id: z.int(), quantity: z.int().default(1) }),
      decide: (state, input, { now }) => {
        assertType<Equal<typeof input.quantity, number>>();
        assertType<Equal<typeof now, number>>();
        // @ts-expect-error decide must not change the state
        state.orders.set(1, { quantity: 1, tags: [] });
        return state.orders.has(input.id)
          ? reject('TAKEN', 'the id is in use')
          : { type: 'Placed', data: { ...input } };
      },
    },
    name: {
      input: z.object({}),
      decide: (state, _input, { fold }) => {
        const after = fold({ type: 'Placed', data: { id: 1, quantity: 2 } });
        assertType<Equal<typeof after.n, number>>();
        // @ts-expect-error the view is read-only
        after.n = 1;
        // @ts-expect-error there is no such event
        fold({ type: 'Removed', data: {} });
        return state.n > 0 ? reject('NAMED', 'it has a name') : { result: { name: String(after.n) } };
      },
    },
    total: {
      input: z.object({ add: z.int() }),
      decide: (state, { add }, { event }) => {
        if (add < 0) return reject('NEGATIVE', 'add something');
        if (add === 0) return [];
        if (add > 9) return [1, 2].map((id) => event('Placed', { id, quantity: add }));
        // @ts-expect-error the quantity is missing
        event('Placed', { id: 1 });
        // @ts-expect-error the type does not exist
        event('Removed', {});
        return { events: [{ type: 'Placed', data: { id: 1, quantity: add } }], result: { n: state.n + add } };
      },
    },
  },
  invariants: { positive: (state) => state.n >= 0 },
});

assertType<Equal<StateOf<typeof model>['n'], number>>();
type Events = CatalogOf<typeof model>;
assertType<Equal<Extract<EventOf<Events>, { type: 'Placed' }>['data'], { id: number; quantity: number }>>();
assertType<Equal<Extract<RecordedEventOf<Events>, { type: 'Dated' }>['data']['at'], number>>();

defineModel({
  name: 'incomplete',
  events: { A: z.object({}), B: z.object({}) },
  initialState: () => ({}),
  // @ts-expect-error the reducer for B is missing
  reducers: { A() {} },
});

defineModel({
  name: 'stray',
  events: { A: z.object({}) },
  initialState: () => ({}),
  // @ts-expect-error there is no event type C
  reducers: { A() {}, C() {} },
});

export async function usage(): Promise<void> {
  await using store = await openStore(model, { path: ':memory:' });
  assertType<Equal<StoreOf<typeof model>, typeof store>>();
  const anyStore: Store = store;
  for await (const event of anyStore.events({ types: ['Placed'] })) void event.sequence;

  await store.append({ type: 'Placed', data: { id: 1, quantity: 2 } });
  await store.append([{ type: 'Dated', data: { at: '2020-01-01' } }], { expectedSequence: 1 });
  // @ts-expect-error the type does not exist
  await store.append({ type: 'Removed', data: {} });
  // @ts-expect-error the quantity is missing
  await store.append({ type: 'Placed', data: { id: 1 } });

  const outcome = await store.execute('place', { id: 1 }, { commandId: 'c1' });
  if (outcome.status === 'accepted') {
    assertType<Equal<typeof outcome.commit, Commit | undefined>>();
    assertType<Equal<typeof outcome.events, readonly RecordedEventOf<Events>[] | undefined>>();
  } else {
    assertType<Equal<typeof outcome.code, string>>();
    assertType<Equal<typeof outcome.data, Json | undefined>>();
  }
  assertType<Equal<typeof outcome.replayed, boolean>>();
  // @ts-expect-error a rejection has no result
  if (outcome.status === 'rejected') void outcome.result;
  if (outcome.status === 'accepted') assertType<Equal<typeof outcome.result, undefined>>();
  const total = await store.execute('total', { add: 1 });
  if (total.status === 'accepted') assertType<Equal<typeof total.result, { n: number } | undefined>>();
  const named = await store.execute('name', {});
  if (named.status === 'accepted') assertType<Equal<typeof named.result, { name: string }>>();
  const transacted = await store.transact((tx) => {
    assertType<Equal<typeof tx.state.n, number>>();
    tx.append({ type: 'Placed', data: { id: 1, quantity: 2 } });
    // @ts-expect-error the quantity is missing
    tx.append({ type: 'Placed', data: { id: 1 } });
    // @ts-expect-error the state is read-only
    tx.state.n = 1;
    return tx.state.orders.size;
  });
  assertType<Equal<typeof transacted.result, number>>();
  // @ts-expect-error there may not be a commit
  void transacted.commit.firstSequence;
  // @ts-expect-error there is no such command
  await store.execute('remove', {});
  // @ts-expect-error the input needs an id
  await store.execute('place', {});

  // @ts-expect-error the state is read-only
  store.state.n = 1;
  // @ts-expect-error its tables are read-only
  store.state.orders.delete(1);
  // @ts-expect-error their entries are read-only at every level
  store.state.orders.get(1)?.tags.push('x');
  // @ts-expect-error ordered tables are read-only
  store.state.levels.clear();
  assertType<
    Equal<DeepReadonly<OrderedMap<number, { size: number }>>, ReadonlyOrderedMap<number, { readonly size: number }>>
  >();
  assertType<Equal<DeepReadonly<Deque<{ size: number }>>, ReadonlyDeque<{ readonly size: number }>>>();
  // @ts-expect-error a deque in the state is read-only
  store.state.waiting.push('x');
  assertType<Equal<ReturnType<typeof store.state.waiting.at>, string | undefined>>();
  const first = store.state.levels.first();
  if (first) assertType<Equal<(typeof first)[1], { readonly size: number }>>();

  for await (const event of store.events({ types: ['Placed'] })) {
    assertType<Equal<typeof event.type, 'Placed'>>();
    assertType<Equal<typeof event.data.quantity, number>>();
  }
  for await (const event of store.events({ types: ['Placed', 'Dated'], from: 2 })) {
    assertType<Equal<typeof event.type, 'Placed' | 'Dated'>>();
    if (event.type === 'Dated') assertType<Equal<typeof event.data.at, number>>();
  }
  for await (const event of store.events()) assertType<Equal<typeof event.type, 'Placed' | 'Dated'>>();
  for await (const event of store.events({ to: 3 })) assertType<Equal<typeof event.type, 'Placed' | 'Dated'>>();
  for await (const event of store.events({
    tag: 'order:1',
    types: ['Dated'],
    reverse: true,
    limit: 3,
    sequences: [1],
  })) {
    assertType<Equal<typeof event.type, 'Dated'>>();
  }
  for await (const commit of store.commits({ from: 2, to: { time: 5 } })) {
    assertType<Equal<(typeof commit)[number]['type'], 'Placed' | 'Dated'>>();
  }
  store.events({ from: { time: new Date() }, to: { time: 5 } });
  // @ts-expect-error a bound is a sequence or a time
  store.events({ from: { sequence: 5 } });
  assertType<Equal<Awaited<ReturnType<typeof store.locate>>, number>>();
  assertType<Equal<ReturnType<typeof store.stats>['untaggedEvents'], number | undefined>>();
  // @ts-expect-error there is no such type to read
  store.events({ types: ['Removed'] });
  for await (const event of store.follow({ types: ['Placed'] })) assertType<Equal<typeof event.type, 'Placed'>>();
  for await (const event of store.follow()) assertType<Equal<typeof event.type, 'Placed' | 'Dated'>>();
  for await (const { events, sequence, caughtUp } of store.follow({ batches: true, types: ['Dated'] })) {
    assertType<Equal<(typeof events)[0]['data']['at'], number>>();
    assertType<Equal<[typeof sequence, typeof caughtUp], [number, boolean]>>();
  }
  // @ts-expect-error there is no such type to follow
  store.follow({ types: ['Removed'] });
  const watched = store.watch();
  assertType<Equal<typeof watched.state, typeof store.state>>();
  for await (const event of watched.events) assertType<Equal<typeof event.type, 'Placed' | 'Dated'>>();
  for await (const { events } of store.watch({ batches: true, types: ['Placed'] }).events)
    assertType<Equal<(typeof events)[0]['type'], 'Placed'>>();
  // @ts-expect-error a watch begins at the state
  store.watch({ from: 3 });
  const past = await store.at({ time: new Date() });
  const same = await stateAt(model, { path: 'orders.db', at: { time: new Date() } });
  assertType<Equal<typeof same, typeof past>>();
  // @ts-expect-error a position is required
  await stateAt(model, { path: 'orders.db' });
  past.state.n = 7; // a copy for the caller
  store.subscribe((events) => assertType<Equal<(typeof events)[0]['sequence'], number>>())();

  assertType<Equal<InputOf<typeof model, 'place'>, { id: number; quantity?: number | undefined }>>();
  assertType<Equal<keyof CommandsOf<typeof model>, 'place' | 'name' | 'total'>>();
  // @ts-expect-error there is no such command
  type _Absent = InputOf<typeof model, 'remove'>;
  const events = [model.event('Placed', { id: 1, quantity: 2 }), model.event('Dated', { at: '2020-01-01' })];
  await store.append(events);
  // @ts-expect-error the quantity is missing
  model.event('Placed', { id: 1 });
  // @ts-expect-error the type does not exist
  model.event('Removed', {});
  await openStore(model, { path: 'x', remember: { outcomes: 5 } });
  // @ts-expect-error there is no such bound
  await openStore(model, { path: 'x', remember: { bytes: 5 } });

  const sizes = defineProjection(model, {
    name: 'sizes',
    initialState: () => ({ total: 0 }),
    reducers: {
      Placed(state, data, event) {
        assertType<Equal<typeof data.quantity, number>>();
        assertType<Equal<typeof event.type, 'Placed'>>();
        state.total += data.quantity;
      },
    },
  });
  assertType<Equal<Awaited<ReturnType<typeof store.project<{ total: number }>>>['state']['total'], number>>();
  void (await store.project(sizes)).state.total;
  // @ts-expect-error there is no event type Removed
  defineProjection(model, { name: 'stray', initialState: () => ({}), reducers: { Removed() {} } });

  const view = await store.project(
    defineProjection({
      name: 'totals',
      initialState: () => ({ total: 0 }),
      reducers: {
        Placed(state, data) {
          assertType<Equal<typeof data.quantity, number>>();
          state.total += data.quantity;
        },
      },
    }),
  );
  assertType<Equal<typeof view.state.total, number>>();

  const source: LogSource = { name: 'log', open: (asked) => new MemoryContents().open(asked) };
  await openStore(model, { log: source, durability: 'os' });
  await stateAt(model, { log: source, at: { sequence: 1 } });
  const log: LogStore = await source.open({ readOnly: true });
  await openStore(model, { log });
  const care: LogCare | undefined = log.care;
  await care?.seal({ through: log.head().sequence });
  // @ts-expect-error what a log may do is not what it must do
  await log.seal({ through: 1 });
  // @ts-expect-error a source has a name
  await openStore(model, { log: { open: source.open } });

  const told = defineModel({
    name: 'told',
    meta: z.object({ actor: z.string(), at: z.int().default(1) }),
    events: { Told: z.object({ text: z.string() }) },
    initialState: () => ({ actor: '' }),
    reducers: {
      Told(state, _data, event) {
        assertType<Equal<typeof event.meta.at, number>>();
        state.actor = event.meta.actor;
      },
    },
    commands: {
      tell: { input: z.object({ text: z.string() }), decide: (_state, { text }) => ({ type: 'Told', data: { text } }) },
    },
  });
  const tales = await openStore(told, { path: ':memory:' });
  await tales.append({ type: 'Told', data: { text: 'x' }, meta: { actor: 'ada' } });
  // @ts-expect-error the meta is missing
  await tales.append({ type: 'Told', data: { text: 'x' } });
  // @ts-expect-error the meta does not fit
  await tales.append({ type: 'Told', data: { text: 'x' }, meta: { actor: 5 } });
  await tales.append(told.event('Told', { text: 'x' }, { actor: 'ada' }));
  // @ts-expect-error the meta is missing
  told.event('Told', { text: 'x' });
  await tales.execute('tell', { text: 'x' }, { meta: { actor: 'ada' } });
  // @ts-expect-error the meta does not fit
  await tales.execute('tell', { text: 'x' }, { meta: { who: 'ada' } });
  for await (const event of tales.events()) assertType<Equal<typeof event.meta.actor, string>>();

  // @ts-expect-error durability has three levels
  await openStore(model, { path: 'x', durability: 'never' });
}

/** An event type with tags needs no version, and its data is typed as ever. */
export const tagged = defineModel({
  name: 'tagged',
  events: { Moved: { schema: z.object({ from: z.string(), to: z.string() }), tags: (d) => [`account:${d.from}`] } },
  initialState: () => ({ last: '' }),
  reducers: {
    Moved(state, data) {
      assertType<Equal<typeof data, { from: string; to: string }>>();
      state.last = data.to;
    },
  },
});

defineModel({
  name: 'numbers',
  events: {
    // @ts-expect-error tags are texts
    Moved: { schema: z.object({ from: z.int() }), tags: () => [1] },
  },
  initialState: () => ({}),
  reducers: { Moved() {} },
});

/** Retired types: read, not appended, and without a reducer if the state ignores them. */
const evolved = defineModel({
  name: 'evolved',
  formerly: ['orders'],
  version: 1,
  fingerprint: 'version',
  events: {
    Placed: { schema: z.object({ id: z.int() }), from: { Ordered: (data) => [{ id: data.id }] } },
    Shipped: { schema: z.object({ to: z.string() }), retired: true },
    Lost: { schema: z.object({ why: z.string() }), retired: true },
  },
  initialState: () => ({ n: 0 }),
  reducers: {
    Placed: (state, { id }) => void (state.n += id),
    Lost: (state, { why }) => void (state.n -= why.length),
  },
});
assertType<Equal<EventOf<CatalogOf<typeof evolved>>['type'], 'Placed'>>();
assertType<Equal<RecordedEventOf<CatalogOf<typeof evolved>>['type'], 'Placed' | 'Shipped' | 'Lost'>>();
// @ts-expect-error a retired type is not made
evolved.event('Shipped', { to: 'x' });
// @ts-expect-error a retired type is not appended
const shipped: EventOf<CatalogOf<typeof evolved>> = { type: 'Shipped', data: { to: 'x' } };
void shipped;
defineModel({
  name: 'without',
  events: { Placed: z.object({}), Shipped: { schema: z.object({}), retired: true } },
  initialState: () => ({}),
  // @ts-expect-error a type that may be appended needs a reducer
  reducers: {},
});
defineModel({
  name: 'kind',
  // @ts-expect-error a fingerprint is of the sources or of the version
  fingerprint: 'hash',
  events: {},
  initialState: () => ({}),
  reducers: {},
});
