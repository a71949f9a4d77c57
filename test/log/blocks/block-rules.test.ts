/** What the readers of a block refuse is never written. */
import { describe, expect, test } from 'vitest';
import { CommitQueue } from '../../../src/engine/writing/commit-queue.ts';
import { QueuedWrite } from '../../../src/engine/writing/queued-write.ts';
import { openMemoryLog, RefoldError } from '../../../src/index.ts';
import { encodeCommit } from '../../../src/log/blocks/block.ts';
import { requireReadable } from '../../../src/log/blocks/block-rules.ts';

interface PlacedCommit {
  readonly events: number;
  readonly firstSequence: number;
  readonly recordedAt: number;
  readonly json: string;
}

const json = encodeCommit([{ type: 'A', version: 1, data: {} }]);
const commit = (firstSequence: number, recordedAt: number, changed: Partial<PlacedCommit> = {}): PlacedCommit => ({
  events: 1,
  firstSequence,
  recordedAt,
  json,
  ...changed,
});
/** The same on its way through the queue. */
function writeOf({ firstSequence, recordedAt, events, json }: PlacedCommit): QueuedWrite {
  return Object.assign(new QueuedWrite(firstSequence, recordedAt, () => 'answer'), { events, json });
}

const end = { sequence: 10, recordedAt: 100 };

const BAD: readonly (readonly [string, readonly PlacedCommit[], RegExp])[] = [
  ['a sequence that exists already', [commit(10, 100)], /folded as 10/],
  ['two commits with one sequence', [commit(11, 100), commit(11, 100)], /folded as 11/],
  ['a gap', [commit(12, 100)], /folded as 12/],
  ['a time before that of the previous block', [commit(11, 99)], /99 is before 100/],
  ['a decreasing time within the block', [commit(11, 200), commit(12, 150)], /150 is before 200/],
  ['no event', [commit(11, 100, { events: 0 })], /0 events/],
  ['half an event', [commit(11, 100, { events: 0.5 })], /0.5 events/],
  ['a time that is not a number', [commit(11, Number.NaN)], /NaN/],
  ['a time that is not whole', [commit(11, 100.5)], /100.5/],
  ['a time beyond the safe integers', [commit(11, 2 ** 60)], /its time/],
  ['a text that is not a list of events', [commit(11, 100, { json: '{}' })], /not a list/],
  ['an empty text', [commit(11, 100, { json: '' })], /not a list/],
  [
    'a block longer than the longest string',
    Array.from({ length: 3 }, (_, index) => commit(11 + index, 100, { json: longText(2 ** 28) })),
    /characters/,
  ],
];

/** Stands for a text of that length, which need not be made. */
function longText(length: number): string {
  return { length, charCodeAt: (index: number) => '[]'.charCodeAt(index < 2 ? 0 : 1) } as unknown as string;
}

describe('the rules', () => {
  test('accept commits that continue the log, and return its new end', () => {
    expect(requireReadable([], end, 'a.db')).toEqual(end);
    const commits = [commit(11, 100, { events: 3 }), commit(14, 100), commit(15, 4_000)];
    expect(requireReadable(commits, end, 'a.db')).toEqual({ sequence: 15, recordedAt: 4_000 });
  });

  test.each(BAD)('refuse %s', (_name, commits, message) => {
    let error: unknown;
    try {
      requireReadable(commits, end, 'a.db');
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(RefoldError);
    expect(error).toMatchObject({
      code: 'STORE_FAILED',
      path: 'a.db',
      message: expect.stringMatching(message),
      hint: expect.stringContaining('defect in refold'),
    });
  });
});

// The queue cuts a block long before it is too long.
const IN_QUEUE = BAD.filter(([name]) => !name.startsWith('a block longer'));

test.each(IN_QUEUE)('the queue writes nothing of a block with %s, and accepts no more', async (_name, commits) => {
  const log = openMemoryLog();
  Object.assign(log, { head: () => ({ ...end, chain: '' }), append: () => expect.fail('it was written') });
  const failures: RefoldError[] = [];
  const queue = new CommitQueue(log, ({ commits: durable, failure }) => {
    expect(durable).toEqual([]);
    failures.push(failure!);
  });
  const pushed: Promise<unknown>[] = [...commits.map((bad) => queue.push(writeOf(bad))), queue.drained()];
  const codes = await Promise.all(pushed.map((each) => each.catch((error: RefoldError) => error.code)));
  expect(new Set(codes)).toEqual(new Set(['STORE_FAILED']));
  expect(failures).toHaveLength(1);
  await expect(queue.push(writeOf(commit(11, 100)))).rejects.toMatchObject({ code: 'STORE_FAILED' });
});

test('a durability listener cannot keep the promises from resolving', async () => {
  const log = openMemoryLog();
  const queue = new CommitQueue(log, () => {
    throw new Error('a defect in upkeep');
  });
  await expect(queue.push(writeOf(commit(1, 5)))).resolves.toBe('answer');
  await expect(queue.fence()).resolves.toMatchObject({ sequence: 1 });
});
