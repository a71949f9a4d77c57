/** Round prices and round times for the axes. Pure. */

export interface Tick {
  /** A price, or ms since the epoch. */
  readonly at: number;
  readonly label: string;
}

const ROUND = [1, 2, 5];

/** The smallest round distance of at least `least`: 1, 2 or 5 times a power of ten, and a multiple of `unit`. */
export function roundStep(least: number, unit: number): number {
  if (!Number.isFinite(least)) return unit;
  for (let power = 10 ** Math.floor(Math.log10(Math.max(least, unit) / 10)); ; power *= 10) {
    const digit = ROUND.find((one) => one * power >= least && (one * power) % unit === 0);
    if (digit !== undefined) return digit * power;
  }
}

/** @param pixels between two ticks, at least */
export function priceTicks(
  { low, high }: { readonly low: number; readonly high: number },
  height: number,
  pixels: number,
  write: (price: number) => string,
): readonly Tick[] {
  const step = roundStep(((high - low) / Math.max(1, height)) * pixels, 1);
  const first = Math.ceil(low / step);
  const last = Math.min(Math.floor(high / step), first + 200);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => {
    const at = (first + n) * step;
    return { at, label: write(at) };
  });
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY_STEP = 24 * HOUR;
const ROUND_TIMES = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000].map((days) => days * DAY_STEP),
];

/** @param offsetAt how much the wall clock of the zone is ahead of UTC then, in ms */
export function timeTicks(
  { from, to }: { readonly from: number; readonly to: number },
  width: number,
  pixels: number,
  offsetAt: (time: number) => number,
): readonly Tick[] {
  const least = ((to - from) / Math.max(1, width)) * pixels;
  const step = ROUND_TIMES.find((one) => one >= least) ?? ROUND_TIMES.at(-1)!;
  const offset = offsetAt(from);
  const first = Math.ceil((from + offset) / step);
  const last = Math.min(Math.floor((to + offset) / step), first + 200);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => {
    const wall = (first + n) * step;
    return { at: wall - offset, label: wallLabel(wall, step) };
  });
}

/** 10:31, 10:31:07 or 10:31:07.120: as fine as the step. A day for steps of days. */
function wallLabel(wall: number, step: number): string {
  const text = new Date(wall).toISOString();
  if (step >= DAY_STEP) return text.slice(0, 10);
  return text.slice(11, step >= MINUTE ? 16 : step >= SECOND ? 19 : 23);
}

const offsets = new Map<string, Intl.DateTimeFormat>();

/** How much the wall clock of a zone is ahead of UTC, in ms. An unknown zone is UTC. */
export function zoneOffset(zone: string | undefined, time: number): number {
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(time)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const wall = Date.UTC(parts.year!, parts.month! - 1, parts.day!, parts.hour!, parts.minute!, parts.second!);
  return wall - Math.floor(time / SECOND) * SECOND;
}

function formatOf(zone: string | undefined): Intl.DateTimeFormat {
  const name = zone ?? '';
  let format = offsets.get(name);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
      ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
    });
    offsets.set(name, format);
  }
  return format;
}
