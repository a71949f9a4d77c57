/** A film of a page: screenshots, one after the other, with a pointer drawn into them. */
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import type { Frame } from './webp.ts';

/** Ten frames a second are enough for a page, and keep the file small. */
const FRAME_MS = 100;

interface Point {
  readonly x: number;
  readonly y: number;
}

export class Film {
  readonly frames: Frame[] = [];
  readonly #page: Page;
  readonly #folder: string;
  #pointer: Point = { x: 640, y: 360 };

  constructor(page: Page, folder: string) {
    this.#page = page;
    this.#folder = folder;
  }

  /** Takes so many frames, as fast as the machine can. Calls `before` before each one. */
  async shoot(count: number, before: (index: number) => Promise<void> = async () => {}): Promise<void> {
    for (let index = 0; index < count; index++) {
      await before(index);
      await this.#take(FRAME_MS);
    }
  }

  /** One frame that is shown for long. */
  async hold(ms: number): Promise<void> {
    await this.#take(ms);
  }

  /** Moves the mouse to a point in so many frames: slow at both ends. */
  async moveTo(to: Point, count: number): Promise<void> {
    const from = this.#pointer;
    await this.shoot(count, async (index) => {
      const part = (index + 1) / count;
      const eased = part * part * (3 - 2 * part);
      await this.#point({ x: from.x + (to.x - from.x) * eased, y: from.y + (to.y - from.y) * eased });
    });
  }

  /** Moves the mouse to an element and clicks it. */
  async click(on: Locator): Promise<void> {
    const { x, y, width, height } = await boxOf(on);
    await this.moveTo({ x: x + Math.min(40, width / 2), y: y + height / 2 }, 5);
    await on.click();
    await this.shoot(1);
  }

  async #point(to: Point): Promise<void> {
    this.#pointer = to;
    await this.#page.mouse.move(to.x, to.y);
    await this.#page.evaluate(`(${DRAW_POINTER})(${JSON.stringify(to)})`);
  }

  async #take(ms: number): Promise<void> {
    const path = join(this.#folder, `frame-${String(this.frames.length).padStart(4, '0')}.png`);
    await this.#page.screenshot({ path });
    this.frames.push({ path, ms });
  }
}

/** Where an element is on the page. Throws for one that is not in sight. */
export async function boxOf(element: Locator) {
  const box = await element.boundingBox();
  if (box === null) throw new Error(`${element} is not in sight`);
  return box;
}

/** A screenshot has no pointer, so the page gets one. This runs in the browser. */
const DRAW_POINTER = `({ x, y }) => {
  let pointer = document.getElementById('film-pointer');
  if (pointer === null) {
    const make = (name) => document.createElementNS('http://www.w3.org/2000/svg', name);
    const arrow = make('path');
    arrow.setAttribute('d', 'M1 1 L1 17 L5 13 L8 20 L11 19 L8 12 L13 12 Z');
    arrow.setAttribute('fill', '#fff');
    arrow.setAttribute('stroke', '#000');
    pointer = make('svg');
    pointer.id = 'film-pointer';
    pointer.append(arrow);
    Object.assign(pointer.style, { position: 'fixed', width: '16px', height: '22px', zIndex: 9, pointerEvents: 'none' });
    document.documentElement.append(pointer);
  }
  Object.assign(pointer.style, { left: x + 'px', top: y + 'px' });
}`;
