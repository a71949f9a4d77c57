/** The `test` of the browser tests: it opens pages, and after the test judges and closes them. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions } from 'playwright-core';
import { test as base, expect } from 'vitest';
import { openAddress, type Watched } from './browser.ts';
import { StudioPage } from './studio-page.ts';

/** Opens the page of an address, such as a studio's `url`. */
export type OpenPage = (address: string, options?: BrowserContextOptions) => Promise<StudioPage>;

/** Where the picture of a page lies whose test failed. */
const FAILED = process.env.STUDIO_FAILED ?? '/tmp/refold-studio-failed';

export const test = base.extend<{ open: OpenPage }>({
  open: async ({ task }, use) => {
    const opened: Watched[] = [];
    await use(async (address, options) => {
      const watched = await openAddress(address, options);
      opened.push(watched);
      return new StudioPage(watched);
    });
    if (task.result?.state === 'fail') for (const one of opened) await picture(one, task.id);
    const complaints: string[] = [];
    for (const one of opened) complaints.push(...(await one.end()));
    expect(complaints).toEqual([]);
  },
});

async function picture({ page }: Watched, name: string): Promise<void> {
  mkdirSync(FAILED, { recursive: true });
  const path = join(FAILED, `${name}.png`);
  await page.screenshot({ path }).then(
    () => console.log(`The page as it was: ${path}`),
    () => {},
  );
}
