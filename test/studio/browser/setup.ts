/**
 * Runs once before the browser tests, and ends what it started after them: builds the page from its sources, makes the logs that
 * the tests look at, and starts the one browser. A missing browser is a failure. `STUDIO_LOGS=FOLDER` takes logs that
 * `fixtures/make.ts` made there before: for those who run one test again and again.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type BrowserServer, chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { LAUNCH, requireChromium } from './harness/chromium.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the browser listens, where the built page lies, and where the logs do. */
    studio: { readonly browser: string; readonly page: string; readonly folder: string };
  }
}

const MAKER = fileURLToPath(new URL('./fixtures/make.ts', import.meta.url));
const BUILD = fileURLToPath(new URL('../../../src/studio/page/build.mjs', import.meta.url));

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'refold-browser-')));
  const ends: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  const end = async (): Promise<void> => {
    for (const one of ends.splice(0).reverse()) await one();
  };
  try {
    const browser = await startBrowser();
    ends.push(() => browser.close());
    const page = join(folder, 'page');
    await runNode(BUILD, page);
    const logs = process.env.STUDIO_LOGS ?? folder;
    if (logs === folder) await runNode(MAKER, folder);
    project.provide('studio', { browser: browser.wsEndpoint(), page, folder: logs });
  } catch (error) {
    await end();
    throw error;
  }
  return end;
}

async function startBrowser(): Promise<BrowserServer> {
  requireChromium();
  return chromium.launchServer(LAUNCH);
}

async function runNode(file: string, folder: string): Promise<void> {
  const options = ['--conditions=refold-source', '--disable-warning=ExperimentalWarning'];
  await promisify(execFile)(process.execPath, [...options, '--disable-warning=RefoldDirectFoldWarning', file, folder]);
}
