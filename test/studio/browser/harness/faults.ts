/**
 * What must never happen in a page of the studio: an error on its console, a report of its content policy, a request to another
 * origin. A test fails when one of them happened that it did not expect, and when one that it expected did not happen.
 */
import type { BrowserContext, Page } from 'playwright-core';

export class Faults {
  readonly #found: string[] = [];
  readonly #expected: RegExp[] = [];

  /** @param origin the only one that the page may ask */
  static async watch(context: BrowserContext, origin: string): Promise<Faults> {
    const faults = new Faults();
    const add = (fault: string): void => void faults.#found.push(fault);
    await context.exposeBinding('reportOfPolicy', (_source, report: string) => add(`policy: ${report}`));
    await context.addInitScript(REPORT_POLICY);
    context.on('request', (request) => {
      if (new URL(request.url()).origin !== origin) add(`request to ${request.url()}`);
    });
    context.on('weberror', (error) => add(`error: ${error.error()}`));
    context.on('console', (message) => {
      if (message.type() === 'error') add(`console: ${message.text()}`);
    });
    context.on('page', (page) => page.on('crash', () => add('the page crashed')));
    return faults;
  }

  /** The page is to have such a fault: one or more. */
  expect(fault: RegExp): void {
    this.#expected.push(fault);
  }

  get found(): readonly string[] {
    return this.#found;
  }

  /** What happened and should not have, and what should have and did not. */
  complaints(): string[] {
    const unexpected = this.#found.filter((fault) => !this.#expected.some((one) => one.test(fault)));
    const missing = this.#expected.filter((one) => !this.#found.some((fault) => one.test(fault)));
    return [...unexpected, ...missing.map((one) => `expected, and did not happen: ${one}`)];
  }
}

/** Runs in the page, before its scripts. */
const REPORT_POLICY = `addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample }) =>
  reportOfPolicy([effectiveDirective, blockedURI, sample].join(' ')));`;

/** Reports travel from the page to here: after this all that the page made so far are here. */
export async function settled(page: Page): Promise<void> {
  if (!page.isClosed()) await page.evaluate('new Promise(requestAnimationFrame)');
}
