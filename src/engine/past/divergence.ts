/**
 * Where a replay differs from the live state: the first event after which they differ, and the place in the state.
 *
 * If two replays of the same events differ, bisection finds the event. If the replays agree and only the live state differs,
 * for example because a reducer reads its thread or process, a comparison finds the place. The event is then the first since
 * the last snapshot that changed something there.
 */
import { grouped, RefoldError } from '../../core/errors.ts';
import type { Model } from '../../core/model.ts';
import { diffStates, type StateDifference } from '../../fold/diff.ts';
import { decodeState, hashStateOf } from '../../fold/encoding/state-codec.ts';
import { valueAt } from '../../fold/path.ts';
import { decodeBlock } from '../../log/blocks/block.ts';
import type { LogStore } from '../../log/log-store.ts';
import { pause } from '../../threads/timers.ts';
import type { ModelFingerprint } from '../folding/fingerprint.ts';
import { beginningOf } from '../folding/initial-state.ts';
import type { FoldCursor } from '../folding/refold.ts';
import type { Beginning } from '../folding/stored-snapshots.ts';
import { recover } from './recovery.ts';

export interface Divergence {
  /** The sequence of the first event after which the states differ. */
  readonly sequence: number;
  readonly type: string;
  /** The place in the state, `orders[17].price` style. */
  readonly at: string;
}

export interface FoundDivergence extends Divergence {
  /** Whether two replays with the same model differ: that alone proves that it is not deterministic. */
  readonly betweenReplays: boolean;
}

/** What the search works on. */
export interface Case {
  readonly model: Model;
  readonly log: LogStore;
  readonly fingerprint: ModelFingerprint;
  /** Snapshots after this one are not used. */
  readonly base: number;
}

/**
 * Finds the first divergent event.
 *
 * @param live the encoded live state at `to`
 * @throws RefoldError what recovery throws
 */
export async function explainDivergence(
  theCase: Case,
  to: number,
  live: readonly Uint8Array[],
): Promise<FoundDivergence> {
  const { model, log, fingerprint, base } = theCase;
  const { snapshot } = await recover(model, log, fingerprint, { to, base });
  const agreed = snapshot?.sequence ?? 0;
  const found = (await betweenReplays(theCase, agreed, to)) ?? (await fromLive(theCase, agreed, to, live));
  return { ...found, type: await typeAt(log, found.sequence) };
}

type Found = Omit<FoundDivergence, 'type'>;

/** The first event after which two replays differ, if they do at the end. */
async function betweenReplays(theCase: Case, agreed: number, to: number): Promise<Found | undefined> {
  let difference = await compareReplays(theCase, to);
  if (difference === undefined) return undefined;
  let [agree, differ] = [agreed, to];
  while (differ - agree > 1) {
    const middle = Math.floor((agree + differ) / 2);
    const here = await compareReplays(theCase, middle);
    if (here === undefined) agree = middle;
    else [differ, difference] = [middle, here];
  }
  return { sequence: differ, at: difference.path, betweenReplays: true };
}

async function compareReplays(theCase: Case, to: number): Promise<StateDifference | undefined> {
  const first = await replayTo(theCase, to);
  await pause(2); // a clock must have moved on
  return diffStates(first, await replayTo(theCase, to), 1)[0];
}

async function fromLive(theCase: Case, agreed: number, to: number, live: readonly Uint8Array[]): Promise<Found> {
  const { model, log } = theCase;
  const lived = tryDecode(live, beginningOf(model));
  const difference = lived && diffStates(lived, await replayTo(theCase, to), 1)[0];
  // It cannot be decoded, or the second comparison found no difference: only the sequence is known.
  if (difference === undefined) return { sequence: to, at: '', betweenReplays: false };
  const hashOf = (state: object): string => hashStateOf({ value: valueAt(state, difference.parts) }, model.comparators);
  const before = hashOf(await replayTo(theCase, agreed));
  let [same, changed] = [agreed, to];
  const onBlock = (cursor: FoldCursor<object>): undefined => {
    if (changed < to) return;
    if (hashOf(cursor.state) === before) same = cursor.sequence;
    else changed = cursor.sequence;
  };
  await recover(model, log, theCase.fingerprint, { to, base: theCase.base, onBlock });
  while (changed - same > 1) {
    const middle = Math.floor((same + changed) / 2);
    if (hashOf(await replayTo(theCase, middle)) === before) same = middle;
    else changed = middle;
  }
  return { sequence: changed, at: difference.path, betweenReplays: false };
}

/** The live state may hold a value that a snapshot cannot restore. A replay then differs somewhere. */
function tryDecode(chunks: readonly Uint8Array[], { initial, comparators }: Beginning<object>): object | undefined {
  try {
    return decodeState(chunks, initial, comparators);
  } catch {
    return undefined;
  }
}

async function replayTo({ model, log, fingerprint, base }: Case, to: number): Promise<object> {
  return (await recover(model, log, fingerprint, { to, base })).cursor.state;
}

async function typeAt(log: LogStore, sequence: number): Promise<string> {
  for await (const block of log.read({ from: sequence, to: sequence })) {
    const event = decodeBlock(block).events.find((candidate) => candidate.sequence === sequence);
    if (event !== undefined) return event.type;
  }
  return '';
}

/** The error that reports a divergence. */
export function diverged(path: string, to: number, { sequence, type, at }: Divergence): RefoldError {
  const place = at === '' ? 'in its root' : `at ${at}`;
  return new RefoldError(
    'REDUCER_FAILED',
    `Cannot keep a snapshot at ${grouped(to)}: a replay gives another state than the live one. They differ since event ${grouped(sequence)} (${type}), ${place}`,
    {
      path,
      sequence,
      type,
      at,
      hint: 'A reducer is not deterministic: look for a clock, chance, I/O, or a variable outside the state',
    },
  );
}
