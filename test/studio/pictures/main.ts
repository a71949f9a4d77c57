/**
 * Makes docs/pictures/: `npm run pictures [-- still | film]`. Needs Chromium, and Debian's package `webp`.
 *
 * A made-up day is traded into a temporary book, as `npm run orderbook:studio` does. The stills are of the whole day. The film
 * is of a day that is being traded. Each run makes the same day, and shows the same places.
 */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStudio, type Studio } from 'refold/studio';
import { trade } from '../../../examples/orderbook/studio/trading.ts';
import { openBrowser } from './browser.ts';
import { Film } from './film.ts';
import { filmOf, STILLS, takeStill } from './scenes.ts';
import { writeFilm, writeStill } from './webp.ts';

const PICTURES = fileURLToPath(new URL('../../../docs/pictures/', import.meta.url));
const EXAMPLE = new URL('../../../examples/orderbook/', import.meta.url);
const DAY = { seed: 20_260_105, commands: 60_000, killAt: Number.POSITIVE_INFINITY, pauseMs: 0 };
/** No pause that a person would see. */
const AT_ONCE = 1_000_000;
/** A minute of the market in two seconds. */
const WATCHABLE = 300;

const folder = mkdtempSync(join(tmpdir(), 'refold-pictures-'));
const wanted = process.argv.slice(2);
try {
  mkdirSync(PICTURES, { recursive: true });
  if (wanted.length === 0 || wanted.includes('still')) await takeStills();
  if (wanted.length === 0 || wanted.includes('film')) await shootFilm();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function takeStills(): Promise<void> {
  const path = join(folder, 'book.db');
  for await (const _ of trade({ ...DAY, path, rate: AT_ONCE }));
  const studio = await openOn(path);
  await using browser = await openBrowser();
  for (const still of STILLS) {
    for (const theme of ['dark', 'light'] as const) {
      const page = await browser.open(studio.url, { theme, scale: 2 });
      const png = join(folder, `${still.name}-${theme}.png`);
      await takeStill(page, still, png);
      report(writeStill(png, join(PICTURES, `${still.name}-${theme}.webp`)));
      await page.context().close();
    }
  }
  await studio.close();
}

async function shootFilm(): Promise<void> {
  const path = join(folder, 'film.db');
  await using browser = await openBrowser();
  for await (const { kind } of trade({ ...DAY, path, rate: WATCHABLE })) {
    if (kind !== 'begun') throw new Error('the day was over before the film was');
    const studio = await openOn(path);
    const page = await browser.open(studio.url, { theme: 'dark', scale: 1 });
    const film = new Film(page, folder);
    await filmOf(page, film);
    report(writeFilm(film.frames, join(PICTURES, 'studio.webp')));
    await studio.close();
    break;
  }
}

function openOn(path: string): Promise<Studio> {
  const module = (name: string): string => new URL(name, EXAMPLE).href;
  return openStudio({
    path,
    model: { module: module('model/index.ts'), export: 'orderBook' },
    view: { module: module('studio/book-view.ts'), export: 'bookView' },
    port: 0,
  });
}

function report(path: string): void {
  console.log(`${path}: ${(statSync(path).size / 1_000).toFixed(0)} kB`);
}
