/**
 * The studio's page by the names that are its contract: a test says what a person does and sees, and knows nothing of how the page
 * is built. It waits for attributes of the page, never for time.
 */
import type { BrowserContext, Locator, Page } from 'playwright-core';
import type { Watched } from './browser.ts';
import type { Faults } from './faults.ts';

/** A row of the tree as it is on the page. */
export interface TreeRow {
  readonly path: string;
  readonly isChanged: boolean;
  /** How many changes it says are inside of it, where they are not shown. */
  readonly inside: number;
  /** The value as tagged JSON; undefined for what opens, and for a long one. */
  readonly value: unknown;
}

/** What the page says of a moment. */
export interface SeenMoment {
  /** The sequence, as a person reads it. */
  readonly place: string;
  /** All of the line below the scrubber. */
  readonly line: string;
  /** Absent before the first event. */
  readonly time?: string;
  readonly recordedAt?: number;
  /** The rows of the tree that are on the page. */
  readonly rows: readonly TreeRow[];
}

export class StudioPage {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly faults: Faults;
  readonly #watched: Watched;

  constructor(watched: Watched) {
    const { page, context, faults } = watched;
    this.#watched = watched;
    this.page = page;
    this.context = context;
    this.faults = faults;
  }

  /** Opens another tab of the same browser. */
  async another(address: string): Promise<StudioPage> {
    const page = await this.context.newPage();
    await page.goto(address);
    return new StudioPage({ ...this.#watched, page });
  }

  /** What has this `data-testid`. */
  id(name: string): Locator {
    return this.page.locator(`[data-testid="${name}"]`);
  }

  /** Until the page has drawn the log for the first time. */
  async ready(): Promise<this> {
    await this.page.locator('html[data-ready]').waitFor({ state: 'attached' });
    return this;
  }

  /** Until everything on the page belongs to this sequence. */
  async standsAt(sequence: number): Promise<void> {
    await this.page.locator(`main[data-at="${sequence}"]`).waitFor({ state: 'attached' });
  }

  /** Until everything on the page belongs to where the scrubber stands. @returns that sequence */
  async settled(): Promise<number> {
    const handle = await this.page.waitForFunction(standsStill);
    return Number(await handle.jsonValue());
  }

  /** Until the page has drawn once more: what a key has changed is then in the document. */
  async drawn(): Promise<void> {
    await this.page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Types a position, as a person does: `g`, the text, Enter. */
  async go(position: string): Promise<void> {
    await this.press('g');
    await this.page.keyboard.type(position);
    await this.press('Enter');
  }

  async goTo(sequence: number): Promise<void> {
    await this.go(String(sequence));
    await this.standsAt(sequence);
  }

  /** The number in the header, without its separators. */
  async headerCount(): Promise<number> {
    return numberIn((await this.id('header-count').textContent()) ?? '');
  }

  /** What the page says of this sequence, once everything on it belongs to it: all of it at the same moment. */
  async seenAt(sequence: number): Promise<SeenMoment> {
    const handle = await this.page.waitForFunction(momentInPage, sequence);
    const { rows, ...line } = (await handle.jsonValue()) as Omit<SeenMoment, 'rows'> & { rows: readonly Dataset[] };
    return { ...line, rows: rows.map(rowOf) };
  }
}

type Dataset = Readonly<Record<string, string | undefined>>;

function rowOf({ path = '', changed, inside = '0', value }: Dataset): TreeRow {
  return {
    ...{ path, isChanged: changed !== undefined, inside: Number(inside) },
    value: value === undefined ? undefined : JSON.parse(value),
  };
}

/** Runs in the page: what it says of a moment; false while it does not stand there. */
function momentInPage(sequence: number): object | false {
  const { document } = globalThis as any;
  if (document.querySelector('main')?.dataset.at !== String(sequence)) return false;
  const one = (id: string) => document.querySelector(`[data-testid="${id}"]`);
  const rows = [...document.querySelectorAll('[data-testid="tree-row"]')];
  return {
    place: one('moment-sequence').textContent,
    line: one('moment-line').textContent,
    time: one('moment-time')?.textContent,
    recordedAt: Number(one('moment-time')?.dataset.recordedAt),
    rows: rows.map(({ dataset }) => ({ ...dataset })),
  };
}

/** Runs in the page: the sequence that it and its scrubber stand at, as a text; false while they differ. */
function standsStill(): string | false {
  const { document } = globalThis as any;
  const at = document.querySelector('main')?.dataset.at;
  const wanted = document.querySelector('[data-testid=scrubber]')?.getAttribute('aria-valuenow');
  return at !== undefined && at === wanted && at;
}

/** The first number in a text: separators of thousands do not count. */
export function numberIn(text: string): number {
  const digits = /\d[\d,\u202f\u00a0' ]*/.exec(text)?.[0];
  if (digits === undefined) throw new Error(`there is no number in ${JSON.stringify(text)}`);
  return Number(digits.replaceAll(/\D/g, ''));
}

export async function textOf(locator: Locator): Promise<string> {
  return (await locator.textContent()) ?? '';
}
