/**
 * Compares the store with a model of fifty lines. For any script of appends, batches, stale appends, throwing reducers,
 * snapshots, compactions, reopens and reads of past states, the store must agree with a plain array of events.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type EventOf,
  hashState,
  isRefoldError,
  openMemoryLog,
  openStore,
  type RecordedEvent,
  type StoreOptions,
} from '../../src/index.ts';
import { type CartState, cartModel } from '../engine/cart.ts';
import { sample } from '../sample.ts';

type CartEvent = EventOf<typeof cartModel.events>;
type CartStore = Awaited<ReturnType<typeof openCartStore>>;

const openCartStore = (options: StoreOptions) => openStore(cartModel, options);

/** The reference: an array of events, and a fold from the beginning for each read. */
class Reference {
  /** The event that was appended with each id. */
  readonly ids = new Map<number, string>();
  readonly events: CartEvent[] = [];

  stateAt(sequence: number): CartState {
    const state = cartModel.initialState();
    for (const [index, event] of this.events.slice(0, sequence).entries()) {
      const reducer = cartModel.reducers[event.type] as (state: CartState, data: unknown, event: RecordedEvent) => void;
      reducer(state, structuredClone(event.data), {
        type: event.type,
        data: event.data,
        sequence: index + 1,
        recordedAt: 0,
        version: 1,
      });
    }
    return state;
  }

  hashAt(sequence: number): string {
    return hashState(this.stateAt(sequence));
  }
}

type Step =
  | { do: 'append'; events: CartEvent[] }
  | { do: 'throw'; events: CartEvent[] }
  | { do: 'stale'; event: CartEvent; behind: number }
  | { do: 'retry'; event: CartEvent; id: number }
  | { do: 'at'; part: number }
  | { do: 'snapshot' | 'compact' | 'reopen' | 'verify' | 'events' };

const name = fc.constantFrom('a', 'b', 'c');
const event: fc.Arbitrary<CartEvent> = fc.oneof(
  fc.record({
    type: fc.constant('ItemAdded' as const),
    data: fc.record({ cart: name, sku: name, quantity: fc.integer({ min: 1, max: 9 }) }),
  }),
  fc.record({ type: fc.constant('ItemRemoved' as const), data: fc.record({ cart: name, sku: name }) }),
  fc.record({ type: fc.constant('CartCleared' as const), data: fc.record({ cart: name }) }),
  fc.record({
    type: fc.constant('NoteTaken' as const),
    data: fc.record({ text: fc.string({ unit: 'grapheme' }).filter((s) => s.isWellFormed()) }),
  }),
);
const batch = fc.array(event, { minLength: 1, maxLength: 6 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: batch.map((events): Step => ({ do: 'append', events })) },
  { weight: 1, arbitrary: batch.map((events): Step => ({ do: 'throw', events })) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('stale' as const), event, behind: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('retry' as const), event, id: fc.integer({ min: 0, max: 2 }) }) },
  { weight: 2, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }).map((part): Step => ({ do: 'at', part })) },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom<Step['do']>('snapshot', 'compact', 'reopen', 'verify', 'events')
      .map((what) => ({ do: what }) as Step),
  },
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'refold-model-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the store behaves like a list of events', () => {
  test.each<[string, StoreOptions, number]>([
    ['on a file, atomic', { path: 'file', durability: 'os' }, 20],
    ['on a file, direct', { path: 'file', durability: 'os', fold: 'direct' }, 12],
    ['on a file, discarding history', { path: 'file', durability: 'os', history: 'discard' }, 12],
    ['in memory', { path: ':memory:' }, 100],
  ])('%s', async (_name, options, numRuns) => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (script) => {
        const path =
          options.path === 'file' ? join(folder, `${_name.replaceAll(/\W+/g, '-')}-${run++}.db`) : ':memory:';
        await follow(script, { ...options, path, clock: () => 0 });
      }),
      { numRuns: sample(numRuns) },
    );
  });

  test('negative control: a store that loses an event is noticed', async () => {
    const lossy = { ...cartModel, reducers: { ...cartModel.reducers, NoteTaken: () => {} } } as typeof cartModel;
    const reference = new Reference();
    await using store = await openStore(lossy, { log: openMemoryLog() });
    await runStep(store, reference, { do: 'append', events: [{ type: 'NoteTaken', data: { text: 'x' } }] });
    await expect(agree(store, reference)).rejects.toThrow();
  });
});

async function follow(script: readonly Step[], options: StoreOptions): Promise<void> {
  const reference = new Reference();
  let store = await openCartStore(options);
  try {
    for (const next of script) {
      if (next.do === 'reopen' && options.path !== ':memory:') {
        await store.close();
        store = await openCartStore(options);
      } else await runStep(store, reference, next);
      await agree(store, reference);
    }
  } finally {
    await store.close();
  }
}

async function agree(store: CartStore, { events, hashAt }: Reference & { hashAt(n: number): string }): Promise<void> {
  expect(store.sequence).toBe(events.length);
  expect(await store.stateHash()).toBe(
    hashAt.call({ events, stateAt: Reference.prototype.stateAt } as Reference, events.length),
  );
}

async function runStep(store: CartStore, reference: Reference, next: Step): Promise<void> {
  const { events } = reference;
  switch (next.do) {
    case 'append':
      expect(await store.append(next.events)).toMatchObject({
        firstSequence: events.length + 1,
        lastSequence: events.length + next.events.length,
      });
      events.push(...next.events);
      return;
    case 'throw':
      // Under the direct fold this fails the store, by contract. A bad type is refused under both folds.
      await expect(store.append([...next.events, { type: 'Nope', data: {} } as never])).rejects.toMatchObject({
        code: 'UNKNOWN_EVENT_TYPE',
      });
      return;
    case 'stale':
      await expect(store.append(next.event, { expectedSequence: events.length - next.behind })).rejects.toMatchObject({
        code: 'SEQUENCE_CONFLICT',
      });
      return;
    case 'retry': {
      const asked = JSON.stringify(next.event);
      const earlier = reference.ids.get(next.id) ?? asked;
      reference.ids.set(next.id, earlier);
      const written = store.append(next.event, { commandId: `id-${next.id}` });
      if (asked !== earlier) return expect(written).rejects.toMatchObject({ code: 'COMMAND_ID_REUSED' });
      const { lastSequence } = await written;
      if (lastSequence > events.length) events.push(next.event);
      expect(lastSequence).toBeLessThanOrEqual(events.length);
      return;
    }
    case 'at':
      return lookBack(store, reference, Math.round(next.part * events.length));
    case 'events': {
      const from = store.stats().firstSequence;
      const read = await Array.fromAsync(store.events());
      expect(read.map(({ type, data }) => ({ type, data }))).toEqual(
        events.slice(from - 1).map(({ type, data }) => ({ type, data })),
      );
      return;
    }
    case 'snapshot':
      expect((await store.snapshot()).stateHash).toBe(reference.hashAt(events.length));
      return;
    case 'compact':
      await store.compact();
      return;
    case 'verify':
      expect(await store.verify()).toMatchObject({ ok: true, problems: [] });
      return;
    default:
  }
}

async function lookBack(store: CartStore, reference: Reference, sequence: number): Promise<void> {
  try {
    expect(hashState((await store.at({ sequence })).state)).toBe(reference.hashAt(sequence));
  } catch (error) {
    // The store may refuse to read dropped history, but must not give a wrong state.
    if (!isRefoldError(error, 'HISTORY_GONE')) throw error;
    expect(store.stats().firstSequence).toBeGreaterThan(1);
  }
}
