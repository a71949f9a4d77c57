/** Which events of a stretch touch a place with many entries: the atomic fold knows what each event changes. */
import { isRefoldError } from '../../../core/errors.ts';
import type { RecordedEvent } from '../../../core/event.ts';
import { openNotingState, type StateChange } from '../../../fold/live-state.ts';
import { nameOfPart, type Path, placeAt } from '../../../fold/path.ts';
import { throwIfAborted } from '../../../threads/aborted.ts';
import { Pace } from '../../../threads/pace.ts';
import { guardOf } from '../../calls/reentrancy.ts';
import { type FoldCursor, foldingRulesOf, presentToFold, recordedIn } from '../../folding/refold.ts';
import type { WalkParts } from '../walk.ts';
import { changeOf } from './watched-place.ts';

/** How long looking for touches may keep the event loop to itself, in ms. */
const CLOSE_SLICE_MS = 20;

/** The place that is looked at, and how many touches are wanted: the newest ones, or the oldest ones with `forward`. */
export interface Touching {
  readonly path: Path;
  readonly limit: number;
  readonly forward: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (done: number) => void;
}

/** An event that touched a place: its sequence, and which of the events there it is. */
export interface Touch {
  readonly sequence: number;
  readonly part: number;
}

/** Whether a touch is that of the event at an index. */
export function isTouch(touch: Touch | undefined, events: readonly RecordedEvent[], index: number): boolean {
  const { sequence, part = 1 } = events[index]!;
  return touch?.sequence === sequence && touch.part === part;
}

/**
 * The events of a stretch that touch a place. Undefined where the atomic fold refuses an event that an older release has recorded:
 * then each event must be looked at.
 */
export async function touchesOf<State extends object>(
  { model, log }: WalkParts<State>,
  cursor: FoldCursor<State>,
  { path, limit, forward, signal, onProgress }: Touching,
  to: number,
): Promise<readonly Touch[] | undefined> {
  const rules = await foldingRulesOf(model, log);
  const guard = guardOf(log);
  const pace = new Pace(CLOSE_SLICE_MS);
  const touches: Touch[] = [];
  try {
    const state = openNotingState(cursor.state, model.comparators);
    for await (const block of log.read({ from: cursor.sequence + 1, to })) {
      const recorded = recordedIn(block, cursor.sequence, to);
      for (const event of guard.run(() => presentToFold(model, recorded, rules))) {
        const { sequence, part = 1 } = event;
        const changes = guard.run(() => state.foldNoting(model.reducers, event));
        if (touchesPlace(changes, path)) touches.push({ sequence, part });
        if (touches.length >= limit && forward) return touches;
        if (pace.isOver) await pace.rest();
      }
      if (!forward && touches.length > 2 * limit) touches.splice(0, touches.length - limit);
      onProgress(Math.min(block.lastSequence, to));
      throwIfAborted(signal);
    }
    return forward ? touches : touches.slice(Math.max(0, touches.length - limit));
  } catch (error) {
    throwIfAborted(signal);
    if (isRefoldError(error, 'REDUCER_FAILED')) return undefined;
    throw error;
  }
}

/** Whether changes may be of what stands at a place, or in it. */
function touchesPlace(changes: readonly StateChange[], path: Path): boolean {
  return changes.some(({ parts, before, after }) => {
    if (parts.length > path.length) return startsWith(parts, path);
    if (!startsWith(path, parts)) return false;
    const rest = path.slice(parts.length);
    return changeOf(placeAt(before, rest), placeAt(after, rest)) !== undefined;
  });
}

/** As `placeAt` finds keys: a number in a path may be a text or a bigint in a table. Keys that are objects are not told apart. */
function startsWith(path: Path, start: Path): boolean {
  return start.every((part, index) => nameOfPart(part) === nameOfPart(path[index]));
}
