/** The comparison of two moments, and why a value is as it is: all of it is what the library finds. */
import { diffStates, toTaggedJson } from 'refold';
import { describe, expect } from 'vitest';
import { BOOK, KINDS } from './fixtures/logs.ts';
import { numberIn, type StudioPage, textOf } from './harness/studio-page.ts';
import { type OpenStudio, studioFor } from './harness/studios.ts';
import { test } from './harness/test.ts';

const book = studioFor(BOOK);
const kinds = studioFor(KINDS);
/** Many rows are in sight. */
const TALL = { viewport: { width: 1920, height: 1400 } };

/** Marks one moment, goes to another, and compares. */
async function compare(page: StudioPage, from: number, to: number): Promise<void> {
  await page.goTo(from);
  await page.press('m');
  await page.goTo(to);
  await page.press('d');
  await page.page.locator(`[data-testid="diff"][data-state="done"][data-from="${from}"][data-to="${to}"]`).waitFor();
}

/** What the page says of an entry of the list. */
interface Entry {
  readonly path: string;
  readonly sign: string;
  readonly text: string;
}

/** All entries of the list: it is scrolled from its beginning to its end. */
async function entriesOf(page: StudioPage): Promise<readonly Entry[]> {
  const found = new Map<string, Entry>();
  const list = page.id('diff-rows');
  await list.focus();
  await page.press('Home');
  for (let before = -1; before < found.size; ) {
    before = found.size;
    await page.drawn();
    const rows: (Entry & { readonly id: string })[] = await page
      .id('diff-row')
      .evaluateAll((all: any[]) =>
        all.map(({ id, dataset, textContent }) => ({ id, path: dataset.path, sign: dataset.sign, text: textContent })),
      );
    for (const { id, ...entry } of rows) found.set(id, entry);
    await page.press('PageDown');
  }
  return [...found.values()];
}

interface Difference {
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What the library finds between two moments. */
async function differences({ past }: OpenStudio, from: number, to: number): Promise<readonly Difference[]> {
  const [before, after] = [await past.at(from), await past.at(to)];
  return diffStates(before.state, after.state, Number.MAX_SAFE_INTEGER);
}

/** The numbers of the buttons above the list, by property. */
async function tablesOf(page: StudioPage): Promise<Record<string, number[]>> {
  const all: [string, number[]][] = await page
    .id('diff-table')
    .evaluateAll((buttons: any[]) =>
      buttons.map(({ dataset }) => [
        dataset.path,
        [Number(dataset.new), Number(dataset.gone), Number(dataset.changed)],
      ]),
    );
  return Object.fromEntries(all);
}

type Table = ReadonlyMap<unknown, unknown>;

/** Entries of a table that are new, gone and changed: counted key by key, without the library's comparison. */
function countsOf(before: Table, after: Table): number[] {
  const json = (value: unknown): string => JSON.stringify(toTaggedJson(value));
  const [gone, added] = [
    [...before.keys()].filter((key) => !after.has(key)),
    [...after.keys()].filter((key) => !before.has(key)),
  ];
  const changed = [...before].filter(([key, value]) => after.has(key) && json(value) !== json(after.get(key)));
  return [added.length, gone.length, changed.length];
}

describe('the comparison', () => {
  test('finds between two marked moments of the book what the library finds', async ({ open }) => {
    const page = await (await open(`${book.url}&at=1`, TALL)).ready();
    const [from, to] = [9_000, 9_040];
    await compare(page, from, to);
    expect(numberIn(await textOf(page.id('diff').getByText(/events between/)))).toBe(to - from);
    const tables = await tablesOf(page);
    const [before, after] = [(await book.past.at(from)).state, (await book.past.at(to)).state] as [any, any];
    for (const name of ['orders', 'symbols', 'bids', 'asks', 'accounts'])
      expect([name, tables[name] ?? [0, 0, 0]]).toEqual([name, countsOf(before[name], after[name])]);
    const found = await differences(book, from, to);
    expect(Object.keys(tables).toSorted()).toEqual(
      [...new Set(found.map(({ path }) => /^\w+/.exec(path)![0]))].toSorted(),
    );
    const entries = await entriesOf(page);
    expect(entries.map(({ path }) => path)).toEqual(found.map(({ path }) => path.replace(/ \(order\)$/, '')));
    for (const [at, one] of found.entries()) {
      const { sign, text } = entries[at]!;
      if (one.path.endsWith(' (order)')) continue;
      expect([one.path, sign]).toEqual([one.path, 'before' in one ? ('after' in one ? 'changed' : 'gone') : 'new']);
      for (const side of [one.before, one.after]) if (typeof side === 'number') expect(text).toContain(String(side));
    }
    expect(entries.length).toBeGreaterThan(100);
  });

  test('has only the entries of the table that was chosen, and a click on one goes to its place', async ({ open }) => {
    const page = await (await open(`${book.url}&at=1`, TALL)).ready();
    await compare(page, 9_000, 9_040);
    await page.page.locator('[data-testid="diff-table"][data-path="orders"]').click();
    await page.page.locator('[data-testid="diff-table"][data-path="orders"][aria-pressed="true"]').waitFor();
    await page.page.locator('[data-testid="diff"][data-state="done"]').waitFor();
    const found = (await differences(book, 9_000, 9_040)).filter(({ path }) => path.startsWith('orders'));
    const entries = await entriesOf(page);
    expect(entries.map(({ path }) => path)).toEqual(found.map(({ path }) => path.replace(/ \(order\)$/, '')));
    const row = page.id('diff-row').first();
    const path = (await row.getAttribute('data-path'))!;
    expect(path).toMatch(/^orders/);
    await row.click();
    await page.page.locator(`[data-testid="selected"][data-path="${path}"]`).waitFor();
    expect(new URLSearchParams(new URL(page.page.url()).hash.slice(1)).get('path')).toBe(path);
    await page.standsAt(9_040);
  });

  test('tells the difference of every kind of value', async ({ open }) => {
    const page = await (await open(`${kinds.url}&at=1`, TALL)).ready();
    await compare(page, 60, 61);
    const found = await differences(kinds, 60, 61);
    const entries = await entriesOf(page);
    expect(entries.map(({ path }) => path)).toEqual(found.map(({ path }) => path.replace(/ \(order\)$/, '')));
    for (const path of ['date', 'big', 'bytes', 'yes', 'long'])
      expect(entries.filter((entry) => entry.path === path)).toMatchObject([{ sign: 'changed' }]);
  });

  test('goes backwards as well: what was new was taken away', async ({ open }) => {
    const page = await (await open(`${book.url}&at=9040`)).ready();
    await page.standsAt(9_040);
    await page.press('x');
    await page.id('diff-from').fill('9040');
    await page.id('diff-to').fill('9000');
    await page.id('diff-run').click();
    await page.page.locator('[data-testid="diff"][data-state="done"]').waitFor();
    const [before, after] = [(await book.past.at(9_000)).state, (await book.past.at(9_040)).state] as [any, any];
    expect((await tablesOf(page)).orders).toEqual(countsOf(after.orders, before.orders));
  });

  test('between a moment and itself finds nothing, and says what cannot be read', async ({ open }) => {
    const page = await (await open(`${kinds.url}&at=60`)).ready();
    await page.standsAt(60);
    await page.press('x');
    await page.id('diff-from').fill('60');
    await page.id('diff-to').fill('60');
    await page.id('diff-run').click();
    await page.id('diff').getByText('nothing is different').waitFor();
    page.faults.expect(/status of 400/);
    await page.id('diff-from').fill('no such place');
    await page.id('diff-run').click();
    await page.id('diff').locator('[data-testid="problem"]').waitFor();
  });
});

describe('why', () => {
  /** The sequences of the rows that are in sight. */
  const rowsOf = (page: StudioPage): Promise<number[]> =>
    page.id('why-row').evaluateAll((rows: any[]) => rows.map(({ dataset }) => Number(dataset.sequence)));

  test('shows changes while it looks for more, newest first, and a click goes to their moment', async ({
    open,
    hold,
  }) => {
    const held = await hold(book.url, 'why', /"sequence"/);
    const at = 9_000;
    const path = 'symbols.GOOG.lastPrice';
    const page = await (await open(`${held.url}&at=${at}&path=${path}`, TALL)).ready();
    await page.standsAt(at);
    const { changes } = await book.past.why(path, { to: at, limit: 100 });
    await page.press('w');
    await page.page.locator('[data-testid="why"][data-state="running"] [data-testid="why-row"]').first().waitFor();
    expect(await rowsOf(page)).toEqual([changes[0]!.sequence]);
    held.release();
    await page.page.locator('[data-testid="why"][data-state="done"]').waitFor();
    const rows = await rowsOf(page);
    expect(rows.length).toBeGreaterThan(2);
    expect(rows).toEqual(changes.slice(0, rows.length).map(({ sequence }) => sequence));
    await page.page.locator(`[data-testid="why-row"][data-sequence="${rows[1]}"]`).click();
    await page.standsAt(rows[1]!);
    await page.page.locator(`[data-testid="why-row"][data-sequence="${rows[1]}"][aria-current="true"]`).waitFor();
  });

  test('says that no event changed a place', async ({ open }) => {
    const page = await (await open(`${kinds.url}&at=50&path=minusZero`)).ready();
    await page.standsAt(50);
    await page.press('w');
    await page.page.locator('[data-testid="why"][data-state="done"]').waitFor();
    expect((await kinds.past.why('minusZero', { to: 50 })).changes).toEqual([]);
    expect(await rowsOf(page)).toEqual([]);
    await page.id('why').getByText('no event changed it').waitFor();
  });
});
