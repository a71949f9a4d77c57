/** What a person reads on the page: it says nothing of how to get there. */

import { textOf } from '../harness/studio-page.ts';
import type { Hand } from './hand.ts';

/** The newest change of the place that was asked about: its sequence and its event's type. */
export async function lastChange({ page }: Hand): Promise<[number, string]> {
  await page.page.locator('[data-testid="why"][data-state="done"]').waitFor();
  const row = page.id('why-row').first();
  return [Number(await row.getAttribute('data-sequence')), await textOf(row.locator('.st-type'))];
}

/** How many orders there are, as the tree tells. */
export async function ordersIn({ page }: Hand): Promise<number> {
  const text = await textOf(page.page.locator('[data-testid="tree-row"][data-path="orders"]'));
  return Number(/Map\(([\d,]+)\)/.exec(text)![1]!.replaceAll(',', ''));
}

/** The id of the order that the current event is about, as its data say. */
export async function orderOfEvent({ page }: Hand): Promise<number> {
  const line = page
    .id('event-lines')
    .getByRole('treeitem')
    .filter({ hasText: /^orderId/ });
  return Number(/\d+/.exec(await textOf(line.first()))![0]);
}

/** Whether the tree tells that the event removed a level. */
export async function isLevelRemoved({ page }: Hand): Promise<boolean> {
  return /removed/.test(await textOf(page.page.locator('[data-testid="tree-row"][data-path="levels"]')));
}

/** What the diff says: its moments, and how many orders are new, gone and changed. */
export async function ordersCompared({ page }: Hand): Promise<unknown> {
  const diff = page.page.locator('[data-testid="diff"][data-state="done"]');
  await diff.waitFor();
  const orders = diff.locator('[data-testid="diff-table"][data-path="orders"]');
  const counts = await Promise.all(['new', 'gone', 'changed'].map((name) => orders.getAttribute(`data-${name}`)));
  return [Number(await diff.getAttribute('data-from')), Number(await diff.getAttribute('data-to')), counts.map(Number)];
}

/** The same, counted by its definition. */
export function ordersBetween({ orders: before }: Orders, { orders: after }: Orders): number[] {
  const kept = [...after].filter(([id]) => before.has(id));
  const changed = kept.filter(([id, order]) => JSON.stringify(order) !== JSON.stringify(before.get(id)));
  return [after.size - kept.length, before.size - kept.length, changed.length];
}

interface Orders {
  readonly orders: ReadonlyMap<unknown, unknown>;
}

/** The best price of a side on the ladder. */
export async function bestOf({ page }: Hand, side: 'buy' | 'sell'): Promise<number> {
  const rows = page.page.locator(`[data-testid="ladder-row"][data-side="${side}"]`);
  await rows.first().waitFor();
  await page.settled();
  // Asks stand with the best one at the bottom, next to the bids; in the document it is the first.
  return Number(await rows.first().getAttribute('data-price'));
}

/** The line that was copied last. */
export async function copiedText({ page }: Hand, note: string): Promise<string> {
  await page.page.getByText(note).first().waitFor();
  return (await page.page.evaluate(() => (globalThis as any).navigator.clipboard.readText())) as string;
}
