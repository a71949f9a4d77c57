/**
 * What is still true at the end of a copy: which outcomes, how far reactors have come, and what `meta` says.
 *
 * A log copies and cuts itself, but only the engine can read these rows.
 */
import type { CutEnd, CutRows } from '../../log/log-backup.ts';
import type { ReactorRow } from '../../log/log-store.ts';
import { UNCHECKED_KEY } from '../folding/upcast.ts';
import { parseProgress } from '../reacting/progress.ts';
import { parseOutcome } from '../writing/outcomes/outcome.ts';
import { SEALED_KEY } from './automatic-compaction.ts';

/** What is still true in a log that ends there. */
export function rowsUpTo(end: CutEnd): CutRows {
  return {
    outcome: outcomesUpTo(end),
    reactor: (row) => reactorUpTo(row, end.sequence),
    meta: (key, value) => metaUpTo(key, value, end.sequence),
  };
}

/**
 * Keeps the outcomes of commits up to the end.
 *
 * A rejection and a commit of nothing have no event. Outcomes are asked for in the order in which they were written, so
 * they come too late after the first outcome of a later commit, or if they were recorded after the next event.
 */
function outcomesUpTo({ sequence, nextRecordedAt = Number.POSITIVE_INFINITY }: CutEnd): CutRows['outcome'] {
  let isOver = false;
  return (outcome) => {
    const last = lastSequenceOf(outcome);
    if (last === 'unreadable') return false;
    if (last !== undefined && last > sequence) isOver = true;
    return last === undefined ? !isOver && outcome.recordedAt <= nextRecordedAt : last <= sequence;
  };
}

/** Undefined for an outcome without events. */
function lastSequenceOf(outcome: Parameters<CutRows['outcome']>[0]): number | 'unreadable' | undefined {
  try {
    const parsed = parseOutcome(outcome);
    return parsed.status === 'accepted' ? parsed.commit?.lastSequence : undefined;
  } catch {
    return 'unreadable';
  }
}

/**
 * A reactor keeps what it has finished up to the end. Later sequences will be given again, to other events, whose effects
 * must run.
 */
function reactorUpTo(row: ReactorRow, sequence: number): ReactorRow {
  const { reactor } = row;
  const kept = Math.min(row.sequence, sequence);
  const progress = parseProgress(row.progress);
  if (progress === undefined) return { reactor, sequence: kept, progress: '' };
  const cut = {
    sequence: Math.min(progress.sequence, sequence),
    finished: progress.finished.filter((finished) => finished <= sequence),
    parked: progress.parked.filter((parked) => parked.sequence <= sequence),
  };
  return { reactor, sequence: kept, progress: JSON.stringify(cut) };
}

/** Two keys hold sequences. What they say of later events would be taken for what comes next. */
export function metaUpTo(key: string, value: string, sequence: number): string {
  if (Number(value) <= sequence) return value;
  if (key === SEALED_KEY) return '0'; // a hint: the next compaction looks again
  return key === UNCHECKED_KEY ? String(sequence) : value;
}
