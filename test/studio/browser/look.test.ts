/** How the page looks: roles and contrast of every state as axe finds them, in dark and light, and pictures of them on request. */
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, inject, test as plain } from 'vitest';
import type { Studio } from '../../../src/studio/open-studio.ts';
import type { TestLog } from './fixtures/logs.ts';
import { endWriters } from './fixtures/writer.ts';
import { startStudio } from './harness/studios.ts';
import { type Fixtures, test } from './harness/test.ts';
import { JUDGED_IN_GATE, PAGE_STATES } from './states/page-states.ts';
import { pictureFolder, THEMES, takePictures } from './states/pictures.ts';

endWriters();

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** What only a person can judge is not asked. */
const RULES = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'] };

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

async function violationsOf(page: Page): Promise<object[]> {
  const { violations }: { readonly violations: readonly Violation[] } = await page.evaluate(
    // The rows of a table are scrolled by the table, which has the focus.
    (rules) => (globalThis as any).axe.run({ exclude: ['[data-testid="table-rows"]'] }, rules),
    RULES,
  );
  return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 200))]);
}

const studios = new Map<TestLog, Promise<Studio>>();

/** States of one log share a studio, which stays open. A state that says where its log lies has one for itself. */
function shared(start: Fixtures['start']): Fixtures['start'] {
  return (log, path) => {
    if (path !== undefined) return start(log, path);
    const known = studios.get(log) ?? startStudio(log);
    studios.set(log, known);
    return known;
  };
}

afterAll(async () => {
  for (const studio of studios.values()) await (await studio).close();
});

/** `--full` judges all states; else one of each kind. */
const judged = process.env.STUDIO_FULL === '1' ? Object.keys(PAGE_STATES) : JUDGED_IN_GATE;

describe('axe finds no faults of roles and contrast in', () => {
  for (const name of judged) {
    const arrive = PAGE_STATES[name]!;
    test(`the state "${name}", in dark and light`, async ({ open, start }) => {
      const { page } = await arrive({ open, start: shared(start) }, { colorScheme: 'dark' });
      await page.evaluate(AXE);
      for (const colorScheme of THEMES) {
        await page.emulateMedia({ colorScheme });
        expect({ [colorScheme]: await violationsOf(page) }).toEqual({ [colorScheme]: [] });
      }
    });
  }
});

// Not `runIf`: a skipped test would be a gap.
if (process.env.STUDIO_SCREENSHOTS === '1') {
  describe('pictures', () => {
    for (const [name, arrive] of Object.entries(PAGE_STATES))
      test(`of "${name}"`, async ({ open, start }) =>
        takePictures(name, (options) => arrive({ open, start: shared(start) }, options)));
    afterAll(() => console.log(`Pictures: ${pictureFolder()}`));
  });
}

plain('the page is small: HTML, styles and script, and its fonts', () => {
  const { page } = inject('studio');
  const files = ['index.html', 'page.css', 'page.js'].map((name) => readFileSync(join(page, name)));
  expect(files.reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0)).toBeLessThanOrEqual(120_000);
  const fonts = ['mono-latin-400', 'mono-latin-500', 'sans-condensed-latin-400', 'sans-condensed-latin-500'];
  const bytes = fonts.reduce((sum, font) => sum + statSync(join(page, `ibm-plex-${font}-normal.woff2`)).size, 0);
  expect(bytes).toBeLessThanOrEqual(75_000);
});
