/** What becomes of tags and their lists when blocks are sealed, tagged again, damaged and repaired. */
import Database from 'better-sqlite3';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { LogPages } from '../../../src/engine/following/log-pages.ts';
import { Selections } from '../../../src/engine/following/selection.ts';
import {
  defineModel,
  MemoryContents,
  openLog,
  openStore,
  type RecordedEvent,
  repairLog,
  type StoreOptions,
} from '../../../src/index.ts';
import { checksumOf } from '../../../src/log/blocks/block.ts';
import { errorOf, temporaryPath } from '../harness.ts';

type Data = { readonly from: string; readonly to: string };

/** A ledger with these tags. Its reducers are always the same. */
function ledger(tags?: (data: Data) => string[]) {
  const schema = z.object({ from: z.string(), to: z.string() });
  return defineModel({
    name: 'ledger',
    events: { Moved: { schema, ...(tags && { tags }) }, Noted: z.object({ text: z.string() }) },
    initialState: () => ({ moves: 0 }),
    reducers: { Moved: (state) => void (state.moves += 1), Noted: () => {} },
  });
}

const PLAIN = ledger();
const SENDERS = ledger(({ from }) => [`account:${from}`]);
const BOTH = ledger(({ from, to }) => [`account:${from}`, `account:${to}`]);
type LedgerModel = typeof PLAIN;

const stores: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close().catch(() => {});
});

async function open(model: LedgerModel, path: string, options: StoreOptions = {}) {
  const store = await openStore(model, { path, ...options });
  stores.push(store);
  return store;
}

function moved(from: string, to: string) {
  return { type: 'Moved', data: { from, to } } as const;
}

const sequencesOf = async (events: AsyncIterable<RecordedEvent>): Promise<number[]> =>
  (await Array.fromAsync(events)).map(({ sequence }) => sequence);

/** Events 1 to 6 sealed, 7 to 12 open; each third is of `a0`, each commit has an id, and each fourth has no tags. */
async function makeLog(model = BOTH): Promise<string> {
  const path = await temporaryPath();
  const store = await open(model, path);
  for (let number = 1; number <= 12; number++) {
    const event = number % 4 === 0 ? ({ type: 'Noted', data: { text: 'x' } } as const) : moved(`a${number % 3}`, 'b');
    await store.append(event, { commandId: `command-${number}` });
    if (number === 6) await store.compact();
  }
  await store.close();
  return path;
}

function harm(path: string, sql: string): void {
  const database = new Database(path);
  database.exec(sql);
  database.close();
}

/** A list as it would be written for a block without this tag: all checksums match. */
function hideEverything(path: string): void {
  const database = new Database(path);
  const rows = database.prepare('select first_sequence, block_checksum, kinds from block_tags').raw().all();
  const update = database.prepare('update block_tags set hashes = ?, checksum = ? where first_sequence = ?');
  for (const [first, ofBlock, kinds] of rows as [number, number, string][]) {
    const hashes = Buffer.from([0, 0, 1]);
    update.run(hashes, checksumOf(`${first}:${ofBlock}:${kinds}:${checksumOf(hashes)}`), first);
  }
  database.close();
}

async function findingsOf(path: string) {
  await using log = await openLog({ path });
  return (await log.verify({ quick: true })).problems;
}

describe('a list that does not match its block', () => {
  test.each<[string, string | ((path: string) => void), string]>([
    ['changed', "update block_tags set hashes = x'000000'", 'it does not match its checksum'],
    ['with a column that is not JSON', "update block_tags set kinds = 'x'", 'it does not match its checksum'],
    ['of another block', 'update block_tags set block_checksum = 1', 'it does not match its checksum'],
    ['made for other events', hideEverything, 'it does not match the events of its block'],
    ['missing', 'delete from block_tags', 'it is missing'],
    [
      'without a block',
      'update block_tags set first_sequence = first_sequence + 1000',
      'there is no block that begins there',
    ],
  ])('%s: verify finds it, and repair makes it again', async (_, change, problem) => {
    const path = await makeLog();
    expect(await findingsOf(path)).toEqual([]);
    if (typeof change === 'string') harm(path, change);
    else change(path);
    const problems = await findingsOf(path);
    expect(problems[0]).toMatchObject({ code: 'LOG_CORRUPT', path, type: 'tags', hint: expect.any(String) });
    expect(problems[0]!.message).toContain(problem);
    const report = await repairLog(path);
    expect(report).toMatchObject({ sound: false, lostEvents: 0, needsAcceptLoss: false, keptThrough: 12 });
    expect(await findingsOf(path)).toEqual([]);
    const store = await open(BOTH, path);
    await expect.poll(() => store.stats().untaggedEvents).toBe(0);
    expect(await sequencesOf(store.events({ tag: 'account:a0' }))).toEqual([3, 6, 9]);
    expect((await store.verify()).problems).toEqual([]);
  });

  test('made for other events would hide them, so the comparison is needed', async () => {
    const path = await makeLog();
    hideEverything(path);
    const store = await open(BOTH, path);
    expect(await sequencesOf(store.events({ tag: 'account:a0' }))).toEqual([]);
    expect((await store.verify()).ok).toBe(false);
  });
});

describe('blocks with tags and ids', () => {
  /** Everything that must survive: events with their ids, the chain, the answers to retries. */
  async function contentOf(path: string) {
    const store = await open(BOTH, path);
    const events = await Array.fromAsync(store.events());
    const retry = await store.append(moved('a1', 'b'), { commandId: 'command-1' });
    const reused = await errorOf(store.append(moved('x', 'y'), { commandId: 'command-2' }));
    const content = { events, hash: await store.stateHash(), retry, reused: reused.code };
    await store.close();
    await using log = await openLog({ path });
    return { ...content, chain: (await log.info()).chain };
  }

  test('keep both when they are tagged again, and when they are repaired', async () => {
    const path = await makeLog(SENDERS);
    const before = await contentOf(path);
    expect(before.events.map(({ commandId }) => commandId)).toEqual(
      Array.from({ length: 12 }, (_, index) => `command-${index + 1}`),
    );
    expect(before.reused).toBe('COMMAND_ID_REUSED');
    const store = await open(BOTH, path);
    const ofB = [1, 2, 3, 5, 6, 7, 9, 10, 11];
    expect(await sequencesOf(store.events({ tag: 'account:b' }))).toEqual(ofB);
    expect(await store.retag()).toMatchObject({ untaggedEvents: 0 });
    expect(await sequencesOf(store.events({ tag: 'account:b' }))).toEqual(ofB);
    expect((await store.verify()).problems).toEqual([]);
    await store.close();
    expect(await contentOf(path)).toEqual(before);

    harm(path, 'create trigger t after insert on blocks begin select 1; end');
    expect(await repairLog(path)).toMatchObject({ sound: false, lostEvents: 0, forgottenOutcomes: 0 });
    expect(await contentOf(path)).toEqual(before);
    await using log = await openLog({ path });
    expect(await sequencesOf(log.events({ tag: 'account:b' }))).toEqual(ofB);
    expect((await log.info()).format).toBe(2);
  });

  test('are queried without a model by stored tags, and give their ids', async () => {
    const path = await makeLog();
    await using log = await openLog({ path });
    const found = await Array.fromAsync(log.events({ tag: 'account:a0', reverse: true, limit: 2 }));
    expect(found.map(({ sequence, commandId }) => [sequence, commandId])).toEqual([
      [9, 'command-9'],
      [6, 'command-6'],
    ]);
  });
});

describe('a page of a follower', () => {
  test('is small, however well its blocks are compressed', async () => {
    const contents = new MemoryContents();
    const store = await openStore(PLAIN, { log: contents });
    stores.push(store);
    const text = 'a word or two '.repeat(40_000);
    for (let number = 0; number < 24; number++) await store.append({ type: 'Noted', data: { text } });
    await store.compact();
    expect(contents.blocks.length).toBeGreaterThan(2);
    const everything = new Selections(() => true).take({});
    const log = await contents.open({ readOnly: true });
    const page = await new LogPages(PLAIN, log).read(1, 24, everything);
    expect(page.error).toBeUndefined();
    expect(page.through).toBe(contents.blocks[0]!.lastSequence);
  });
});

describe('following by tag', () => {
  async function take(events: AsyncIterable<RecordedEvent>, count: number): Promise<number[]> {
    const sequences: number[] = [];
    for await (const { sequence } of events) if (sequences.push(sequence) === count) break;
    return sequences;
  }

  test('a live replica follows while the log is written, sealed and tagged again', async () => {
    const path = await makeLog(SENDERS);
    const writer = await open(BOTH, path);
    const replica = await open(BOTH, path, { readOnly: true, live: true });
    const follows = { tag: 'account:b', from: 1 } as const;
    const heard = take(replica.follow(follows), 12);
    const batches = (async () => {
      const sequences: number[] = [];
      for await (const { events } of replica.follow({ ...follows, batches: true })) {
        sequences.push(...events.map(({ sequence }) => sequence));
        if (sequences.length >= 12) break;
      }
      return sequences;
    })();
    const { sequence, events } = replica.watch({ tag: 'account:b' });
    const watched = take(events, 3);
    expect(sequence).toBe(12);
    await writer.append([moved('b', 'c'), moved('c', 'd')]);
    await writer.retag();
    await writer.append(moved('d', 'b'));
    await writer.compact();
    await writer.append(moved('b', 'b'));
    const all = [1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 15, 16];
    expect(await heard).toEqual(all);
    expect(await batches).toEqual(all);
    expect(await watched).toEqual([13, 15, 16]);
  });

  test.each(['follow', 'follow beside', 'events'] as const)(
    'tags that throw for an old event end %s with the place',
    async (way) => {
      const path = await temporaryPath();
      const before = await open(PLAIN, path);
      await before.append([moved('a', 'b'), moved('bad', 'a'), moved('a', 'c')]);
      await before.close();
      const strict = ledger(({ from }) => {
        if (from === 'bad') throw new Error('no such account');
        return [`account:${from}`];
      });
      const store = await open(strict, path);
      const beside = await open(strict, path, { readOnly: true });
      const wanted = { tag: 'account:a', from: 1 } as const;
      const reading = {
        follow: () => store.follow(wanted),
        'follow beside': () => beside.follow(wanted),
        events: () => store.events(wanted),
      }[way]();
      const given: number[] = [];
      const error = await errorOf(async () => {
        for await (const { sequence } of reading) given.push(sequence);
      });
      expect(error).toMatchObject({ code: 'MODEL_MISMATCH', type: 'Moved', sequence: 2 });
      expect(error.message).toContain('no such account');
      expect(given).toEqual([1]);
      // The store goes on, others follow, and a later start gets what it asks for.
      await store.append(moved('a', 'd'));
      expect(store.failure).toBeUndefined();
      expect(await take(store.follow({ from: 1 }), 4)).toEqual([1, 2, 3, 4]);
      expect(await take(store.follow({ ...wanted, from: 3 }), 2)).toEqual([3, 4]);
      expect((await errorOf(store.retag())).code).toBe('MODEL_MISMATCH');
      expect(await sequencesOf(store.events({ from: 3, tag: 'account:a' }))).toEqual([3, 4]);
    },
  );
});
