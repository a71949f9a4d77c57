/** How the page opens, with and without its key, and on logs where something is missing. */
import { describe, expect } from 'vitest';
import { BOOK, DAMAGED, DROPPED, EMPTY, PLAIN } from './fixtures/logs.ts';
import { studioFor } from './harness/studios.ts';
import { test } from './harness/test.ts';

const book = studioFor(BOOK);

describe('with the key', () => {
  test('the page opens at the end of the log, and says how long it is', async ({ open }) => {
    const page = await (await open(book.url)).ready();
    const { last } = await book.past.range();
    await page.standsAt(last);
    expect(await page.headerCount()).toBe(last);
    expect(await page.page.title()).toContain('book.db');
  });

  test('the key leaves the address at once: no link, page or kept setting holds it', async ({ open }) => {
    const page = await (await open(`${book.url}&at=100`)).ready();
    await page.standsAt(100);
    await page.press(',', ',', '.', 'm', 't');
    await page.standsAt(99);
    expect(page.page.url()).toMatch(/#at=99$/);
    const seen = await page.page.evaluate('JSON.stringify({ ...localStorage }) + document.documentElement.outerHTML');
    expect(seen).toContain('main');
    expect(seen).not.toContain(book.key);
    expect(await page.page.evaluate('Object.values({ ...sessionStorage })')).toContain(book.key);
  });

  test('going away and back in the browser does not bring the key into the address', async ({ open }) => {
    const page = await (await open(`${book.url}&at=100`)).ready();
    await page.standsAt(100);
    await page.page.goto('about:blank');
    await page.page.goBack();
    await page.standsAt(100);
    expect(page.page.url()).toMatch(/#at=100$/);
  });

  test('the page comes back to where it was when it is loaded again', async ({ open }) => {
    const page = await (await open(`${book.url}&at=100`)).ready();
    await page.standsAt(100);
    await page.press('Home');
    await page.standsAt(1);
    await page.page.reload();
    await page.standsAt(1);
  });
});

describe('without the key', () => {
  const REFUSED = /status of 401/;

  test('the page is locked; the printed address opens it where the link pointed', async ({ open }) => {
    const page = await open(`${book.origin}/#at=17`);
    page.faults.expect(REFUSED);
    await page.id('locked').waitFor();
    expect(await page.id('header-count').count()).toBe(0);
    await page.page.getByRole('textbox').fill(book.url);
    await page.press('Enter');
    await page.standsAt(17);
    expect(page.page.url()).not.toContain(book.key);
  });

  test('the page opens when the printed address is put over its own', async ({ open }) => {
    const page = await open(`${book.origin}/#at=17`);
    page.faults.expect(REFUSED);
    await page.id('locked').waitFor();
    await page.page.goto(`${book.url}&at=18`);
    await page.standsAt(18);
    expect(page.page.url()).not.toContain(book.key);
  });

  for (const [what, given] of [
    ['what is not a key', 'http://127.0.0.1:7336/'],
    ['another key', `#key=${'x'.repeat(43)}`],
  ] as const) {
    test(`${what} leaves it locked, with a reason`, async ({ open }) => {
      const page = await open(`${book.origin}/#at=17`);
      page.faults.expect(REFUSED);
      await page.page.getByRole('textbox').fill(given);
      await page.press('Enter');
      await page.page
        .locator('[data-testid="locked"] [role="alert"]:not(:empty), [data-testid="locked"] p')
        .first()
        .waitFor();
      expect(await page.id('locked').count()).toBe(1);
      expect(await page.id('header-count').count()).toBe(0);
    });
  }
});

describe('a log', () => {
  for (const [name, log, code] of [
    ['without a model', PLAIN, 'NO_MODEL'],
    ['that is damaged', DAMAGED, 'LOG_CORRUPT'],
  ] as const) {
    test(`${name} is shown as far as it can be, and says what is wrong`, async ({ open, start }) => {
      const page = await (await open((await start(log)).url)).ready();
      await page.page.locator(`[data-testid="problem"][data-code="${code}"]`).first().waitFor();
      expect(await page.headerCount()).toBe(350);
    });
  }

  test('whose beginning was dropped opens at its end, and says so before its beginning', async ({ open, start }) => {
    const page = await (await open(`${(await start(DROPPED)).url}&at=1`)).ready();
    page.faults.expect(/status of 410/);
    await page.page.locator('[data-testid="problem"][data-code="HISTORY_GONE"]').waitFor();
    await page.press('Home');
    const first = await page.settled();
    expect(first).toBeGreaterThan(1);
  });

  test('without events says that it waits', async ({ open, start }) => {
    const page = await (await open((await start(EMPTY)).url)).ready();
    expect(await page.headerCount()).toBe(0);
    await page.page.getByText('no events yet, waiting').first().waitFor();
  });
});
