/**
 * When events that are played are due. Pure: times come in, and the place to be shown comes out.
 *
 * Events keep the distances at which they were recorded, divided by the speed. Idle time is cut.
 */

/** The longest gap between two events, in ms of recorded time: longer ones are cut to this. */
export const LONGEST_GAP = 1_000;
/** Behind by more than this, the player goes on from now: the page was hidden, or the answers took long. In ms. */
const LONGEST_DELAY = 1_000;

/** Neighbours that were recorded at the same time, as the server tells them. */
export type Run = readonly [events: number, recordedAt: number];

/** Where playing stands. */
export interface Played {
  /** The last event that was due. */
  readonly sequence: number;
  /** ms since the epoch. */
  readonly recordedAt: number;
  /** When it was due, on the clock that plays. */
  readonly dueAt: number;
}

/** What is due, and what is left. */
export interface Due {
  readonly played: Played;
  readonly ahead: readonly Run[];
}

/** When the next event is due. @param speed how many times as fast as it was recorded */
function dueAfter({ recordedAt, dueAt }: Played, nextRecordedAt: number, speed: number): number {
  return dueAt + Math.min(LONGEST_GAP, Math.max(0, nextRecordedAt - recordedAt)) / speed;
}

/**
 * Plays on to now.
 *
 * @param ahead events after the one that was played last, in order
 */
export function playTo(now: number, start: Played, ahead: readonly Run[], speed: number): Due {
  let played = now - start.dueAt > LONGEST_DELAY + LONGEST_GAP / speed ? { ...start, dueAt: now } : start;
  let next = 0;
  for (; next < ahead.length; next++) {
    const [events, recordedAt] = ahead[next]!;
    const dueAt = dueAfter(played, recordedAt, speed);
    if (dueAt > now) break;
    played = { sequence: played.sequence + events, recordedAt, dueAt };
  }
  return { played, ahead: next === 0 ? ahead : ahead.slice(next) };
}

/** How long the folding of a step may take, in ms, so that it is seen to move. */
const GOOD_STEP = { least: 10, most: 40 };
const LONGEST_STRIDE = 100_000;

/**
 * At full speed: how many events the next step takes, from how long those of the step before took to fold. Steps grow while
 * folding is quick, so that most of the time goes to events and not to answers.
 */
export function nextStride(stride: number, foldedMs: number): number {
  const factor = foldedMs < GOOD_STEP.least ? 2 : foldedMs > GOOD_STEP.most ? 0.5 : 1;
  return Math.min(LONGEST_STRIDE, Math.max(1, Math.round(stride * factor)));
}

/** How many events lie ahead. */
export function eventsAhead(ahead: readonly Run[]): number {
  return ahead.reduce((sum, [events]) => sum + events, 0);
}
