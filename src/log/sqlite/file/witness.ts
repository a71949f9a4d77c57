/**
 * The witness: a small file beside the log, `<path>-witness`, that records where the log ended.
 *
 * A flipped bit in the `-wal` makes SQLite drop every commit after it silently, just as it should drop a torn tail. A
 * file restored from yesterday opens without an error. The witness detects both: a log that ends before its witness has
 * lost events, and is refused.
 *
 * It records only durable heads: after each append under `always`, after each sync under `everysec` and `os`. So it
 * never reports the loss of events that a power cut may take.
 */
import { grouped, RefoldError } from '../../../core/errors.ts';
import { lostSince, type Testimony, testimoniesIn } from '../../witness/witness-file.ts';
import type { LogState } from './block-rows.ts';

/** The path of a log's witness. */
export function witnessPath(path: string): string {
  return `${path}-witness`;
}

/**
 * What the witness beside a log says, newest first. Empty when there is no readable witness.
 *
 * Read it *before* the log's head: a writer may be moving both, the log first.
 */
export function readWitness(path: string): readonly Testimony[] {
  return testimoniesIn(witnessPath(path));
}

/**
 * Refuses a log that ends before its witness, or that has another chain at the same sequence.
 *
 * @param chainAt the log's chain at a sequence, or undefined where no block ends there
 * @throws RefoldError `LOG_CORRUPT` naming the first sequence that is missing
 */
export function requireWitnessed(
  path: string,
  state: LogState,
  testimonies: readonly Testimony[],
  chainAt: (sequence: number) => string | undefined,
): void {
  const witness = testimonies.find(({ logId }) => logId === state.logId);
  const lost = witness && lostSince(state, witness, chainAt);
  if (lost !== undefined) throw tailLost(path, lost.sequence, lost.why);
}

/**
 * Refuses to begin a log in an empty file beside a witness: the file was emptied, or all its content was in a `-wal`
 * that was deleted. The log's id is lost too, so any testimony counts.
 *
 * @throws RefoldError `LOG_CORRUPT`
 */
export function requireUnwitnessed(path: string, [newest]: readonly Testimony[]): void {
  if (newest === undefined || newest.sequence === 0) return;
  const why = `the file is empty, and ${grouped(newest.sequence)} was durable`;
  throw tailLost(path, 1, why, 'Restore a backup; to begin a new log here, remove this file first');
}

function tailLost(path: string, sequence: number, why: string, hint: string = HINT_LOST): RefoldError {
  return new RefoldError('LOG_CORRUPT', `Cannot open ${path}: events from ${grouped(sequence)} on are lost: ${why}`, {
    path,
    sequence,
    hint,
  });
}

/** What to do about a truncated log. */
const HINT_LOST =
  'Look for the -wal file that belongs beside it, or restore a backup. To continue without the lost events, or with an older copy that you restored on purpose, run refold repair --accept-loss';
