/** Seven tabs on one log, in one browser, which opens six connections to a host: each answers a drag, and hears of a new event. */
import { cpSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from 'refold';
import { expect, inject } from 'vitest';
import { shop } from '../shop.ts';
import { SHOPPING } from './fixtures/logs.ts';
import { openOracle, pathOf } from './harness/studios.ts';
import { test } from './harness/test.ts';
import { Oracle } from './truth/compare.ts';

const TABS = 7;

test('seven tabs that are all seen answer drags, and hear of a new event', async ({ open, start }) => {
  const path = join(mkdtempSync(join(inject('studio').folder, 'tabs-')), 'tabs.db');
  cpSync(pathOf(SHOPPING), path);
  await using store = await openStore(shop, { path, durability: 'os' });
  const { url } = await start(SHOPPING, path);
  await using past = await openOracle(SHOPPING, path);
  const oracle = await Oracle.open(past);

  const tabs = [await open(`${url}&at=10`)];
  while (tabs.length < TABS) tabs.push(await tabs[0]!.another(`${url}&at=${10 * (tabs.length + 1)}`));
  for (const [nth, tab] of tabs.entries()) await oracle.judge(await tab.ready(), 10 * (nth + 1));
  for (const [nth, tab] of tabs.entries()) {
    const { x, y, width, height } = (await tab.id('scrubber').boundingBox())!;
    const { mouse } = tab.page;
    await mouse.move(x + 10, y + height / 2);
    await mouse.down();
    await mouse.move(x + (width * (nth + 2)) / 10, y + height / 2, { steps: 8 });
  }
  // All of them are dragging.
  const places = new Set<number>();
  for (const tab of tabs) {
    const at = await tab.settled();
    await oracle.judge(tab, at);
    places.add(at);
    await tab.page.mouse.up();
  }
  expect(places.size).toBe(TABS);

  await store.append({ type: 'Put', data: { id: 1, word: 'new' } });
  for (const tab of tabs)
    await tab.page.locator(`[data-testid="header-count"][data-count="${store.sequence}"]`).waitFor();
});
