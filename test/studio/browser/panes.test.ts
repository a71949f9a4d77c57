/** Sizes of panes and of the window: what is moved stays where it was put, and everything is drawn again in its new size. */
import { expect } from 'vitest';
import { BOOK } from './fixtures/logs.ts';
import type { StudioPage } from './harness/studio-page.ts';
import { studioFor } from './harness/studios.ts';
import { test } from './harness/test.ts';
import { Oracle } from './truth/compare.ts';

const book = studioFor(BOOK);

async function widthOf(page: StudioPage, id: string): Promise<number> {
  return (await page.id(id).boundingBox())!.width;
}

test('a pane is as wide as it is dragged, by pointer or key, also after the page is loaded again', async ({ open }) => {
  const page = await (await open(`${book.url}&at=500`)).ready();
  await page.standsAt(500);
  const splitter = page.page.getByRole('separator', { name: 'Width of the events' });
  const before = await widthOf(page, 'events');
  const { x, y, width, height } = (await splitter.boundingBox())!;
  const { mouse } = page.page;
  await mouse.move(x + width / 2, y + height / 2);
  await mouse.down();
  await mouse.move(x + width / 2 + 80, y + height / 2, { steps: 4 });
  await mouse.up();
  await page.drawn();
  const dragged = await widthOf(page, 'events');
  expect(dragged - before).toBe(80);
  await splitter.focus();
  await page.press('ArrowLeft');
  await page.drawn();
  const moved = await widthOf(page, 'events');
  expect(moved).toBeLessThan(dragged);
  expect(await splitter.getAttribute('aria-valuenow')).not.toBe(null);
  await page.page.reload();
  await page.ready();
  await page.standsAt(500);
  expect(await widthOf(page, 'events')).toBe(moved);
});

test('a window of another size shows more rows, and draws what it shows in all of it', async ({ open }) => {
  const page = await (await open(`${book.url}&at=500`)).ready();
  await page.standsAt(500);
  const oracle = await Oracle.open(book.past);
  const rows = await page.id('event-row').count();
  for (const [width, height] of [
    [1920, 1080],
    [1280, 720],
  ] as const) {
    await page.page.setViewportSize({ width, height });
    await page.page.waitForFunction((wanted) => {
      const timeline = (globalThis as any).document.querySelector('[data-testid=timeline]');
      const canvas = timeline.querySelector('canvas');
      return timeline.clientWidth > wanted - 40 && Math.abs(canvas.width - timeline.clientWidth) < 40;
    }, width);
    await page.press('.', ',');
    await oracle.judge(page, 500);
    const now = await page.id('event-row').count();
    if (height > 720) expect(now).toBeGreaterThan(rows + 10);
    else expect(now).toBe(rows);
    expect(await page.page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(await page.page.evaluate('document.documentElement.scrollHeight <= innerHeight')).toBe(true);
  }
});
