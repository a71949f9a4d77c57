/**
 * What every log must do. Run by one test file per implementation.
 *
 * It speaks to the log through `LogStore` alone, except for what no log offers: opening the same one again, and
 * damaging what it stored.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EMPTY_CHAIN } from '../../src/log/blocks/block.ts';
import type { Block, LogStore } from '../../src/log/log-store.ts';
import {
  appendCommits,
  appendNotes,
  collect,
  commitOf,
  eventsOf,
  joined,
  noise,
  noted,
  readEvents,
  refusalOf,
  sequencesOf,
  snapshotAt,
  storyOf,
  upTo,
} from './log-fixtures.ts';

/** One log that can be closed, opened again and harmed. */
export interface LogHarness {
  /** Opens the log; the one opened before must be closed. */
  open(): Promise<LogStore>;
  /** Changes one byte of one stored chunk of a snapshot. The log is closed. */
  damageSnapshot(sequence: number): Promise<void>;
  /** Takes one chunk of a snapshot away. The log is closed. */
  loseChunk(sequence: number): Promise<void>;
  /** Opens the log a second time to read it, beside the one that is open; absent where no log can be shared. */
  openReader?(): Promise<LogStore>;
  /** A module's text that opens such a log, new and empty, as `log`. */
  readonly openInProcess: string;
  dispose(): Promise<void>;
}

export function describeLogStore(name: string, createHarness: () => Promise<LogHarness>): void {
  describe(`a log (${name})`, () => {
    let harness: LogHarness;
    let log: LogStore;

    beforeEach(async () => {
      harness = await createHarness();
      log = await harness.open();
    });

    afterEach(async () => {
      await log.close();
      await harness.dispose();
    });

    async function reopen(): Promise<LogStore> {
      await log.close();
      log = await harness.open();
      return log;
    }

    describe('appending', () => {
      test('a new log is empty', async () => {
        expect(log.head()).toEqual({ sequence: 0, recordedAt: 0, chain: EMPTY_CHAIN });
        expect(log.firstSequence()).toBe(1);
        expect(log.epoch).toBe(1);
        expect(log.readOnly).toBe(false);
        expect(await readEvents(log)).toEqual([]);
        expect(await collect(log.headers())).toEqual([]);
        expect(await log.blockAt(Number.MAX_SAFE_INTEGER)).toBeUndefined();
      });

      test('what was appended is read back, with sequence and time', async () => {
        const meta = { user: 'ada' };
        await appendCommits(
          log,
          commitOf([noted('a'), { type: 'Renamed', version: 3, data: ['b', null, { c: 1.5 }], meta }], 500),
          commitOf([noted('ü → 😀')], 507),
        );
        expect(await readEvents(log)).toEqual([
          { sequence: 1, recordedAt: 500, type: 'Noted', version: 1, data: { note: 'a' } },
          { sequence: 2, recordedAt: 500, type: 'Renamed', version: 3, data: ['b', null, { c: 1.5 }], meta },
          { sequence: 3, recordedAt: 507, type: 'Noted', version: 1, data: { note: 'ü → 😀' } },
        ]);
        expect(log.head()).toMatchObject({ sequence: 3, recordedAt: 507 });
        expect(log.head().chain).toMatch(/^[0-9a-f]{32}$/);
      });

      test('one append is one block', async () => {
        await appendCommits(log, commitOf([noted(1)], 5), commitOf([noted(2), noted(3)], 8));
        await appendCommits(log, commitOf([noted(4)], 9));
        const [first, second, ...more] = await collect(log.headers());
        expect(first).toMatchObject({ firstSequence: 1, lastSequence: 3, recordedAt: 5, encoding: 'open' });
        expect(second).toMatchObject({ firstSequence: 4, lastSequence: 4, recordedAt: 9, encoding: 'open' });
        expect(more).toEqual([]);
        const blocks = await collect(log.read({ from: 1 }));
        expect(blocks.map((block) => block.bytes)).toEqual([first!.bytes, second!.bytes]);
        expect(blocks[0]!.bytes).toBe(Buffer.byteLength(blocks[0]!.payload));
        expect(blocks.at(-1)!.chain).toBe(log.head().chain);
      });

      test('appends that are not awaited become durable in order', async () => {
        const appends = upTo(50).map((sequence) =>
          log.append({
            expectedSequence: sequence - 1,
            epoch: log.epoch,
            commits: [commitOf([noted(sequence)])],
            outcomes: [],
          }),
        );
        await Promise.all(appends);
        expect((await readEvents(log)).map((event) => event.data)).toEqual(upTo(50).map((note) => ({ note })));
      });

      test.each([
        ['behind', 2],
        ['ahead', 4],
      ])('an append %s the head is a conflict and leaves no trace', async (_, expectedSequence) => {
        await appendNotes(log, 3);
        const before = log.head();
        const outcomes = [{ commandId: 'c', recordedAt: 1, outcome: '{}' }];
        const refusal = await refusalOf(
          log.append({ expectedSequence, epoch: log.epoch, commits: [commitOf([noted('x')])], outcomes }),
        );
        expect(refusal).toMatchObject({ code: 'SEQUENCE_CONFLICT', sequence: 3, path: log.path });
        expect(log.head()).toEqual(before);
        expect(await log.outcome('c')).toBeUndefined();
        await appendNotes(log, 1);
        expect(sequencesOf(await readEvents(log))).toEqual([1, 2, 3, 4]);
      });

      test('an append of another epoch is a conflict', async () => {
        const commits = [commitOf([noted('x')])];
        const refusal = await refusalOf(
          log.append({ expectedSequence: 0, epoch: log.epoch - 1, commits, outcomes: [] }),
        );
        expect(refusal.code).toBe('SEQUENCE_CONFLICT');
        expect(await readEvents(log)).toEqual([]);
      });

      test('a log opened again goes on where it ended, under the next epoch', async () => {
        await appendNotes(log, 3);
        const before = log.head();
        await reopen();
        expect(log.head()).toEqual(before);
        expect(log.epoch).toBe(2);
        await appendNotes(log, 2);
        expect(sequencesOf(await readEvents(log))).toEqual(upTo(5));
      });
    });

    describe('reading', () => {
      beforeEach(async () => {
        // Blocks 1–2, 3–5, 6
        await appendCommits(log, commitOf([noted(1), noted(2)]));
        await appendCommits(log, commitOf([noted(3)]), commitOf([noted(4), noted(5)]));
        await appendCommits(log, commitOf([noted(6)]));
      });

      test.each([
        [{ from: 1 }, [1, 3, 6]],
        [{ from: 0 }, [1, 3, 6]],
        [{ from: 2 }, [1, 3, 6]],
        [{ from: 4 }, [3, 6]],
        [{ from: 6 }, [6]],
        [{ from: 7 }, []],
        [{ from: 1, to: 2 }, [1]],
        [{ from: 1, to: 3 }, [1, 3]],
        [{ from: 4, to: 4 }, [3]],
        [{ from: 2, to: 99 }, [1, 3, 6]],
        [{ from: 5, to: 4 }, []],
      ])('%o gives the blocks that begin at %o', async (range, firsts) => {
        const blocks = await collect(log.read(range));
        expect(blocks.map((block) => block.firstSequence)).toEqual(firsts);
      });

      test('a reader may stop early and another may begin meanwhile', async () => {
        for await (const block of log.read({ from: 1 })) {
          expect(block.firstSequence).toBe(1);
          break;
        }
        await appendNotes(log, 1);
        expect(sequencesOf(await readEvents(log))).toEqual(upTo(7));
      });

      test('more blocks than one page holds', async () => {
        const appends = upTo(2_500).map((index) =>
          log.append({
            expectedSequence: 5 + index,
            epoch: log.epoch,
            commits: [commitOf([noted(index)])],
            outcomes: [],
          }),
        );
        await Promise.all(appends);
        expect(sequencesOf(await readEvents(log))).toEqual(upTo(2_506));
        expect(await collect(log.headers())).toHaveLength(2_503);
        expect((await collect(log.headers(2_504))).map((block) => block.firstSequence)).toEqual([2_504, 2_505, 2_506]);
      });

      test('more bytes than one page holds', async () => {
        for (const note of 'abc') await appendCommits(log, commitOf([noted(note.repeat(900_000))]));
        const notes = (await readEvents(log, 7)).map((event) => (event.data as { note: string }).note[0]);
        expect(notes).toEqual(['a', 'b', 'c']);
      });
    });

    describe('time', () => {
      test.each([
        [9, undefined],
        [10, 1],
        [29, 2],
        [30, 3],
        [70, 7],
        [1e15, 7],
      ])('the block at %i begins at %o', async (time, first) => {
        await appendNotes(log, 7);
        expect((await log.blockAt(time))?.firstSequence).toBe(first);
      });

      test('of several blocks recorded in one millisecond, the last', async () => {
        for (const note of [1, 2, 3]) await appendCommits(log, commitOf([noted(note)], 100));
        await appendCommits(log, commitOf([noted(4)], 200));
        expect((await log.blockAt(150))?.firstSequence).toBe(3);
      });
    });

    describe('outcomes of commands', () => {
      test('are remembered with the append and survive reopening', async () => {
        const stored = { commandId: 'order-7', recordedAt: 42, outcome: '{"status":"accepted"}' };
        await log.append({
          expectedSequence: 0,
          epoch: log.epoch,
          commits: [commitOf([noted(1)])],
          outcomes: [stored, { ...stored, commandId: 'other' }],
        });
        expect(await log.outcome('order-7')).toEqual(stored);
        await reopen();
        expect(await log.outcome('order-7')).toEqual(stored);
        expect(await log.outcome('order-8')).toBeUndefined();
      });

      test('may come without events, and leave the head alone', async () => {
        const stored = { commandId: 'refused', recordedAt: 42, outcome: '{"status":"rejected"}' };
        const before = log.head();
        await log.append({ expectedSequence: 0, epoch: log.epoch, commits: [], outcomes: [stored] });
        expect(await log.outcome('refused')).toEqual(stored);
        expect(log.head()).toEqual(before);
        expect(await collect(log.headers())).toEqual([]);
      });

      test('are there once the append is done, and not before they were given', async () => {
        const remember = (ids: readonly string[], outcome = '{}') =>
          log.append({
            expectedSequence: 0,
            epoch: log.epoch,
            commits: [],
            outcomes: ids.map((commandId) => ({ commandId, recordedAt: 1, outcome })),
          });
        const batches = upTo(8).map((batch) => upTo(300).map((id) => `c${batch}-${id}`));
        for (const ids of batches) {
          for (const id of ids) expect(await log.outcome(id)).toBeUndefined();
          await remember(ids);
          for (const id of ids) expect(await log.outcome(id)).toMatchObject({ commandId: id });
        }
        await reopen();
        for (const id of batches.flat()) expect(await log.outcome(id)).toMatchObject({ commandId: id });
        expect(await log.outcome('c9-1')).toBeUndefined();
        await remember(['c9-1', 'c1-1'], '{"again":true}');
        for (const id of ['c9-1', 'c1-1']) expect(await log.outcome(id)).toMatchObject({ outcome: '{"again":true}' });
      });

      test('that come again are as new as any', async () => {
        const week = 7 * 24 * 3_600_000;
        const remember = (ids: readonly number[], recordedAt: number) =>
          log.append({
            expectedSequence: 0,
            epoch: log.epoch,
            commits: [],
            outcomes: ids.map((id) => ({ commandId: `c${id}`, recordedAt, outcome: `{"at":${recordedAt}}` })),
          });
        await remember(upTo(300), 0);
        await remember([...upTo(3), ...upTo(3), ...upTo(394, 301)], week + 1);
        expect(await log.outcome('c1')).toMatchObject({ recordedAt: week + 1 });
        expect(await log.outcome('c4')).toBeUndefined();
        expect(await log.outcome('c203')).toBeUndefined();
        expect(await log.outcome('c204')).toBeDefined();
      });

      test('are forgotten after a week, oldest first, a few at a time', async () => {
        const week = 7 * 24 * 3_600_000;
        const remember = (ids: readonly number[], recordedAt: number) =>
          log.append({
            expectedSequence: 0,
            epoch: log.epoch,
            commits: [],
            outcomes: ids.map((id) => ({ commandId: `c${id}`, recordedAt, outcome: '{}' })),
          });
        await remember(upTo(300), 0);
        await remember(upTo(400, 301), week + 1);
        expect(await log.outcome('c1')).toBeUndefined();
        expect(await log.outcome('c200')).toBeUndefined();
        expect(await log.outcome('c201')).toBeDefined();
        await remember(upTo(500, 401), week + 1);
        expect(await log.outcome('c300')).toBeUndefined();
        expect(await log.outcome('c301')).toBeDefined();
      });

      test('are kept up to a hundred thousand', async () => {
        const remember = (ids: readonly number[]) =>
          log.append({
            expectedSequence: 0,
            epoch: log.epoch,
            commits: [],
            outcomes: ids.map((id) => ({ commandId: `c${id}`, recordedAt: 1, outcome: '{}' })),
          });
        await remember(upTo(100_000));
        await remember(upTo(100_150, 100_001));
        expect(await log.outcome('c150')).toBeUndefined();
        expect(await log.outcome('c151')).toBeDefined();
        expect(await log.outcome('c100150')).toBeDefined();
      });
    });

    describe('snapshots', () => {
      test('come back byte for byte, whatever the chunks', async () => {
        await appendNotes(log, 2);
        const chunks = [noise(10), noise(0), noise(3_500_000), noise(1, 9), new Uint8Array(2_000_000)];
        await log.putSnapshot({ ...snapshotAt(log, 2), bytes: 5_500_011 }, chunks);
        const [info, ...others] = await log.snapshots('');
        expect(others).toEqual([]);
        expect(info).toEqual({ ...snapshotAt(log, 2), bytes: 5_500_011 });
        expect(joined(await collect(log.readSnapshot(info!))).equals(joined(chunks))).toBe(true);
        await reopen();
        expect(joined(await collect(log.readSnapshot(info!))).equals(joined(chunks))).toBe(true);
      });

      test('an empty one is one as well', async () => {
        await log.putSnapshot(snapshotAt(log, 1), []);
        const [info] = await log.snapshots('');
        expect(joined(await collect(log.readSnapshot(info!)))).toHaveLength(0);
      });

      test('are listed newest first, each owner its own', async () => {
        for (const sequence of [3, 9, 5]) await log.putSnapshot(snapshotAt(log, sequence), [noise(5)]);
        await log.putSnapshot(snapshotAt(log, 7, 'totals'), [noise(5)]);
        expect((await log.snapshots('')).map((info) => info.sequence)).toEqual([9, 5, 3]);
        expect((await log.snapshots('totals')).map((info) => info.sequence)).toEqual([7]);
        expect(await log.snapshots('nobody')).toEqual([]);
      });

      test('one of the same owner and sequence is replaced', async () => {
        await log.putSnapshot(snapshotAt(log, 4), [noise(2_000_000, 1)]);
        await log.putSnapshot({ ...snapshotAt(log, 4), stateHash: 'new' }, [noise(100, 2)]);
        const [info, ...others] = await log.snapshots('');
        expect(others).toEqual([]);
        expect(info).toMatchObject({ stateHash: 'new', bytes: 100 });
        expect(joined(await collect(log.readSnapshot(info!))).equals(noise(100, 2))).toBe(true);
      });

      test('one whose state fails half way leaves nothing', async () => {
        await log.putSnapshot(snapshotAt(log, 4), [noise(100, 1)]);
        const failing = function* () {
          yield noise(3_000_000);
          throw new RangeError('state cannot be written');
        };
        await expect(log.putSnapshot({ ...snapshotAt(log, 4), stateHash: 'new' }, failing())).rejects.toThrow(
          RangeError,
        );
        const [info] = await log.snapshots('');
        expect(info!.stateHash).toBe('hash of 4');
        expect(joined(await collect(log.readSnapshot(info!))).equals(noise(100, 1))).toBe(true);
      });

      test('are dropped by sequence', async () => {
        for (const sequence of [1, 2, 3]) await log.putSnapshot(snapshotAt(log, sequence), [noise(5)]);
        await log.putSnapshot(snapshotAt(log, 2, 'totals'), [noise(5)]);
        const dropped = (await log.snapshots(''))[1]!;
        await log.dropSnapshots('', [2, 1, 77]);
        expect((await log.snapshots('')).map((info) => info.sequence)).toEqual([3]);
        expect((await log.snapshots('totals')).map((info) => info.sequence)).toEqual([2]);
        expect((await refusalOf(collect(log.readSnapshot(dropped)))).code).toBe('LOG_CORRUPT');
      });

      test.each(['damageSnapshot', 'loseChunk'] as const)('after %s they are refused, not read', async (harm) => {
        await log.putSnapshot(snapshotAt(log, 6), [noise(2_500_000)]);
        await log.close();
        await harness[harm](6);
        log = await harness.open();
        const [info] = await log.snapshots('');
        const refusal = await refusalOf(collect(log.readSnapshot(info!)));
        expect(refusal).toMatchObject({ code: 'LOG_CORRUPT', sequence: 6, path: log.path });
      });

      test('appends come through while one is written', async () => {
        const slow = function* () {
          for (let part = 0; part < 8; part++) yield noise(1_000_000, part);
        };
        const order: string[] = [];
        const writing = log.putSnapshot(snapshotAt(log, 1), slow()).then(() => order.push('snapshot'));
        await appendNotes(log, 3);
        order.push('appends');
        await writing;
        expect(sequencesOf(await readEvents(log))).toEqual([1, 2, 3]);
        expect(order).toContain('snapshot');
      });
    });

    describe('checkpoints and meta', () => {
      test('checkpoints say how far each projection has come', async () => {
        await log.putCheckpoint({ projection: 'totals', sequence: 3 });
        await log.putCheckpoint({ projection: 'audit', sequence: 9 });
        await log.putCheckpoint({ projection: 'totals', sequence: 5 });
        await reopen();
        expect(await log.checkpoints()).toEqual(
          expect.arrayContaining([
            { projection: 'totals', sequence: 5 },
            { projection: 'audit', sequence: 9 },
          ]),
        );
        expect(await log.checkpoints()).toHaveLength(2);
      });

      test('a checkpoint that is dropped is gone, and only that one', async () => {
        await log.putCheckpoint({ projection: 'totals', sequence: 3 });
        await log.putCheckpoint({ projection: 'audit', sequence: 9 });
        await log.dropCheckpoint('totals');
        await log.dropCheckpoint('unheard of');
        expect(await log.checkpoints()).toEqual([{ projection: 'audit', sequence: 9 }]);
        await reopen();
        expect(await log.checkpoints()).toEqual([{ projection: 'audit', sequence: 9 }]);
        await log.putCheckpoint({ projection: 'totals', sequence: 4 });
        expect(await log.checkpoints()).toHaveLength(2);
      });

      test('meta keeps small texts', async () => {
        expect(await log.getMeta('model')).toBeUndefined();
        await log.putMeta('model', 'orderbook');
        await log.putMeta('model', 'orderbook 2');
        await reopen();
        expect(await log.getMeta('model')).toBe('orderbook 2');
      });
    });

    describe('sealing', () => {
      async function appendMixed(blocks: number): Promise<void> {
        for (let index = 0; index < blocks; index++) {
          const at = log.head().recordedAt + (index % 3);
          const events = upTo((index % 4) + 1).map((n) => noted({ n, index }, n % 2 === 0 ? 'Even' : 'Odd'));
          await appendCommits(log, commitOf(events, at), commitOf([{ ...noted(index), meta: { index } }], at + 1));
        }
      }

      test('changes nothing that can be read', async () => {
        await appendMixed(30);
        const before = await readEvents(log);
        const report = await log.seal({ through: log.head().sequence });
        expect(report).toMatchObject({ sealedEvents: before.length, blocksBefore: 30, blocksAfter: 1 });
        expect(report.bytesAfter).toBeLessThan(report.bytesBefore);
        expect((await collect(log.headers())).map((block) => block.encoding)).toEqual(['sealed']);
        expect(await readEvents(log)).toEqual(before);
        const head = log.head();
        await reopen();
        expect(log.head()).toEqual(head);
        expect(await readEvents(log)).toEqual(before);
      });

      test('stops where it is told to', async () => {
        await appendNotes(log, 10);
        await log.seal({ through: 6 });
        const headers = await collect(log.headers());
        expect(headers.map((block) => [block.lastSequence, block.encoding])).toEqual([
          [6, 'sealed'],
          ...upTo(10, 7).map((last) => [last, 'open']),
        ]);
      });

      test('a block that ends after the bound stays open', async () => {
        await appendCommits(log, commitOf([noted(1), noted(2), noted(3)]));
        expect(await log.seal({ through: 2 })).toMatchObject({ sealedEvents: 0, blocksBefore: 0, blocksAfter: 0 });
        expect((await collect(log.headers())).map((block) => block.encoding)).toEqual(['open']);
      });

      test('what follows still links, and small sealed blocks are merged', async () => {
        for (let round = 0; round < 3; round++) {
          await appendNotes(log, 5);
          await log.seal({ through: log.head().sequence });
        }
        await appendNotes(log, 2);
        const headers = await collect(log.headers());
        expect(headers.map((block) => block.lastSequence)).toEqual([15, 16, 17]);
        await reopen();
        expect(sequencesOf(await readEvents(log))).toEqual(upTo(17));
        expect(await log.seal({ through: 15 })).toMatchObject({ blocksBefore: 0 });
      });

      test('makes blocks of bounded size', async () => {
        for (let index = 0; index < 9; index++) {
          await appendCommits(log, commitOf(upTo(4_000).map((n) => noted(n))));
        }
        const progress: number[] = [];
        await log.seal({ through: 36_000, onProgress: (through) => progress.push(through) });
        const headers = await collect(log.headers());
        expect(headers.map((block) => block.lastSequence)).toEqual([20_000, 36_000]);
        expect(progress).toEqual([20_000, 36_000]);
        expect(await readEvents(log, 19_999, 20_002)).toHaveLength(4);
      });

      test('no sealed block goes across a border', async () => {
        await appendNotes(log, 9);
        const borders = [6, 2, 6, 9, 40];
        const { made, blocksAfter } = await log.seal({ from: 2, through: 8, borders });
        expect(made.map(({ firstSequence, lastSequence }) => [firstSequence, lastSequence])).toEqual([
          [2, 2],
          [3, 6],
          [7, 8],
        ]);
        expect(blocksAfter).toBe(3);
        expect((await collect(log.headers(2))).slice(0, 3)).toEqual(made);
      });

      test('a dry run says what sealing will make, and changes nothing', async () => {
        await appendMixed(20);
        const before = await collect(log.headers());
        const options = { through: log.head().sequence, borders: [14] };
        const plan = await log.seal({ ...options, dryRun: true });
        expect(await collect(log.headers())).toEqual(before);
        expect(await log.seal(options)).toEqual(plan);
        expect(await collect(log.headers())).toEqual(plan.made);
      });

      test('stops at its signal after the block in progress', async () => {
        for (let index = 0; index < 3; index++) await appendCommits(log, commitOf(upTo(17_000).map((n) => noted(n))));
        const stop = new AbortController();
        await log.seal({ through: 51_000, signal: stop.signal, onProgress: () => stop.abort() });
        expect((await collect(log.headers())).map((block) => block.encoding)).toEqual(['sealed', 'open', 'open']);
      });

      test('appends come through meanwhile', async () => {
        await appendMixed(200);
        const end = log.head().sequence;
        const sealing = log.seal({ through: end });
        await appendNotes(log, 5);
        await sealing;
        expect(sequencesOf(await readEvents(log))).toEqual(upTo(end + 5));
      });

      test('a reader in the middle goes on without a gap', async () => {
        const big = 'x'.repeat(400_000); // a page holds three such blocks
        for (let index = 1; index <= 9; index++) await appendCommits(log, commitOf([noted(`${index}${big}`)]));
        const seen: Block[] = [];
        for await (const block of log.read({ from: 1 })) {
          seen.push(block);
          if (seen.length === 2) await log.seal({ through: 9 });
        }
        const sequences = new Set(sequencesOf(eventsOf(seen)));
        expect([...sequences]).toEqual(upTo(9));
      });

      test('time and sequence still lead to the right block', async () => {
        await appendNotes(log, 6);
        await log.seal({ through: 4 });
        expect((await log.blockAt(25))?.lastSequence).toBe(4);
        expect((await log.blockAt(55))?.lastSequence).toBe(5);
        expect(sequencesOf(await readEvents(log, 3))).toEqual([3, 4, 5, 6]);
      });
    });

    describe('dropping history', () => {
      test('reading what is gone names the first sequence left', async () => {
        await appendNotes(log, 10);
        const head = log.head();
        await log.dropThrough(4);
        for (const from of [0, 1, 4]) {
          expect(await refusalOf(readEvents(log, from))).toMatchObject({ code: 'HISTORY_GONE', sequence: 5 });
        }
        expect(sequencesOf(await readEvents(log, 5))).toEqual(upTo(10, 5));
        expect(log.firstSequence()).toBe(5);
        expect(log.head()).toEqual(head);
        await reopen();
        expect(log.firstSequence()).toBe(5);
        expect(log.head()).toEqual(head);
        expect((await refusalOf(readEvents(log, 1))).sequence).toBe(5);
        expect(sequencesOf(await readEvents(log, 5))).toEqual(upTo(10, 5));
      });

      test('takes whole blocks only', async () => {
        await appendCommits(log, commitOf([noted(1), noted(2), noted(3)]));
        await appendNotes(log, 2);
        await log.dropThrough(2);
        expect(log.firstSequence()).toBe(1);
        await log.dropThrough(3);
        expect(log.firstSequence()).toBe(4);
      });

      test('never takes the last block', async () => {
        await appendNotes(log, 3);
        await log.dropThrough(99);
        expect(log.firstSequence()).toBe(3);
        await appendNotes(log, 1);
        expect(sequencesOf(await readEvents(log, 3))).toEqual([3, 4]);
      });

      test('goes with sealing in any order', async () => {
        await appendNotes(log, 12);
        await log.seal({ through: 4 });
        await log.dropThrough(4);
        await log.seal({ through: 9 });
        expect(sequencesOf(await readEvents(log, 5))).toEqual(upTo(12, 5));
        await log.dropThrough(9);
        await log.reclaim();
        await reopen();
        expect(sequencesOf(await readEvents(log, 10))).toEqual([10, 11, 12]);
      });

      test('a reader that is overtaken is told so', async () => {
        const big = 'x'.repeat(700_000);
        // More than a thread may have read ahead before the first block is taken.
        for (let index = 1; index <= 20; index++) await appendCommits(log, commitOf([noted(`${index}${big}`)]));
        const reading = async () => {
          for await (const block of log.read({ from: 1 })) {
            if (block.firstSequence === 1) await log.dropThrough(19);
          }
        };
        expect(await refusalOf(reading)).toMatchObject({ code: 'HISTORY_GONE', sequence: 20 });
      });
    });

    describe('following', () => {
      test('gives what is there, then what comes, without a gap', async () => {
        await appendNotes(log, 5);
        const stop = new AbortController();
        const seen: number[] = [];
        const following = (async () => {
          for await (const block of log.follow(3, stop.signal)) {
            seen.push(...sequencesOf(eventsOf([block], 3)));
            if (seen.at(-1) === 40) stop.abort();
          }
        })();
        await appendNotes(log, 20);
        await log.seal({ through: 15 });
        await appendNotes(log, 15);
        await following;
        expect([...new Set(seen)]).toEqual(upTo(40, 3));
      });

      test('waits for a sequence that is yet to come', async () => {
        const stop = new AbortController();
        const following = (async () => {
          for await (const block of log.follow(3, stop.signal)) return block.firstSequence;
          return undefined;
        })();
        await appendNotes(log, 4);
        expect(await following).toBe(3);
      });

      test('ends quietly at its signal, waiting or not', async () => {
        await appendNotes(log, 2);
        expect(await collect(log.follow(1, AbortSignal.abort()))).toEqual([]);
        const stop = new AbortController();
        const waiting = collect(log.follow(3, stop.signal));
        setTimeout(() => stop.abort(), 20);
        expect(await waiting).toEqual([]);
      });

      test.each([
        ['the signal', 'setTimeout(() => stop.abort(), 150)'],
        ['the close', 'setTimeout(() => log.close(), 150)'],
      ])('keeps a process alive until %s, and no longer', async (_what, ending) => {
        const story = await storyOf(`${harness.openInProcess}
          const stop = new AbortController();
          ${ending}.unref();
          try {
            for await (const block of log.follow(1, stop.signal)) {}
          } catch (error) {
            if (error.code !== 'STORE_CLOSED') throw error;
          }
          console.log('ended');
          await log.close();`);
        expect(story).toBe('ended\n');
      });

      test('keeps no process alive that has stopped waiting', async () => {
        const story = await storyOf(`${harness.openInProcess}
          const blocks = log.follow(1, new AbortController().signal)[Symbol.asyncIterator]();
          const commit = { events: 1, recordedAt: 1, json: '[["Noted",1,null]]' };
          await log.append({ expectedSequence: 0, epoch: log.epoch, commits: [commit], outcomes: [] });
          console.log((await blocks.next()).value.lastSequence);`);
        expect(story).toBe('1\n');
      });

      test('what is gone cannot be followed', async () => {
        await appendNotes(log, 5);
        await log.dropThrough(3);
        const following = collect(log.follow(2, new AbortController().signal));
        expect(await refusalOf(following)).toMatchObject({ code: 'HISTORY_GONE', sequence: 4 });
      });
    });

    describe('a reader', () => {
      test('sees the log as it is now, at every question', async () => {
        // A log that cannot be shared has no readers.
        if (harness.openReader === undefined) return;
        await appendNotes(log, 3);
        const reader = await harness.openReader();
        expect(reader.readOnly).toBe(true);
        expect(reader.head()).toEqual(log.head());
        await appendNotes(log, 4);
        expect(reader.head()).toEqual(log.head());
        expect(sequencesOf(await readEvents(reader, 2))).toEqual(upTo(7, 2));
        await log.dropThrough(5);
        expect(reader.firstSequence()).toBe(6);
        expect(await refusalOf(readEvents(reader, 5))).toMatchObject({ code: 'HISTORY_GONE', sequence: 6 });
        expect((await refusalOf(appendNotes(reader, 1))).code).toBe('INVALID_OPTION');
        await reopen();
        expect(reader.epoch).toBe(log.epoch);
        await reader.close();
        expect(reader.head()).toEqual(log.head()); // as it was last seen
      });
    });

    describe('closing', () => {
      test('lets what was asked before complete, and refuses what comes after', async () => {
        const append = log.append({
          expectedSequence: 0,
          epoch: log.epoch,
          commits: [commitOf([noted(1)])],
          outcomes: [],
        });
        const closing = log.close();
        await append;
        await Promise.all([closing, log.close()]);
        const refused: (() => unknown)[] = [
          () => appendNotes(log, 1),
          () => readEvents(log),
          () => collect(log.headers()),
          () => log.blockAt(0),
          () => log.outcome('c'),
          () => log.snapshots(''),
          () => log.putSnapshot(snapshotAt(log, 1), []),
          () => log.getMeta('model'),
          () => log.putMeta('model', 'x'),
          () => log.checkpoints(),
          () => log.dropCheckpoint('totals'),
          () => log.seal({ through: 1 }),
          () => log.dropThrough(1),
          () => log.reclaim(),
          () => log.flush(),
          () => log.size(),
        ];
        for (const call of refused) expect((await refusalOf(call)).code).toBe('STORE_CLOSED');
        log = await harness.open();
        expect(sequencesOf(await readEvents(log))).toEqual([1]);
      });

      test('wakes a follower', async () => {
        const following = collect(log.follow(1, new AbortController().signal));
        const refused = refusalOf(following);
        await log.close();
        expect((await refused).code).toBe('STORE_CLOSED');
      });
    });

    test('whatever is appended, sealed, dropped and reopened, the log reads as a list would', async () => {
      const step = fc.oneof(
        {
          weight: 4,
          arbitrary: fc.record({
            do: fc.constant('append' as const),
            sizes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
          }),
        },
        fc.record({ do: fc.constant('seal' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
        fc.record({ do: fc.constant('drop' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
        fc.record({ do: fc.constant('reopen' as const) }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          const own = await createHarness();
          let subject = await own.open();
          const model: unknown[] = [];
          try {
            for (const each of steps) {
              const head = subject.head().sequence;
              if (each.do === 'append') {
                const commits = each.sizes.map((size) => upTo(size).map(() => noted(model.push(model.length + 1))));
                await appendCommits(subject, ...commits.map((events) => commitOf(events, head)));
              } else if (each.do === 'seal') await subject.seal({ through: Math.floor(head * each.share) });
              else if (each.do === 'drop') await subject.dropThrough(Math.floor(head * each.share));
              else {
                await subject.close();
                subject = await own.open();
              }
              const from = subject.firstSequence();
              const events = await readEvents(subject, from);
              expect(events.map((event) => event.data)).toEqual(
                model.slice(from - 1).map((_, i) => ({ note: from + i })),
              );
              expect(sequencesOf(events)).toEqual(upTo(model.length, from));
              expect(subject.head().sequence).toBe(model.length);
            }
          } finally {
            await subject.close();
            await own.dispose();
          }
        }),
        { numRuns: 25 },
      );
    });
  });
}
