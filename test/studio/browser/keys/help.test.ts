/** Help: every key is listed and does what the list says, every action is found by its words, and single letters can be off. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { KINDS } from '../fixtures/logs.ts';
import { studioFor } from '../harness/studios.ts';
import { test } from '../harness/test.ts';

const kinds = studioFor(KINDS);

/** The keys in the table of the document: each key alone. */
function documentedKeys(): string[] {
  const document = readFileSync(new URL('../../../../docs/STUDIO.md', import.meta.url), 'utf8');
  const table = document.slice(document.indexOf('## Keys'), document.indexOf('## Views'));
  const cells = table.split('\n').flatMap((line) => /^\| (?!key |---)(.+?) \|/.exec(line)?.[1] ?? []);
  return cells.flatMap((cell) => cell.split(/ or |, | (?=`)| (?=[←→])/)).map((key) => key.replaceAll('`', '').trim());
}

/** Keys of the document as the page writes them on this machine. */
const AS_SHOWN: Readonly<Record<string, string>> = { 'Ctrl-K': 'Ctrl K', '⌘K': 'Ctrl K' };

test('the question mark lists every key of the document, and no other', async ({ open }) => {
  const page = await (await open(`${kinds.url}&at=50`)).ready();
  await page.press('?');
  const keys = await page.page
    .locator('[data-testid="help-key"][data-action] kbd')
    .evaluateAll((all: any[]) => all.map((key) => key.textContent as string));
  const documented = documentedKeys().map((key) => AS_SHOWN[key] ?? key);
  expect(documented.length).toBeGreaterThan(30);
  expect([...new Set(keys)].toSorted()).toEqual([...new Set(documented)].toSorted());
  expect(keys).toEqual([...new Set(keys)]);
  await page.press('Escape');
  await page.id('help').waitFor({ state: 'detached' });
});

test('Ctrl-K finds an action by its words, and a place', async ({ open }) => {
  const page = await (await open(`${kinds.url}&at=50`)).ready();
  await page.standsAt(50);
  const choose = async (words: string): Promise<string | null> => {
    await page.press('Control+k');
    await page.page.keyboard.type(words);
    const chosen = page.page.locator('[data-testid="palette-entry"][aria-selected="true"]');
    const entry = await chosen.getAttribute('data-entry');
    await page.press('Enter');
    await page.id('palette').waitFor({ state: 'detached' });
    return entry;
  };
  expect(await choose('one forward event')).toBe('forward');
  await page.standsAt(51);
  expect(await choose('77')).toBe('place');
  await page.standsAt(77);
  expect(await choose('compare two')).toBe('diff-tab');
  await page.id('diff').waitFor();
  expect(await choose('only emptied')).toBe('type Emptied');
  await page.page.locator('[data-testid="filter-count"][data-complete="true"]').waitFor();
  expect(new URL(page.page.url()).hash).toContain('type=Emptied');
});

test('Ctrl-K finds every action that the help lists', async ({ open }) => {
  const page = await (await open(`${kinds.url}&at=50&path=date`)).ready();
  await page.standsAt(50);
  await page.press('?');
  const listed = await page.page
    .locator('[data-testid="help-key"][data-action]')
    .evaluateAll((all: any[]) =>
      all.map(({ dataset, lastElementChild }) => [dataset.action, lastElementChild.textContent] as [string, string]),
    );
  await page.press('Escape');
  await page.press('Control+k');
  for (const [action, title] of listed) {
    if (IMPOSSIBLE_NOW.includes(action)) continue;
    await page.id('palette').getByRole('combobox').fill(title);
    expect(await page.page.locator('[data-testid="palette-entry"]').first().getAttribute('data-entry')).toBe(action);
  }
});

/** There is no mark to go to, no table to leave, no view and no answer; and the list of actions is open already. */
const IMPOSSIBLE_NOW: readonly string[] = ['mark-back', 'mark-forward', 'up', 'palette', 'to-heatmap', 'to-answer'];

test('keys bring the focus to a pane, and go along the listed events', async ({ open }) => {
  const where = encodeURIComponent('data.n >= 60');
  const page = await (await open(`${kinds.url}&at=50&path=date&where=${where}`)).ready();
  await page.standsAt(50);
  await page.page.locator('[data-testid="filter-count"][data-complete="true"]').waitFor();
  const hasFocus = (id: string): Promise<void> =>
    page.page.locator(`[data-testid="${id}"]:focus`).waitFor({ state: 'attached' });
  await page.press('e');
  await hasFocus('events');
  await page.press('w');
  await page.page.locator('[data-testid="why"][data-state="done"]').waitFor();
  await page.press('q');
  await hasFocus('why-rows');
  await page.press('s');
  await hasFocus('tree');
  await page.press('n');
  await page.standsAt(60);
  await page.press('n');
  await page.standsAt(61);
  await page.press('p');
  await page.standsAt(60);
  await page.press('p', '.');
  await page.standsAt(61);
});

test('Ctrl-K asks about a place that is typed, and copies the command that finds a condition', async ({ open }) => {
  const permissions = ['clipboard-read', 'clipboard-write'];
  const page = await (await open(`${kinds.url}&at=50`, { permissions })).ready();
  await page.standsAt(50);
  await page.press('Control+k');
  await page.page.keyboard.type('map["a b"]');
  const entries = page.page.locator('[data-testid="palette-entry"]');
  expect(await entries.first().getAttribute('data-entry')).toBe('why path');
  expect(await entries.nth(1).getAttribute('data-entry')).toBe('select path');
  await page.id('palette').getByRole('combobox').fill('date exists');
  await page.page.locator('[data-testid="palette-entry"][data-entry="condition"]').click();
  await page.page.getByText('copied the command').waitFor();
  const line: string = await page.page.evaluate(() => (globalThis as any).navigator.clipboard.readText());
  expect(line).toMatch(
    /^refold bisect .*kinds\.db --model .*kinds\.ts#kinds'? --first-true 'date exists' --every-event$/,
  );
});

test('single letters can be switched off, and it is remembered', async ({ open }) => {
  const page = await (await open(`${kinds.url}&at=50`)).ready();
  await page.standsAt(50);
  await page.press('?');
  await page.page.locator('input[name="single-keys"]').uncheck();
  await page.press('Escape');
  await page.press('.', 'm', 'd', 't', 'ArrowRight');
  await page.standsAt(51);
  await page.page.reload();
  await page.ready();
  await page.standsAt(51);
  await page.press('.', '?', 'ArrowRight');
  await page.standsAt(52);
  expect(await page.id('help').count()).toBe(0);
  await page.page.getByRole('button', { name: 'Keys', exact: true }).click();
  await page.page.locator('input[name="single-keys"]').check();
  await page.press('Escape', '.');
  await page.standsAt(53);
});
