/**
 * Ten tasks of a person who sees the studio for the first time: each once with the mouse and once with the keyboard alone. What the
 * person finds out is what the library says. The document tells how many actions each takes, and it may not take more. `--full` prints
 * how many there were, and how long they took.
 */
import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, describe, expect, inject } from 'vitest';
import { generateFlow, momentOf } from '../../../../examples/orderbook/demo/flow.ts';
import { nextCommand } from '../../../../examples/orderbook/demo/next-command.ts';
import { Gateway } from '../../../../examples/orderbook/gateway.ts';
import { MarketClock } from '../../../../examples/orderbook/market-time.ts';
import { openBook } from '../../../../examples/orderbook/workspace.ts';
import { BOOK, GOOG } from '../fixtures/logs.ts';
import type { StudioPage } from '../harness/studio-page.ts';
import { pathOf, studioFor } from '../harness/studios.ts';
import { test } from '../harness/test.ts';
import { DAY_TASKS } from './day-tasks.ts';
import { DEMO_TASKS } from './demo-tasks.ts';
import { Hand, type Means } from './hand.ts';

const demo = studioFor(BOOK);
const day = studioFor(GOOG);
const ALL = [...DAY_TASKS.map((task) => ({ ...task, on: day })), ...DEMO_TASKS.map((task) => ({ ...task, on: demo }))];

type Open = (address: string, options?: BrowserContextOptions) => Promise<StudioPage>;
interface Done {
  readonly actions: number;
  readonly ms: number;
}
const done = new Map<string, Partial<Record<Means, Done>>>();

/** Opens a page with a clipboard, and waits until all of it is there. */
async function begin(open: Open, address: string): Promise<StudioPage> {
  const page = await (await open(address, { permissions: ['clipboard-read', 'clipboard-write'] })).ready();
  await page.settled();
  return page;
}

/** Does a task, counts its actions, and compares them with what the document tells. */
async function perform<Found>(name: string, means: Means, hand: Hand, way: () => Promise<Found>): Promise<Found> {
  const start = performance.now();
  const found = await way();
  const actions = { actions: hand.actions, ms: performance.now() - start };
  done.set(name, { ...done.get(name), [means]: actions });
  expect(hand.actions).toBeGreaterThan(0);
  return found;
}

describe.for(['mouse', 'keyboard'] as const)('by %s alone', (means) => {
  for (const { name, on, link = '', truth, ...ways } of ALL) {
    test(name, async ({ open }) => {
      const page = await begin(open, `${on.url}&${link}`);
      const hand = new Hand(page, means);
      const openLink = async (theirs: string): Promise<StudioPage> => (await open(`${on.url}&${theirs}`)).ready();
      const found = await perform(name, means, hand, () => ways[means](hand, { openLink }));
      expect(found).toEqual(await truth(on.past, hand));
      expect(hand.actions).toBeLessThanOrEqual(toldOf(name)?.[means] ?? 0);
    });
  }

  test(WATCH, async ({ open, start }) => {
    const path = join(mkdtempSync(join(inject('studio').folder, 'watched-')), 'book.db');
    cpSync(pathOf(BOOK), path);
    const clock = new MarketClock();
    const store = await openBook(path, { durability: 'os', clock: clock.read });
    try {
      const page = await begin(open, `${(await start(BOOK, path)).url}&at=5000`);
      const hand = new Hand(page, means);
      await page.page.locator('[data-testid="live"][data-live="true"]').waitFor();
      await trade(store, clock, 500);
      await page.page.locator('[data-testid="live"] button').waitFor();
      await perform(WATCH, means, hand, async () => {
        if (means === 'mouse') await hand.click('[data-testid="live"] button');
        else await hand.press('End');
        await page.standsAt(store.sequence);
      });
      await trade(store, clock, 100);
      await page.standsAt(store.sequence);
      expect(await page.headerCount()).toBe(store.sequence);
      expect(hand.actions).toBeLessThanOrEqual(toldOf(WATCH)?.[means] ?? 0);
    } finally {
      await store.close();
    }
  });
});

const WATCH = 'Catch up with a book that is being written, and stay at its end';

async function trade(store: Awaited<ReturnType<typeof openBook>>, clock: MarketClock, commands: number): Promise<void> {
  const gateway = new Gateway(store);
  const first = await nextCommand(store);
  for (const flow of generateFlow({ seed: 7, commands: first + commands }).drop(first)) {
    clock.set(momentOf(flow));
    gateway.send(flow.command, { meta: { ...clock.meta, command: first + gateway.sent } });
    await gateway.room();
  }
  await gateway.drain();
}

const DOCUMENT = readFileSync(new URL('../../../../docs/STUDIO.md', import.meta.url), 'utf8');

/** How many actions a task takes, as the document tells. */
function toldOf(name: string): Record<Means, number> | undefined {
  const line = DOCUMENT.split('\n').find((one) => one.startsWith(`| ${name} |`));
  const [mouse, keyboard] = [...(line ?? '').matchAll(/(\d+) actions?,/g)].map(([, count]) => Number(count));
  return mouse === undefined || keyboard === undefined ? undefined : { mouse, keyboard };
}

afterAll(() => {
  if (process.env.STUDIO_FULL === undefined) return;
  const text = (one?: Done): string => `${one?.actions} actions, ${((one?.ms ?? 0) / 1_000).toFixed(1)} s`;
  for (const [name, { mouse, keyboard }] of done) console.log(`| ${name} | ${text(mouse)} | ${text(keyboard)} |`);
});
