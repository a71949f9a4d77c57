/** The timeline and the scrubber: what they count, what they show of the log, and where they lead. */
import { describe, expect } from 'vitest';
import { BOOK } from './fixtures/logs.ts';
import type { StudioPage } from './harness/studio-page.ts';
import { studioFor } from './harness/studios.ts';
import { test } from './harness/test.ts';
import { Oracle } from './truth/compare.ts';

const book = studioFor(BOOK);

/** What the timeline says that it shows. */
async function shownBy(page: StudioPage): Promise<{ readonly from: number; readonly to: number }> {
  const timeline = page.id('timeline');
  return {
    from: Number(await timeline.getAttribute('data-from')),
    to: Number(await timeline.getAttribute('data-to')),
  };
}

/** Until the timeline has counted all of these events. */
async function hasCounted(page: StudioPage, events: number): Promise<void> {
  await page.page.locator(`[data-testid="timeline"][data-sum="${events}"]`).waitFor();
}

/** A place on the timeline or the scrubber, in px of the page. @param part from 0 to 1 */
async function pointOn(
  page: StudioPage,
  id: string,
  part: number,
): Promise<{ readonly x: number; readonly y: number }> {
  const { x, y, width, height } = (await page.id(id).boundingBox())!;
  return { x: Math.round(x + part * width), y: Math.round(y + height / 2) };
}

describe('the timeline', () => {
  test('counts as many events as the header, along both axes', async ({ open }) => {
    const page = await (await open(book.url)).ready();
    const { last, firstRecordedAt, lastRecordedAt } = await book.past.range();
    expect(await page.headerCount()).toBe(last);
    await hasCounted(page, last);
    expect(await shownBy(page)).toEqual({ from: 1, to: last + 1 });
    await page.page.getByRole('button', { name: 'time', exact: true }).click();
    await page.page.locator(`[data-testid="timeline"][data-from="${firstRecordedAt}"]`).waitFor();
    expect(await shownBy(page)).toEqual({ from: firstRecordedAt, to: lastRecordedAt! + 1 });
    await hasCounted(page, last);
  });

  test('zooms with the wheel around the pointer, and a link opens the same part again', async ({ open }) => {
    const page = await (await open(`${book.url}&at=5000`)).ready();
    const { last } = await book.past.range();
    await hasCounted(page, last);
    const { x, y } = await pointOn(page, 'timeline', 0.25);
    await page.page.mouse.move(x, y);
    await page.page.mouse.wheel(0, -500);
    await page.page.waitForURL(/from=\d+&to=\d+/);
    const near = await shownBy(page);
    expect((near.to - near.from) / last).toBeCloseTo(Math.exp(-1), 2);
    const anchor = 1 + last / 4;
    expect(Math.abs(near.from + (near.to - near.from) / 4 - anchor)).toBeLessThan(last / 200);
    const other = await (await open(`${book.url}&${new URL(page.page.url()).hash.slice(1)}`)).ready();
    await other.standsAt(5_000);
    const again = await shownBy(other);
    expect(Math.abs(again.from - near.from)).toBeLessThanOrEqual(1);
    expect(Math.abs(again.to - near.to)).toBeLessThanOrEqual(1);
    await page.page.mouse.wheel(0, 5_000);
    await page.page.locator(`[data-testid="timeline"][data-from="1"][data-to="${last + 1}"]`).waitFor();
  });

  test('shows the part that a drag selects, moves with Shift, and shows all after two clicks', async ({ open }) => {
    const page = await (await open(`${book.url}&at=5000`)).ready();
    const { last } = await book.past.range();
    const [from, to] = [await pointOn(page, 'timeline', 0.2), await pointOn(page, 'timeline', 0.6)];
    await page.page.mouse.move(from.x, from.y);
    await page.page.mouse.down();
    await page.page.mouse.move(to.x, to.y, { steps: 5 });
    await page.page.mouse.up();
    await page.page.waitForURL(/from=\d+&to=\d+/);
    const part = await shownBy(page);
    expect(part.from / last).toBeCloseTo(0.2, 2);
    expect(part.to / last).toBeCloseTo(0.6, 2);
    await page.standsAt(5_000);
    await page.page.keyboard.down('Shift');
    await page.page.mouse.move(to.x, to.y);
    await page.page.mouse.down();
    await page.page.mouse.move(from.x, from.y, { steps: 5 });
    await page.page.mouse.up();
    await page.page.keyboard.up('Shift');
    const moved = await shownBy(page);
    expect(moved.to - moved.from).toBeCloseTo(part.to - part.from, 0);
    expect((moved.from - part.from) / (part.to - part.from)).toBeCloseTo(0.4, 1);
    await page.page.mouse.dblclick(from.x, from.y);
    await page.page.locator(`[data-testid="timeline"][data-from="1"][data-to="${last + 1}"]`).waitFor();
    await page.standsAt(5_000);
  });
});

describe('the scrubber', () => {
  test('follows a drag, and what stands there is what the library says', async ({ open }) => {
    const page = await (await open(`${book.url}&at=1`)).ready();
    await page.standsAt(1);
    const oracle = await Oracle.open(book.past);
    const { last } = await book.past.range();
    const { x, y, width } = (await page.id('scrubber').boundingBox())!;
    await page.page.mouse.move(x + 5, y + 8);
    await page.page.mouse.down();
    for (const part of [0.1, 0.9, 0.5, 0.51, 0.3, 1]) {
      const pixel = Math.min(width - 1, Math.round(part * width));
      await page.page.mouse.move(x + pixel, y + 8);
      await page.page.waitForFunction(
        ([least, most]) => {
          const at = Number((globalThis as any).document.querySelector('main').dataset.at);
          return at >= least! && at <= most!;
        },
        [Math.floor(((pixel - 1) / width) * last), Math.ceil(((pixel + 1) / width) * last)],
      );
      await oracle.judge(page, await page.settled());
    }
    await page.page.mouse.up();
    await page.settled();
  });

  test('goes to a time that is typed: to the last event that was recorded by then', async ({ open }) => {
    const page = await (await open(`${book.url}&at=1`)).ready();
    await page.standsAt(1);
    const oracle = await Oracle.open(book.past);
    for (const time of ['2026-01-05T14:40:00Z', '2026-01-05T15:00:07.123Z', '2026-01-05T14:30:03.785Z']) {
      const { sequence } = await book.past.at({ time: new Date(time) });
      expect(sequence).toBeGreaterThan(1);
      await page.go(time);
      await oracle.judge(page, sequence);
    }
    await page.go('no such time');
    await page.page.locator('[data-testid="go-to"] [aria-invalid="true"]').waitFor();
    expect(await page.id('go-to').textContent()).toMatch(/no such time/);
    page.faults.expect(/status of 400/);
  });
});
