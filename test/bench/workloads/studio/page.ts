/**
 * The studio's page in a browser: until it has drawn the log, beside an empty page of the same server; the longest task of a drag,
 * beside an empty page that repaints as many pixels; and from an append to the pixels that show it.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { openStore, type Store } from 'refold';
import { generateFlow } from '../../../../examples/orderbook/demo/flow.ts';
import { orderBook } from '../../../../examples/orderbook/model/index.ts';
import { LAUNCH, requireChromium } from '../../../studio/browser/harness/chromium.ts';
import { BareBook } from '../../material/book-commands.ts';
import { preparedBook } from '../../material/book-log.ts';
import { runProcess } from '../../measuring/processes.ts';
import type { Context, Row } from '../../measuring/workload.ts';
import { AskedStudio, BOOK, row } from './asking.ts';
import { EMPTY_PAGE } from './empty-page.ts';
import { longestTask } from './longest-task.ts';

const ROUNDS = 3;
/** Moves of the mouse in a drag over the scrubber, and the frames of the empty page. */
const MOVES = 30;
/** Appends that are watched, one after the other. */
const APPENDS = 30;
/** How often a log asks whether another process has written, in ms: `watch.ts` of the SQLite log. */
const POLL_MS = 25;
/** Events of the log that grows. */
const GROWING_EVENTS = 20_000;
const BUILD = fileURLToPath(new URL('../../../../src/studio/page/build.mjs', import.meta.url));
/** A busy machine only takes longer. */
const PATIENCE_MS = 180_000;

export async function pageRows(context: Context): Promise<Row[]> {
  requireChromium();
  const page = join(context.folder, 'page');
  await runProcess([BUILD, page]);
  const browser = await chromium.launch(LAUNCH);
  try {
    return [...(await openedRows(context, browser, page)), ...(await liveRows(context, browser, page))];
  } finally {
    await browser.close();
  }
}

async function openedRows(context: Context, browser: Browser, page: string): Promise<Row[]> {
  const { path, length } = preparedBook(context);
  await using studio = await AskedStudio.open({ path, ...BOOK, page });
  const runs = { ready: [] as number[], empty: [] as number[], drag: [] as number[], repaint: [] as number[] };
  for (let round = -1; round < ROUNDS; round++) {
    await using empty = await openPage(browser, new URL(EMPTY_PAGE, studio.url).href);
    const readyEmpty = await timeOfReady(empty.page);
    await using full = await openPage(browser, `${studio.url}&view=book`);
    const ready = await timeOfReady(full.page);
    await settled(full.page);
    const pixels: number = await full.page.evaluate(CANVAS_PIXELS);
    const drag = await longestTask(browser, full.page, () => dragOver(full.page));
    const repaint = await longestTask(browser, empty.page, () => empty.page.evaluate(`repaint(${pixels}, ${MOVES})`));
    if (round < 0) continue; // what the browser loads and compiles first
    runs.empty.push(readyEmpty);
    runs.ready.push(ready);
    runs.drag.push(drag);
    runs.repaint.push(repaint);
  }
  const of = `order book, ${length.toLocaleString('en')} events`;
  return [
    row('studio-page-empty', 'an empty page of the same server, until its first frame', runs.empty),
    row('studio-page-ready', `${of}: the page, until it has drawn the log`, runs.ready),
    row('studio-page-repaint', 'longest task of an empty page that repaints as many pixels', runs.repaint),
    row('studio-page-drag', `${of}: longest task of a drag over all of it, in ${MOVES} moves`, runs.drag),
  ];
}

/** A page, whose context is closed with it. */
interface OpenedPage extends AsyncDisposable {
  readonly page: Page;
}

async function openPage(browser: Browser, address: string): Promise<OpenedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  context.setDefaultTimeout(PATIENCE_MS);
  await context.addInitScript(`(${noteTimes})()`);
  const page = await context.newPage();
  await page.goto(address);
  return { page, [Symbol.asyncDispose]: () => context.close() };
}

/** Runs in the page, before its scripts: notes when it is ready, and when the frame after each moment is drawn. */
function noteTimes(): void {
  const { document, performance, MutationObserver, requestAnimationFrame } = globalThis as any;
  const times: any = ((globalThis as any).noted = { at: new Map<string, number>() });
  new MutationObserver(() => {
    if (times.ready === undefined && document.documentElement?.dataset.ready !== undefined)
      times.ready = performance.now();
    const at = document.querySelector('main')?.dataset.at;
    if (at === undefined || times.at.has(at)) return;
    times.at.set(at, undefined);
    // The first frame draws it; when the second one begins, it is on the screen.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => times.at.set(at, performance.timeOrigin + performance.now())),
    );
  }).observe(document, { attributes: true, childList: true, subtree: true });
}

async function timeOfReady(page: Page): Promise<number> {
  const handle = await page.waitForFunction(() => (globalThis as any).noted.ready);
  return Number(await handle.jsonValue());
}

async function settled(page: Page): Promise<void> {
  await page.locator('main[data-at]').waitFor({ state: 'attached' });
  await page.locator('[data-testid="heatmap"][data-complete="true"]').waitFor({ state: 'attached' });
}

const CANVAS_PIXELS = `[...document.querySelectorAll('canvas')].reduce((sum, { width, height }) => sum + width * height, 0)`;

async function dragOver(page: Page): Promise<void> {
  const box = (await page.locator('[data-testid="scrubber"]').boundingBox())!;
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width - 4, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.1, y, { steps: MOVES });
  await page.mouse.up();
  await settled(page);
}

/** The page follows a log that this process writes. */
async function liveRows({ folder }: Context, browser: Browser, page: string): Promise<Row[]> {
  const path = join(folder, 'growing.db');
  const store = await openStore(orderBook, { path, durability: 'os', fold: 'direct' });
  const next = tradedEvents();
  for (let n = 0; n < GROWING_EVENTS; n += BATCH) await store.append(next(BATCH));
  await using studio = await AskedStudio.open({ path, ...BOOK, page });
  await using shown = await openPage(browser, `${studio.url}&view=book`);
  await settled(shown.page);
  const runs: number[] = [];
  for (let n = -1; n < APPENDS; n++) {
    const ms = await untilSeen(store as Store, shown.page, next(1));
    if (n >= 0) runs.push(ms);
  }
  await store.close();
  return [
    row('studio-live', 'from an append to the pixels that show it, the page at the end of the log', runs),
    row('studio-poll', 'how often a log asks whether another process has written', [POLL_MS]),
  ];
}

const BATCH = 1_000;

/** Gives the next events of made-up order flow, as many as are asked for. */
function tradedEvents(): (count: number) => any {
  const ready: unknown[] = [];
  const book = new BareBook(({ type, data }) => ready.push({ type, data: { ...data } }));
  const flow = generateFlow({ seed: 7, commands: Number.MAX_SAFE_INTEGER });
  return (count) => {
    while (ready.length < count) {
      const { command } = flow.next().value!;
      book.run(command.name, command.input);
    }
    return ready.splice(0, count);
  };
}

async function untilSeen(store: Store, page: Page, events: any): Promise<number> {
  const start = performance.timeOrigin + performance.now();
  const { lastSequence } = await store.append(events);
  const handle = await page.waitForFunction((at) => (globalThis as any).noted.at.get(at), String(lastSequence));
  return Number(await handle.jsonValue()) - start;
}
