/** Compares what the page shows of a moment with what the library says of it. */
import { formatPath, type Past, type PastCursor, parsePath, toTaggedJson, valueAt } from 'refold';
import { expect } from 'vitest';
import { type StudioPage, textOf } from './studio-page.ts';

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
    expect(await lineOf(page), `at ${sequence}`).toEqual(lineIn(cursor));
    expect(await treeOf(page), `at ${sequence}`).toEqual(await treeIn(page, cursor));
  }
}

/** The parts of the moment's line that the library knows. */
interface Line {
  readonly sequence: string;
  readonly time: string;
  readonly type: string | undefined;
}

async function lineOf(page: StudioPage): Promise<Line> {
  const text = (await textOf(page.id('moment-line'))).replaceAll(',', '');
  const { sequence = '', time = '' } =
    /^\D*(?<sequence>\d+)[\s\S]*?(?<time>\d\d:\d\d:\d\d\.\d\d\d)/.exec(text)?.groups ?? {};
  return { sequence, time, type: text };
}

function lineIn({ sequence, recordedAt, event }: PastCursor): unknown {
  return {
    sequence: String(sequence),
    time: expect.stringMatching(new RegExp(`:${new Date(recordedAt).toISOString().slice(17, 23)}$`)),
    type: expect.stringContaining(event?.type ?? ''),
  };
}

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
