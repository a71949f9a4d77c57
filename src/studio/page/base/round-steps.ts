/** Round distances between the labels of an axis. Pure. */

const DAY_OF_MS = 86_400_000;
const ROUND_TIMES = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1_000),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60_000),
  ...[1, 2, 3, 6, 12].map((hours) => hours * 3_600_000),
  ...[1, 2, 7, 14, 28, 91, 182, 365, 730, 1_826, 3_652].map((days) => days * DAY_OF_MS),
];

/** 1, 2 or 5 times a power of ten, at least `least` and 1. */
export function roundStep(least: number): number {
  if (!(least > 1)) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
}

/** A time of at least `least` ms that clocks and calendars have: 15 minutes, 2 hours, 7 days. */
export function roundTime(least: number): number {
  return ROUND_TIMES.find((one) => one >= least) ?? roundStep(least);
}
