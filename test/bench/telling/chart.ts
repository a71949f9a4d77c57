/**
 * A line chart as SVG: sizes along a logarithmic axis, times upwards from zero, so that what is flat looks flat.
 *
 * It has no background, and holds colours for light and dark pages, because it is shown on both.
 */
import { figure } from './table.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Chart {
  readonly title: string;
  /** What the axes count. */
  readonly x: string;
  readonly y: string;
  /** The first stands out. */
  readonly lines: readonly { readonly label: string; readonly points: readonly Point[] }[];
}

const WIDTH = 720;
const HEIGHT = 320;
const LEFT = 64;
const RIGHT = 104;
const TOP = 44;
const BOTTOM = 52;
const LABEL_HEIGHT = 16;

const STYLE = `
  text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #57606a; }
  .title { font-size: 15px; font-weight: 600; fill: #1f2328; }
  .grid { stroke: #d0d7de; stroke-width: 1; }
  .line { fill: none; stroke-width: 2.5; stroke-linejoin: round; }
  .line0 { stroke: #0969da; } .mark0 { fill: #0969da; }
  .line1 { stroke: #bc4c00; } .mark1 { fill: #bc4c00; }
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1; }
    .title { fill: #f0f6fc; }
    .grid { stroke: #3d444d; }
    .line0 { stroke: #4493f8; } .mark0 { fill: #4493f8; }
    .line1 { stroke: #f0883e; } .mark1 { fill: #f0883e; }
  }`;

/** The chart as a separate file. Every line has at least two points. */
export function drawChart({ title, x, y, lines }: Chart): string {
  const points = lines.flatMap((line) => line.points);
  const sizes = [...new Set(points.map((point) => point.x))].sort((a, b) => a - b);
  const ticks = ticksUpTo(Math.max(...points.map((point) => point.y)));
  const place = placing(sizes, ticks.at(-1)!);
  const heights = spreadOut(lines.map((line) => place(line.points.at(-1)!).y));
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img">`,
    `<title>${escaped(`${title}: ${y} by ${x}`)}</title>`,
    `<style>${STYLE}\n</style>`,
    text(LEFT, 24, `${title} (${y})`, 'start', 'title'),
    ...ticks.map((tick) => gridLine(place({ x: sizes[0]!, y: tick }).y, figure(tick))),
    ...sizes.map((size) => text(place({ x: size, y: 0 }).x, HEIGHT - BOTTOM + 20, inShort(size), 'middle')),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, x, 'middle'),
    ...lines.flatMap(({ label, points: own }, index) => drawLine(own.map(place), index, label, heights[index]!)),
    '</svg>',
  ].join('\n')}\n`;
}

/** Where a point of the chart is on the page. */
function placing(sizes: readonly number[], top: number): (point: Point) => Point {
  const first = Math.log(sizes[0]!);
  const last = Math.log(sizes.at(-1)!);
  return ({ x, y }) => ({
    x: LEFT + ((Math.log(x) - first) / (last - first)) * (WIDTH - LEFT - RIGHT),
    y: HEIGHT - BOTTOM - (y / top) * (HEIGHT - TOP - BOTTOM),
  });
}

/** From 0 to just above the largest value, in steps of 1, 2 or 5. */
function ticksUpTo(largest: number): number[] {
  const rough = largest / 4;
  const decade = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * decade).find((candidate) => candidate >= rough)!;
  const count = Math.ceil((largest * 1.05) / step);
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

/** Labels of lines that end close together are moved apart, in the order of the lines' ends. */
function spreadOut(heights: readonly number[]): number[] {
  const order = heights.map((_, index) => index).sort((a, b) => heights[a]! - heights[b]!);
  const placed = [...heights];
  for (const [rank, index] of order.entries()) {
    if (rank > 0) placed[index] = Math.max(placed[index]!, placed[order[rank - 1]!]! + LABEL_HEIGHT);
  }
  return placed;
}

function drawLine(points: readonly Point[], index: number, label: string, labelHeight: number): string[] {
  const end = points.at(-1)!;
  return [
    `<polyline class="line line${index}" points="${points.map(({ x, y }) => `${rounded(x)},${rounded(y)}`).join(' ')}"/>`,
    ...points.map(({ x, y }) => `<circle class="mark${index}" cx="${rounded(x)}" cy="${rounded(y)}" r="4"/>`),
    text(end.x + 10, labelHeight + 4, label, 'start', `mark${index}`),
  ];
}

function gridLine(height: number, label: string): string {
  const y = rounded(height);
  return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}"/>${text(LEFT - 8, height + 4, label, 'end')}`;
}

function text(x: number, y: number, words: string, anchor: 'start' | 'middle' | 'end', name?: string): string {
  const named = name === undefined ? '' : ` class="${name}"`;
  return `<text${named} x="${rounded(x)}" y="${rounded(y)}" text-anchor="${anchor}">${escaped(words)}</text>`;
}

/** `10M`, `300k`, `500`. */
function inShort(size: number): string {
  if (size >= 1_000_000) return `${figure(size / 1_000_000)}M`;
  return size >= 1_000 ? `${figure(size / 1_000)}k` : figure(size);
}

function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
