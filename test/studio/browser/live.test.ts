/** A log that another process writes: what comes is seen, and what a person looks at stays. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, inject } from 'vitest';
import type { Told } from './fixtures/live-writer.ts';
import { SHOPPING } from './fixtures/logs.ts';
import { pathOf } from './harness/studios.ts';
import { test } from './harness/test.ts';

const WRITER = fileURLToPath(new URL('./fixtures/live-writer.ts', import.meta.url));

const writers: Writer[] = [];
afterEach(async () => {
  for (const writer of writers.splice(0)) await writer.kill();
});

/** A process that writes a copy of the shop's log. */
class Writer {
  readonly path: string;
  readonly #child: ChildProcess;

  private constructor(path: string, child: ChildProcess) {
    this.path = path;
    this.#child = child;
  }

  static async start(path = copyOf(pathOf(SHOPPING))): Promise<Writer> {
    const child = fork(WRITER, [path], {
      execArgv: ['--conditions=refold-source', '--disable-warning=ExperimentalWarning'],
    });
    const writer = new Writer(path, child);
    writers.push(writer);
    await once(child, 'message');
    return writer;
  }

  /** @returns the last sequence after it */
  async tell(told: Told): Promise<number> {
    const done = once(this.#child, 'message');
    this.#child.send(told);
    const [{ sequence }] = await done;
    return sequence;
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

function copyOf(path: string): string {
  const copy = join(mkdtempSync(join(inject('studio').folder, 'live-')), 'live.db');
  cpSync(path, copy);
  return copy;
}

const LAST = 350;

test('new events are counted and drawn, and the view stays where it is', async ({ open, start }) => {
  const writer = await Writer.start();
  const page = await (await open(`${(await start(SHOPPING, writer.path)).url}&at=100`)).ready();
  await page.standsAt(100);
  await page.page.locator('[data-testid="live"][data-live="true"]').waitFor();
  await writer.tell({ does: 'append', events: 412 });
  await page.page.locator('[data-testid="live"][data-unseen="412"]').waitFor();
  expect(await page.id('live').textContent()).toContain('412 new');
  await page.page.locator(`[data-testid="header-count"][data-count="${LAST + 412}"]`).waitFor();
  await page.page.locator(`[data-testid="timeline"][data-sum="${LAST + 412}"]`).waitFor();
  await page.standsAt(100);
});

test('at the end the view follows', async ({ open, start }) => {
  const writer = await Writer.start();
  const page = await (await open(`${(await start(SHOPPING, writer.path)).url}&at=100`)).ready();
  await page.standsAt(100);
  await page.press('End');
  await page.standsAt(LAST);
  await writer.tell({ does: 'append', events: 3 });
  await page.standsAt(LAST + 3);
  await writer.tell({ does: 'append', events: 30 });
  await page.standsAt(LAST + 33);
});

test('sealing changes nothing that is shown', async ({ open, start }) => {
  const writer = await Writer.start();
  const page = await (await open(`${(await start(SHOPPING, writer.path)).url}&at=320`)).ready();
  await page.standsAt(320);
  await writer.tell({ does: 'seal' });
  await writer.tell({ does: 'append', events: 2 });
  await page.page.locator(`[data-testid="header-count"][data-count="${LAST + 2}"]`).waitFor();
  await page.standsAt(320);
  await page.press('.');
  await page.standsAt(321);
});

test('a word that is redacted leaves the page, and the count of events stays true', async ({ open, start }) => {
  const writer = await Writer.start();
  const sequence = await writer.tell({ does: 'append', events: 1 });
  const word = `secret${sequence}`;
  const page = await (await open(`${(await start(SHOPPING, writer.path)).url}&at=${sequence}`)).ready();
  await page.standsAt(sequence);
  await page.page.getByText(word).first().waitFor({ state: 'attached' });
  await writer.tell({ does: 'redact', sequence });
  await page.page.waitForFunction(
    (text) => !(globalThis as any).document.documentElement.outerHTML.includes(text),
    word,
  );
  await page.standsAt(sequence);
  await writer.tell({ does: 'append', events: 5 });
  await page.page.locator(`[data-testid="header-count"][data-count="${sequence + 5}"]`).waitFor();
});

test('a writer that dies is told, and one that comes back goes on', async ({ open, start }) => {
  const writer = await Writer.start();
  const page = await (await open(`${(await start(SHOPPING, writer.path)).url}&at=100`)).ready();
  await page.standsAt(100);
  await writer.kill();
  await page.page.locator('[data-testid="problem"][data-code="WRITER_GONE"]').waitFor();
  const next = await Writer.start(writer.path);
  await next.tell({ does: 'append', events: 7 });
  await page.page.locator(`[data-testid="header-count"][data-count="${LAST + 7}"]`).waitFor();
  await page.standsAt(100);
});
