/** The browser that takes the pictures. */
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { LAUNCH, requireChromium } from '../browser/harness/chromium.ts';

const WINDOW = { width: 1280, height: 720 };

const PATIENCE_MS = 180_000;

export interface Look {
  readonly theme: 'dark' | 'light';
  /** Pixels of the picture for each pixel of the page. */
  readonly scale: number;
}

export interface Browser extends AsyncDisposable {
  /** Opens the page, and waits until it shows a moment. */
  open(address: string, look: Look): Promise<Page>;
}

export async function openBrowser(): Promise<Browser> {
  requireChromium();
  const browser = await chromium.launch(LAUNCH);
  return {
    async open(address, { theme, scale }) {
      const options: BrowserContextOptions = { viewport: WINDOW, colorScheme: theme, deviceScaleFactor: scale };
      const page = await (await browser.newContext(options)).newPage();
      page.setDefaultTimeout(PATIENCE_MS); // a busy machine only takes longer
      await page.goto(address);
      await page.locator('html[data-ready]').waitFor();
      await standsStill(page);
      return page;
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

/** Waits until everything that is shown belongs to one moment. */
export async function standsStill(page: Page): Promise<void> {
  await page.locator('main[data-at]').waitFor();
}
