/**
 * Recorded commits: what became durable together, for code that must not act on half of one.
 *
 * `events` gives the same events, without saying where one commit ends and the next begins.
 */
import type { Commit, RecordedEvent } from '../../core/event.ts';
import type { Model } from '../../core/model.ts';
import { decodeKinds } from '../../log/blocks/block.ts';
import type { LogStore } from '../../log/log-store.ts';
import { throwIfAborted } from '../../threads/aborted.ts';
import { Pace } from '../../threads/pace.ts';
import { A_SIGNAL, checkOptions, type OptionChecks } from '../calls/call-options.ts';
import { guardOf } from '../calls/reentrancy.ts';
import { commitsAfter, presentEvents } from '../folding/recorded-commits.ts';
import { upcastRulesOf } from '../folding/upcast.ts';
import { A_BOUND, boundsOf, type EventRange, READING_SLICE_MS } from './events.ts';

/** Which commits: the first is the one that has the event at `from`, the last one ends at `to` or before. */
export type CommitRange = Pick<EventRange, 'from' | 'to' | 'signal'>;

const COMMIT_RANGE_CHECKS: OptionChecks<CommitRange> = { from: A_BOUND, to: A_BOUND, signal: A_SIGNAL };

/**
 * The commits of a range in order, each as its events in the model's versions. Commits are whole: the first may begin before
 * `from`, and one that ends after `to` is not given.
 *
 * @throws RefoldError `INVALID_OPTION`, `HISTORY_GONE`, `LOG_CORRUPT`, `MODEL_MISMATCH`; the signal's reason when it aborts
 */
export async function* readCommits(
  model: Model,
  log: LogStore,
  given: CommitRange,
): AsyncGenerator<readonly RecordedEvent[], void> {
  const range = checkOptions('read commits', COMMIT_RANGE_CHECKS, given);
  throwIfAborted(range.signal);
  const { from, to } = await boundsOf(log, range);
  if (from > to) return;
  const guard = guardOf(log);
  const rules = await upcastRulesOf(model, log);
  const pace = new Pace(READING_SLICE_MS);
  let through = from - 1;
  for await (const block of log.read({ from, to })) {
    throwIfAborted(range.signal);
    // Sealing may meanwhile have joined commits that were already given with later ones in one block.
    for (const commit of commitsAfter(block, through)) {
      if (commit.last > to) return;
      const events = guard.run(() => presentEvents(model, commit, rules));
      through = commit.last;
      // A commit may be of retired types alone.
      if (events.length > 0) yield events;
      if (pace.isOver) await pace.rest();
    }
  }
}

/**
 * Where the commits of a range begin and end, in order: also the one that begins before `from`, and the one that ends after `to`.
 * Data is not decoded.
 *
 * @throws RefoldError `INVALID_OPTION`, `HISTORY_GONE`, `LOG_CORRUPT`; the signal's reason when it aborts
 */
export async function* listCommits(log: LogStore, given: CommitRange): AsyncGenerator<Commit, void> {
  const range = checkOptions('list commits', COMMIT_RANGE_CHECKS, given);
  throwIfAborted(range.signal);
  const { from, to } = await boundsOf(log, range);
  if (from > to) return;
  const pace = new Pace(READING_SLICE_MS);
  let through = from - 1;
  for await (const block of log.read({ from, to })) {
    throwIfAborted(range.signal);
    const { commitSizes, commitTimes } = decodeKinds(block);
    let firstSequence = block.firstSequence;
    for (const [commit, size] of commitSizes.entries()) {
      const lastSequence = firstSequence + size - 1;
      if (lastSequence > through) yield { firstSequence, lastSequence, recordedAt: commitTimes[commit]! };
      firstSequence = lastSequence + 1;
      if (firstSequence > to) return;
    }
    through = Math.max(through, block.lastSequence);
    if (pace.isOver) await pace.rest();
  }
}
