/** The state: every kind of value, tables of a million entries, and links to a place of it. */
import { hashState, parsePath, toTaggedJson, valueAt } from 'refold';
import { describe, expect } from 'vitest';
import { INVISIBLE } from './fixtures/kinds.ts';
import { BOOK, CROWD, KINDS } from './fixtures/logs.ts';
import { textOf } from './harness/studio-page.ts';
import { studioFor } from './harness/studios.ts';
import { test } from './harness/test.ts';
import { Oracle } from './truth/compare.ts';

const kinds = studioFor(KINDS);
const book = studioFor(BOOK);

describe('the tree', () => {
  test('opens everywhere, and shows each kind of value as the library has it', async ({ open }) => {
    const page = await (await open(`${kinds.url}&at=77`, { viewport: { width: 1920, height: 1400 } })).ready();
    await page.standsAt(77);
    const oracle = await Oracle.open(kinds.past);
    for (const path of ['nested', 'nested.in', 'nested.in[1]', 'deque', 'set', 'floats', "['a name with spaces']"]) {
      const row = page.page.locator(`[data-testid="tree-row"][data-path=${JSON.stringify(path)}]`);
      if ((await row.count()) === 0) continue;
      await row.click();
      if ((await row.getAttribute('aria-expanded')) === 'false') await page.press('ArrowRight');
      await page.settled();
    }
    await oracle.judge(page, 77, false);
    expect((await page.seenAt(77)).rows.length).toBeGreaterThan(25);
  });

  test('makes visible what hides, and tells how long a long value is', async ({ open }) => {
    const page = await (await open(`${kinds.url}&at=77`)).ready();
    await page.standsAt(77);
    const [invisible, long] = ['invisible', 'long'].map((path) =>
      page.page.locator(`[data-testid="tree-row"][data-path="${path}"]`),
    );
    const text = await textOf(invisible!);
    for (const code of ['u0000', 'u001b', 'u202e', 'u200b', 'ufeff']) expect(text.toLowerCase()).toContain(code);
    expect(text).not.toContain(INVISIBLE.slice(0, 2));
    expect(await textOf(long!)).toContain('70,000');
  });
});

describe('a link', () => {
  test('that was copied opens the same in another browser, and holds no key', async ({ open }) => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    const page = await (await open(`${book.url}&at=500&path=orders`, { permissions })).ready();
    await page.standsAt(500);
    await page.press('l');
    await page.page
      .getByText(/copied/i)
      .first()
      .waitFor();
    const link: string = await page.page.evaluate(() => (globalThis as any).navigator.clipboard.readText());
    expect(link).toContain('at=500');
    expect(link).toContain(hashState((await book.past.at(500)).state));
    expect(link).not.toContain(book.key);
    const other = await (await open(`${book.url}&${new URL(link).hash.slice(1)}`)).ready();
    await other.standsAt(500);
    expect(new URL(other.page.url()).hash).toContain('path=orders');
    expect(await other.page.locator('[data-code="LINK_DIFFERS"]').count()).toBe(0);
  });

  test('of another log says that it is not the same', async ({ open }) => {
    const hash = hashState((await book.past.at(50)).state);
    const page = await (await open(`${kinds.url}&at=50&hash=${hash}`)).ready();
    await page.page.locator('[data-testid="problem"][data-code="LINK_DIFFERS"]').waitFor();
  });
});

describe('a table', () => {
  const crowd = studioFor(CROWD);

  test('does not say how many entries it has before the server has answered', async ({ open }) => {
    const page = await (await open(`${kinds.url}&at=77`)).ready();
    await page.standsAt(77);
    const answers = Promise.withResolvers<void>();
    await page.page.route('**/api/moment**', async (route) => {
      await answers.promise;
      await route.continue();
    });
    await page.page.locator('[data-testid="tree-row"][data-path="set"]').click();
    await page.press('r');
    const [total, table] = [page.id('table-total'), page.id('table')];
    await table.waitFor();
    expect([await textOf(total), await total.getAttribute('data-total')]).toEqual(['…', null]);
    expect(await table.getAttribute('aria-rowcount')).toBe('-1');
    await page.press('End'); // of how many entries is not known yet
    answers.resolve();
    const { state } = await kinds.past.at(77);
    const { size } = valueAt(state, parsePath('set')) as ReadonlySet<unknown>;
    await page.page.locator(`[data-testid="table-total"][data-total="${size}"]`).waitFor();
    await page.page.locator(`[role="row"][aria-selected="true"][aria-rowindex="${size + 1}"]`).waitFor();
  });

  test('with a million entries says how many there are, and shows its last one', async ({ open }) => {
    const page = await (await open(`${crowd.url}&at=2010`)).ready();
    await page.standsAt(2010);
    const { state } = await crowd.past.at(2010);
    const row = page.page.locator('[data-testid="tree-row"][data-path="people"]');
    await row.click();
    await page.press('r');
    const table = page.page.locator('[data-testid="table"][data-total]');
    await table.waitFor();
    expect(Number(await table.getAttribute('data-total'))).toBe(1_000_000);
    await table.focus();
    await page.press('End');
    const last = page.page.locator('[data-testid="table"] [data-path="people[999999]"]');
    await last.waitFor();
    expect(await textOf(last)).toContain(String((valueAt(state, parsePath('people[999999]')) as any).words));
    expect(toTaggedJson(valueAt(state, parsePath('people[999999]')))).toEqual({ words: 0 });
  });
});
