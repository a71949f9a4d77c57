/** Takes pictures of a page in dark and light, at the sizes of usual screens, into a folder. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { Fixtures } from '../harness/test.ts';
import type { Arrive } from './page-states.ts';

export const THEMES = ['dark', 'light'] as const;

const SIZES: readonly BrowserContextOptions[] = [
  { viewport: { width: 1280, height: 720 }, deviceScaleFactor: 1 },
  { viewport: { width: 1920, height: 1080 }, deviceScaleFactor: 1 },
  { viewport: { width: 1280, height: 720 }, deviceScaleFactor: 2 },
];

let made: string | undefined;

/** Where the pictures of this run lie. */
export function pictureFolder(): string {
  made ??= mkdtempSync(join(tmpdir(), 'refold-screenshots-'));
  return made;
}

export async function takePictures(name: string, arrive: Arrive, world: Fixtures): Promise<void> {
  for (const size of SIZES) {
    const { page } = await arrive(world, { ...size, colorScheme: 'dark' });
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme });
      const { width } = size.viewport!;
      const file = `${name.replaceAll(/\W+/g, '-')}-${colorScheme}-${width}@${size.deviceScaleFactor}x.png`;
      await takeAtRest(page, join(pictureFolder(), file));
    }
    await page.close();
  }
}

/** Pictures are compared so often: a page that moves for ever is taken as it is then. */
const LOOKS = 8;
const BETWEEN_MS = 150;

/** Tiles and counts sharpen in place. The picture is taken when it is the same twice. */
async function takeAtRest(page: Page, path: string): Promise<void> {
  let before = await page.screenshot({ path });
  for (let look = 1; look < LOOKS; look++) {
    await page.waitForTimeout(BETWEEN_MS);
    const now = await page.screenshot({ path });
    if (now.equals(before)) return;
    before = now;
  }
}
