/** Automatic compaction without a store, over a log in memory: what it finds due, and what it leaves for later. */
import { beforeEach, describe, expect, test } from 'vitest';
import { AutomaticCompaction, type CompactionSource } from '../../../src/engine/upkeep/automatic-compaction.ts';
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

function compactionOn(history: History = 'keep', more: Partial<CompactionSource> = {}): AutomaticCompaction {
  const clock = manualClock();
  return new AutomaticCompaction({
    log,
    settings: { history, clock: clock.read },
    usableSnapshots: async () => [],
    snapshots: { lastSequence: 0, take: async () => {} },
    saveProjections: async () => {},
    ...more,
  });
}

/** Blocks of a mebibyte and one event each. */
async function write(compaction: AutomaticCompaction, blocks: number): Promise<void> {
  for (let i = 0; i < blocks; i++) {
    await appendCommits(log, commitOf([noted('x'.repeat(MiB))]));
    compaction.appended(MiB);
  }
}

const encodings = async (): Promise<string[]> => (await collect(log.headers())).map(({ encoding }) => encoding);

describe('sealing', () => {
  test('is due beyond 32 MiB, leaves the newest open, and is not due again at once', async () => {
    const compaction = compactionOn();
    await write(compaction, 31);
    expect(compaction.isDue()).toBe(false);
    await write(compaction, 2);
    expect(compaction.isDue()).toBe(true);
    await compaction.run();
    expect((await encodings()).slice(-5)).toEqual(['sealed', 'sealed', 'open', 'open', 'open']);
    expect(compaction.isDue()).toBe(false);
    await write(compaction, 28);
    expect(compaction.isDue()).toBe(false);
    await write(compaction, 2);
    expect(compaction.isDue()).toBe(true);
  });

  test('continues in the next open where this one ended', async () => {
    const first = compactionOn();
    await write(first, 33);
    await first.run();
    const sealed = (await encodings()).filter((encoding) => encoding === 'sealed').length;
    log = openMemoryLog({ contents });
    const second = compactionOn();
    await write(second, 1);
    await second.run(); // looks, and finds little
    expect((await encodings()).filter((encoding) => encoding === 'sealed')).toHaveLength(sealed);
    expect(second.isDue()).toBe(false);
  });

  test.each(['', 'not a number', '-5', '1e300', '17.5'])('ignores the invalid hint %j', async (hint) => {
    await log.putMeta('sealedThrough', hint);
    const compaction = compactionOn();
    await write(compaction, 33);
    await compaction.run();
    expect((await encodings())[0]).toBe('sealed');
    expect(compaction.isDue()).toBe(false);
  });

  test('ends early when it is stopped, and is not due any more', async () => {
    const compaction = compactionOn('keep', {
      snapshots: { lastSequence: 0, take: () => Promise.reject(new Error('not asked')) },
    });
    await write(compaction, 40);
    const running = compaction.run();
    compaction.stop();
    await running;
    expect(await encodings()).toEqual(Array(40).fill('open'));
    expect(compaction.isDue()).toBe(false);
  });
});

describe('a bounded history', () => {
  test('takes a snapshot when it waits for one, and no second one before the tail has grown again', async () => {
    const taken: number[] = [];
    const compaction = compactionOn('discard', {
      snapshots: {
        get lastSequence() {
          return taken.at(-1) ?? 0;
        },
        take: async () => void taken.push(log.head().sequence),
      },
    });
    await write(compaction, 11);
    expect(compaction.isDue()).toBe(true); // the first look after an open
    await compaction.run();
    expect([taken, compaction.isDue()]).toEqual([[], false]);
    await write(compaction, 1);
    await compaction.run();
    expect([taken, compaction.isDue()]).toEqual([[12], false]);
    await write(compaction, 11);
    expect(compaction.isDue()).toBe(false);
    await write(compaction, 1);
    await compaction.run();
    expect(taken).toEqual([12, 24]);
  });

  test('is not dropped while something else works on the log', async () => {
    const compaction = compactionOn('discard');
    await write(compaction, 13);
    await compaction.alone(async () => {
      await Promise.resolve();
      expect(compaction.isDue()).toBe(false);
    });
    expect(compaction.isDue()).toBe(true);
  });
});
