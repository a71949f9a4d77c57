/** Habits outside the reducers: writes within a write, clocks, upcasters, listeners, projections. */
import { z } from 'zod';
import { defineProjection, OrderedMap } from '../../../src/index.ts';
import { eventAt, type Habit, habit } from './habit.ts';

/** Ignores the result of a write within a write: 0.1.0 accepted it. */
const ignored = (promise: Promise<unknown> | undefined): void => void promise?.catch(() => {});

/** A clock with a single reading: with it, 0.1.0 could still read the log after a write within a write. */
const still = () => () => 1_000;

const usual = z.object({ n: z.int(), part: z.object({ x: z.int() }) });

/** The first event is written twice, so that the other type has one writer outside and one inside. */
const count = (state: any, { n }: { n: number }): void => void state.list.push(n);

export const outside: readonly Habit[] = [
  habit(
    'append-inside-a-reducer',
    (outside) => ({
      reducers: {
        Outer(state, { n }) {
          ignored(outside.store?.append(eventAt(100 + n, 'Inner')));
          state.list.push(n);
        },
        Inner: count,
      },
    }),
    { script: ['Outer', 'Inner', 'Outer'], clock: still },
  ),
  habit(
    'append-inside-a-reducer-while-the-clock-ticks',
    (outside) => ({
      reducers: {
        Outer(state, { n }) {
          ignored(outside.store?.append(eventAt(100 + n, 'Inner')));
          state.list.push(n);
        },
        Inner: count,
      },
    }),
    { script: ['Outer', 'Inner', 'Outer'] },
  ),
  habit(
    'append-inside-a-reducer-under-the-direct-fold',
    (outside) => ({
      reducers: {
        Outer(state, { n }) {
          ignored(outside.store?.append(eventAt(100 + n, 'Inner')));
          state.list.push(n);
        },
        Inner: count,
      },
    }),
    { script: ['Outer', 'Inner'], fold: 'direct', clock: still },
  ),
  habit(
    'append-inside-a-schema',
    (outside) => ({
      events: {
        Outer: usual.refine(() => {
          ignored(outside.store?.append(eventAt(100, 'Inner')));
          return true;
        }),
        Inner: usual,
      },
      reducers: { Outer: count, Inner: count },
    }),
    { script: ['Outer', 'Inner', 'Outer'], clock: still },
  ),
  habit('append-inside-a-getter-of-the-input', () => ({ reducers: { Outer: count, Inner: count } }), {
    async write(store) {
      const { data, ...rest } = eventAt(1, 'Outer') as { type: string; data: { n: number } };
      const part = {
        get x() {
          ignored(store.append(eventAt(100, 'Inner')));
          return 1;
        },
      };
      await store.append({ ...rest, data: { n: data.n, part } });
      await store.append(eventAt(2, 'Inner'));
    },
    clock: still,
  }),
  habit(
    'append-inside-a-comparator',
    (outside) => {
      let appended = false;
      return {
        initialState: () => ({
          tree: new OrderedMap<number, number>((a, b) => {
            if (!appended && b === 2) {
              appended = true;
              ignored(outside.store?.append(eventAt(100, 'Inner')));
            }
            return a - b;
          }),
          list: [],
        }),
        reducers: { Outer: (s, { n }) => void s.tree.set(n, n), Inner: count },
      };
    },
    { script: ['Outer', 'Outer', 'Outer', 'Inner'], clock: still },
  ),
  habit(
    'append-inside-decide',
    (outside) => ({
      reducers: { Outer: count, Inner: count },
      commands: {
        go: {
          input: z.object({}),
          decide() {
            ignored(outside.store?.append(eventAt(100, 'Inner')));
            return [eventAt(1, 'Outer')] as never;
          },
        },
      },
    }),
    {
      async write(store) {
        await store.execute('go', {}, { expectedSequence: 0 });
        await store.append(eventAt(2, 'Outer'));
      },
    },
  ),
  habit(
    'a-command-executed-inside-its-own-decide',
    (outside) => {
      let depth = 0;
      return {
        reducers: { Outer: count },
        commands: {
          go: {
            input: z.object({}),
            decide() {
              if (depth++ === 0) ignored(outside.store?.execute('go', {}, { commandId: 'once' }));
              return [eventAt(depth, 'Outer')] as never;
            },
          },
        },
      };
    },
    {
      async write(store) {
        await store.execute('go', {}, { commandId: 'once' });
        await store.append(eventAt(5, 'Outer'));
      },
    },
  ),
  habit(
    'a-snapshot-inside-a-reducer-under-the-direct-fold',
    (outside) => ({
      reducers: {
        Outer(state, { n }) {
          state.list.push(n);
          if (n === 2) ignored(outside.store?.snapshot());
          state.list.push(-n);
        },
      },
    }),
    { script: ['Outer', 'Outer', 'Outer'], fold: 'direct' },
  ),
  habit(
    'a-clock-in-the-future',
    () => ({ reducers: { Told: (s, _, { recordedAt }) => void s.list.push(recordedAt) } }),
    {
      clock: () => () => 5_000_000_000_000,
    },
  ),
  habit(
    'a-clock-that-goes-back',
    () => ({ reducers: { Told: (s, _, { recordedAt }) => void s.list.push(recordedAt) } }),
    {
      script: ['Told', 'Told', 'Told'],
      clock: () => {
        let now = 9_000;
        return () => (now -= 1_000);
      },
    },
  ),
  habit(
    'a-clock-below-zero-of-fractions-and-NaN',
    () => ({
      reducers: { Told: (s, _, { recordedAt }) => void s.list.push(recordedAt) },
    }),
    {
      script: ['Told', 'Told', 'Told'],
      clock: () => {
        const readings = [-5, Number.NaN, 7.9];
        return () => readings.shift() ?? 8.5;
      },
    },
  ),
  habit(
    'a-clock-of-nanoseconds',
    () => ({
      reducers: { Told: (s, _, { recordedAt }) => void s.list.push(recordedAt) },
    }),
    { script: ['Told', 'Told'], clock: () => () => 1_700_000_000_000_000_000 },
  ),
  habit('a-clock-that-throws-after-the-fold', () => ({ reducers: { Told: count } }), {
    async write(store, outside) {
      await store.append(eventAt(1, 'Told'));
      outside.readings = 1;
      await store.append(eventAt(2, 'Told'), { commandId: 'x' }).catch(() => {});
      outside.readings = Number.POSITIVE_INFINITY;
      await store.append(eventAt(3, 'Told'));
    },
    clock: (outside) => () => {
      if (outside.readings !== undefined && --outside.readings < 0) throw new Error('no time');
      return 1_000;
    },
  }),
  habit('command-ids', () => ({ reducers: { Told: count } }), {
    async write(store) {
      for (const commandId of ['a', 'b', 'a', ' ', '😀'.repeat(100)])
        await store.append(eventAt(commandId.length, 'Told'), { commandId });
    },
  }),
  habit('an-upcaster-that-gives-a-date', () => ({ reducers: { Told: (s, { n }) => void (s.n = n) } }), {
    reader: () => ({
      events: { Told: { version: 2, schema: z.any(), upcast: { 1: ({ n }: any) => ({ n: new Date(n) }) } } },
      reducers: { Told: (s, { n }) => void (s.n = n) },
    }),
  }),
  habit(
    'an-upcaster-that-gives-a-shared-constant',
    () => ({ reducers: { Told: (s, { n }) => void s.a.set(n, { n }) } }),
    {
      script: ['Told', 'Told'],
      reader: () => {
        const DEFAULT = { tags: ['none'] };
        return {
          events: { Told: { version: 2, schema: z.any(), upcast: { 1: ({ n }: any) => ({ n, more: DEFAULT }) } } },
          reducers: {
            Told(s, { n, more }) {
              s.a.set(n, more);
              s.list.push(more.tags.length);
            },
          },
        };
      },
    },
  ),
  habit(
    'an-upcaster-that-gives-a-shared-constant-which-is-changed',
    () => ({
      reducers: { Told: (s, { n }) => void s.a.set(n, { n }) },
    }),
    {
      script: ['Told', 'Told'],
      reader: () => {
        const DEFAULT = { tags: ['none'] };
        return {
          events: { Told: { version: 2, schema: z.any(), upcast: { 1: ({ n }: any) => ({ n, more: DEFAULT }) } } },
          reducers: {
            Told(s, { n, more }) {
              more.tags.push('seen');
              s.a.set(n, more);
            },
          },
        };
      },
    },
  ),
  habit('an-upcaster-that-changes-its-input', () => ({ reducers: { Told: (s, { n }) => void (s.n = n) } }), {
    reader: () => ({
      events: {
        Told: {
          version: 2,
          schema: z.any(),
          upcast: {
            1(data: any) {
              data.n += 1;
              return data;
            },
          },
        },
      },
      reducers: { Told: (s, { n }) => void (s.n = n) },
    }),
  }),
  habit('an-upcaster-that-gives-a-map-and-a-bigint', () => ({ reducers: { Told: (s, { n }) => void (s.n = n) } }), {
    reader: () => ({
      events: {
        Told: {
          version: 2,
          schema: z.any(),
          upcast: { 1: ({ n }: any) => ({ n: BigInt(n), map: new Map([[n, { n }]]) }) },
        },
      },
      reducers: {
        Told(s, { n, map }) {
          s.n = n;
          s.x.map = map;
        },
      },
    }),
  }),
  habit('an-upcaster-that-gives-undefined', () => ({ reducers: { Told: (s, { n }) => void (s.n = n) } }), {
    reader: () => ({
      events: { Told: { version: 2, schema: z.any(), upcast: { 1: () => undefined } } },
      reducers: { Told: (s, data) => void (s.n = data === undefined ? -1 : 1) },
    }),
  }),
  habit('an-upcaster-that-gives-a-promise', () => ({ reducers: { Told: (s, { n }) => void (s.n = n) } }), {
    reader: () => ({
      events: { Told: { version: 2, schema: z.any(), upcast: { 1: async (data: any) => data } } },
      reducers: { Told: (s, data) => void (s.n = typeof data.n) },
    }),
  }),
  habit(
    'listeners-that-throw-and-keep',
    () => ({
      reducers: { Told: (s, data) => void s.a.set(data.n, data), Changed: (s) => void (s.a.get(1).part.x = 8) },
    }),
    {
      async write(store) {
        const kept: unknown[] = [];
        store.subscribe((events) => void kept.push(...events));
        store.subscribe(() => {
          throw new Error('a listener');
        });
        await store.append(eventAt(1, 'Told'));
        await store.append(eventAt(2, 'Changed'));
      },
    },
  ),
  habit(
    'event-data-kept-while-somebody-listens',
    () => ({
      reducers: { Told: (s, _data, event) => void s.a.set(1, event.data), Read: (s) => void (s.n = s.a.get(1).n) },
    }),
    {
      async write(store) {
        store.subscribe(() => {});
        await store.append(eventAt(1, 'Told'));
        await store.append(eventAt(2, 'Read'));
      },
    },
  ),
  habit('a-projection-that-stopped', () => ({ reducers: { Told: count } }), {
    async write(store) {
      await store.append(eventAt(1, 'Told'));
      const view = await store.project(seen('stops', { stopAt: 2 }));
      await view.save();
      await store.append(eventAt(2, 'Told'));
      await view.catchUp().catch(() => {});
    },
    after: async (store) => (await store.project(seen('stops'))).state,
  }),
  habit('a-projection-with-a-shared-initial-state', () => ({ reducers: { Told: count } }), {
    async write(store) {
      const view = await store.project(seen('shared', { initial: { seen: [] } }));
      await store.append(eventAt(1, 'Told'));
      await view.catchUp();
      await view.save();
    },
    after: async (store) => (await store.project(seen('shared'))).state,
  }),
  habit(
    'a-comparator-that-is-not-total',
    () => ({
      initialState: () => ({ tree: new OrderedMap<number, number>((a, b) => Math.trunc((a - b) / 2)) }),
      reducers: { Added: (s, { n }) => void s.tree.set(n % 3, n) },
    }),
    { script: ['Added', 'Added', 'Added', 'Added'] },
  ),
];

/** A projection of the numbers so far. */
function seen(name: string, { stopAt, initial }: { stopAt?: number; initial?: { seen: number[] } } = {}) {
  return defineProjection<{ seen: number[] }, any>({
    name,
    version: 1,
    initialState: () => initial ?? { seen: [] },
    reducers: {
      Told(view: { seen: number[] }, { n }: any) {
        view.seen.push(n);
        if (n === stopAt) throw new Error('half an event');
      },
    },
  });
}
