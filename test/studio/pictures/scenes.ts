/** What the pictures show. It holds on to the names of the page that docs/STUDIO.md lists. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { standsStill } from './browser.ts';
import type { Film } from './film.ts';

export interface Still {
  readonly name: string;
  /** What stands behind the `#` of the address. */
  readonly link: string;
}

/** A place of the book that changes often enough to have a story. */
const ASKED = 'symbols.GOOG.lastPrice';

export const STILLS: readonly Still[] = [
  { name: 'heatmap', link: 'at=45000&view=Book' },
  { name: 'state', link: `at=45000&path=${ASKED}` },
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

/** Asks for the selected place. */
async function askWhy(page: Page): Promise<void> {
  await page.keyboard.press('w');
  await page.getByTestId('why-row').first().waitFor();
}

const SHARPENS_MS = 400;
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
  await page.getByRole('tab', { name: 'Book' }).click();
  await film.shoot(45);
  const scrubber = await boxOf(page, 'scrubber');
  const y = scrubber.y + scrubber.height / 2;
  await film.moveTo({ x: scrubber.x + scrubber.width - 4, y }, 6);
  await page.mouse.down();
  await film.moveTo({ x: scrubber.x + scrubber.width * 0.45, y }, 22);
  await page.mouse.up();
  await film.hold(700);
  await page.getByRole('tab', { name: 'state' }).click();
  await standsStill(page);
  const row = page.locator(`[data-testid="tree-row"][data-path="${ASKED}"]`);
  const place = await row.boundingBox();
  if (place === null) throw new Error(`${ASKED} is not in sight`);
  await film.moveTo({ x: place.x + 60, y: place.y + place.height / 2 }, 8);
  await row.click();
  await page.locator('[data-testid="why-row"]').first().waitFor();
  await film.hold(2_200);
}

async function boxOf(page: Page, name: string) {
  const box = await page.getByTestId(name).boundingBox();
  if (box === null) throw new Error(`${name} is not in sight`);
  return box;
}
