/** Takes pictures of a page in dark and light, at the sizes of usual screens, into a folder. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

export const THEMES = ['dark', 'light'] as const;

interface Size {
  readonly width: number;
  readonly height: number;
  readonly deviceScaleFactor: number;
}

const SIZES: readonly Size[] = [
  { width: 1280, height: 720, deviceScaleFactor: 1 },
  { width: 1280, height: 720, deviceScaleFactor: 2 },
  { width: 1920, height: 1080, deviceScaleFactor: 1 },
];

let made: string | undefined;

/** Where the pictures of this run lie. */
export function pictureFolder(): string {
  made ??= mkdtempSync(join(tmpdir(), 'refold-screenshots-'));
  return made;
}

/** One page goes through all sizes, as one that is moved between screens. */
export async function takePictures(name: string, page: Page): Promise<void> {
  const screen = await page.context().newCDPSession(page);
  for (const size of SIZES) {
    await screen.send('Emulation.setDeviceMetricsOverride', { ...size, mobile: false });
    await isAtRest(page);
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme });
      const file = `${name.replaceAll(/\W+/g, '-')}-${colorScheme}-${size.width}@${size.deviceScaleFactor}x.png`;
      await page.screenshot({ path: join(pictureFolder(), file) });
    }
  }
}

/** Pictures sharpen in place, and counts go on. A page that moves for ever is taken as it is then. */
const LONGEST_MS = 4_000;

async function isAtRest(page: Page): Promise<void> {
  await page.waitForFunction(hasAll, undefined, { timeout: LONGEST_MS }).catch(() => {});
  await page.evaluate(twoFrames);
}

/** Runs in the page: whether no tile is awaited. */
function hasAll(): boolean {
  return (globalThis as any).document.querySelector('[data-testid=heatmap]:not([data-complete=true])') === null;
}

const twoFrames = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))';
