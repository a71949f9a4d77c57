/** Compares what the page shows of a moment with what the library says of it. */
import { formatPath, type Past, type PastCursor, parsePath, toTaggedJson, valueAt } from 'refold';
import { expect } from 'vitest';
import { numberIn, type SeenMoment, type StudioPage, type TreeRow } from '../harness/studio-page.ts';

/** What is true of a moment. */
export type Truth = Pick<PastCursor, 'sequence' | 'recordedAt' | 'event' | 'commit' | 'state' | 'changes'>;

/** What is true at the places of a page, one after the other: what the library says, or what a test knows. */
export class Oracle {
  /** What is true at a sequence, until the next call. */
  readonly at: (sequence: number) => Promise<Truth>;

  constructor(at: Oracle['at']) {
    this.at = at;
  }

  static async open(past: Past): Promise<Oracle> {
    const cursor = await past.cursor(1);
    return new Oracle(async (sequence) => {
      await cursor.to(sequence);
      return cursor;
    });
  }

  /**
   * The page stands there and shows what the library says: the line of the moment, the tree's values and its marks.
   *
   * @param isWhole whether the whole tree is in sight, and so each change is told
   */
  async judge(page: StudioPage, sequence: number, isWhole = true): Promise<void> {
    const truth = await this.at(sequence);
    const seen = await page.seenAt(sequence);
    judgeLine(seen, truth);
    judgeTree(seen.rows, truth, isWhole);
  }
}

/** The line of the moment says place, time, event and commit as the library does. */
function judgeLine(seen: SeenMoment, { sequence, recordedAt, event, commit }: Truth): void {
  expect(numberIn(seen.place)).toBe(sequence);
  if (sequence === 0) {
    expect(seen.line).toContain('before the first event');
    return;
  }
  expect(seen.recordedAt).toBe(recordedAt);
  expect(seen.time).toContain(new Date(recordedAt).toISOString().slice(16, 23));
  expect(seen.line).toContain(event?.type ?? 'an event that the model drops');
  const { firstSequence, lastSequence } = commit!;
  expect(seen.line).toContain(
    firstSequence === lastSequence ? number(firstSequence) : `${number(firstSequence)}–${number(lastSequence)}`,
  );
}

const { format: number } = new Intl.NumberFormat('en-US');

/** The tree's values are those of the state, and its marks are the changes of the event: each at its row, or at one around it. */
function judgeTree(rows: readonly TreeRow[], { state, changes }: Truth, isWhole: boolean): void {
  const changed = changes.slice(0, TOLD_CHANGES).map(({ parts }) => formatPath(parts));
  const shown = rows.map(({ path }) => path);
  const withValue = rows.filter(({ value }) => value !== undefined);
  expect(withValue.map(({ path, value }) => [path, value])).toEqual(
    withValue.map(({ path }) => [path, toTaggedJson(valueAt(state, parsePath(path)))]),
  );
  const marked = rows.filter(({ isChanged }) => isChanged).map(({ path }) => path);
  expect(shown.filter((path) => changed.includes(path) && !marked.includes(path))).toEqual([]);
  // A place that was replaced as a whole is told by its members where it is open.
  expect(marked.filter((path) => !changed.some((one) => one === path || isWithin(path, one)))).toEqual([]);
  const around = rows.filter(({ inside }) => inside > 0).map(({ path }) => path);
  const untold = changed.filter((path) => !shown.includes(path) && !around.some((one) => isWithin(path, one)));
  if (isWhole) expect(untold).toEqual([]);
}

/** The page is told so many changes of an event. */
const TOLD_CHANGES = 500;

/** Whether a place is inside of another one. */
function isWithin(inner: string, outer: string): boolean {
  return inner.startsWith(outer) && /^[.[]/.test(inner.slice(outer.length));
}
