/** A long read is helped by a thread, and nobody can tell but by the clock; what every read does, the contract holds. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { decodeBlock } from '../../../../src/log/blocks/block.ts';
import type { Block, LogStore } from '../../../../src/log/log-store.ts';
import { isWorthThread } from '../../../../src/log/sqlite/reading/read-ahead.ts';
import {
  appendCommits,
  appendNotes,
  collect,
  commitOf,
  eventsOf,
  noted,
  refusalOf,
  sequencesOf,
  upTo,
} from '../../../contracts/log-fixtures.ts';
import { openLog, temporaryPath, withDatabase } from '../fixtures.ts';

/** Every read is the thread's. */
const AHEAD = { readAheadFromBytes: 0 };
/** No read is. */
const ALONE = { readAheadFromBytes: Number.POSITIVE_INFINITY };
/** A read becomes the thread's on its way, as soon as the thread is up: these readers do nothing but wait. */
const ON_THE_WAY = { readAheadFromBytes: 1 };

const MEGABYTE = 1024 * 1024;

/** The threads that a test has started. */
const threads: Worker[] = [];
const noteThread = (thread: Worker): void => void threads.push(thread);

process.on('worker', noteThread);
afterAll(() => void process.off('worker', noteThread));
beforeEach(() => void threads.splice(0));

/** Those for reading ahead alone: a writer is a thread as well, and so is a sealer. */
function readingThreads(): Worker[] {
  return threads.filter(({ threadName }) => threadName === 'refold read-ahead');
}

/** Sealed blocks of about four megabytes once unpacked, which take hardly any room on the disk. */
async function makeLongLog(path: string, megabytes: number): Promise<void> {
  const log = await openLog(path, ALONE);
  for (let index = 0; index < megabytes; index++) {
    await appendCommits(log, commitOf([noted('x'.repeat(MEGABYTE)), noted(index)]));
  }
  await log.care!.seal({ through: log.head().sequence });
  await log.close();
}

/** What the thread has sent comes with its content unpacked. */
function isFromThread(block: Block): boolean {
  return block.content !== undefined;
}

describe('whether a read is worth a thread', () => {
  const slow = { events: 10, bytes: 4 * MEGABYTE, eventsLeft: 10, waitedMs: 20, elapsedMs: 100 };
  test.each([
    ['much is left, and slow to come', slow, true],
    ['it has only begun', { ...slow, bytes: MEGABYTE, eventsLeft: 1_000 }, false],
    ['little is left', { ...slow, eventsLeft: 9 }, false],
    ['nothing is left', { ...slow, eventsLeft: 0 }, false],
    ['the caller hardly waits', { ...slow, waitedMs: 19 }, false],
  ])('when %s', (_, progress, worth) => {
    expect(isWorthThread(progress, 4 * MEGABYTE)).toBe(worth);
  });
});

describe('a long read', () => {
  test('gives the same blocks, unpacked by a thread or not', async () => {
    const path = temporaryPath();
    await makeLongLog(path, 12);
    const alone = await collect((await openLog(path, { readOnly: true, ...ALONE })).read({ from: 1 }));
    const ahead = await collect((await openLog(path, { readOnly: true, ...AHEAD })).read({ from: 1 }));
    expect(ahead.every(isFromThread)).toBe(true);
    expect(alone.some(isFromThread)).toBe(false);
    const plain = ahead.map(({ content: _, payload, ...block }) => ({ ...block, payload: Buffer.from(payload) }));
    expect(plain).toEqual(alone);
    expect(eventsOf(ahead)).toEqual(eventsOf(alone));
  });

  test('is begun by the caller, and gone on with by the thread once that is up', async () => {
    const path = temporaryPath();
    await makeLongLog(path, 40);
    const log = await openLog(path, { readOnly: true, ...ON_THE_WAY });
    const blocks: Block[] = [];
    for await (const block of log.read({ from: 1 })) {
      blocks.push(block);
      if (blocks.length === 2) await isUp();
    }
    expect(blocks.map(isFromThread)).toEqual(blocks.map((_, index) => index >= 2));
    expect(sequencesOf(eventsOf(blocks))).toEqual(upTo(80));
  });

  test('costs a short one nothing: by default there is no thread', async () => {
    const path = temporaryPath();
    await makeLongLog(path, 12);
    const log = await openLog(path, { readOnly: true });
    expect(await collect(log.read({ from: 1 }))).toHaveLength(3);
    expect(readingThreads()).toEqual([]);
  });

  test('of a slow reader fills no memory', async () => {
    const path = temporaryPath();
    await makeLongLog(path, 100);
    const log = await openLog(path, { readOnly: true, ...AHEAD });
    const before = process.memoryUsage().arrayBuffers;
    for await (const _block of log.read({ from: 1 })) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      break;
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(24 * MEGABYTE);
  });

  test('that its reader leaves ends the thread', async () => {
    const path = temporaryPath();
    await makeLongLog(path, 40);
    const log = await openLog(path, { readOnly: true, ...AHEAD });
    for await (const block of log.read({ from: 1 })) {
      expect(isFromThread(block)).toBe(true);
      break;
    }
    expect(readingThreads()).toHaveLength(1);
    await once(readingThreads()[0]!, 'exit');
  });

  test('that nobody goes on with does not keep a program alive', async () => {
    const path = temporaryPath();
    await makeLongLog(path, 40);
    const program = `
      import { openSqliteLog } from ${JSON.stringify(new URL('../../../../src/log/sqlite/sqlite-log.ts', import.meta.url))};
      const log = await openSqliteLog({ path: ${JSON.stringify(path)}, readOnly: true, readAheadFromBytes: 0 });
      const { value } = await log.read({ from: 1 })[Symbol.asyncIterator]().next();
      console.log(value.content !== undefined);`;
    const out = execFileSync('node', ['--input-type=module', '--eval', program], { encoding: 'utf8' });
    expect(out).toBe('true\n');
  });

  test('that is under way when the log closes is refused', async () => {
    const path = temporaryPath();
    await makeLongLog(path, 40);
    const log = await openLog(path, { readOnly: true, ...AHEAD });
    const refusal = await refusalOf(async () => {
      for await (const _block of log.read({ from: 1 })) await log.close();
    });
    expect(refusal.code).toBe('STORE_CLOSED');
  });

  test('beside another that has the thread is the caller’s own', async () => {
    const path = temporaryPath();
    await makeLongLog(path, 12);
    const log = await openLog(path, { readOnly: true, ...AHEAD });
    const reads = await Promise.all([collect(log.read({ from: 1 })), collect(log.read({ from: 1 }))]);
    expect(reads.map((blocks) => blocks.every(isFromThread))).toEqual([true, false]);
    expect(eventsOf(reads[0]!)).toEqual(eventsOf(reads[1]!));
  });
});

describe('what goes wrong', () => {
  const flip = `update blocks
    set payload = cast(substr(payload, 1, length(payload) - 1) || x'00' as blob)
    where first_sequence = 17`;
  const forge = `update blocks set payload = cast(substr(payload, 1, 64) || 'no frame' as blob) where first_sequence = 17`;

  test.each([
    ['a block that is damaged', flip],
    ['a block that is gone', 'delete from blocks where first_sequence = 17'],
    ['history that is gone', 'delete from blocks where first_sequence < 24; update log_state set trimmed_through = 24'],
  ])('%s is reported in the same words, after the same events', async (_, harm) => {
    const path = temporaryPath();
    await makeLongLog(path, 40);
    withDatabase(path, (database) => database.exec(harm));
    const [alone, ahead] = await Promise.all([ALONE, AHEAD].map((way) => readUntilRefused(path, way)));
    expect(alone!.refusal).toMatchObject({ code: expect.stringMatching(/LOG_CORRUPT|HISTORY_GONE/) });
    expect(ahead).toEqual(alone);
  });

  test('a content that cannot be unpacked is the decoder’s to report', async () => {
    const path = temporaryPath();
    await makeLongLog(path, 16);
    withDatabase(path, (database) => {
      database.exec(forge);
      const { payload } = database.prepare('select payload from blocks where first_sequence = 17').get() as {
        payload: Buffer;
      };
      const { crc32 } = process.getBuiltinModule('node:zlib');
      database.prepare('update blocks set checksum = ? where first_sequence = 17').run(crc32(payload));
    });
    const blocks = await collect((await openLog(path, { readOnly: true, ...AHEAD })).read({ from: 1 }));
    expect(blocks.map(isFromThread)).toEqual([true, true, false, true]);
    expect(() => decodeBlock(blocks[2]!)).toThrowError(expect.objectContaining({ code: 'LOG_CORRUPT', sequence: 17 }));
  });

  test('a thread that finds another log at the path leaves it alone, and the reader goes on with its own', async () => {
    const path = temporaryPath();
    await makeLongLog(path, 12);
    const log = await openLog(path, { readOnly: true, ...AHEAD });
    const other = await openLog(temporaryPath());
    await appendNotes(other, 30);
    await other.close();
    fs.renameSync(path, `${path}.moved`);
    fs.renameSync(other.path, path);
    const blocks = await collect(log.read({ from: 1 }));
    expect(blocks.some(isFromThread)).toBe(false);
    expect(sequencesOf(eventsOf(blocks))).toEqual(upTo(24));
  });

  test('a thread that cannot start costs nothing but its help', async () => {
    const path = temporaryPath();
    await makeLongLog(path, 12);
    const log = await openLog(path, { readOnly: true, ...AHEAD });
    fs.renameSync(path, `${path}.moved`);
    const blocks = await collect(log.read({ from: 1 }));
    expect(blocks.some(isFromThread)).toBe(false);
    expect(sequencesOf(eventsOf(blocks))).toEqual(upTo(24));
  });
});

test('a reader beside its writer sees each event once, while the log grows and is sealed', async () => {
  const path = temporaryPath();
  const writer = await openLog(path);
  const log = await openLog(path, { readOnly: true, ...AHEAD });
  const seen: number[] = [];
  for (let round = 1; round <= 5; round++) {
    await appendNotes(writer, 40);
    const reading = readOn(log, seen);
    await writer.care!.seal({ through: round * 40 - 5 });
    await reading;
    expect(seen).toEqual(upTo(round * 40));
  }
});

/** Reads what comes after `seen`, and notes it there. */
async function readOn(log: LogStore, seen: number[]): Promise<void> {
  for await (const block of log.read({ from: seen.length + 1 })) {
    for (const { sequence } of decodeBlock(block).events) if (sequence > seen.length) seen.push(sequence);
  }
}

/** Resolves when the thread that has just been started says so. */
async function isUp(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve)); // a thread is announced a tick after it was made
  await once(readingThreads()[0]!, 'message');
}

async function readUntilRefused(path: string, way: { readonly readAheadFromBytes: number }) {
  const log = await openLog(path, { readOnly: true, ...way });
  const sequences: number[] = [];
  const refusal = await refusalOf(async () => {
    for await (const block of log.read({ from: 1 })) sequences.push(block.firstSequence);
  });
  return { sequences, refusal: refusal.toJSON() };
}
