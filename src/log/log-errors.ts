/** The refusals that all logs share. */
import { grouped, isRefoldError, RefoldError } from '../core/errors.ts';
import { HINT_CORRUPT } from './blocks/chain.ts';
import type { Durability } from './log-store.ts';

/** A read of events that compaction dropped. */
export function historyGone(path: string, from: number, firstLeft: number): RefoldError {
  return new RefoldError(
    'HISTORY_GONE',
    `Cannot read ${path} from sequence ${grouped(from)}: history before ${grouped(firstLeft)} was dropped`,
    { path, sequence: firstLeft, hint: `Read from ${grouped(firstLeft)}, or restore a backup that is old enough` },
  );
}

/** A read of events that should be there but are missing. */
export function eventsMissing(path: string, sequence: number): RefoldError {
  return new RefoldError('LOG_CORRUPT', `Cannot read ${path}: the event at sequence ${grouped(sequence)} is missing`, {
    path,
    sequence,
    hint: HINT_CORRUPT,
  });
}

/** An append that expects another end of the log. */
export function sequenceConflict(path: string, expected: number, actual: number): RefoldError {
  return new RefoldError('SEQUENCE_CONFLICT', `Cannot append after sequence ${expected}: ${path} ends at ${actual}`, {
    path,
    sequence: actual,
    hint: 'Read the new state and decide again',
  });
}

/** Any write by a writer that another one has replaced. */
export function epochConflict(path: string, epoch: number, current: number): RefoldError {
  return new RefoldError(
    'SEQUENCE_CONFLICT',
    `Cannot write to ${path} as writer ${epoch}: writer ${current} has opened it since`,
    { path, type: EPOCH, hint: 'Close this store; only the newest writer of a log may write' },
  );
}

/** What the refusal of a replaced writer names. */
const EPOCH = 'epoch';

/**
 * Whether a log refused a write because another writer has replaced this one. A log that does not say it with `epochConflict` is
 * only understood when it refuses an append.
 */
export function isFenced(error: unknown): error is RefoldError {
  return isRefoldError(error, 'SEQUENCE_CONFLICT') && error.type === EPOCH;
}

/** A redaction of blocks that have changed since they were read. */
export function blocksChanged(path: string, sequence: number): RefoldError {
  return new RefoldError(
    'SEQUENCE_CONFLICT',
    `Cannot redact ${path}: the block of event ${grouped(sequence)} has changed since it was read`,
    { path, sequence, hint: 'Redact again: nothing was changed' },
  );
}

/**
 * Staged blocks must not overlap: each of them alone would take the place of the same block.
 *
 * @param blocks in order
 * @throws RefoldError `SEQUENCE_CONFLICT`
 */
export function requireApart(
  blocks: readonly { readonly firstSequence: number; readonly lastSequence: number }[],
  path: string,
): void {
  let end = 0;
  for (const { firstSequence, lastSequence } of blocks) {
    if (firstSequence <= end) throw blocksChanged(path, firstSequence);
    end = lastSequence;
  }
}

/** An open for writing that was asked to wait for the writer before it. */
export function logInUse(path: string): RefoldError {
  return new RefoldError('LOG_LOCKED', `Cannot open ${path} for writing: another store has it open`, {
    path,
    hint: 'Close the other store, or open this one with readOnly',
  });
}

/** A write of a member that is not the keeper. */
export function notKeeper(path: string): RefoldError {
  return new RefoldError('SEQUENCE_CONFLICT', `Cannot write to ${path}: another member is its keeper`, {
    path,
    hint: 'Append in a turn; everything else is written by the keeper alone',
  });
}

/** A turn of a log that one process writes now. */
export function noTurns(path: string): RefoldError {
  return new RefoldError('SEQUENCE_CONFLICT', `Cannot take a turn of ${path}: it is not written in turns`, {
    path,
    type: EPOCH,
    hint: "Open it again with writers: 'many', once its writer has closed it",
  });
}

/** An option that asks for turns, where they cannot be had. */
export function turnsRefused(path: string, why: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot open ${path} with writers: 'many': ${why}`, {
    path,
    type: 'writers',
    hint: 'Leave writers out, or put the log into PostgreSQL, which can be written by many processes',
  });
}

export function storeClosed(path: string): RefoldError {
  return new RefoldError('STORE_CLOSED', `Cannot use ${path}: the log is closed`, { path, hint: 'Open it again' });
}

/** A write, after an I/O error made this log unfit for writing. */
export function storeFailed(path: string, cause?: unknown): RefoldError {
  return new RefoldError('STORE_FAILED', `Cannot write to ${path}: an earlier write failed`, {
    path,
    hint: 'Close and reopen it; recovery shows what was kept',
    cause,
  });
}

/** @throws RefoldError `INVALID_OPTION` for an unknown durability */
export function requireDurability(durability: unknown): asserts durability is Durability {
  if (durability === 'always' || durability === 'everysec' || durability === 'os') return;
  const given = typeof durability === 'string' ? `durability ${durability}` : 'a durability that is not a string';
  throw new RefoldError('INVALID_OPTION', `Cannot open a log with ${given}`, {
    type: 'durability',
    hint: "Give 'always', 'everysec' or 'os'",
  });
}

export function openedReadOnly(path: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot write to ${path}: it was opened read-only`, {
    path,
    type: 'readOnly',
    hint: 'Open it without readOnly',
  });
}

/** A remembered outcome whose checksum does not match. */
export function outcomeDamaged(path: string, commandId: string): RefoldError {
  return new RefoldError(
    'LOG_CORRUPT',
    `Cannot answer for the command ${commandId} of ${path}: its outcome is damaged`,
    {
      path,
      type: commandId,
      hint: 'Check in the events whether the command was done; if not, execute it again with another commandId',
    },
  );
}

/** A snapshot whose stored chunks are not the ones that were put. */
export function snapshotDamaged(path: string, sequence: number, why: string): RefoldError {
  return new RefoldError(
    'LOG_CORRUPT',
    `Cannot read the snapshot at sequence ${grouped(sequence)} of ${path}: ${why}`,
    {
      path,
      sequence,
      type: 'snapshot',
      hint: 'Use an older snapshot, or replay the log',
    },
  );
}
