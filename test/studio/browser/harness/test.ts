/** The `test` of the browser tests: it opens studios and pages, and after the test judges and closes them. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions } from 'playwright-core';
import { test as base, expect } from 'vitest';
import type { Studio } from '../../../../src/studio/open-studio.ts';
import type { TestLog } from '../fixtures/logs.ts';
import { openAddress, type Watched } from './browser.ts';
import { HeldLines } from './held-lines.ts';
import { StudioPage } from './studio-page.ts';
import { startStudio } from './studios.ts';

/** What a test has to open studios and pages with. */
export interface Fixtures {
  /** Opens the page of an address, such as a studio's `url`. */
  readonly open: (address: string, options?: BrowserContextOptions) => Promise<StudioPage>;
  /** Opens a studio for this test alone. */
  readonly start: (log: TestLog, path?: string) => Promise<Studio>;
}

interface AllFixtures extends Fixtures {
  /** Opens a way to a studio that holds one stream of lines back. */
  readonly hold: typeof HeldLines.open;
}

/** Where the picture of a page lies whose test failed. */
const FAILED = process.env.STUDIO_FAILED ?? '/tmp/refold-studio-failed';

export const test = base.extend<AllFixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: the runner reads from the pattern what a fixture needs
  start: async ({}, use) => {
    const started: Studio[] = [];
    await use(async (log, path) => {
      const studio = await startStudio(log, path);
      started.push(studio);
      return studio;
    });
    for (const studio of started) await studio.close();
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above
  hold: async ({}, use) => {
    const opened: HeldLines[] = [];
    await use(async (...given) => {
      const held = await HeldLines.open(...given);
      opened.push(held);
      return held;
    });
    for (const held of opened) held.close();
  },
  // Pages are closed before the studios: they would miss them.
  open: async ({ task, start: _, hold: __ }, use) => {
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
