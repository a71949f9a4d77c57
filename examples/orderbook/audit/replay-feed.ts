/** The audit of a feed's book, from its log alone: fold every event again, and compare with what the log keeps. */
import { openStore } from 'refold';
import { feedBook } from '../follow/index.ts';
import { invariants } from '../follow/invariants.ts';
import { foldAgain, type ReplayProgress, requireWholeLog } from './replay-book.ts';

export interface FeedReplayReport {
  readonly events: number;
  /** How long the fold alone took. */
  readonly seconds: number;
  readonly eventsPerSecond: number;
  readonly stateHash: string;
  /** Whether a store that opens the log has the same state, from its snapshot and the events after that. */
  readonly hashes: 'equal' | { readonly recovered: string };
  /** Names of invariants that do not hold at the end. */
  readonly broken: readonly string[];
}

/**
 * Folds the log from sequence 1 without a snapshot, and compares the state's hash with that of a recovered store.
 *
 * @throws RefoldError `HISTORY_GONE` when the log no longer begins at 1, and as `replay` does
 */
export async function replayFeed(path: string, { bar }: ReplayProgress): Promise<FeedReplayReport> {
  await requireWholeLog(path);
  const { events, seconds, eventsPerSecond, stateHash } = await foldAgain(feedBook, path, bar);
  await using store = await openStore(feedBook, { path, readOnly: true });
  const recovered = await store.stateHash();
  const broken = Object.entries(invariants).flatMap(([name, holds]) => (holds(store.state) ? [] : [name]));
  const hashes = recovered === stateHash ? 'equal' : { recovered };
  return { events, seconds, eventsPerSecond, stateHash, hashes, broken };
}
