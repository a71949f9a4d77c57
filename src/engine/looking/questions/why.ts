/**
 * Why a place in the state is as it is: every event that changed it.
 *
 * The place is compared after each event, so a value that went from A to B and back to A has two changes, whatever lies between.
 * Newest first, the search goes back from keyframe to keyframe, folding each stretch forward. Loading a keyframe costs time as
 * well, and a block that two stretches share is decoded twice. So stretches are long enough that loading takes a small share, and
 * each is at least twice as long as the one before: a whole log has few of them, and a search that ends early has folded no
 * more than it needed and the rest of a stretch. Where there are no keyframes, that is one pass from the first event.
 */
import { formatPath, placeAt } from '../../../fold/path.ts';
import { throwIfAborted } from '../../../threads/aborted.ts';
import { performance } from '../../../threads/timers.ts';
import type { FoldCursor } from '../../folding/refold.ts';
import { recoverDespiteDrops } from '../../past/history.ts';
import { usableAt } from '../keyframes.ts';
import { type WalkParts, walkFrom } from '../walk.ts';
import { isTouch, type Touching, touchesOf } from './touches.ts';
import { changeOf, copyOfPlaced, WatchedPlace } from './watched-place.ts';

/** One event that changed a place. `before` is absent for what was not there, and `after` for what is not there any more. */
export interface PlaceChange {
  readonly sequence: number;
  /** ms since the epoch. */
  readonly recordedAt: number;
  /** The type of the event, in the model's words. */
  readonly type: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Why a place is as it is. */
export interface WhyReport {
  /** The place, as `formatPath` writes it. */
  readonly path: string;
  /** Newest first, or in the order of the log with `forward`. */
  readonly changes: readonly PlaceChange[];
  /** All changes between these two sequences are among `changes`. `from` is beyond `to` when there was nothing to look at. */
  readonly lookedAt: { readonly from: number; readonly to: number };
  /** Whether that is all of the range: no change of it is missing. */
  readonly complete: boolean;
}

/** What is asked, checked. */
export interface Asking extends Touching {
  readonly from: number;
  readonly to: number;
  readonly onChange: (change: PlaceChange) => void;
}

/** @throws RefoldError what building a state and walking throw */
export async function explainPlace<State extends object>(parts: WalkParts<State>, asking: Asking): Promise<WhyReport> {
  throwIfAborted(asking.signal);
  const found = asking.forward ? await lookForward(parts, asking) : await lookBack(parts, asking);
  return { path: formatPath(asking.path), ...found };
}

type Found = Omit<WhyReport, 'path'>;

/** From the beginning of the range, until the limit is reached. */
async function lookForward<State extends object>(parts: WalkParts<State>, asking: Asking): Promise<Found> {
  const { from, to, limit } = asking;
  const changes: PlaceChange[] = [];
  if (from > to || limit === 0) return { changes, lookedAt: { from, to: from - 1 }, complete: from > to };
  const cursor = await stateBefore(parts, asking, from);
  const reached = await lookThrough(parts, cursor, asking, to, (change) => {
    changes.push(change);
    asking.onChange(change);
    return changes.length < limit;
  });
  return { changes, lookedAt: { from, to: reached }, complete: reached === to };
}

/** From the end of the range, stretch by stretch, until the limit is reached. */
async function lookBack<State extends object>(parts: WalkParts<State>, asking: Asking): Promise<Found> {
  const { from, to, limit } = asking;
  const changes: PlaceChange[] = [];
  const measure = new Measure();
  let end = to;
  let length = 0; // events in the stretch before
  while (end >= from && changes.length < limit) {
    const least = end === to ? 1 : Math.max(measure.eventsPerLoad * FOLD_PER_LOAD, length * GROWTH);
    const begin = await beginOfStretch(parts, { from, to: end }, least);
    const start = performance.now();
    const cursor = await stateBefore(parts, asking, begin);
    const loadedAt = performance.now();
    const stretch: PlaceChange[] = [];
    // A caller is told how much is done, as if it went forward.
    const before = from + to - end - begin;
    const telling = { ...asking, onProgress: (reached: number): void => asking.onProgress(reached + before) };
    await lookThrough(parts, cursor, telling, end, (change) => {
      stretch.push(change);
      // Only the newest of them can be given.
      if (stretch.length > 2 * (limit - changes.length)) stretch.splice(0, stretch.length - (limit - changes.length));
      return true;
    });
    length = end - begin + 1;
    measure.note(loadedAt - start, length, performance.now() - loadedAt);
    const wanted = limit - changes.length;
    const newest = stretch.slice(Math.max(0, stretch.length - wanted)).reverse();
    for (const change of newest) {
      asking.onChange(change);
      changes.push(change);
    }
    if (changes.length >= limit) {
      const oldest = changes.at(-1)?.sequence ?? end + 1;
      // Whether there is an older change is not known, unless the first event was the last change.
      return { changes, lookedAt: { from: oldest, to }, complete: oldest <= from };
    }
    end = begin - 1;
  }
  return { changes, lookedAt: { from: end + 1, to }, complete: end < from };
}

/** How fast keyframes are loaded and events are folded here, as measured so far. */
class Measure {
  #loadMs = 0;
  #foldMs = 0;
  #events = 0;
  #loads = 0;

  note(loadMs: number, events: number, foldMs: number): void {
    this.#loadMs += loadMs;
    this.#loads += 1;
    this.#events += events;
    this.#foldMs += foldMs;
  }

  /** How many events take as long to fold as one keyframe takes to load. */
  get eventsPerLoad(): number {
    if (this.#loads === 0 || this.#foldMs === 0) return 0;
    return (this.#loadMs / this.#loads) * (this.#events / this.#foldMs);
  }
}

/** A stretch is at least so many times as long to fold as its keyframe is to load, … */
const FOLD_PER_LOAD = 5;
/** … and at least so many times as long as the stretch before. */
const GROWTH = 2;

/**
 * Where the stretch begins that ends there: after the newest keyframe that is at least so many events away. The newest stretch
 * begins after the nearest keyframe, because what people ask for has often changed lately.
 */
async function beginOfStretch(
  { log, fingerprint }: Pick<WalkParts<object>, 'log' | 'fingerprint'>,
  { from, to }: { readonly from: number; readonly to: number },
  least: number,
): Promise<number> {
  const keyframe = (await usableAt(log, fingerprint)).find(({ sequence }) => sequence <= to - least);
  return keyframe === undefined ? from : Math.max(from, keyframe.sequence + 1);
}

async function stateBefore<State extends object>(
  { model, log, fingerprint }: WalkParts<State>,
  { signal }: Asking,
  sequence: number,
): Promise<FoldCursor<State>> {
  return (await recoverDespiteDrops(model, log, fingerprint, { to: sequence - 1, signal })).cursor;
}

/** Folds to the end of a stretch and looks at the place after each event. Gives the last sequence it has looked at. */
async function lookThrough<State extends object>(
  parts: WalkParts<State>,
  cursor: FoldCursor<State>,
  asking: Asking,
  to: number,
  take: Take,
): Promise<number> {
  const { path, signal, onProgress } = asking;
  const from = cursor.sequence + 1;
  const generation = parts.log.generation?.();
  const place = new WatchedPlace(path, cursor.state);
  for await (const block of walkFrom(parts, cursor, { from, to, signal, onProgress }, generation)) {
    if (place.isLarge) break;
    for (let event = block.fold(); event !== undefined; event = block.fold()) {
      const change = place.look(cursor.state);
      if (change === undefined) continue;
      const { sequence, recordedAt, type } = event;
      if (!take({ sequence, recordedAt, type, ...change })) return sequence;
    }
  }
  if (cursor.sequence >= to) return to;
  return lookClosely(parts, cursor, asking, to, take);
}

/** Takes a change that was found. False when no more are wanted. */
type Take = (change: PlaceChange) => boolean;

/**
 * The same for a place with many entries: to compare them after each event would take far longer than to fold it. The atomic fold
 * knows what each event touches, so a first pass finds the events, and a second one copies what stood there before and after.
 */
async function lookClosely<State extends object>(
  parts: WalkParts<State>,
  cursor: FoldCursor<State>,
  asking: Asking,
  to: number,
  take: Take,
): Promise<number> {
  const begin = cursor.sequence;
  const found = await touchesOf(parts, cursor, asking, to);
  const again = await stateBefore(parts, asking, begin + 1);
  const stretch = { from: begin + 1, to, signal: asking.signal };
  let next = 0;
  for await (const block of walkFrom(parts, again, stretch, parts.log.generation?.())) {
    for (const [index, { sequence, recordedAt, type }] of block.events.entries()) {
      const isFound = found === undefined || isTouch(found[next], block.events, index);
      const before = isFound ? copyOfPlaced(placeAt(again.state, asking.path)) : undefined;
      block.fold();
      if (!isFound) continue;
      next += 1;
      const after = copyOfPlaced(placeAt(again.state, asking.path));
      const change = changeOf(before, after);
      if (change !== undefined && !take({ sequence, recordedAt, type, ...change })) return sequence;
    }
  }
  return to;
}
