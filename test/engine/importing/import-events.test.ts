/** Events from elsewhere are imported through the model, with the times that they had. The first refused one ends the import. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  defineModel,
  type ImportOptions,
  importEvents,
  MemoryContents,
  openLog,
  openMemoryLog,
  openStore,
  type PastEvent,
  replay,
} from '../../../src/index.ts';
import { openSqliteLog } from '../../../src/log/sqlite/sqlite-log.ts';
import { sampleOf } from '../../sample.ts';
import { added, cartModel, note } from '../cart.ts';
import { errorOf, openCarts, temporaryPath } from '../harness.ts';

/** A note at each time. */
const at = (...times: number[]): PastEvent[] =>
  times.map((recordedAt) => ({ ...note(`at ${recordedAt}`), recordedAt }));

/** The time of each event in the log at a path. The log must be sound. */
async function timesIn(path: string): Promise<number[]> {
  await using log = await openLog({ path });
  expect(await log.verify()).toMatchObject({ ok: true, problems: [] });
  return (await Array.fromAsync(log.events())).map(({ recordedAt }) => recordedAt);
}

/** Gives events, and notes whether its `return` was called. */
class Told<Event> implements Iterable<Event> {
  wasReleased = false;
  readonly #events: readonly Event[];

  constructor(events: readonly Event[]) {
    this.#events = events;
  }

  *[Symbol.iterator](): Generator<Event, void> {
    try {
      yield* this.#events;
    } finally {
      this.wasReleased = true;
    }
  }
}

describe('an import', () => {
  test.each<[string, (events: PastEvent[]) => Iterable<PastEvent> | AsyncIterable<PastEvent>]>([
    ['an array', (events) => events],
    ['a Set', (events) => new Set(events)],
    ['a generator', (events) => new Told(events)],
    [
      'an async generator',
      async function* (events) {
        yield* events;
      },
    ],
  ])('of %s keeps times, data and meta, and ends with a snapshot', async (_kind, give) => {
    const path = await temporaryPath();
    const meta = { by: 'ada' };
    const events = [
      { ...added('ada', 2), recordedAt: 1_000, meta },
      { ...added('bob', 1), recordedAt: 1_000 },
      ...at(5_000),
      { ...added('ada', 3, 'jam'), recordedAt: 6_500 },
    ];
    const report = await importEvents(cartModel, { path }, give(events));
    expect(report).toEqual({ events: 4, lastSequence: 4, clamped: 0, worstMilliseconds: 0 });

    const store = await openCarts({ path });
    expect(store.recovery).toMatchObject({ snapshot: 4, eventsReplayed: 0 });
    const recorded = await Array.fromAsync(store.events());
    expect(recorded).toEqual(events.map((event, index) => ({ ...event, sequence: index + 1, version: 1 })));
    expect(store.state.carts.get('ada')).toMatchObject({ total: 5 });
    expect((await replay(cartModel, { path })).stateHash).toBe(await store.stateHash());
    expect((await store.at({ time: 5_999 })).sequence).toBe(3);
    await store.append(note('and on'));
    expect(await store.verify()).toMatchObject({ ok: true, problems: [] });
  });

  test('without an event changes nothing', async () => {
    const path = await temporaryPath();
    const report = { events: 0, lastSequence: 0, clamped: 0, worstMilliseconds: 0 };
    expect(await importEvents(cartModel, { path }, [])).toEqual(report);
    await using log = await openLog({ path });
    expect(await log.info()).toMatchObject({ model: 'carts', events: 0, snapshots: [] });
  });

  test('replaces times that go back by the time before, and counts them', async () => {
    const path = await temporaryPath();
    const report = await importEvents(cartModel, { path }, at(1_000, 5_000, 2_000, 4_999, 5_000, 6_000));
    expect(report).toEqual({
      events: 6,
      lastSequence: 6,
      clamped: 2,
      worstMilliseconds: 3_000,
      firstClamped: { index: 2, sequence: 3, given: 2_000, recordedAt: 5_000 },
    });
    expect(await timesIn(path)).toEqual([1_000, 5_000, 5_000, 5_000, 5_000, 6_000]);
  });

  test('continues an import that was interrupted, also with a time before the end of the log', async () => {
    const path = await temporaryPath();
    await importEvents(cartModel, { path }, at(1_000, 5_000));
    const rest = at(4_000, 4_500, 6_000);
    expect(await errorOf(importEvents(cartModel, { path }, rest))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await importEvents(cartModel, { path, resume: true }, rest)).toMatchObject({
      lastSequence: 5,
      clamped: 2,
      firstClamped: { index: 0, sequence: 3, given: 4_000, recordedAt: 5_000 },
    });
    expect(await timesIn(path)).toEqual([1_000, 5_000, 5_000, 5_000, 6_000]);
  });

  test.each(['importEvents', 'EventLog.import'])('%s warns of times that it changed before it failed', async (call) => {
    const path = await temporaryPath();
    const warned = once(process, 'warning');
    const events = [...at(1_000, 5_000, 2_000, 3_000), { type: 'NoteTaken', data: 1n, recordedAt: 6_000 }];
    await using log = call === 'importEvents' ? undefined : await openLog({ path, readOnly: false });
    const importing = log?.import(events as never) ?? importEvents(cartModel, { path }, events as never);
    expect(await errorOf(importing as Promise<unknown>)).toMatchObject({ code: 'EVENT_REJECTED' });
    const [warning] = await warned;
    expect(warning.name).toBe('RefoldImportWarning');
    expect(warning.message).toContain('2 imported events were earlier than an event before, by up to 3000 ms');
  });

  test('goes on where a log ends, and keeps one that ends later as it is', async () => {
    const path = await temporaryPath();
    await importEvents(cartModel, { path }, at(1_000, 2_000));
    expect(await importEvents(cartModel, { path }, at(2_000, 3_000))).toMatchObject({ events: 2, lastSequence: 4 });
    const events = new Told(at(2_999, 4_000));
    const refused = await errorOf(importEvents(cartModel, { path }, events));
    expect(refused).toMatchObject({ code: 'INVALID_OPTION', path, hint: expect.stringContaining('new log') });
    expect(refused.message).toContain('it ends at 1970-01-01T00:00:03.000Z, after the first event');
    expect(events.wasReleased).toBe(true);
    expect(await timesIn(path)).toEqual([1_000, 2_000, 2_000, 3_000]);
  });

  test('writes blocks of many commits, not one for each', async () => {
    const path = await temporaryPath();
    const count = 100_000;
    function* many(): Generator<PastEvent> {
      for (let index = 0; index < count; index++) yield { ...added(`cart ${index % 100}`), recordedAt: 1_000 + index };
    }
    expect(await importEvents(cartModel, { path, durability: 'os' }, many())).toMatchObject({ lastSequence: count });
    await using log = await openLog({ path });
    const { openBlocks, openBytes, snapshots } = await log.info();
    // There are keyframes, unless the machine is so fast that none was due. Each equals the state of a replay.
    expect(snapshots[0]).toMatchObject({ sequence: count });
    await using store = await openStore(cartModel, { path, readOnly: true });
    expect(await store.verify()).toMatchObject({ ok: true, problems: [] });
    expect(openBytes).toBeGreaterThan(6 * 1024 * 1024);
    expect(openBlocks).toBeLessThan(15);
    expect(await log.verify()).toMatchObject({ ok: true, events: count });
    expect(await log.locate({ time: 50_999 })).toBe(50_000);
  });

  test('into an open log leaves it open', async () => {
    const contents = new MemoryContents();
    const log = openMemoryLog({ contents });
    expect(await importEvents(cartModel, { log }, at(1, 2))).toMatchObject({ lastSequence: 2 });
    const store = await openCarts({ log });
    expect(store.state.seen.notes).toEqual(['at 1', 'at 2']);
  });
});

/** Version 2 of an event counts in pieces. */
const pieces = defineModel({
  name: 'pieces',
  version: 1,
  events: {
    Counted: {
      version: 3,
      schema: z.object({ pieces: z.int().positive() }),
      upcast: {
        1: (data) => {
          if (data === 'broken') throw new Error('no dozens');
          if (data.dozens === 13) return Promise.reject(new Error('later'));
          data.dozens += 0; // it may change the data that it gets
          return { pieces: data.dozens * 12, old: true };
        },
        2: ({ pieces: count }) => ({ pieces: count }),
      },
    },
  },
  initialState: () => ({ total: 0 }),
  reducers: {
    Counted(state, { pieces: count }) {
      state.total += count;
    },
  },
});

test('data of an older version is upcast, and recorded in the present one', async () => {
  const path = await temporaryPath();
  const old = Object.freeze({ dozens: 2 });
  const events = [
    { type: 'Counted', version: 1, data: old, recordedAt: 1 },
    { type: 'Counted', version: 2, data: { pieces: 5 }, recordedAt: 2 },
    { type: 'Counted', version: 3, data: { pieces: 6 }, recordedAt: 3 },
    { type: 'Counted', data: { pieces: 7 }, recordedAt: 4 },
  ];
  await importEvents(pieces, { path }, events);
  await using store = await openStore(pieces, { path });
  expect(store.state.total).toBe(24 + 5 + 6 + 7);
  await using log = await openLog({ path, readOnly: true });
  expect((await Array.fromAsync(log.events())).map(({ version, data }) => [version, data])).toEqual([
    [3, { pieces: 24 }],
    [3, { pieces: 5 }],
    [3, { pieces: 6 }],
    [3, { pieces: 7 }],
  ]);
});

const throwing = {
  get type(): string {
    throw new Error('a getter');
  },
};
const deep = JSON.parse('{"a":{"__proto__":{"b":1}}}');

describe('the first event that is refused is named by its index; what came before it stays', () => {
  test.each<[string, unknown, object]>(
    sampleOf([
      ['null', null, { code: 'EVENT_REJECTED', message: expect.stringContaining('it is null') }],
      ['a number', 7, { code: 'EVENT_REJECTED' }],
      ['no type', { data: {}, recordedAt: 5 }, { code: 'EVENT_REJECTED' }],
      ['a getter that throws', throwing, { code: 'EVENT_REJECTED', message: expect.stringContaining('a getter') }],
      ['an unknown type', { type: 'Count', data: {}, recordedAt: 5 }, { code: 'UNKNOWN_EVENT_TYPE', type: 'Count' }],
      ['data that does not fit', { type: 'Counted', data: { pieces: 0 }, recordedAt: 5 }, { code: 'EVENT_REJECTED' }],
      ['a forbidden key', { type: 'Counted', version: 1, data: deep, recordedAt: 5 }, { at: expect.any(String) }],
      ['meta that is not an object', { type: 'Counted', data: { pieces: 1 }, meta: 1, recordedAt: 5 }, {}],
      ['a version to come', { type: 'Counted', version: 4, data: {}, recordedAt: 5 }, { type: 'Counted' }],
      ['an invalid version', { type: 'Counted', version: 0.5, data: {}, recordedAt: 5 }, { type: 'Counted' }],
      ['an upcaster that throws', { type: 'Counted', version: 1, data: 'broken', recordedAt: 5 }, {}],
      ['an upcaster that promises', { type: 'Counted', version: 1, data: { dozens: 13 }, recordedAt: 5 }, {}],
      ...[undefined, null, '5', -1, 1.5, Number.NaN, 8.64e15 + 1, new Date(5), 5n].map(
        (recordedAt): [string, unknown, object] => [
          `the time ${typeof recordedAt} ${recordedAt}`,
          { type: 'Counted', data: { pieces: 1 }, recordedAt },
          {
            message: expect.stringContaining('its recordedAt is'),
            hint: expect.stringContaining('ms since the epoch'),
          },
        ],
      ),
    ]),
  )('%s', async (_what, bad, refusal) => {
    const path = await temporaryPath();
    const good = { type: 'Counted', data: { pieces: 1 }, recordedAt: 4 };
    const events = new Told([good, good, bad as PastEvent, good]);
    const refused = await errorOf(importEvents(pieces, { path }, events));
    expect(refused).toMatchObject({ code: 'EVENT_REJECTED', index: 2, sequence: 3, ...refusal });
    expect(refused.message).toContain('Cannot import the event at index 2: ');
    expect(refused.hint).toBeDefined();
    expect(refused.toJSON()).toMatchObject({ index: 2 });
    expect(events.wasReleased).toBe(true);
    await using store = await openStore(pieces, { path });
    expect(store.state.total).toBe(2);
    expect(store.recovery).toMatchObject({ snapshot: 2, eventsReplayed: 0 });
    expect(await store.verify()).toMatchObject({ ok: true, problems: [] });
  });

  test('by its reducer: the state may be half changed, and no snapshot is taken of it', async () => {
    const path = await temporaryPath();
    const exploded = { type: 'Exploded', data: { after: 7 }, recordedAt: 3 };
    const refused = await errorOf(importEvents(cartModel, { path }, [...at(1, 2), exploded, ...at(4)]));
    expect(refused).toMatchObject({ code: 'REDUCER_FAILED', index: 2, sequence: 3, type: 'Exploded' });
    const store = await openCarts({ path });
    expect(store.sequence).toBe(2);
    expect(store.recovery).toMatchObject({ snapshot: undefined, eventsReplayed: 2 });
    expect(store.state.seen).toEqual({ events: 0, lastAt: 0, notes: ['at 1', 'at 2'] });
  });
});

/** An iterator that gives two notes, and then what `next` says. */
function afterTwo(next: () => unknown, released: string[] = []) {
  const events = at(1, 2);
  const iterator = {
    next: () => (events.length > 0 ? { done: false, value: events.shift() } : next()),
    return: () => void released.push('released'),
  };
  return { [Symbol.iterator]: () => iterator } as unknown as Iterable<PastEvent>;
}

describe('an iterable that misbehaves ends in a typed error, and its return is called', () => {
  test.each<[string, () => unknown, RegExp]>([
    [
      'it throws',
      () => {
        throw new Error('broken pipe');
      },
      /it threw: broken pipe/,
    ],
    ['it gives undefined', () => undefined, /its next gave undefined/],
    ['it gives null', () => null, /its next gave null/],
    ['it gives a number', () => 1, /its next gave number/],
    ['it gives a promise', () => Promise.reject(new Error('not waited for')), /its next gave a promise/],
    [
      'its result throws',
      () => ({
        get done() {
          throw new Error('a getter');
        },
      }),
      /it threw: a getter/,
    ],
  ])('%s', async (_how, next, message) => {
    const path = await temporaryPath();
    const released: string[] = [];
    const refused = await errorOf(importEvents(cartModel, { path }, afterTwo(next, released)));
    expect(refused).toMatchObject({ code: 'EVENT_REJECTED', index: 2, message: expect.stringMatching(message) });
    expect(released).toEqual(['released']);
    expect(await timesIn(path)).toEqual([1, 2]);
  });

  test('it throws asynchronously', async () => {
    const path = await temporaryPath();
    const failing = async function* () {
      yield* at(1, 2);
      throw 'a text';
    };
    expect(await errorOf(importEvents(cartModel, { path }, failing()))).toMatchObject({
      code: 'EVENT_REJECTED',
      message: expect.stringContaining('a text'),
    });
    expect(await timesIn(path)).toEqual([1, 2]);
  });

  test.each<[string, unknown]>([
    ['no iterator', { [Symbol.iterator]: () => null }],
    ['an iterator without next', { [Symbol.asyncIterator]: () => ({}) }],
  ])('it gives %s', async (_what, events) => {
    const path = await temporaryPath();
    const refused = await errorOf(importEvents(cartModel, { path }, events as Iterable<PastEvent>));
    expect(refused).toMatchObject({ code: 'EVENT_REJECTED', index: 0 });
  });

  test('its return throws: the refusal is reported, not that error', async () => {
    const events = at(1, 1.5)[Symbol.iterator]();
    const hostile = {
      next: () => events.next(),
      return: () => {
        throw new Error('and this');
      },
    };
    const given = { [Symbol.iterator]: () => hostile } as unknown as Iterable<PastEvent>;
    expect(await errorOf(importEvents(cartModel, { path: ':memory:' }, given))).toMatchObject({ index: 1 });
  });

  test('an error of another log passes as it is', async () => {
    const other = await temporaryPath();
    const reading = async function* () {
      yield* at(1);
      await using log = await openLog({ path: other });
      for await (const event of log.events()) yield event;
    };
    const refused = await errorOf(importEvents(cartModel, { path: await temporaryPath() }, reading()));
    expect(refused).toMatchObject({ code: 'INVALID_OPTION', path: other });
  });
});

describe('a signal ends the import, and the events before it stay', () => {
  test('while it waits for an event that never comes', async () => {
    const path = await temporaryPath();
    const stop = new AbortController();
    const reason = new Error('enough');
    const endless = async function* () {
      yield* at(1, 2, 3);
      setTimeout(() => stop.abort(reason), 20);
      await new Promise(() => {});
    };
    await expect(importEvents(cartModel, { path, signal: stop.signal }, endless())).rejects.toBe(reason);
    expect(await timesIn(path)).toEqual([1, 2, 3]);
  });

  test('between two events', async () => {
    const path = await temporaryPath();
    const stop = new AbortController();
    function* stopping(): Generator<PastEvent> {
      yield* at(1, 2);
      stop.abort();
      yield* at(3, 4);
    }
    const events = new Told([...at(1)]);
    const imported = importEvents(cartModel, { path, signal: stop.signal }, stopping());
    await expect(imported).rejects.toMatchObject({ name: 'AbortError' });
    expect(await timesIn(path)).toEqual([1, 2, 3]);
    expect(events.wasReleased).toBe(false);
  });

  test('before it began: no log is created', async () => {
    const path = await temporaryPath();
    const imported = importEvents(cartModel, { path, signal: AbortSignal.abort() }, at(1));
    await expect(imported).rejects.toMatchObject({ name: 'AbortError' });
    expect(existsSync(path)).toBe(false);
  });
});

describe('what is refused before any log is made or changed', () => {
  test.each<[string, object]>([
    ['an unknown option', { fold: 'direct' }],
    ['neither path nor log', {}],
    ['an invalid durability', { path: ':memory:', durability: 'never' }],
    ['an invalid signal', { path: ':memory:', signal: {} }],
    ['a durability beside an open log', { log: openMemoryLog(), durability: 'os' }],
  ])('%s', async (_what, options) => {
    const refused = await errorOf(importEvents(cartModel, options as ImportOptions, at(1)));
    expect(refused).toMatchObject({ code: 'INVALID_OPTION', hint: expect.any(String) });
  });

  test.each<[string, unknown]>([
    ['a string', 'events'],
    ['nothing', undefined],
    ['null', null],
    ['an object', {}],
  ])('%s instead of an iterable', async (_what, events) => {
    const path = await temporaryPath();
    const refused = await errorOf(importEvents(cartModel, { path }, events as Iterable<PastEvent>));
    expect(refused).toMatchObject({ code: 'INVALID_OPTION', type: 'events' });
    expect(existsSync(path)).toBe(false);
  });

  test('a log that was opened read-only', async () => {
    const path = await temporaryPath();
    await importEvents(cartModel, { path }, at(1));
    const log = await openSqliteLog({ path, readOnly: true });
    expect(await errorOf(importEvents(cartModel, { log }, at(2)))).toMatchObject({
      code: 'INVALID_OPTION',
      type: 'readOnly',
      path,
    });
    await log.close();
  });

  test('a log of another model, and one that is being written', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path });
    expect(await errorOf(importEvents(cartModel, { path }, at(1)))).toMatchObject({ code: 'LOG_LOCKED' });
    await store.close();
    expect(await errorOf(importEvents(pieces, { path }, []))).toMatchObject({ code: 'MODEL_MISMATCH' });
  });
});

test('code that runs inside a write of the log may not import into it', async () => {
  const log = openMemoryLog();
  let inside: Promise<unknown> | undefined;
  const nosy = defineModel({
    ...cartModel,
    reducers: {
      ...cartModel.reducers,
      NoteTaken(state, data, event) {
        cartModel.reducers.NoteTaken(state, data, event);
        inside = importEvents(cartModel, { log }, at(9));
      },
    },
  });
  expect(await importEvents(nosy, { log }, at(1))).toMatchObject({ lastSequence: 1 });
  expect(await errorOf(inside!)).toMatchObject({ code: 'REENTRANT_WRITE' });
  expect(log.head().sequence).toBe(1);
});

test('a log that cannot be written ends the import with its error, not with a later one', async () => {
  const log = openMemoryLog();
  const append = log.append.bind(log);
  let blocks = 0;
  log.append = async (request) => {
    blocks += 1;
    if (blocks > 1) throw new Error('the disk failed');
    await append(request);
  };
  function* endless(): Generator<PastEvent> {
    for (let time = 1; ; time++) yield { ...note('x'.repeat(10_000)), recordedAt: time };
  }
  expect(await errorOf(importEvents(cartModel, { log }, endless()))).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
  expect(log.head().sequence).toBeGreaterThan(0);
  expect(await log.snapshots('')).toEqual([]);
});
