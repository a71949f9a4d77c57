/** The strip of a number below the heatmap, as eyes see it: where its line is highest. */

import { HeatmapHand } from '../truth/heatmap-hand.ts';
import type { Hand } from './hand.ts';

export interface Peak {
  /** In CSS pixels from the left of the strip. */
  readonly x: number;
  /** What the strip says is the time there, in ms since the epoch. */
  readonly time: number;
}

/** The middle of the widest part of the line that is as high as it gets. */
export async function peakOf({ page }: Hand): Promise<Peak> {
  const { width, from, to } = await new HeatmapHand(page).drawn();
  const x = Number(await page.page.evaluate(`(${highestInPage})(${width})`));
  return { x: x + 0.5, time: from + ((x + 0.5) / width) * (to - from) };
}

/** Runs in the page. The line has the colour of text, and the moment another one. The screen has one pixel for a CSS pixel. */
const highestInPage = `(width) => {
  const canvas = document.querySelector('[data-testid=line] canvas');
  const text = getComputedStyle(document.documentElement).getPropertyValue('--text').trim();
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
  const { data, width: stride, height } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const isLine = (x, y) => {
    const at = 4 * (y * stride + x);
    const away = Math.abs(data[at] - red) + Math.abs(data[at + 1] - green) + Math.abs(data[at + 2] - blue);
    return data[at + 3] > 100 && away < 40;
  };
  const topOf = (x) => {
    for (let y = 0; y < height; y++) if (isLine(x, y)) return y;
    return height;
  };
  const tops = Array.from({ length: width }, (_, x) => topOf(x));
  const highest = Math.min(...tops);
  let best = [0, 0];
  for (let x = 0, start = 0; x <= width; x++) {
    if (tops[x] === highest) continue;
    if (x - start > best[1] - best[0]) best = [start, x];
    start = x + 1;
  }
  return Math.floor((best[0] + best[1] - 1) / 2);
}`;
