/** The chore by itself, over a log in memory: what it finds due, and what it leaves for later. */
import { beforeEach, describe, expect, test } from 'vitest';
import { type ChoreSource, CompactionChore } from '../../../src/engine/upkeep/compaction-chore.ts';
import { type History, type LogStore, openMemoryLog } from '../../../src/index.ts';
import { MemoryContents } from '../../../src/log/memory.ts';
import { appendCommits, collect, commitOf, noted } from '../../contracts/log-fixtures.ts';
import { manualClock } from '../harness.ts';

const MiB = 1024 * 1024;

let contents: MemoryContents;
let log: LogStore;

beforeEach(() => {
  contents = new MemoryContents();
  log = openMemoryLog({ contents });
});

function choreOn(history: History = 'keep', more: Partial<ChoreSource> = {}): CompactionChore {
  const clock = manualClock();
  return new CompactionChore({
    log,
    settings: { history, clock: clock.read },
    usableSnapshots: async () => [],
    snapshots: { lastSequence: 0, take: async () => {} },
    saveProjections: async () => {},
    ...more,
  });
}

/** Blocks of a mebibyte and one event each. */
async function write(chore: CompactionChore, blocks: number): Promise<void> {
  for (let i = 0; i < blocks; i++) {
    await appendCommits(log, commitOf([noted('x'.repeat(MiB))]));
    chore.appended(MiB);
  }
}

const encodings = async (): Promise<string[]> => (await collect(log.headers())).map(({ encoding }) => encoding);

describe('sealing', () => {
  test('is due beyond 32 MiB, leaves the newest open, and is not due again at once', async () => {
    const chore = choreOn();
    await write(chore, 31);
    expect(chore.isDue()).toBe(false);
    await write(chore, 2);
    expect(chore.isDue()).toBe(true);
    await chore.run();
    expect((await encodings()).slice(-5)).toEqual(['sealed', 'sealed', 'open', 'open', 'open']);
    expect(chore.isDue()).toBe(false);
    await write(chore, 28);
    expect(chore.isDue()).toBe(false);
    await write(chore, 2);
    expect(chore.isDue()).toBe(true);
  });

  test('continues in the next open where this one ended', async () => {
    const first = choreOn();
    await write(first, 33);
    await first.run();
    const sealed = (await encodings()).filter((encoding) => encoding === 'sealed').length;
    log = openMemoryLog({ contents });
    const second = choreOn();
    await write(second, 1);
    await second.run(); // looks, and finds little
    expect((await encodings()).filter((encoding) => encoding === 'sealed')).toHaveLength(sealed);
    expect(second.isDue()).toBe(false);
  });

  test.each(['', 'not a number', '-5', '1e300', '17.5'])('ignores the invalid hint %j', async (hint) => {
    await log.putMeta('sealedThrough', hint);
    const chore = choreOn();
    await write(chore, 33);
    await chore.run();
    expect((await encodings())[0]).toBe('sealed');
    expect(chore.isDue()).toBe(false);
  });

  test('ends early when it is stopped, and is not due any more', async () => {
    const chore = choreOn('keep', {
      snapshots: { lastSequence: 0, take: () => Promise.reject(new Error('not asked')) },
    });
    await write(chore, 40);
    const running = chore.run();
    chore.stop();
    await running;
    expect(await encodings()).toEqual(Array(40).fill('open'));
    expect(chore.isDue()).toBe(false);
  });
});

describe('a bounded history', () => {
  test('takes a snapshot when it waits for one, and no second one before the tail has grown again', async () => {
    const taken: number[] = [];
    const chore = choreOn('discard', {
      snapshots: {
        get lastSequence() {
          return taken.at(-1) ?? 0;
        },
        take: async () => void taken.push(log.head().sequence),
      },
    });
    await write(chore, 11);
    expect(chore.isDue()).toBe(true); // the first look after an open
    await chore.run();
    expect([taken, chore.isDue()]).toEqual([[], false]);
    await write(chore, 1);
    await chore.run();
    expect([taken, chore.isDue()]).toEqual([[12], false]);
    await write(chore, 11);
    expect(chore.isDue()).toBe(false);
    await write(chore, 1);
    await chore.run();
    expect(taken).toEqual([12, 24]);
  });

  test('is not trimmed while something else works on the log', async () => {
    const chore = choreOn('discard');
    await write(chore, 13);
    await chore.alone(async () => {
      await Promise.resolve();
      expect(chore.isDue()).toBe(false);
    });
    expect(chore.isDue()).toBe(true);
  });
});
