/** The browser that takes the pictures. */
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
/** What needs a GPU, a network or a user is off. Fonts and colours are the same on every machine. */
const QUIET = [
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--font-render-hinting=none',
  '--force-color-profile=srgb',
];

const WINDOW = { width: 1280, height: 720 };
/** Changes stand beside their values in the answers at the right. The page reads this as what a person has set. */
const SETTINGS = JSON.stringify({ panes: { side: 380 } });

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
  const browser = await chromium.launch({ executablePath: CHROMIUM, chromiumSandbox: false, args: QUIET });
  return {
    async open(address, { theme, scale }) {
      const options: BrowserContextOptions = { viewport: WINDOW, colorScheme: theme, deviceScaleFactor: scale };
      const page = await (await browser.newContext(options)).newPage();
      page.setDefaultTimeout(PATIENCE_MS); // a busy machine only takes longer
      await page.addInitScript(`localStorage.setItem('refold.studio', ${JSON.stringify(SETTINGS)})`);
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
