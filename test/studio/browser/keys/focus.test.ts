/**
 * What a key opens has the focus before the next key comes: a person types faster than a busy page draws, and letters that come too
 * early would be commands of the page. So the focus is looked at in the very next task after the key, without waiting.
 */
import { describe, expect } from 'vitest';
import { BOOK, KINDS } from '../fixtures/logs.ts';
import type { StudioPage } from '../harness/studio-page.ts';
import { studioFor } from '../harness/studios.ts';
import { test } from '../harness/test.ts';

const kinds = studioFor(KINDS);
const book = studioFor(BOOK);

/** A key as `KeyboardEvent` has it; `click` presses a button by its `data-testid`. */
interface Given {
  readonly key?: string;
  readonly ctrlKey?: boolean;
  readonly shiftKey?: boolean;
  readonly click?: string;
}

/** Gives the page one key after the other, each in a separate task. @returns what has the focus in the task after the last one */
async function focusAfter(page: StudioPage, ...given: readonly Given[]): Promise<string> {
  return page.page.evaluate(async (keys: readonly Given[]) => {
    const { document, KeyboardEvent, MessageChannel } = globalThis as any;
    const nextTask = (): Promise<unknown> =>
      new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = resolve;
        port2.postMessage(0);
      });
    for (const { click, ...key } of keys) {
      if (click === undefined) {
        const event = new KeyboardEvent('keydown', { code: key.key, ...key, bubbles: true, cancelable: true });
        document.activeElement.dispatchEvent(event);
      } else document.querySelector(`[data-testid="${click}"]`).click();
      await nextTask();
    }
    const { dataset, name, role, localName } = document.activeElement;
    const dialog = document.activeElement.closest('dialog')?.dataset.testid;
    const own = dataset.testid ?? (name || role || localName);
    return dialog === undefined ? own : `${own} in ${dialog}`;
  }, given);
}

describe('in the task after the key, the focus is in', () => {
  const single: readonly (readonly [string, Given, string])[] = [
    ['the list of all actions', { key: 'k', ctrlKey: true }, 'combobox in palette'],
    ['the help', { key: '?', shiftKey: true }, 'button in help'],
    ['the marks', { key: 'M', shiftKey: true }, 'button in marks'],
    ['the field for a place', { key: 'g' }, 'place'],
    ['the condition', { key: 'f' }, 'filter-where'],
    ['the text', { key: '/' }, 'filter-text'],
    ['the list of events', { key: 'e' }, 'events'],
    ['the types of events', { click: 'filter-type' }, 'option'],
  ];
  test.for(single)('%s', async ([, key, focused], { open }) => {
    const page = await (await open(`${kinds.url}&at=50`)).ready();
    await page.standsAt(50);
    expect(await focusAfter(page, key)).toBe(focused);
  });

  test('the state, also from another tab of the middle', async ({ open }) => {
    const page = await (await open(`${book.url}&at=500&view=book`)).ready();
    await page.standsAt(500);
    expect(await page.id('tree').count()).toBe(0);
    expect(await focusAfter(page, { key: 's' })).toBe('tree');
  });

  test('a table that took the place of the tree, and the tree again', async ({ open }) => {
    const page = await (await open(`${kinds.url}&at=77&path=set`)).ready();
    await page.standsAt(77);
    expect(await focusAfter(page, { key: 's' }, { key: 'r' })).toBe('table');
    await page.page.locator('[data-testid="table-total"][data-total]').waitFor();
    expect(await focusAfter(page, { key: 'u' })).toBe('tree');
  });

  test('the field or the dialog that was chosen in the list of all actions', async ({ open }) => {
    const page = await (await open(`${kinds.url}&at=50`)).ready();
    await page.standsAt(50);
    const choose = async (words: string): Promise<string> => {
      await page.press('Control+k');
      await page.id('palette').getByRole('combobox').fill(words);
      return focusAfter(page, { key: 'Enter' });
    };
    expect(await choose('go to a sequence, a time')).toBe('place');
    await page.press('Escape');
    expect(await choose('filter events by a condition')).toBe('filter-where');
    await page.press('Escape');
    expect(await choose('show all keys')).toBe('button in help');
    await page.drawn(); // the dialog that was closed says so by now
    expect(await page.id('help').count()).toBe(1);
  });
});

test('a type that is checked by key keeps the focus', async ({ open }) => {
  const page = await (await open(`${book.url}&at=50`)).ready();
  await page.standsAt(50);
  await page.id('filter-type').click();
  await page.press('ArrowDown', 'ArrowDown', 'Space');
  await page.page.locator('[data-testid="filter-count"][data-complete="true"]').waitFor();
  const options = page.page.locator('.ev-option');
  expect(await options.nth(2).getAttribute('aria-selected')).toBe('true');
  const focused = await page.page.locator('.ev-option:focus').getAttribute('data-type');
  expect(focused).toBe(await options.nth(2).getAttribute('data-type'));
});

test('a blank that was typed before a pause stays, and what follows is added to it', async ({ open }) => {
  const page = await (await open(`${kinds.url}&at=50`)).ready();
  await page.standsAt(50);
  await page.press('/');
  await page.page.keyboard.type('two ');
  await page.page.waitForFunction(() => (globalThis as any).location.hash.includes('two'));
  await page.drawn();
  await page.page.keyboard.type('words');
  expect(await page.id('filter-text').inputValue()).toBe('two words');
});
