/** A hand on the heatmap: it points at places, and reads what the crosshair says and which colour the picture has there. */

import type { StudioPage } from '../harness/studio-page.ts';
import type { Side } from './book-history.ts';

/** The picture without its axes, in pixels of the canvas, and what part of time and price it shows. */
export interface Plot {
  readonly width: number;
  readonly height: number;
  readonly from: number;
  readonly to: number;
  readonly low: number;
  readonly high: number;
}

/** What the crosshair says at a pixel. */
export interface Reading {
  readonly x: number;
  readonly y: number;
  readonly price: number;
  readonly from: number;
  readonly to: number;
  /** Undefined where nothing rests. */
  readonly quantity?: number;
  readonly side?: Side;
  /** The sequence of the trade that is under the crosshair. */
  readonly trade?: number;
  /** As a canvas keeps it in four bytes. */
  readonly pixel: number;
}

export function xOf({ from, to, width }: Plot, time: number): number {
  return ((time - from) / (to - from)) * width;
}

export function yOf({ low, high, height }: Plot, price: number): number {
  return ((high - price) / (high - low)) * height;
}

/** The time in the middle of a pixel. */
export function timeAt({ from, to, width }: Plot, x: number): number {
  return from + ((x + 0.5) / width) * (to - from);
}

export function priceAt({ low, high, height }: Plot, y: number): number {
  return high - ((y + 0.5) / height) * (high - low);
}

export class HeatmapHand {
  readonly page: StudioPage;

  constructor(page: StudioPage) {
    this.page = page;
  }

  /** Until every tile in sight is drawn. */
  async drawn(): Promise<Plot> {
    await this.page.page.locator('[data-testid="heatmap"][data-complete="true"]').waitFor();
    return (await this.page.page.evaluate(`(${plotInPage})()`)) as Plot;
  }

  /** Does something that moves the picture, and waits until it is drawn. */
  async move(act: () => Promise<unknown>): Promise<Plot> {
    const { from, to, low, high } = await this.drawn();
    await act();
    await this.page.page.waitForFunction(
      (before) => {
        const { dataset } = (globalThis as any).document.querySelector('[data-testid=heatmap]');
        return ['from', 'to', 'low', 'high'].some((name, at) => Number(dataset[name]) !== before[at]);
      },
      [from, to, low, high],
    );
    return this.drawn();
  }

  /** Where a pixel of the plot is in the window. */
  async place(x: number, y: number): Promise<readonly [x: number, y: number]> {
    const box = (await this.page.id('heatmap').boundingBox())!;
    return [box.x + x + 0.5, box.y + y + 0.5];
  }

  async read(x: number, y: number): Promise<Reading> {
    const { mouse } = this.page.page;
    await mouse.move(...(await this.place(x, y)));
    const { pixel, ...said } = (await this.page.page.evaluate(`(${readInPage})(${x}, ${y})`)) as Record<string, string>;
    const numbers = Object.entries(said).map(([name, text]) => [name, name === 'side' ? text : Number(text)]);
    return { x, y, ...(Object.fromEntries(numbers) as Omit<Reading, 'x' | 'y' | 'pixel'>), pixel: Number(pixel) };
  }
}

/** Runs in the page, after the frames in which the picture is drawn: the axes begin at the lines that are drawn there. */
const plotInPage = `async () => {
  for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame);
  const host = document.querySelector('[data-testid=heatmap]');
  const [canvas] = host.querySelectorAll('canvas');
  const style = getComputedStyle(document.documentElement);
  const line = parseInt(style.getPropertyValue('--line').trim().slice(1), 16);
  const { width, height } = canvas;
  const bytes = canvas.getContext('2d').getImageData(0, 0, width, height).data;
  const isLine = (x, y) => {
    const at = 4 * (y * width + x);
    return ((bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2]) === line;
  };
  let [right, below] = [width - 1, height - 1];
  while (right > 0 && !isLine(right, height - 1)) right--;
  while (below > 0 && !isLine(width - 1, below)) below--;
  const { from, to, low, high } = host.dataset;
  return { width: right, height: below, from: Number(from), to: Number(to), low: Number(low), high: Number(high) };
}`;

/** Runs in the page, after the frames in which the crosshair is drawn and what it says is written. */
const readInPage = `async (x, y) => {
  const readout = document.querySelector('[data-testid=heatmap-readout]');
  const isSaid = () => readout.dataset.from !== undefined;
  for (let frames = 0; frames < 3 || (frames < 60 && !isSaid()); frames++) await new Promise(requestAnimationFrame);
  if (!isSaid()) throw new Error('the crosshair says nothing at pixel ' + x + ', ' + y);
  const [canvas] = document.querySelectorAll('[data-testid=heatmap] canvas');
  const [red, green, blue, full] = canvas.getContext('2d').getImageData(x, y, 1, 1).data;
  const { price, from, to, quantity, side, trade } = readout.dataset;
  const pixel = ((full << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  return JSON.parse(JSON.stringify({ price, from, to, quantity, side, trade, pixel }));
}`;
