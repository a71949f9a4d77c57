/**
 * Walks through a stretch of the log and calls a function after each event, with the state that has it: for what is summed up
 * over events, such as a heatmap. It costs a fold and the calls.
 */
import { RefoldError } from '../../core/errors.ts';
import type { DeepReadonly, RecordedEvent } from '../../core/event.ts';
import { isPromiseLike, letGo } from '../../core/let-go.ts';
import { throwIfAborted } from '../../threads/aborted.ts';
import { Pace } from '../../threads/pace.ts';
import { wrongKind } from '../calls/call-options.ts';
import { recoverDespiteDrops } from '../past/history.ts';
import type { WalkOptions } from './past-options.ts';
import { type WalkedStretch, type WalkParts, walkFrom } from './walk.ts';

export interface WalkEachOptions<State = any, Event extends RecordedEvent = RecordedEvent> extends WalkOptions {
  /**
   * Gets each event right after it was folded, and the state that has it. It may not wait for anything. The state changes with
   * the next event: copy what you keep, and change nothing in it. What it throws ends the walk, and the call rejects with it.
   */
  readonly each: (event: Event, state: DeepReadonly<State>) => void;
  /** Gets the state before the first event, once: also if the range has no events. It is the same state. */
  readonly before?: ((state: DeepReadonly<State>, sequence: number) => void) | undefined;
}

/** How far a walk came. */
export interface Walked {
  /** The first and the last sequence of the range. `to` is before `from` where it has no events. */
  readonly from: number;
  readonly to: number;
  /** Events that were given: a recorded event may have become several in the model's version, or none. */
  readonly events: number;
}

/** Whether a walk was asked to call a function: a proxy that throws is left to the check of its options. */
export function hasEach(options: unknown): options is WalkEachOptions<any, any> {
  try {
    return typeof options === 'object' && options !== null && 'each' in options;
  } catch {
    return false;
  }
}

/** What errors call it. */
const WALKING = 'walk through the log';
/** Looks at the clock after so many events: a sealed block has tens of thousands. */
const PACED_EVENTS = 256;
/** How long it may keep the event loop to itself, in ms. */
const EACH_SLICE_MS = 20;

/** @throws RefoldError as `walkBlocks`; `INVALID_OPTION` for an `each` that is asynchronous; what `each` and `before` throw */
export async function walkEach<State extends object>(
  { model, log, fingerprint }: WalkParts<State>,
  stretch: WalkedStretch,
  { each, before }: Pick<WalkEachOptions, 'each' | 'before'>,
): Promise<Walked> {
  if (each === undefined) throw wrongKind(WALKING, 'each', 'a function');
  const { from, to, signal } = stretch;
  throwIfAborted(signal);
  const generation = log.generation?.();
  const { cursor } = await recoverDespiteDrops(model, log, fingerprint, { to: from - 1, signal });
  refusePromise('before', before?.(cursor.state as DeepReadonly<State>, from - 1));
  if (from > to) return { from, to, events: 0 };
  const pace = new Pace(EACH_SLICE_MS);
  let events = 0;
  for await (const block of walkFrom({ model, log }, cursor, stretch, generation)) {
    for (let event = block.fold(); event !== undefined; event = block.fold()) {
      refusePromise('each', each(event, block.state));
      if (++events % PACED_EVENTS !== 0 || !pace.isOver) continue;
      await pace.rest();
      throwIfAborted(signal);
    }
  }
  return { from, to, events };
}

/** The compiler lets an asynchronous function through: the state would have moved on when it looks. */
function refusePromise(option: 'each' | 'before', returned: unknown): void {
  if (returned === undefined || !isPromiseLike(returned)) return;
  letGo(returned);
  throw new RefoldError('INVALID_OPTION', `Cannot ${WALKING}: ${option} is asynchronous`, {
    type: option,
    hint: 'Look at the state before it returns, and do asynchronous work after the walk',
  });
}
