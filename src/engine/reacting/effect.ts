/** Tries one effect until it succeeds, its attempts are used up, or it is to end. */
import { grouped, messageOf, RefoldError } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/event.ts';
import { later } from '../../threads/timers.ts';
import type { CheckedReactor, ReactorContext } from './definition.ts';

export type EffectOutcome =
  | { readonly kind: 'done' }
  /** It was told to end, and has not finished. */
  | { readonly kind: 'ended' }
  | { readonly kind: 'exhausted'; readonly attempts: number; readonly error: RefoldError };

/** What an effect needs of its store. */
export interface EffectSurroundings {
  /** Aborts when no further attempt may begin. */
  readonly ending: AbortSignal;
  /** Aborts when the effect should end early. */
  readonly aborting: AbortSignal;
  readonly state: () => unknown;
}

/**
 * @param events one, or the parts of one, which have an effect each, in order; for `onBatch` a batch. After a part has failed
 * for good, those after it are not tried
 */
export async function tryEffect(
  reactor: CheckedReactor,
  events: readonly RecordedEvent[],
  surroundings: EffectSurroundings,
): Promise<EffectOutcome> {
  if (reactor.onBatch !== undefined || events.length < 2) return tryOnce(reactor, events, surroundings);
  for (const event of events) {
    const outcome = await tryOnce(reactor, [event], surroundings);
    if (outcome.kind !== 'done') return outcome;
  }
  return { kind: 'done' };
}

async function tryOnce(
  reactor: CheckedReactor,
  events: readonly RecordedEvent[],
  { ending, aborting, state }: EffectSurroundings,
): Promise<EffectOutcome> {
  const sequence = events.at(-1)?.sequence ?? 0;
  for (let attempt = 1; !ending.aborted; attempt += 1) {
    try {
      const context = { signal: aborting, attempt, state: state(), sequence } as ReactorContext;
      await (reactor.onBatch?.(events, context) ?? runOne(reactor, events, context));
      return { kind: 'done' };
    } catch (cause) {
      if (aborting.aborted) break;
      if (attempt >= reactor.attempts)
        return { kind: 'exhausted', attempts: attempt, error: failed(reactor, events, attempt, cause) };
      const wait = waitAfter(reactor, events, attempt, cause);
      if (wait instanceof RefoldError) return { kind: 'exhausted', attempts: attempt, error: wait };
      await waitFor(wait, ending);
    }
  }
  return { kind: 'ended' };
}

function runOne(reactor: CheckedReactor, [event]: readonly RecordedEvent[], context: ReactorContext): unknown {
  return event && reactor.effects?.get(event.type)?.(event, context);
}

/** How long to wait, in ms; an error when `backoff` does not say it. */
function waitAfter(
  reactor: CheckedReactor,
  events: readonly RecordedEvent[],
  attempt: number,
  thrown: unknown,
): number | RefoldError {
  try {
    const wait = reactor.backoff(attempt);
    if (typeof wait === 'number' && wait >= 0) return Math.min(wait, LONGEST_WAIT_MS);
    return failed(reactor, events, attempt, thrown, 'backoff did not give a number of milliseconds');
  } catch (cause) {
    return failed(reactor, events, attempt, cause, `backoff threw: ${messageOf(cause)}`);
  }
}

/** Timers of Node do not wait at all when asked for longer. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** Resolves after `ms`, or when the signal aborts. */
function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      signal.removeEventListener('abort', end);
      cancel();
      resolve();
    };
    const cancel = later(ms, end);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}

function failed(
  { name }: CheckedReactor,
  events: readonly RecordedEvent[],
  attempts: number,
  cause: unknown,
  problem: string = messageOf(cause),
): RefoldError {
  const [first] = events;
  const which =
    events.length === 1
      ? `${first!.type} at ${grouped(first!.sequence)}`
      : `events ${grouped(first!.sequence)} to ${grouped(events.at(-1)!.sequence)}`;
  const tried = attempts === 1 ? 'one attempt' : `${attempts} attempts`;
  return new RefoldError('REACTOR_FAILED', `The reactor ${name} gave up on ${which} after ${tried}: ${problem}`, {
    ...(first && { sequence: first.sequence, type: first.type }),
    cause,
    hint: 'Mend the effect and call retry with this sequence, or skip it',
  });
}
