/** How the page looks: roles and contrast as axe finds them, in dark and light, and pictures of its states on request. */
import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, inject, test as plain } from 'vitest';
import { BOOK, CROWD, DAMAGED, DROPPED, EMPTY, GOOG, HOSTILE, KINDS, PLAIN, type TestLog } from './fixtures/logs.ts';
import { test } from './harness/test.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A state of the page: how to get there. */
interface Shot {
  readonly log: TestLog;
  readonly link?: string;
  readonly keys?: readonly string[];
  /** What the server refuses on the way, which the browser tells on its console. */
  readonly refused?: RegExp;
  /** Opened without the key. */
  readonly isLocked?: boolean;
}

const SHOTS: Readonly<Record<string, Shot>> = {
  end: { log: BOOK },
  middle: { log: BOOK, link: 'at=9000&path=orders' },
  view: { log: BOOK, link: 'at=9000&view=book' },
  'real-day': { log: GOOG, link: 'at=2500&view=book' },
  why: { log: KINDS, link: 'at=90&path=date', keys: ['w'] },
  kinds: { log: KINDS, link: 'at=77' },
  table: { log: CROWD, link: 'at=2000&path=people', keys: ['r'] },
  help: { log: KINDS, link: 'at=50', keys: ['?'] },
  palette: { log: KINDS, link: 'at=50', keys: ['Control+k'] },
  hostile: { log: HOSTILE, link: 'at=20' },
  'no-model': { log: PLAIN },
  damaged: { log: DAMAGED },
  'history-gone': { log: DROPPED, link: 'at=1', refused: /status of 410/ },
  empty: { log: EMPTY },
  locked: { log: KINDS, isLocked: true, refused: /status of 401/ },
};

const THEMES = ['dark', 'light'] as const;
/** What only a person can judge is not asked. */
const RULES = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'] };

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

describe.for(THEMES)('in %s', (colorScheme) => {
  for (const [name, { log, link = '', keys = [], refused, isLocked = false }] of Object.entries(SHOTS)) {
    test(`the page "${name}" has no faults of roles and contrast`, async ({ open, start }) => {
      const { url } = await start(log);
      const page = await open(isLocked ? url.replace(/#.*/, '') : `${url}&${link}`, { colorScheme });
      if (refused !== undefined) page.faults.expect(refused);
      await page.ready();
      for (const key of keys) await page.press(key);
      await page.page.evaluate(AXE);
      const { violations }: { readonly violations: readonly Violation[] } = await page.page.evaluate(
        // The rows of a table are scrolled by the table, which has the focus.
        (rules) => (globalThis as any).axe.run({ exclude: ['[data-testid="table-rows"]'] }, rules),
        RULES,
      );
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 200))])).toEqual([]);
    });
  }
});

const SIZES = [
  { width: 1280, height: 720, deviceScaleFactor: 1 },
  { width: 1920, height: 1080, deviceScaleFactor: 1 },
  { width: 1280, height: 720, deviceScaleFactor: 2 },
];

function takePictures(): void {
  const folder = mkdtempSync(join(tmpdir(), 'refold-screenshots-'));
  for (const [name, { log, link = '', keys = [], refused, isLocked = false }] of Object.entries(SHOTS)) {
    test(`of "${name}"`, async ({ open, start }) => {
      const { url } = await start(log);
      for (const colorScheme of THEMES) {
        for (const { deviceScaleFactor, ...viewport } of SIZES) {
          const options = { colorScheme, viewport, deviceScaleFactor };
          const page = await open(isLocked ? url.replace(/#.*/, '') : `${url}&${link}`, options);
          if (refused !== undefined) page.faults.expect(refused);
          await page.ready();
          for (const key of keys) await page.press(key);
          await page.page.waitForLoadState('networkidle').catch(() => {});
          const path = join(folder, `${name}-${colorScheme}-${viewport.width}@${deviceScaleFactor}x.png`);
          await page.page.screenshot({ path });
          await page.page.close();
        }
      }
      console.log(`Pictures: ${folder}`);
    });
  }
}

// Not `runIf`: a skipped test would be a gap, and its folder would stay behind.
if (process.env.STUDIO_SCREENSHOTS === '1') describe('pictures', takePictures);

plain('the page is small: HTML, styles and script, and its fonts', () => {
  const { page } = inject('studio');
  const files = ['index.html', 'page.css', 'page.js'].map((name) => readFileSync(join(page, name)));
  expect(files.reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0)).toBeLessThanOrEqual(120_000);
  const fonts = ['mono-latin-400', 'mono-latin-500', 'sans-condensed-latin-400', 'sans-condensed-latin-500'];
  const bytes = fonts.reduce((sum, font) => sum + statSync(join(page, `ibm-plex-${font}-normal.woff2`)).size, 0);
  expect(bytes).toBeLessThanOrEqual(75_000);
});
