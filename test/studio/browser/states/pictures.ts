/** Takes pictures of a page in dark and light, at the sizes of usual screens, into a folder. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { StudioPage } from '../harness/studio-page.ts';

export const THEMES = ['dark', 'light'] as const;

interface Screen {
  readonly deviceScaleFactor: number;
  readonly sizes: readonly { readonly width: number; readonly height: number }[];
}

const SMALL = { width: 1280, height: 720 };
const SCREENS: readonly Screen[] = [
  { deviceScaleFactor: 1, sizes: [SMALL, { width: 1920, height: 1080 }] },
  { deviceScaleFactor: 2, sizes: [SMALL] },
];

let made: string | undefined;

/** Where the pictures of this run lie. */
export function pictureFolder(): string {
  made ??= mkdtempSync(join(tmpdir(), 'refold-screenshots-'));
  return made;
}

/** @param arrive opens the page in the state: once for each kind of screen */
export async function takePictures(
  name: string,
  arrive: (options: BrowserContextOptions) => Promise<StudioPage>,
): Promise<void> {
  for (const { deviceScaleFactor, sizes } of SCREENS) {
    const { page } = await arrive({ viewport: SMALL, deviceScaleFactor, colorScheme: 'dark' });
    for (const size of sizes) {
      await page.setViewportSize(size);
      for (const colorScheme of THEMES) {
        await page.emulateMedia({ colorScheme });
        await isAtRest(page);
        const file = `${name.replaceAll(/\W+/g, '-')}-${colorScheme}-${size.width}@${deviceScaleFactor}x.png`;
        await page.screenshot({ path: join(pictureFolder(), file) });
      }
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
