/**
 * A person's hand: what it does with the mouse or with the keyboard, and never with both, and how many actions that are. It does the
 * next thing once the page has answered the one before. What is out of sight it brings into sight first, as a person must.
 */
import type { Locator } from 'playwright-core';
import { numberIn, type StudioPage } from '../harness/studio-page.ts';

export type Means = 'mouse' | 'keyboard';

/** A row of the list of events, as a person sees it. */
export interface SeenEvent {
  readonly sequence: number;
  /** Its place in the list, from 1. */
  readonly index: number;
  /** `10:31:07.123` */
  readonly time: string;
}

/** How far a flick of the wheel scrolls at most, in px. */
const FLICK = 700;

export class Hand {
  readonly page: StudioPage;
  readonly #means: Means;
  #count = 0;

  constructor(page: StudioPage, means: Means) {
    this.page = page;
    this.#means = means;
  }

  /** Clicks, drags and flicks of the wheel; or keys, each letter of a text too. */
  get actions(): number {
    return this.#count;
  }

  #did(means: Means): void {
    if (means !== this.#means) throw new Error(`This is to be done by ${this.#means} alone`);
    this.#count++;
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      this.#did('keyboard');
      await this.page.press(key);
    }
  }

  async type(text: string): Promise<void> {
    for (const key of text) {
      this.#did('keyboard');
      await this.page.page.keyboard.type(key);
    }
  }

  /** Types a place. @returns the sequence that it leads to */
  async goTo(place: string): Promise<number> {
    await this.press('g');
    await this.type(place);
    await this.press('Enter');
    await this.page.id('go-to').waitFor({ state: 'hidden' });
    return this.page.settled();
  }

  /** Pastes what was copied somewhere else, and presses Enter. */
  pastes(): void {
    this.#did('keyboard');
    this.#did('keyboard');
  }

  /** Moves the crosshair of the heatmap until its column has a time. */
  async moveCrossTo(time: number): Promise<void> {
    const readout = this.page.id('heatmap-readout');
    const bounds = async (): Promise<{ from: number; to: number }> => ({
      from: Number(await readout.getAttribute('data-from')),
      to: Number(await readout.getAttribute('data-to')),
    });
    for (let { from, to } = await bounds(); time < from || time >= to; ) {
      const columns = Math.round((time - from) / (to - from));
      await this.press(`${Math.abs(columns) >= 10 ? 'Shift+' : ''}Arrow${time < from ? 'Left' : 'Right'}`);
      await this.page.page.evaluate(`(async () => {
        for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame);
      })()`);
      ({ from, to } = await bounds());
    }
  }

  /** Finds an action by its words, and does the first. */
  async choose(words: string): Promise<void> {
    await this.press('Control+k');
    await this.type(words);
    await this.press('Enter');
    await this.page.id('palette').waitFor({ state: 'detached' });
  }

  async click(target: string | Locator): Promise<void> {
    const locator = (typeof target === 'string' ? this.page.page.locator(target) : target).first();
    await locator.waitFor();
    await this.#bringIntoSight(locator);
    this.#did('mouse');
    await locator.click();
  }

  /** Clicks on a line of a list, of which only the lines in sight are in the document: turns the wheel until it is one of them. */
  async clickBelow(list: Locator, line: Locator): Promise<void> {
    const { x, y, width, height } = (await list.boundingBox())!;
    while ((await line.count()) === 0) {
      await this.#flick({ x: x + width / 2, y: y + height / 2 }, height * 0.8);
      await list.evaluate(outOfSight);
    }
    await this.click(line);
  }

  async #bringIntoSight(locator: Locator): Promise<void> {
    for (;;) {
      const { px, x, y } = (await locator.evaluate(outOfSight)) as { px: number; x: number; y: number };
      if (px === 0) return;
      await this.#flick({ x, y }, px);
    }
  }

  async #flick({ x, y }: { readonly x: number; readonly y: number }, px: number): Promise<void> {
    this.#did('mouse');
    await this.page.page.mouse.move(x, y);
    await this.page.page.mouse.wheel(0, Math.max(-FLICK, Math.min(FLICK, px)));
  }

  /** Lists only events of a type, by the menu. */
  async filterByType(type: string): Promise<void> {
    await this.click('[data-testid="filter-type"]');
    await this.click(`[role="option"][data-type="${type}"]`);
    await this.click('[data-testid="filter-type"]');
    await this.matches();
  }

  /** How many events pass, once all are counted. */
  async matches(): Promise<number> {
    const count = this.page.page.locator('[data-testid="filter-count"][data-complete="true"]', { hasText: ' of ' });
    await count.waitFor();
    return numberIn((await count.textContent())!);
  }

  /** The events that are in sight, once all of them are there. */
  async seenEvents(): Promise<SeenEvent[]> {
    await this.page.settled();
    return this.page.id('event-row').evaluateAll((rows: any[]) =>
      rows.map((row) => ({
        ...{ sequence: Number(row.dataset.sequence), index: Number(row.getAttribute('aria-rowindex')) },
        time: row.querySelector('.ev-time').textContent as string,
      })),
    );
  }

  /**
   * Looks through the list of events and clicks on the one that is meant: the last that a person would not call too late.
   *
   * @param isDue whether an event is the one or stands above it
   */
  async clickLast(isDue: (event: SeenEvent) => boolean): Promise<number> {
    for (;;) {
      const events = await this.seenEvents();
      const late = events.findIndex((event) => !isDue(event));
      const meant = events[late - 1];
      if (meant !== undefined) {
        await this.clickEvent(meant.sequence);
        return meant.sequence;
      }
      const { x, y, width, height } = (await this.page.id('events').boundingBox())!;
      const first = events[0]!;
      await this.#flick({ x: x + width / 2, y: y + height / 2 }, late < 0 ? height * 0.8 : height * -0.8);
      await this.page.page.waitForFunction((index) => {
        const row = (globalThis as any).document.querySelector('[data-testid=event-row]');
        return Number(row.getAttribute('aria-rowindex')) !== index;
      }, first.index);
    }
  }

  async clickEvent(sequence: number): Promise<void> {
    await this.click(`[data-testid="event-row"][data-sequence="${sequence}"]`);
    await this.page.standsAt(sequence);
  }

  /** Goes near a time on the timeline, and then to the last event of the list up to it. @param text the time as the list has it */
  async clickAtTime(time: number, text: string): Promise<number> {
    const axis = this.page.page.locator('[aria-label="Axis of the timeline"] button', { hasText: /^time$/i });
    if ((await axis.getAttribute('aria-pressed')) !== 'true') {
      const { from } = await this.#span();
      await this.click(axis);
      await this.page.page.locator(`[data-testid="timeline"][data-sum]:not([data-from="${from}"])`).waitFor();
    }
    await this.#clickOn('timeline', (await this.#pointOf(time, 'timeline')).x);
    await this.page.settled();
    return this.clickLast((event) => event.time <= text);
  }

  /** Clicks near a sequence on the scrubber. @returns where it came to */
  async clickScrubber(sequence: number): Promise<number> {
    await this.#clickOn('scrubber', (await this.#pointOf(sequence, 'scrubber')).x);
    return this.page.settled();
  }

  /** Clicks at the right end of the scrubber, where the log ends. */
  async clickScrubberEnd(): Promise<number> {
    const { x, width } = (await this.page.id('scrubber').boundingBox())!;
    await this.#clickOn('scrubber', x + width - 1);
    return this.page.settled();
  }

  /**
   * Drags the handle of the scrubber to the right, pixel by pixel, and lets go where something is seen.
   *
   * @param isSeen asked at each place, once everything is shown
   * @returns the place where it is seen, and the one before
   */
  async dragUntil(isSeen: () => Promise<boolean>): Promise<{ readonly before: number; readonly here: number }> {
    const { mouse } = this.page.page;
    const { x, y, width, height } = (await this.page.id('scrubber').boundingBox())!;
    this.#did('mouse');
    const start = Math.floor((await this.#pointOf(await this.page.settled(), 'scrubber')).x - x);
    await mouse.move(x + start, y + height / 2);
    await mouse.down();
    let before = await this.page.settled();
    for (let px = start + 1; px < width; px++) {
      await mouse.move(x + px, y + height / 2);
      const here = await this.page.settled();
      if (await isSeen()) {
        await mouse.up();
        return { before, here };
      }
      before = here;
    }
    throw new Error('It was not seen on the way');
  }

  /** Clicks at a place within something, in px from its left. */
  async clickIn(locator: Locator, x: number): Promise<void> {
    this.#did('mouse');
    const { height } = (await locator.boundingBox())!;
    await locator.click({ position: { x, y: height / 2 } });
  }

  async #span(): Promise<{ readonly from: number; readonly to: number }> {
    const timeline = this.page.id('timeline');
    const [from, to] = [await timeline.getAttribute('data-from'), await timeline.getAttribute('data-to')];
    return { from: Number(from), to: Number(to) };
  }

  async #pointOf(
    value: number,
    id: string,
  ): Promise<{ readonly x: number; readonly y: number; readonly scale: number }> {
    const { from, to } = await this.#span();
    const { x, y, width, height } = (await this.page.id(id).boundingBox())!;
    const scale = width / (to - from);
    return { x: x + Math.min(width - 1, (value + 0.5 - from) * scale), y: y + height / 2, scale };
  }

  async #clickOn(id: string, x: number): Promise<void> {
    this.#did('mouse');
    const { y, height } = (await this.page.id(id).boundingBox())!;
    await this.page.page.mouse.click(x, y + height / 2);
  }
}

/**
 * Runs in the page, once scrolling is at rest: how far an element is below what the list around it shows, or above, and where
 * the middle of that list is.
 */
async function outOfSight(element: any): Promise<{ px: number; x: number; y: number }> {
  const { requestAnimationFrame, getComputedStyle } = globalThis as any;
  for (let [before, top] = [Number.NaN, 0]; before !== top; ) {
    before = element.getBoundingClientRect().top;
    for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame);
    top = element.getBoundingClientRect().top;
  }
  let box = element.parentElement;
  while (box !== null && !/auto|scroll/.test(getComputedStyle(box).overflowY)) box = box.parentElement;
  if (box === null) return { px: 0, x: 0, y: 0 };
  const [mine, its] = [element.getBoundingClientRect(), box.getBoundingClientRect()];
  const [above, below] = [mine.top - its.top, mine.bottom - its.bottom];
  const px = above < 0 ? above - mine.height : below > 0 ? below + mine.height : 0;
  const isAtItsEnd = px < 0 ? box.scrollTop <= 0 : box.scrollTop + box.clientHeight >= box.scrollHeight - 1;
  return { px: isAtItsEnd ? 0 : px, x: its.left + its.width / 2, y: its.top + its.height / 2 };
}
