/** The list of events: all of them in one list, also more than a browser can lay out, and filters that count as the library does. */
import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { defineModel, openStore } from 'refold';
import { describe, expect, inject } from 'vitest';
import { z } from 'zod';
import { BOOK, LONG, PLAIN } from './fixtures/logs.ts';
import { LONG_EVENTS, RINGS_EACH } from './fixtures/long.ts';
import { chance } from './harness/chance.ts';
import { numberIn, type StudioPage, textOf } from './harness/studio-page.ts';
import { type OpenStudio, pathOf, studioFor } from './harness/studios.ts';
import { test } from './harness/test.ts';

const book = studioFor(BOOK);
const long = studioFor(LONG);

interface BookEvent {
  readonly sequence: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** The sequences of events that pass, by a walk through the log. */
async function passing(studio: OpenStudio, passes: (event: BookEvent) => boolean): Promise<number[]> {
  const sequences: number[] = [];
  await studio.past.walk({ each: (event: BookEvent) => void (passes(event) && sequences.push(event.sequence)) });
  return sequences;
}

/** How many lines `refold events` prints of a log. */
async function linesOf(path: string, ...options: readonly string[]): Promise<number> {
  const main = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
  const flags = ['--conditions=refold-source', '--disable-warning=ExperimentalWarning'];
  const given = [...flags, main, 'events', path, ...options];
  const { stdout } = await promisify(execFile)(process.execPath, given, { maxBuffer: 2 ** 30 });
  return stdout.split('\n').length - 1;
}

/** Until the filter has counted all events, and found so many. */
async function hasMatches(page: StudioPage, matches: number): Promise<void> {
  await page.page.locator(`[data-testid="filter-count"][data-complete="true"][data-matches="${matches}"]`).waitFor();
}

/** Until the row of an event is seen within the list. */
async function isInSight(page: StudioPage, sequence: number): Promise<void> {
  await page.page.waitForFunction((wanted) => {
    const { document } = globalThis as any;
    const list = document.querySelector('[data-testid=events]').getBoundingClientRect();
    const row = document.querySelector(`[data-testid=event-row][data-sequence="${wanted}"]`)?.getBoundingClientRect();
    return row !== undefined && row.top >= list.top - 1 && row.bottom <= list.bottom + 1;
  }, sequence);
}

/** What rows in sight say, once all of them are known. */
async function rowsOf(page: StudioPage): Promise<{ readonly sequence: number; readonly text: string }[]> {
  const handle = await page.page.waitForFunction(() => {
    const { document } = globalThis as any;
    const rows = [...document.querySelectorAll('[data-testid=event-row]')];
    const said = rows.map((row) => ({ sequence: Number(row.dataset.sequence), text: row.textContent }));
    return rows.length > 0 && rows.every((row) => row.querySelector('.ev-type')?.textContent !== '') && said;
  });
  return (await handle.jsonValue()) as { sequence: number; text: string }[];
}

describe('the list', () => {
  test('has a row for each event, and its end is reached by key and by scrollbar', async ({ open }) => {
    const page = await (await open(`${book.url}&at=50`)).ready();
    await page.standsAt(50);
    const { last } = await book.past.range();
    const list = page.id('events');
    expect(await list.getAttribute('aria-rowcount')).toBe(String(last));
    await isInSight(page, 50);
    await list.focus();
    await page.press('End');
    await isInSight(page, last);
    await page.press('Home');
    await isInSight(page, 1);
    await list.evaluate((element: any) => (element.scrollTop = element.scrollHeight));
    await isInSight(page, last);
    await page.page.locator(`[data-testid="event-row"][data-sequence="${last}"]`).click();
    await page.standsAt(last);
    const current = page.page.locator('[data-testid="event-row"][aria-current="true"]');
    expect(await current.getAttribute('data-sequence')).toBe(String(last));
  });

  test('keeps the current event in sight', async ({ open }) => {
    const page = await (await open(`${book.url}&at=50`)).ready();
    for (const sequence of [20_000, 3, 10_000, 10_400]) {
      await page.goTo(sequence);
      await isInSight(page, sequence);
    }
  });
});

describe('a list that is longer than an element can be', () => {
  /** Neighbours, each with the data of its sequence. */
  async function judgeRows(page: StudioPage): Promise<number> {
    const rows = await rowsOf(page);
    const first = rows[0]!.sequence;
    expect(rows.map(({ sequence }) => sequence)).toEqual(rows.map((_, at) => first + at));
    for (const { sequence, text } of rows) expect(text).toContain(`n: ${sequence}`);
    return first;
  }

  test('is scrolled to its last event, to any other, and row by row', async ({ open }) => {
    const random = chance();
    const page = await (await open(`${long.url}&at=50`)).ready();
    await page.standsAt(50);
    const list = page.id('events');
    expect(await list.getAttribute('aria-rowcount')).toBe(String(LONG_EVENTS));
    await list.evaluate((element: any) => (element.scrollTop = element.scrollHeight));
    await isInSight(page, LONG_EVENTS);
    await judgeRows(page);
    for (let places = 0; places < 5; places++) {
      const part = random.below(1_000) / 1_000;
      await list.evaluate((element: any, to: number) => {
        element.scrollTop = to * (element.scrollHeight - element.clientHeight);
      }, part);
      await page.page.waitForFunction(
        ([low, high]) => {
          const row = (globalThis as any).document.querySelector('[data-testid=event-row]');
          return Number(row?.dataset.sequence) >= low! && Number(row?.dataset.sequence) <= high!;
        },
        [part * LONG_EVENTS - LONG_EVENTS / 500, part * LONG_EVENTS + LONG_EVENTS / 500],
      );
      await judgeRows(page);
    }
    await page.goTo(Math.round(LONG_EVENTS / 3));
    const first = await judgeRows(page);
    await list.hover();
    await page.page.mouse.wheel(0, 60);
    await page.page.locator(`[data-testid="event-row"]:first-child[data-sequence="${first + 3}"]`).waitFor();
    expect(await judgeRows(page)).toBe(first + 3);
    await list.focus();
    await page.press('End');
    await isInSight(page, LONG_EVENTS);
    await page.press('Enter');
    await page.standsAt(LONG_EVENTS);
  });

  test('shows how many matches it has found while it counts, and its last match is reached', async ({ open, hold }) => {
    const held = await hold(long.url, 'matches', /"matches":[1-9]/);
    const page = await (await open(`${held.url}&at=50`)).ready();
    await page.id('filter-where').fill('type = "Rang"');
    await page.press('Enter');
    const counting = page.page.locator('[data-testid="filter-count"][data-complete="false"]', {
      hasText: /^[1-9][\d,]* so far$/,
    });
    await counting.waitFor();
    const soFar = numberIn(await textOf(counting));
    expect(soFar).toBeLessThan(LONG_EVENTS / RINGS_EACH);
    expect(await page.id('events').getAttribute('aria-rowcount')).toBe(String(soFar));
    expect((await rowsOf(page)).map(({ sequence }) => sequence / RINGS_EACH)).toContain(1);
    held.release();
    await hasMatches(page, LONG_EVENTS / RINGS_EACH);
    await page.id('events').focus();
    await page.press('End');
    await isInSight(page, LONG_EVENTS);
    expect(await linesOf(pathOf(LONG), '--type', 'Rang')).toBe(LONG_EVENTS / RINGS_EACH);
  });
});

describe('a filter', () => {
  test('by type lists and counts the events of these types', async ({ open }) => {
    const page = await (await open(`${book.url}&at=50`)).ready();
    const { types } = await book.past.counts();
    await page.id('filter-type').click();
    await page.page.locator('[role="option"][data-type="TradeExecuted"]').click();
    await hasMatches(page, types.TradeExecuted!);
    expect(await linesOf(pathOf(BOOK), '--type', 'TradeExecuted')).toBe(types.TradeExecuted);
    await page.page.locator('[role="option"][data-type="OrderReduced"]').click();
    const both = types.TradeExecuted! + types.OrderReduced!;
    await hasMatches(page, both);
    await page.press('Escape');
    expect(await page.id('events').getAttribute('aria-rowcount')).toBe(String(both));
    const wanted = await passing(book, ({ type }) => type === 'TradeExecuted' || type === 'OrderReduced');
    await page.page.waitForFunction(
      (first) => {
        const rows = [...(globalThis as any).document.querySelectorAll('[data-testid=event-row]')];
        return rows.length > 10 && rows.every((row, nth) => Number(row.dataset.sequence) === first[nth]);
      },
      wanted.slice(0, 100),
    );
  });

  test.for([
    ['where', 'data.quantity > 50', ({ data }) => Number(data.quantity) > 50],
    [
      'where',
      'type = "OrderAccepted" and data.side = "buy"',
      ({ type, data }) => type === 'OrderAccepted' && data.side === 'buy',
    ],
    ['text', 'LARCH', ({ data }) => data.account === 'larch'],
    ['text', 'made up', ({ meta }) => meta?.source === 'made up'],
    ['text', 'there is no such text', () => false],
  ] as const satisfies readonly (readonly [string, string, (event: BookEvent) => boolean])[])(
    'by %s %j counts as many as the library, and the last is shown',
    async ([field, typed, passes], { open }) => {
      const page = await (await open(`${book.url}&at=50`)).ready();
      const wanted = await passing(book, passes);
      await page.id(`filter-${field}`).fill(typed);
      await page.press('Enter');
      await hasMatches(page, wanted.length);
      if (field === 'where') expect(await linesOf(pathOf(BOOK), '--where', typed)).toBe(wanted.length);
      expect(await page.id('events').getAttribute('aria-rowcount')).toBe(String(wanted.length));
      await page.id('events').focus();
      await page.press('End');
      if (wanted.length > 0) await isInSight(page, wanted.at(-1)!);
      else expect(await page.id('event-row').count()).toBe(0);
    },
  );

  test('keeps the current event in sight, if it is among them', async ({ open }) => {
    const page = await (await open(`${book.url}&at=50&type=TradeExecuted`)).ready();
    const trades = await passing(book, ({ type }) => type === 'TradeExecuted');
    await hasMatches(page, trades.length);
    for (const sequence of [trades.at(-3)!, trades[2]!, trades[600]!]) {
      await page.goTo(sequence);
      await isInSight(page, sequence);
      expect(await page.page.locator('[data-testid="event-row"][aria-current="true"]').count()).toBe(1);
    }
    const between = trades[600]! + 1;
    expect(trades).not.toContain(between);
    await page.goTo(between);
    await isInSight(page, trades[600]!);
    expect(await page.page.locator('[data-testid="event-row"][aria-current="true"]').count()).toBe(0);
  });

  test('by a tag counts the events that have it', async ({ open, start }) => {
    const path = join(mkdtempSync(join(inject('studio').folder, 'tags-')), 'tags.db');
    const store = await openStore(tagged, { path, durability: 'os' });
    for (let n = 0; n < 300; n += 50)
      await store.append(Array.from({ length: 50 }, (_, more) => ({ type: 'Counted', data: { n: n + more } })));
    await store.close();
    const wanted = Array.from({ length: 300 }, (_, n) => n + 1).filter((sequence) => (sequence - 1) % 7 === 2);
    const page = await (await open(`${(await start(PLAIN, path)).url}&at=50`)).ready();
    await page.id('filter-tag').fill('of:2');
    await page.press('Enter');
    await hasMatches(page, wanted.length);
    expect(await linesOf(path, '--tag', 'of:2')).toBe(wanted.length);
    const rows = (await rowsOf(page)).map(({ sequence }) => sequence);
    expect(rows.length).toBeGreaterThan(10);
    const begin = wanted.indexOf(rows[0]!);
    expect(rows).toEqual(wanted.slice(begin, begin + rows.length));
  });

  test('says where a condition cannot be read, and goes on when it is repaired', async ({ open }) => {
    const page = await (await open(`${book.url}&at=50`)).ready();
    await page.id('filter-where').fill('data.price >');
    await page.press('Enter');
    const problem = page.page.locator('[data-testid="problem"][data-code="INVALID_OPTION"]');
    await problem.waitFor();
    expect(await problem.textContent()).toMatch(/at column \d+/);
    await page.id('filter-where').fill('data.quantity > 50');
    await page.press('Enter');
    await hasMatches(page, (await passing(book, ({ data }) => Number(data.quantity) > 50)).length);
    expect(await problem.count()).toBe(0);
  });
});

const tagged = defineModel({
  name: 'tagged',
  events: { Counted: { schema: z.object({ n: z.int() }), tags: ({ n }: { readonly n: number }) => [`of:${n % 7}`] } },
  initialState: () => ({ count: 0 }),
  reducers: { Counted: (state) => void state.count++ },
});
