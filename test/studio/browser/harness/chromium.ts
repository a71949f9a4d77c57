/** The browser of tests and pictures: Debian's Chromium, in which what needs a GPU, a network or a user is off. */
import { existsSync } from 'node:fs';
import type { LaunchOptions } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';

/** Fonts and colours are the same on every machine. */
export const LAUNCH: LaunchOptions = {
  executablePath: CHROMIUM,
  chromiumSandbox: false,
  args: [
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-quic',
    '--disable-dev-shm-usage',
    '--font-render-hinting=none',
    '--force-color-profile=srgb',
  ],
};

export function requireChromium(): void {
  if (!existsSync(CHROMIUM)) throw new Error(`There is no ${CHROMIUM}: install it with apt-get install chromium`);
}
