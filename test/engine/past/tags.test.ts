/** The events of one thing: tags against a filter of all events, whatever happens to the log in between. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  defineModel,
  type EventRange,
  importEvents,
  MemoryContents,
  openLog,
  openStore,
  type RecordedEvent,
  type StoreOptions,
} from '../../../src/index.ts';
import { decodeBlock } from '../../../src/log/blocks/block.ts';
import { unpackBlock } from '../../../src/log/unpacking/unpacking.ts';
import { sample } from '../../sample.ts';
import { errorOf, manualClock, temporaryPath } from '../harness.ts';

type Data = { readonly from: string; readonly to: string };
type TagsOf = ((data: Data) => unknown) | undefined;

/** A ledger with the given tags. Its reducers are always the same. */
function ledger(moved: TagsOf, closed?: TagsOf) {
  const schema = z.object({ from: z.string(), to: z.string() });
  return defineModel({
    name: 'ledger',
    events: {
      Moved: { schema, ...(moved && { tags: moved as (data: Data) => string[] }) },
      Closed: { schema, ...(closed && { tags: closed as (data: Data) => string[] }) },
    },
    initialState: () => ({ moves: 0 }),
    reducers: {
      Moved: (state) => void (state.moves += 1),
      Closed: (state) => void (state.moves -= 1),
    },
  });
}

const both: TagsOf = ({ from, to }) => [`account:${from}`, `account:${to}`];
const sender: TagsOf = ({ from }) => [`account:${from}`];
/** Each release of the application, and what it says of its events. */
const RELEASES = [
  { model: ledger(undefined), tags: {} },
  { model: ledger(both), tags: { Moved: both } },
  { model: ledger(both, sender), tags: { Moved: both, Closed: sender } },
  { model: ledger(sender, both), tags: { Moved: sender, Closed: both } },
] as const;
type Release = (typeof RELEASES)[number];

const open = (release: Release, options: StoreOptions) => openStore(release.model, options);
type LedgerStore = Awaited<ReturnType<typeof open>>;
const stores: LedgerStore[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close().catch(() => {});
});

async function openLedger(release: Release, options: StoreOptions): Promise<LedgerStore> {
  const store = await open(release, options);
  stores.push(store);
  return store;
}

function moved(from: string, to: string) {
  return { type: 'Moved', data: { from, to } } as const;
}

const sequencesOf = async (events: AsyncIterable<RecordedEvent>): Promise<number[]> =>
  (await Array.fromAsync(events)).map(({ sequence }) => sequence);

/** What a query must give, by looking at every event. */
function filtered(all: readonly RecordedEvent[], { tags }: Release, range: EventRange): number[] {
  const { tag, types, from = 0, to = Number.POSITIVE_INFINITY, reverse, limit, sequences } = range;
  const tagsOf = (event: RecordedEvent): unknown =>
    (tags as Record<string, TagsOf>)[event.type]?.(event.data as Data) ?? [];
  const found = all
    .filter(({ sequence }) => sequence >= Number(from) && sequence <= Number(to))
    .filter(({ type }) => types === undefined || types.includes(type))
    .filter(({ sequence }) => sequences === undefined || sequences.includes(sequence))
    .filter((event) => tag === undefined || (tagsOf(event) as string[]).includes(tag))
    .map(({ sequence }) => sequence);
  return (reverse ? found.reverse() : found).slice(0, limit);
}

const account = fc.integer({ min: 0, max: 6 }).map((number) => `a${number}`);
const happening = fc.record({
  type: fc.constantFrom('Moved' as const, 'Closed' as const),
  data: fc.record({ from: account, to: account }),
});
type Happening = { readonly type: 'Moved' | 'Closed'; readonly data: Data };
type Step =
  | { readonly do: 'append'; readonly commits: readonly (readonly Happening[])[] }
  | { readonly do: 'release'; readonly number: number }
  | { readonly do: 'seal' | 'drop' | 'retag' | 'retag a part' | 'crash' };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('append' as const), commits: commitsOf() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('release' as const), number: fc.nat(RELEASES.length - 1) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('seal', 'drop', 'retag', 'retag a part', 'crash') as fc.Arbitrary<'seal'>,
    }),
  },
);
const question = fc.record(
  {
    tag: account.map((name) => `account:${name}`),
    types: fc.constantFrom(['Moved'], ['Closed'], ['Moved', 'Closed']),
    from: fc.nat(60),
    to: fc.nat(60),
    reverse: fc.boolean(),
    limit: fc.nat(5),
    sequences: fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 6 }),
  },
  { requiredKeys: [] },
);

function commitsOf() {
  return fc.array(fc.array(happening, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 6 });
}

/** A ledger's life: steps on one log, under changing releases. */
class Life {
  release: Release = RELEASES[0];
  store!: LedgerStore;
  path: string;
  readonly #contents: MemoryContents | undefined;

  constructor(path: string, contents?: MemoryContents) {
    this.path = path;
    this.#contents = contents;
  }

  async open(): Promise<void> {
    const where = this.#contents === undefined ? { path: this.path } : { log: this.#contents };
    this.store = await openLedger(this.release, { ...where, durability: 'os', history: { maxEvents: 12 } });
  }

  async take(step: Step): Promise<void> {
    const { store } = this;
    if (step.do === 'append') await Promise.all(step.commits.map((commit) => store.append(commit)));
    else if (step.do === 'seal') await store.compact();
    else if (step.do === 'drop') await this.#drop();
    else if (step.do === 'crash') await this.#crash();
    else if (step.do === 'release') await this.#reopen(RELEASES[step.number]!);
    else if (this.release !== RELEASES[0]) {
      const stopping = new AbortController();
      if (step.do === 'retag a part') stopping.abort();
      const { untaggedEvents } = await store.retag({ signal: stopping.signal });
      if (step.do === 'retag') expect(untaggedEvents).toBe(0);
    }
  }

  async #reopen(release: Release): Promise<void> {
    await this.store.close();
    this.release = release;
    await this.open();
  }

  async #drop(): Promise<void> {
    for (let round = 0; round < 2; round++) {
      await this.store.append(moved('a0', 'a1'));
      await this.store.snapshot();
    }
    await this.store.compact();
  }

  /** Goes on with a copy of the files as they are now. */
  async #crash(): Promise<void> {
    if (this.#contents !== undefined) return this.#reopen(this.release);
    const copy = await temporaryPath();
    for (const suffix of ['', '-wal']) {
      // Another process copies: this one holds locks on the file.
      if (existsSync(this.path + suffix)) execFileSync('cp', [this.path + suffix, copy + suffix]);
    }
    await this.store.close();
    this.path = copy;
    await this.open();
  }
}

async function live(life: Life, steps: readonly Step[], questions: readonly EventRange[]): Promise<void> {
  await life.open();
  for (const next of steps) {
    await life.take(next);
    const { firstSequence } = life.store.stats();
    const all = await Array.fromAsync(life.store.events());
    for (const given of questions) {
      const from = Math.max(Number(given.from ?? firstSequence), firstSequence);
      const sequences = given.sequences?.filter((sequence) => sequence >= firstSequence);
      const range = { ...given, from, ...(sequences && { sequences }) } as EventRange;
      expect(await sequencesOf(life.store.events(range as object))).toEqual(filtered(all, life.release, range));
    }
  }
  await life.store.close();
}

describe('a query gives what a filter of all events gives', () => {
  const script = [
    fc.array(step, { minLength: 2, maxLength: 10 }),
    fc.array(question, { minLength: 4, maxLength: 6 }),
  ] as const;

  test('on a file', async () => {
    const run = async (steps: readonly Step[], questions: readonly EventRange[]): Promise<void> =>
      live(new Life(await temporaryPath()), steps, questions);
    await fc.assert(fc.asyncProperty(...script, run), { numRuns: 6 });
  }, 60_000);

  test('in memory', async () => {
    const run = (steps: readonly Step[], questions: readonly EventRange[]): Promise<void> =>
      live(new Life(':memory:', new MemoryContents()), steps, questions);
    await fc.assert(fc.asyncProperty(...script, run), { numRuns: sample(20) });
  }, 60_000);

  test('and a log that hides blocks is found out', async () => {
    const contents = new MemoryContents();
    const hiding = {
      name: 'hiding',
      open: async (options: object) => Object.assign(await contents.open(options), { find: async function* () {} }),
    };
    const store = await openLedger(RELEASES[1], { log: hiding });
    await store.append(moved('a', 'b'));
    const all = await Array.fromAsync(store.events());
    const range = { tag: 'account:a' };
    expect(await sequencesOf(store.events(range))).not.toEqual(filtered(all, RELEASES[1], range));
  });

  test('on a log that keeps no lists', async () => {
    const contents = new MemoryContents();
    const plain = {
      name: 'plain',
      open: async (options: object) =>
        new Proxy(await contents.open(options), {
          get: (log, key) => {
            const value: unknown = key === 'find' ? undefined : Reflect.get(log, key);
            return typeof value === 'function' ? value.bind(log) : value;
          },
        }),
    };
    const store = await openLedger(RELEASES[1], { log: plain });
    for (let index = 0; index < 9; index++) await store.append(moved(`a${index % 3}`, 'b'));
    expect(await sequencesOf(store.events({ tag: 'account:a1' }))).toEqual([2, 5, 8]);
    expect(await sequencesOf(store.events({ tag: 'account:a1', reverse: true, limit: 2 }))).toEqual([8, 5]);
    expect((await errorOf(store.retag())).message).toContain('keeps no lists of tags');
  });
});

describe('blocks', () => {
  /** A log that counts the blocks that are read of it. */
  function counting() {
    const contents = new MemoryContents();
    const read: number[] = [];
    const source = {
      name: 'counting',
      open: async (options: object) => {
        const log = await contents.open(options);
        const reading = log.read.bind(log);
        log.read = async function* (range) {
          for await (const block of reading(range)) {
            read.push(block.firstSequence);
            yield block;
          }
        };
        return log;
      },
    };
    return { source, read };
  }

  test('without the tag are not read, open or sealed', async () => {
    const { source, read } = counting();
    const store = await openLedger(RELEASES[1], { log: source });
    for (let index = 0; index < 20; index++) await store.append(moved(`a${index}`, 'b'));
    read.length = 0;
    expect(await sequencesOf(store.events({ tag: 'account:a7' }))).toEqual([8]);
    expect(await sequencesOf(store.events({ tag: 'account:nobody' }))).toEqual([]);
    expect(read).toEqual([8]);
    await store.compact();
    await store.append(moved('c', 'd'));
    read.length = 0;
    expect(await sequencesOf(store.events({ tag: 'account:nobody' }))).toEqual([]);
    expect(await sequencesOf(store.events({ tag: 'account:c' }))).toEqual([21]);
    expect(read).toEqual([21]);
  });

  test.each(['store', 'replica', 'reader'] as const)(
    'without the tag are not read by a follower of a %s',
    async (kind) => {
      const { source, read } = counting();
      const writer = await openLedger(RELEASES[1], { log: source });
      for (let index = 0; index < 20; index++) await writer.append(moved(`a${index}`, 'b'));
      const readers = { store: {}, replica: { readOnly: true, live: true }, reader: { readOnly: true } };
      const follower = kind === 'store' ? writer : await openLedger(RELEASES[1], { log: source, ...readers[kind] });
      read.length = 0;
      const batches: [number[], number, boolean][] = [];
      for await (const { events, sequence, caughtUp } of follower.follow({
        tag: 'account:a7',
        from: 2,
        batches: true,
      })) {
        batches.push([events.map((event) => event.sequence), sequence, caughtUp]);
        if (caughtUp) break;
      }
      // It has caught up with all events, although it read one block.
      expect(batches.flatMap(([sequences]) => sequences)).toEqual([8]);
      expect(batches.at(-1)!.slice(1)).toEqual([20, true]);
      expect(read).toEqual([8]);
      for await (const { sequence } of follower.follow({ tag: 'account:a7', from: 1 })) {
        expect(sequence).toBe(8);
        break;
      }
    },
  );

  test('without tags are read until they are retagged, and stats says how far that is', async () => {
    const { source, read } = counting();
    const before = await openLedger(RELEASES[0], { log: source });
    for (let index = 0; index < 6; index++) await before.append(moved(`a${index}`, 'b'));
    await before.close();
    const store = await openLedger(RELEASES[1], { log: source });
    read.length = 0;
    expect(await sequencesOf(store.events({ tag: 'account:a2' }))).toEqual([3]);
    expect(read).toEqual([1, 2, 3, 4, 5, 6]);
    await expect.poll(() => store.stats().untaggedEvents).toBe(6);
    expect(await store.retag()).toEqual({ blocks: 1, events: 6, untaggedEvents: 0 });
    expect(store.stats().untaggedEvents).toBe(0);
    read.length = 0;
    expect(await sequencesOf(store.events({ tag: 'account:nobody' }))).toEqual([]);
    expect(read).toEqual([]);
    expect((await store.verify()).problems).toEqual([]);
  });
});

describe('tags', () => {
  test.each<[string, TagsOf, string]>([
    [
      'throws',
      () => {
        throw new Error('no idea');
      },
      'its tags threw: no idea',
    ],
    ['gives no array', () => 'account:a', 'its tags did not give an array'],
    ['gives a promise', async () => ['a'], 'its tags gave a promise'],
    ['gives 17 tags', () => Array.from({ length: 17 }, (_, index) => `t${index}`), 'more than 16 tags'],
    ['gives an empty text', () => [''], 'an empty text at index 0'],
    ['gives a long text', () => ['ok', 'x'.repeat(201)], 'a text of 201 characters at index 1'],
    ['gives a number', () => [7], 'a value of type number at index 0'],
    ['gives a lone surrogate', () => ['\ud800'], 'lone surrogate'],
    ['has a hole', () => new Array(1), 'a value of type undefined at index 0'],
    ['changes the data', (data) => [((data as { from: string }).from = 'x')], 'its tags threw'],
  ])('that %s refuses the event, and leaves no trace', async (_, tags, problem) => {
    const store = await openStore(ledger(tags), { path: await temporaryPath() });
    const refusals = [
      await errorOf(store.append(moved('a', 'b'))),
      await errorOf(store.transact((tx) => tx.append(moved('a', 'b')))),
    ];
    for (const error of refusals) {
      expect(error).toMatchObject({ code: 'EVENT_REJECTED', type: 'Moved', sequence: 1 });
      expect(error.message).toContain(problem);
    }
    expect(store.sequence).toBe(0);
    expect(store.state).toEqual({ moves: 0 });
    await store.close();
  });

  test('are 16 of 200 characters at most, and duplicates count once', async () => {
    const sixteen = Array.from({ length: 16 }, (_, index) => `${index}`.padStart(200, 'x'));
    const store = await openStore(
      ledger(() => [...sixteen, ...sixteen]),
      { path: ':memory:' },
    );
    await store.append(moved('a', 'b'));
    for (const tag of sixteen) expect(await sequencesOf(store.events({ tag }))).toEqual([1]);
    await store.close();
  });

  test('are computed on every way into the log', async () => {
    const path = await temporaryPath();
    await importEvents(RELEASES[1].model, { path }, [{ ...moved('a', 'b'), recordedAt: 1 }]);
    const store = await openLedger(RELEASES[1], { path });
    await store.append([moved('b', 'a'), moved('c', 'd')]);
    await store.transact((tx) => {
      tx.append(moved('a', 'c'));
      tx.append(moved('c', 'a'));
    });
    await store.close();
    await using log = await openLog({ path });
    expect(await sequencesOf(log.events({ tag: 'account:a' }))).toEqual([1, 2, 4, 5]);
    expect(await sequencesOf(log.events({ tag: 'account:a', reverse: true, limit: 1 }))).toEqual([5]);
  });

  test('must be a function', () => {
    expect(() => ledger('account' as never)).toThrowError('the tags of Moved is not a function');
  });

  test('change no fingerprint: a snapshot stays usable', async () => {
    const path = await temporaryPath();
    const store = await openLedger(RELEASES[0], { path });
    await store.append(moved('a', 'b'));
    await store.snapshot();
    await store.close();
    expect((await openLedger(RELEASES[2], { path })).recovery.snapshot).toBe(1);
  });
});

describe('without a model', () => {
  test('a query by tag needs stored tags, and says so', async () => {
    const path = await temporaryPath();
    const before = await openLedger(RELEASES[0], { path });
    await before.append(moved('a', 'b'));
    await before.close();
    const query = async (): Promise<number[]> => {
      await using log = await openLog({ path });
      return await sequencesOf(log.events({ tag: 'account:a' }));
    };
    expect((await errorOf(query())).message).toContain('no model with tags has written');
    const store = await openLedger(RELEASES[1], { path });
    await store.append(moved('b', 'a'));
    expect(await errorOf(query())).toMatchObject({ code: 'INVALID_OPTION', sequence: 1 });
    await store.retag();
    expect(await query()).toEqual([1, 2]);
  });
});

describe('a damaged list', () => {
  test.each([
    ['that was changed', "update block_tags set hashes = x'000000'"],
    ['that was emptied', "update block_tags set hashes = x'', kinds = '[]'"],
    ['with a column that is not JSON', "update block_tags set kinds = 'x'"],
    ['of another block', 'update block_tags set block_checksum = block_checksum + 1'],
    ['that was deleted', 'delete from block_tags'],
  ])('%s costs time, and hides nothing', async (_, statement) => {
    const path = await temporaryPath();
    const store = await openLedger(RELEASES[1], { path });
    for (let index = 0; index < 5; index++) await store.append(moved(`a${index}`, 'b'));
    await store.compact();
    await store.append(moved('a3', 'b'));
    await store.close();
    const database = new Database(path);
    expect(database.exec(statement).prepare('select count(*) from blocks').pluck().get()).toBeGreaterThan(1);
    database.close();
    const again = await openLedger(RELEASES[1], { path });
    expect(await sequencesOf(again.events({ tag: 'account:a3' }))).toEqual([4, 6]);
    await expect.poll(() => again.stats().untaggedEvents).toBe(6);
    expect(await again.retag()).toMatchObject({ untaggedEvents: 0 });
    expect(await sequencesOf(again.events({ tag: 'account:a3' }))).toEqual([4, 6]);
  });
});

describe('what is not there', () => {
  const DROPPED: readonly EventRange[] = [
    { from: 1 },
    { from: 0, tag: 'account:a0' },
    { from: 10, reverse: true },
    { from: 1, reverse: true, tag: 'account:a0', limit: 1 },
    { sequences: [2, 15] },
    { sequences: [15, 2], tag: 'account:a0', reverse: true },
  ];

  test.each(['file', 'memory'])('was dropped: a query says so, in every direction, in a %s', async (kind) => {
    const where = kind === 'memory' ? { log: new MemoryContents() } : { path: await temporaryPath() };
    const store = await openLedger(RELEASES[1], { ...where, history: { maxEvents: 3 } });
    for (let index = 0; index < 20; index++) {
      await store.append(moved(`a${index % 3}`, 'b'));
      if (index % 10 === 9) await store.snapshot();
    }
    await store.compact();
    expect(store.stats().firstSequence).toBe(11);
    for (const range of DROPPED) {
      expect(await errorOf(sequencesOf(store.events(range as object)))).toMatchObject({
        code: 'HISTORY_GONE',
        sequence: 11,
      });
    }
    expect((await errorOf(store.follow({ from: 1, tag: 'account:a0' }).next())).code).toBe('HISTORY_GONE');
    expect(await sequencesOf(store.events({ tag: 'account:a0' }))).toEqual([13, 16, 19]);
    expect(await sequencesOf(store.events({ from: 11, reverse: true, tag: 'account:a0' }))).toEqual([19, 16, 13]);
  });

  test.each([false, true])('was lost: a gap is not taken for a block without the tag, reverse %s', async (reverse) => {
    const path = await temporaryPath();
    const store = await openLedger(RELEASES[1], { path });
    for (let index = 0; index < 9; index++) await store.append(moved(`a${index}`, 'b'));
    await store.close();
    const database = new Database(path);
    database.exec('delete from blocks where first_sequence = 5');
    database.close();
    await using log = await openLog({ path });
    const range = { tag: 'account:a8', reverse, from: 1 };
    expect(await errorOf(sequencesOf(log.events(range)))).toMatchObject({ code: 'LOG_CORRUPT', sequence: 5 });
  });

  test('is not asked for while it is tagged again and compacted at once', async () => {
    const path = await temporaryPath();
    const before = await openLedger(RELEASES[0], { path });
    for (let index = 0; index < 30; index++) await before.append(moved(`a${index % 3}`, 'b'));
    await before.close();
    const store = await openLedger(RELEASES[1], { path, history: { maxEvents: 3 } });
    await store.snapshot();
    await store.append(moved('a0', 'b'));
    await store.snapshot();
    const [first, , second] = await Promise.all([store.retag(), store.compact(), store.retag()]);
    expect([first.untaggedEvents, second]).toEqual([0, { blocks: 0, events: 0, untaggedEvents: 0 }]);
    expect(await sequencesOf(store.events({ tag: 'account:a0', from: 25 }))).toEqual([25, 28, 31]);
  });
});

describe('large blocks', () => {
  test('are unpacked in a thread, and say the same', async () => {
    const contents = new MemoryContents();
    const text = 'ü'.repeat(30_000);
    const commit = Array.from({ length: 40 }, (_, index) => moved(`a${index}${text}`, 'b'));
    const plain = await openLedger(RELEASES[0], { log: contents });
    await plain.append(commit);
    for (const sealed of [false, true]) {
      if (sealed) await plain.compact();
      const [block] = contents.blocks;
      const slices = await Array.fromAsync(unpackBlock(block!));
      expect(slices.length).toBeGreaterThan(5);
      expect(slices.flatMap(({ events }) => events)).toEqual(decodeBlock(block!).events);
      expect(slices.map(({ from }) => from)).toEqual([1, ...slices.slice(0, -1).map(({ through }) => through + 1)]);
      expect((await Array.fromAsync(plain.events())).map(({ data }) => data)).toEqual(commit.map(({ data }) => data));
      expect(await sequencesOf(plain.events({ reverse: true, limit: 3 }))).toEqual([40, 39, 38]);
      expect(await sequencesOf(plain.events({ sequences: [7, 30, 8] }))).toEqual([7, 8, 30]);
    }
  });

  test('that are damaged are reported, not folded', async () => {
    const contents = new MemoryContents();
    const store = await openLedger(RELEASES[0], { log: contents });
    await store.append(Array.from({ length: 20 }, (_, index) => moved(`${index}`.repeat(30_000), 'b')));
    const block = { ...contents.blocks[0]!, payload: (contents.blocks[0]!.payload as string).replace('"Moved"', '7') };
    const error = await errorOf(Array.fromAsync(unpackBlock(block)));
    expect(error).toMatchObject({ code: 'LOG_CORRUPT', sequence: 1 });
  });
});

describe('the format', () => {
  const formatOf = async (path: string): Promise<number | undefined> => {
    await using log = await openLog({ path });
    return (await log.info()).format;
  };

  test('rises with the first event that has tags, and not before', async () => {
    const path = await temporaryPath();
    const store = await openLedger(RELEASES[1], { path });
    await store.append({ type: 'Closed', data: { from: 'a', to: 'b' } });
    expect(await formatOf(path)).toBe(1);
    await store.append(moved('a', 'b'));
    expect(await formatOf(path)).toBe(2);
  });
});

describe('from and to', () => {
  test('may be times, and locate gives the sequence of a time', async () => {
    const clock = manualClock(0);
    const store = await openLedger(RELEASES[1], { path: ':memory:', clock: clock.read });
    for (let index = 1; index <= 5; index++) {
      clock.now = index * 100;
      await store.append([moved('a', 'b'), moved('b', 'c')]);
    }
    const at = (from?: number, to?: number) =>
      sequencesOf(
        store.events({
          ...(from !== undefined && { from: { time: from } }),
          ...(to !== undefined && { to: { time: new Date(to) } }),
        }),
      );
    expect(await at(200, 300)).toEqual([3, 4, 5, 6]);
    expect(await at(201, 299)).toEqual([]);
    expect(await at(401)).toEqual([9, 10]);
    expect(await at(undefined, 100)).toEqual([1, 2]);
    expect(await at(0, 99)).toEqual([]);
    expect(await store.locate({ time: 250 })).toBe(4);
    expect(await store.locate({ sequence: 7 })).toBe(7);
    expect((await errorOf(store.locate({ sequence: 11 }))).code).toBe('INVALID_OPTION');
  });

  test.each<[string, object]>([
    ['a limit below zero', { limit: -1 }],
    ['a tag that is too long', { tag: 'x'.repeat(201) }],
    ['an empty tag', { tag: '' }],
    ['a time that is not a time', { from: { time: 'yesterday' } }],
    ['a sequence 0', { sequences: [0] }],
    ['a reverse that is a number', { reverse: 1 }],
    ['an unknown option', { tags: ['a'] }],
  ])('%s is refused', async (_, range) => {
    const store = await openLedger(RELEASES[1], { path: ':memory:' });
    expect((await errorOf(sequencesOf(store.events(range)))).code).toBe('INVALID_OPTION');
  });
});

describe('following by tag', () => {
  const all = RELEASES[1];
  const wants = { tag: 'account:a', from: 1 } as const;

  async function takeSequences(events: AsyncIterable<RecordedEvent>, count: number): Promise<number[]> {
    const sequences: number[] = [];
    for await (const { sequence } of events) {
      sequences.push(sequence);
      if (sequences.length === count) break;
    }
    return sequences;
  }
  const moved = (from: string, to: string) => ({ type: 'Moved', data: { from, to } }) as const;

  test.each([false, true])('gives old events and new ones, also without stored tags: %s', async (isUntagged) => {
    const path = await temporaryPath();
    const before = await openLedger(isUntagged ? RELEASES[0] : all, { path });
    await before.append([moved('a', 'b'), moved('b', 'c'), moved('c', 'a')]);
    await before.close();
    const store = await openLedger(all, { path });
    const beside = await openLedger(all, { path, readOnly: true });
    const heard = [store, beside].map((each) => takeSequences(each.follow(wants), 4));
    const { events } = store.watch({ tag: 'account:a' });
    const watched = takeSequences(events, 1);
    const batches: number[][] = [];
    const batched = (async () => {
      for await (const batch of store.follow({ ...wants, batches: true })) {
        batches.push(batch.events.map(({ sequence }) => sequence));
        if (batches.flat().length >= 4) break;
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 30)); // they have read what is there
    await store.append(moved('b', 'c'));
    await store.append([moved('b', 'c'), moved('d', 'a'), moved('a', 'a')]);
    expect(await Promise.all(heard)).toEqual([
      [1, 3, 6, 7],
      [1, 3, 6, 7],
    ]);
    expect(await watched).toEqual([6]);
    await batched;
    expect(batches.flat()).toEqual([1, 3, 6, 7]);
  });

  test('without a model takes stored tags, and refuses a log without them', async () => {
    const path = await temporaryPath();
    const before = await openLedger(RELEASES[0], { path });
    await before.append(moved('a', 'b'));
    await using untagged = await openLog({ path });
    expect(await errorOf(untagged.follow(wants).next())).toMatchObject({ code: 'INVALID_OPTION' });
    await before.close();
    const store = await openLedger(all, { path });
    await store.append([moved('a', 'b'), moved('b', 'c')]);
    await using log = await openLog({ path });
    expect(await takeSequences(log.follow({ tag: 'account:a', from: 2 }), 1)).toEqual([2]);
    expect(await errorOf(log.follow(wants).next())).toMatchObject({ code: 'INVALID_OPTION', sequence: 1 });
  });

  test('refuses what is not a tag', async () => {
    const store = await openLedger(all, { path: ':memory:' });
    expect(await errorOf(store.follow({ tag: '' }).next())).toMatchObject({ code: 'INVALID_OPTION', type: 'tag' });
    expect(await errorOf(async () => store.watch({ tag: 7 } as never))).toMatchObject({ code: 'INVALID_OPTION' });
  });
});
