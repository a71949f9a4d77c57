/** The longest task of a page's main thread, from a trace of the browser. */
import type { Browser, Page } from 'playwright-core';

/** A task in a trace: microseconds. */
interface Traced {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly args?: { readonly name?: string };
}

/** What ran on the thread from one message to the next. */
const TASK = 'ThreadControllerImpl::RunTask';

/** Does something in a page, and gives the longest task of its main thread meanwhile, in ms. Other pages must rest. */
export async function longestTask(browser: Browser, page: Page, work: () => Promise<unknown>): Promise<number> {
  await page.bringToFront();
  await browser.startTracing(page, { categories: ['toplevel'] });
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: readonly Traced[] };
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = traceEvents.filter(
    ({ name, ph, pid, tid }) => name === TASK && ph === 'X' && mains.has(`${pid} ${tid}`),
  );
  if (tasks.length === 0) throw new Error('Error: the trace has no tasks of a page');
  return Math.max(...tasks.map(({ dur = 0 }) => dur)) / 1_000;
}
