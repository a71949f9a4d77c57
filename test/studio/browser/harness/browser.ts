/** Opens pages in the one browser of the run: each in a context that shares nothing with another. */
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { inject } from 'vitest';
import { Faults, settled } from './faults.ts';

let connecting: Promise<Browser> | undefined;

function browser(): Promise<Browser> {
  connecting ??= chromium.connect(inject('studio').browser);
  return connecting;
}

/** A page with what must not happen in it. */
export interface Watched {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly faults: Faults;
  /** Closes the page. @returns what is wrong with what happened in it */
  end(): Promise<string[]>;
}

/** A state of a million entries takes long on a machine with much else to do. In ms. */
const LONGEST_WAIT = 120_000;

/** Opens an address in a separate context. */
export async function openAddress(address: string, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await (await browser()).newContext({ viewport: { width: 1280, height: 720 }, ...options });
  context.setDefaultTimeout(LONGEST_WAIT);
  const faults = await Faults.watch(context, new URL(address).origin);
  const page = await context.newPage();
  await page.goto(address);
  const end = async (): Promise<string[]> => {
    for (const one of context.pages()) await settled(one);
    await context.close();
    return faults.complaints();
  };
  return { page, context, faults, end };
}
