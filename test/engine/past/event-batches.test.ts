/** `log.batches` and `log.counts` against `log.events`: sealed and open blocks, and every kind of range. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readBatches } from '../../../src/engine/past/event-batches.ts';
import { readEvents, readRecorded } from '../../../src/engine/past/events.ts';
import {
  defineModel,
  type EventLog,
  type EventRange,
  type LogStore,
  MemoryContents,
  type Model,
  openLog,
  openStore,
  type RecordedEvent,
} from '../../../src/index.ts';
import { sample } from '../../sample.ts';
import { errorOf } from '../harness.ts';

const EVENTS = 300;
const START = Date.UTC(2026, 0, 5);

const ledger = defineModel({
  name: 'ledger',
  events: {
    Moved: { schema: z.object({ account: z.string(), by: z.int() }), tags: ({ account }) => [`account:${account}`] },
    Closed: z.object({ account: z.string() }),
  },
  initialState: () => ({ moves: 0 }),
  reducers: { Moved: (state) => void (state.moves += 1), Closed: () => {} },
});

let log: EventLog;

/** Two thirds are sealed. Commits have one to five events. */
beforeAll(async () => {
  const contents = new MemoryContents();
  let now = START;
  let sequence = 0;
  const write = async (to: number): Promise<void> => {
    await using store = await openStore(ledger, { log: contents, clock: () => now, history: 'keep' });
    while (sequence < to) {
      const size = Math.min(1 + (sequence % 5), to - sequence);
      await store.append(
        Array.from({ length: size }, (_, index) => {
          const account = 'abc'[(sequence + index) % 3]!;
          return (sequence + index) % 7 === 0
            ? { type: 'Closed' as const, data: { account } }
            : { type: 'Moved' as const, data: { account, by: sequence } };
        }),
      );
      sequence += size;
      now += 1_000;
    }
    await store.flush();
    if (to < EVENTS) await store.compact();
  };
  await write((EVENTS * 2) / 3);
  await write(EVENTS);
  log = await openLog({ log: contents });
  const { openBlocks, sealedBlocks } = await log.info();
  expect(Math.min(openBlocks, sealedBlocks)).toBeGreaterThan(0);
  return () => log.close();
});

const place = fc.oneof(
  fc.integer({ min: 1, max: EVENTS + 20 }),
  fc.integer({ min: -5, max: 130 }).map((seconds) => ({ time: START + seconds * 1_000 })),
);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const range: fc.Arbitrary<EventRange> = fc.record({
  from: maybe(place),
  to: maybe(place),
  types: maybe(fc.constantFrom(['Moved'], ['Closed'], ['Closed', 'Moved'], ['None'], [])),
  tag: maybe(fc.constantFrom('account:a', 'account:b', 'account:none')),
  sequences: maybe(fc.array(fc.integer({ min: 1, max: EVENTS + 5 }), { maxLength: 8 })),
  reverse: fc.boolean(),
  limit: maybe(fc.integer({ min: 0, max: EVENTS })),
});

test('gives what events gives, in lists that are not empty', async () => {
  const check = async (asked: EventRange): Promise<void> => {
    const lists = await Array.fromAsync(log.batches(asked));
    expect(lists.flat()).toEqual(await Array.fromAsync(log.events(asked)));
    expect(lists.every((events) => events.length > 0)).toBe(true);
  };
  await fc.assert(fc.asyncProperty(range, check), { numRuns: sample(300) });
});

test('gives a list for each block', async () => {
  const { openBlocks, sealedBlocks } = await log.info();
  expect(await Array.fromAsync(log.batches())).toHaveLength(openBlocks + sealedBlocks);
});

test('ends at the next block after an abort', async () => {
  const ending = new AbortController();
  const seen: number[] = [];
  const reading = async (): Promise<void> => {
    for await (const events of log.batches({ signal: ending.signal })) {
      seen.push(events.length);
      ending.abort(new Error('enough'));
    }
  };
  await expect(reading()).rejects.toThrow('enough');
  expect(seen).toHaveLength(1);
});

describe('begins again when the first events were dropped meanwhile', () => {
  type Reading = (log: LogStore, range: EventRange) => AsyncGenerator<RecordedEvent | readonly RecordedEvent[]>;

  test.each<[string, Reading]>([
    ['in lists', readBatches],
    ['one by one', readRecorded],
    ['in the versions of a model', (log, range) => readEvents(ledger as Model, log, range)],
  ])('%s', async (_name, read) => {
    const contents = new MemoryContents();
    const store = await openStore(ledger, { log: contents, history: 'discard' });
    for (let by = 1; by <= 30; by++) {
      await store.append({ type: 'Moved', data: { account: 'a', by } });
      if (by % 10 === 0) await store.snapshot();
    }
    await store.compact();
    await store.close();
    const opened = await contents.open({ readOnly: true });
    const first = opened.firstSequence();
    expect(first).toBeGreaterThan(1);
    for (const range of [{}, { types: ['Moved'] }, { tag: 'account:a' }, { to: 30 }, { reverse: true }]) {
      const stale = [1];
      const beforeDrop = new Proxy(opened, {
        get(target, name) {
          if (name === 'firstSequence') return () => stale.pop() ?? first;
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
      const events = (await Array.fromAsync(read(beforeDrop, range))).flat();
      if ('reverse' in range) events.reverse();
      expect({ stale, first: events[0]?.sequence, last: events.at(-1)?.sequence }).toEqual({
        ...{ stale: [], first, last: 30 },
      });
    }
    expect(await errorOf(Array.fromAsync(read(opened, { from: 1 })))).toMatchObject({ code: 'HISTORY_GONE' });
    expect(await errorOf(Array.fromAsync(read(opened, { sequences: [1, 30] })))).toMatchObject({
      code: 'HISTORY_GONE',
    });
    await opened.close();
  });
});

test('refuses wrong ranges', async () => {
  const wrong = Array.fromAsync(log.batches({ limit: -1 }));
  expect(await errorOf(wrong)).toMatchObject({ code: 'INVALID_OPTION', type: 'limit' });
});

describe('counts', () => {
  test('counts by type, as a loop over the events does', async () => {
    const check = async (from: number, to: number): Promise<void> => {
      const counted = await log.counts({ from, to });
      const naive = new Map<string, number>();
      for await (const { type } of log.events({ from, to })) naive.set(type, (naive.get(type) ?? 0) + 1);
      expect(new Map(Object.entries(counted.types))).toEqual(naive);
    };
    const sequence = fc.integer({ min: 1, max: EVENTS });
    await fc.assert(fc.asyncProperty(sequence, sequence, check), { numRuns: sample(60) });
  });

  test('in buckets, with progress', async () => {
    const told: number[] = [];
    const { buckets } = await log.counts({ buckets: 3, onProgress: ({ done }) => told.push(done) });
    expect(buckets.map(({ first, last }) => [first, last])).toEqual([
      [1, 100],
      [101, 200],
      [201, 300],
    ]);
    expect(told.at(-1)).toBe(EVENTS);
  });

  test('refuses wrong options', async () => {
    expect(await errorOf(log.counts({ buckets: 0 }))).toMatchObject({ code: 'INVALID_OPTION', type: 'buckets' });
  });
});
