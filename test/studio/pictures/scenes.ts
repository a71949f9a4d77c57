/** What the pictures show. It holds on to the names of the page that docs/STUDIO.md lists. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { standsStill } from './browser.ts';
import { boxOf, type Film } from './film.ts';

export interface Still {
  readonly name: string;
  /** What stands behind the `#` of the address. */
  readonly link: string;
}

/** A place of the book that changes often enough to have a story, and the places around it. */
const ASKED = 'symbols.GOOG.lastPrice';
const AROUND = ['symbols', 'symbols.GOOG'];

/** A trade at another price than the one before it. */
export const STILLS: readonly Still[] = [
  { name: 'heatmap', link: 'at=44777&view=book' },
  { name: 'state', link: 'at=44777' },
];

/** Takes a picture of a place, once nothing changes on it any more. */
export async function takeStill(page: Page, { name, link }: Still, path: string): Promise<void> {
  await page.goto(`${new URL(page.url()).origin}/#${link}`);
  await standsStill(page);
  await page.mouse.move(0, 0);
  if (name === 'heatmap') await page.locator('[data-testid="heatmap"][data-complete="true"]').waitFor();
  else await askWhy(page);
  await isSharp(page);
  await page.screenshot({ path });
}

/** Opens the tree down to the place, and asks why it is as it is. */
async function askWhy(page: Page): Promise<void> {
  for (const path of AROUND) {
    await rowOf(page, path).click();
    await page.keyboard.press('ArrowRight');
  }
  await rowOf(page, ASKED).click();
  await page.keyboard.press('w');
  await page.getByTestId('why-row').first().waitFor();
}

/** Waits for new events: each frame of growth shows some, on a slow machine too. */
async function newsOf(page: Page): Promise<void> {
  const count = page.getByTestId('header-count');
  const before = await count.getAttribute('data-count');
  for (let waited = 0; waited < SHARPENS_MS; waited += NEWS_MS) {
    if ((await count.getAttribute('data-count')) !== before) return;
    await pause(NEWS_MS);
  }
}

function rowOf(page: Page, path: string): Locator {
  return page.locator(`[data-testid="tree-row"][data-path="${path}"]`);
}

const SHARPENS_MS = 400;
const NEWS_MS = 50;
const LONGEST_MS = 60_000;

/** Tiles and answers sharpen in place: the picture is done when it is the same twice. */
async function isSharp(page: Page): Promise<void> {
  let before = await page.screenshot();
  for (let waited = 0; waited < LONGEST_MS; waited += SHARPENS_MS) {
    await pause(SHARPENS_MS);
    const now = await page.screenshot();
    if (now.equals(before)) return;
    before = now;
  }
  throw new Error('the page does not come to rest');
}

/** The day grows, a drag goes back, a click asks why. */
export async function filmOf(page: Page, film: Film): Promise<void> {
  await page.getByRole('tab', { name: 'book' }).click();
  await film.shoot(38, () => newsOf(page));
  const scrubber = await boxOf(page.getByTestId('scrubber'));
  const y = scrubber.y + scrubber.height / 2;
  await film.moveTo({ x: scrubber.x + scrubber.width - 6, y }, 6);
  await page.mouse.down();
  await film.moveTo({ x: scrubber.x + scrubber.width * 0.45, y }, 22);
  await page.mouse.up();
  await film.hold(700);
  await film.click(page.getByRole('tab', { name: 'State' }));
  for (const path of AROUND) {
    await film.click(rowOf(page, path));
    await page.keyboard.press('ArrowRight');
  }
  await film.click(rowOf(page, ASKED));
  await page.keyboard.press('w');
  await page.getByTestId('why-row').first().waitFor();
  await film.hold(2_200);
}
