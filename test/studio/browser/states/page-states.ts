/**
 * Every state of the page, and how a person comes to it: what axe judges, and what pictures are taken of.
 *
 * The usual states come first, then those where something is missing or went wrong.
 */
import type { BrowserContextOptions } from 'playwright-core';
import {
  BOOK,
  BRITTLE,
  CROWD,
  DAMAGED,
  DROPPED,
  EMPTY,
  GOOG,
  HOSTILE,
  KINDS,
  PLAIN,
  SHOPPING,
  type TestLog,
  VIEWED,
} from '../fixtures/logs.ts';
import { Writer } from '../fixtures/writer.ts';
import type { StudioPage } from '../harness/studio-page.ts';
import { pathOf } from '../harness/studios.ts';
import type { Fixtures } from '../harness/test.ts';
import { HeatmapHand } from '../truth/heatmap-hand.ts';

/** Opens the page and brings it into the state. */
export type Arrive = (world: Pick<Fixtures, 'open' | 'start'>, options: BrowserContextOptions) => Promise<StudioPage>;

type Act = (page: StudioPage) => Promise<unknown>;

/** A link, and what a person does there. */
function at(log: TestLog, link: string, ...acts: readonly Act[]): Arrive {
  return async ({ open, start }, options) => {
    const page = await (await open(`${(await start(log)).url}&${link}`, options)).ready();
    await page.settled();
    for (const act of acts) await act(page);
    return page;
  };
}

/** The same where the page does not come to what the link says: the server refuses something on the way. */
function refused(log: TestLog, link: string, fault: RegExp | undefined, code: string): Arrive {
  return async ({ open, start }, options) => {
    const page = await open(`${(await start(log)).url}&${link}`, options);
    if (fault !== undefined) page.faults.expect(fault);
    await (await page.ready())
      .id('problem')
      .and(page.page.locator(`[data-code="${code}"]`))
      .first()
      .waitFor();
    return page;
  };
}

/** What the server refuses on the way, which the browser tells on its console. */
const expecting =
  (fault: RegExp): Act =>
  async ({ faults }) =>
    faults.expect(fault);
const press =
  (...keys: readonly string[]): Act =>
  (page) =>
    page.press(...keys);
const type =
  (text: string): Act =>
  (page) =>
    page.page.keyboard.type(text);
const tab =
  (name: string): Act =>
  (page) =>
    page.page.getByRole('tab', { name }).click();
const has =
  (selector: string): Act =>
  (page) =>
    page.page.locator(selector).first().waitFor();
const drawn: Act = (page) => new HeatmapHand(page).drawn();
const settled: Act = (page) => page.settled();

const counted = has('[data-testid="filter-count"][data-complete="true"]');
const explained = has('[data-testid="why"][data-state="done"]');
const compared = has('[data-testid="diff"][data-state="done"]');

/** The pointer over the middle of what has this name. */
function point(name: string, x: number, y: number): Act {
  return async (page) => {
    const box = (await page.id(name).boundingBox())!;
    await page.page.mouse.move(box.x + box.width * x, box.y + box.height * y);
  };
}

/** Zooms the heatmap by a key, so many times. */
function zoom(key: '+' | '-', times: number): Act {
  return async (page) => {
    await page.id('heatmap').focus();
    for (let n = 0; n < times; n++) await page.press(key);
    await new HeatmapHand(page).drawn();
  };
}

/** Clicks a place of the tree. */
function pick(path: string): Act {
  return (page) => page.page.locator(`[data-testid="tree-row"][data-path=${JSON.stringify(path)}]`).click();
}

/** Opens places of the tree, one in the other. */
function unfold(...paths: readonly string[]): Act {
  return async (page) => {
    for (const path of paths) {
      await page.page.locator(`[data-testid="tree-row"][data-path=${JSON.stringify(path)}]`).click();
      await page.press('ArrowRight');
      await page.settled();
    }
  };
}

/** What a person has set before. */
function setTo(settings: object, arrive: Arrive): Arrive {
  return async (world, options) => {
    const page = await arrive(world, options);
    await page.page.evaluate(
      (text) => (globalThis as any).localStorage.setItem('refold.studio', text),
      JSON.stringify(settings),
    );
    await page.page.reload();
    await (await page.ready()).settled();
    return page;
  };
}

const USUAL: Readonly<Record<string, Arrive>> = {
  end: at(BOOK, ''),
  state: at(
    BOOK,
    'at=9000&path=symbols.GOOG.lastPrice',
    unfold('symbols', 'symbols.GOOG'),
    pick('symbols.GOOG.lastPrice'),
    press('w'),
    explained,
  ),
  middle: at(BOOK, 'at=9000&path=orders'),
  moved: at(BOOK, 'at=9000', press(',', ','), settled),
  'table of orders': at(BOOK, 'at=9000&path=orders', press('r'), settled),
  'go to': at(
    BOOK,
    'at=9000',
    expecting(/status of 400/),
    press('g'),
    type('tomorrow'),
    press('Enter'),
    has('.ln-goto-problem:not(:empty)'),
  ),
  'timeline zoomed': at(BOOK, 'at=9000', press('i', 'i', 'i'), settled),
  'timeline by time': at(BOOK, 'at=9000', press('b'), point('timeline', 0.4, 0.5), settled),
  'events filtered': at(BOOK, 'at=9000&type=TradeExecuted&where=data.quantity+%3E+100', counted),
  'events of a type': at(BOOK, 'at=9000', (page) => page.id('filter-type').click(), has('.ev-types')),
  'events without a match': at(BOOK, 'at=9000&text=xylophone', counted),
  'filter with a mistake': refused(BOOK, 'at=9000&where=data.price+%3E%3E+1', undefined, 'INVALID_OPTION'),
  diff: at(BOOK, 'at=9000', press('m', 'PageUp'), settled, press('d'), compared),
  'diff of a moment': at(KINDS, 'at=77', press('d', 'x')),
  marks: at(
    BOOK,
    'at=9000',
    press('m', 'PageUp'),
    settled,
    press('m', 'PageUp'),
    settled,
    press('m', 'Shift+M'),
    has('[data-testid="mark"]'),
  ),
  'no marks': at(BOOK, 'at=9000', press('Shift+M')),
  help: at(KINDS, 'at=50', press('?')),
  palette: at(KINDS, 'at=50', press('Control+k')),
  'palette with words': at(BOOK, 'at=9000', press('Control+k'), type('trade')),
  view: at(BOOK, 'at=9000&view=book', drawn),
  'view under the pointer': at(BOOK, 'at=9000&view=book', drawn, point('heatmap', 0.6, 0.4)),
  'view of the day': at(BOOK, 'at=9000&view=book', drawn, zoom('-', 8)),
  'view of seconds': at(BOOK, 'at=9000&view=book', drawn, zoom('+', 14)),
  'view with a table': at(BOOK, 'at=9000&view=book', tab('Symbols'), drawn),
  'view at the beginning': at(BOOK, 'at=1&view=book', drawn),
  'view of a real day': at(GOOG, 'at=2500&view=book', drawn),
  'view in blue and orange': setTo({ eyes: 'blue-orange' }, at(BOOK, 'at=9000&view=book', drawn)),
  'view without a heatmap': at(VIEWED, 'at=100&view=stock'),
  kinds: at(KINDS, 'at=77'),
  'kinds open': at(KINDS, 'at=77', unfold('ordered', 'nested', 'nested.in', 'map')),
  ...Object.fromEntries(
    ['map', 'nested', 'ordered', 'deque', 'set', 'list', '["a name with spaces"]'].map((path) => [
      `table ${path.replaceAll(/[^\w ]/g, '')}`,
      at(KINDS, `at=77&path=${encodeURIComponent(path)}`, press('r'), settled),
    ]),
  ),
  'long value': at(KINDS, 'at=77&path=long'),
  why: at(KINDS, 'at=90&path=date', press('w'), explained),
  'table of a million': at(CROWD, 'at=2000&path=people', press('r'), settled),
  hostile: at(HOSTILE, 'at=20', unfold('words')),
};

const REFUSED = /status of 401/;

/** The page on a log that a process writes, and what it does then. */
function written(link: string, act: (page: StudioPage, writer: Writer) => Promise<unknown>): Arrive {
  return async ({ open, start }, options) => {
    const writer = await Writer.start();
    const page = await (await open(`${(await start(SHOPPING, writer.path)).url}&${link}`, options)).ready();
    await page.page.locator('[data-testid="live"][data-live="true"]').waitFor();
    await act(page, writer);
    return page;
  };
}

/** The page while an answer does not come. */
function held(log: TestLog, link: string, question: string): Arrive {
  return async ({ open, start }, options) => {
    const page = await (await open(`${(await start(log)).url}&${link}`, options)).ready();
    await page.page.route(`**/api/${question}**`, () => {});
    await page.page.reload();
    await page.page.locator('[aria-busy="true"]').first().waitFor();
    return page;
  };
}

/** The page without its key, and what is typed there. */
function locked(typed?: string): Arrive {
  return async ({ open, start }, options) => {
    const page = await open((await start(KINDS)).url.replace(/#.*/, '#at=50'), options);
    page.faults.expect(REFUSED);
    await page.id('locked').waitFor();
    if (typed !== undefined) {
      await page.page.getByRole('textbox').fill(typed);
      await page.press('Enter');
      await page.page.locator('[role="alert"]:not(:empty)').waitFor();
    }
    return page;
  };
}

const serverGone: Arrive = async ({ open, start }, options) => {
  const studio = await start(BOOK, pathOf(BOOK)); // one for itself
  const page = await (await open(`${studio.url}&at=9000`, options)).ready();
  await page.settled();
  page.faults.expect(/ERR_/);
  await studio.close();
  await page.page.locator('[data-testid="problem"][data-code="SERVER_GONE"]').first().waitFor();
  return page;
};

const UNUSUAL: Readonly<Record<string, Arrive>> = {
  'loading the log': held(BOOK, '', 'log'),
  'loading a state': held(CROWD, 'at=1500', 'moment'),
  empty: async ({ open, start }, options) => (await open((await start(EMPTY)).url, options)).ready(),
  locked: locked(),
  'locked, with a mistake': locked('http://127.0.0.1:7336/'),
  'no model': at(PLAIN, ''),
  damaged: at(DAMAGED, ''),
  'history gone': refused(DROPPED, 'at=1', /status of 410/, 'HISTORY_GONE'),
  'reducer failed': refused(BRITTLE, 'at=60', /status of 409/, 'REDUCER_FAILED'),
  'pane failed': at(VIEWED, 'at=350&view=stock'),
  'link to another log': at(BOOK, `at=9000&hash=${'0'.repeat(64)}`, has('[data-code="LINK_DIFFERS"]')),
  'path of another log': at(BOOK, 'at=9000&path=nothing.here'),
  growing: written('', (page, writer) =>
    writer.tell({ does: 'append', events: 300 }).then((end) => page.standsAt(end)),
  ),
  'new events': written('at=100', async (page, writer) => {
    await writer.tell({ does: 'append', events: 412 });
    await page.page.locator('[data-testid="live"][data-unseen="412"]').waitFor();
  }),
  'writer gone': written('at=100', async (page, writer) => {
    await writer.kill();
    await page.page.locator('[data-testid="problem"][data-code="WRITER_GONE"]').waitFor();
  }),
  'server gone': serverGone,
};

export const PAGE_STATES: Readonly<Record<string, Arrive>> = { ...USUAL, ...UNUSUAL };

/** One state of each kind: each component of the page is in one of them. */
export const JUDGED_IN_GATE: readonly string[] = [
  ...['table of orders', 'filter with a mistake', 'diff', 'help', 'palette with words', 'view under the pointer'],
  ...['kinds open', 'loading a state', 'locked, with a mistake', 'damaged', 'pane failed', 'new events', 'server gone'],
];
