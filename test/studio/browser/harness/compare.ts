/** Compares what the page shows of a moment with what the library says of it. */
import { formatPath, type Past, type PastCursor, parsePath, toTaggedJson, valueAt } from 'refold';
import { expect } from 'vitest';
import { numberIn, type StudioPage, textOf } from './studio-page.ts';

/** The library at the places of a page, one after the other. */
export class Oracle {
  readonly #cursor: PastCursor;

  private constructor(cursor: PastCursor) {
    this.#cursor = cursor;
  }

  static async open(past: Past): Promise<Oracle> {
    return new Oracle(await past.cursor(1));
  }

  /** The commit of the event there, and of the one after it. */
  async at(sequence: number): Promise<PastCursor> {
    await this.#cursor.to(sequence);
    return this.#cursor;
  }

  /** The page stands there and shows what the library says: the line of the moment, the tree's values and its marks. */
  async judge(page: StudioPage, sequence: number): Promise<void> {
    const cursor = await this.at(sequence);
    await page.standsAt(sequence);
    await judgeLine(page, cursor);
    expect(await treeOf(page), `at ${sequence}`).toEqual(await treeIn(page, cursor));
  }
}

/** The line of the moment says place, time, event and commit as the library does. */
async function judgeLine(page: StudioPage, { sequence, recordedAt, event, commit }: PastCursor): Promise<void> {
  expect(numberIn(await textOf(page.id('moment-sequence')))).toBe(sequence);
  const line = await textOf(page.id('moment-line'));
  if (sequence === 0) return expect(line).toContain('before the first event');
  const time = page.id('moment-time');
  expect(Number(await time.getAttribute('data-recorded-at'))).toBe(recordedAt);
  expect(await textOf(time)).toContain(new Date(recordedAt).toISOString().slice(16, 23));
  expect(line).toContain(event?.type ?? 'an event that the model drops');
  const { firstSequence, lastSequence } = commit!;
  expect(line).toContain(
    firstSequence === lastSequence ? number(firstSequence) : `${number(firstSequence)}–${number(lastSequence)}`,
  );
}

const { format: number } = new Intl.NumberFormat('en-US');

interface Tree {
  /** Tagged JSON by path, of the rows that have a value. */
  readonly values: Readonly<Record<string, unknown>>;
  /** The changed places that are on the page, without those that only hold one. */
  readonly changed: readonly string[];
}

async function treeOf(page: StudioPage): Promise<Tree> {
  const rows = await page.treeRows();
  const values = rows.filter(({ value }) => value !== undefined).map(({ path, value }) => [path, value] as const);
  const marked = rows.filter(({ changed }) => changed).map(({ path }) => path);
  return { values: Object.fromEntries(values), changed: marked.filter((path) => !holdsAny(path, marked)).sort() };
}

/** What the library says of the places that the page shows. */
async function treeIn(page: StudioPage, { state, changes }: PastCursor): Promise<Tree> {
  const rows = await page.treeRows();
  const seen = rows.map(({ path }) => path);
  const values = rows
    .filter(({ value }) => value !== undefined)
    .map(({ path }) => [path, toTaggedJson(valueAt(state, parsePath(path)))] as const);
  const changed = changes.map(({ parts }) => formatPath(parts));
  const shown = seen.filter((path) => changed.includes(path) || changed.some((one) => isWithin(one, path)));
  return { values: Object.fromEntries(values), changed: shown.filter((path) => !holdsAny(path, shown)).sort() };
}

function holdsAny(path: string, others: readonly string[]): boolean {
  return others.some((other) => isWithin(other, path));
}

/** Whether a place is inside of another one. */
function isWithin(inner: string, outer: string): boolean {
  return inner !== outer && inner.startsWith(outer) && (outer === '' || /^[.[]/.test(inner.slice(outer.length)));
}
