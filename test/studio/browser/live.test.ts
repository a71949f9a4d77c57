/** A log that another process writes: what comes is seen, and what a person looks at stays. */
import { expect } from 'vitest';
import { SHOPPING } from './fixtures/logs.ts';
import { endWriters, Writer } from './fixtures/writer.ts';
import { test } from './harness/test.ts';

endWriters();

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
