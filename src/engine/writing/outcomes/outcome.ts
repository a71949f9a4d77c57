/** What a command came to: as its caller gets it, and as the log remembers it for a retry. */
import { RefoldError } from '../../../core/errors.ts';
import type { Commit, Json, RecordedEvent } from '../../../core/event.ts';
import { freezeJson } from '../../../core/freeze.ts';
import { shortened } from '../../../core/nearest.ts';
import type { StoredOutcome } from '../../../log/log-store.ts';
import type { InputDigest } from './input-digest.ts';

/** What `execute` answers. A rejection by the command is an answer, not an error. */
export type CommandOutcome<Result = unknown, Event = RecordedEvent> = AcceptedCommand<Result, Event> | RejectedCommand;

export interface AcceptedCommand<Result = unknown, Event = RecordedEvent> {
  readonly status: 'accepted';
  /** Undefined when the command decided on no events. Then nothing was appended. */
  readonly commit: Commit | undefined;
  /**
   * The events of the commit as `store.events` gives them, frozen. A retry reads them from the log again. Undefined only for
   * a retry, when the log has dropped them.
   */
  readonly events: readonly Event[] | undefined;
  /** The result that `decide` gave, as a frozen copy. Undefined when it did not give a result. */
  readonly result: Result;
  /** Whether an earlier call with the same `commandId` did the work. */
  readonly replayed: boolean;
}

export interface RejectedCommand {
  readonly status: 'rejected';
  readonly code: string;
  readonly message: string;
  /** The third argument of `reject`, as a frozen copy. Undefined when it was left out. */
  readonly data: Json | undefined;
  /** Whether an earlier call with the same `commandId` decided this. */
  readonly replayed: boolean;
}

/** What `decide` gave to refuse a command. `data` is a frozen copy. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly data: Json | undefined;
}

/** What the log remembers of a call with a `commandId`. */
export type Remembered = RememberedAcceptance | (Refusal & RememberedInput & { readonly status: 'rejected' });

export interface RememberedAcceptance extends RememberedInput {
  readonly status: 'accepted';
  readonly commit: Commit | undefined;
  readonly result: Json | undefined;
}

interface RememberedInput {
  /** What the call asked for. Undefined in outcomes of releases that did not keep it. */
  readonly input: InputDigest | undefined;
}

/** A write that is about to be made durable. */
interface Written {
  readonly firstSequence: number;
  readonly recordedAt: number;
  readonly events: number;
  readonly rejection: Refusal | undefined;
  readonly result: Json | undefined;
}

/**
 * What the log shall remember of a write, as JSON text.
 *
 * An acceptance with events is `[firstSequence,lastSequence,input]`, and `[…,result]` with a result: it is short, because
 * there is one for each command, and its time is the outcome's. Other outcomes are objects, as earlier releases read them:
 * a log with only those may still have format 1. A commit of nothing ends before it begins. After a redaction of the commit,
 * `[firstSequence,lastSequence]` is left.
 */
export function outcomeText(write: Written, input: InputDigest): string {
  const { firstSequence, recordedAt, events, rejection, result } = write;
  if (rejection !== undefined) {
    const { code, message, data } = rejection;
    return JSON.stringify({ status: 'rejected', code, message, data, input });
  }
  const lastSequence = firstSequence + events - 1;
  if (events === 0) {
    const commit = { firstSequence, lastSequence, recordedAt };
    return JSON.stringify({ status: 'accepted', commit, result, input });
  }
  const resulting = result === undefined ? '' : `,${JSON.stringify(result)}`;
  return `[${firstSequence},${lastSequence},${input}${resulting}]`;
}

/** The inverse of `outcomeText`; also reads what earlier releases wrote. The log's checksum protects the text. */
export function parseOutcome({ outcome, recordedAt }: Pick<StoredOutcome, 'outcome' | 'recordedAt'>): Remembered {
  const stored = JSON.parse(outcome);
  if (Array.isArray(stored)) {
    const [firstSequence, lastSequence, input, result] = stored;
    const commit = { firstSequence, lastSequence, recordedAt };
    return { status: 'accepted', commit, result: freezeJson(result), input };
  }
  const { input } = stored;
  if (stored.status === 'rejected') {
    const { code, message, data } = stored;
    return { status: 'rejected', code, message, data: freezeJson(data), input };
  }
  const { commit, result } = stored;
  const isEmpty = commit.lastSequence < commit.firstSequence;
  return { status: 'accepted', commit: isEmpty ? undefined : commit, result: freezeJson(result), input };
}

/** The commit of an acceptance whose events may have been recorded without the id of their command: earlier releases did so. */
export function commitWithoutId(stored: StoredOutcome): Commit | undefined {
  if (stored.outcome.startsWith('[')) return undefined; // the events have the id
  const outcome = parseOutcome(stored);
  return outcome.status === 'accepted' ? outcome.commit : undefined;
}

/**
 * The outcome of a commit whose events were redacted: its status and its commit, and nothing of what the command was given or gave.
 * A retry is still answered.
 *
 * @param sequence an event of the commit
 * @returns undefined when there is nothing to take out, or when the outcome is that of another commit
 */
export function withoutResult(stored: StoredOutcome, sequence: number): StoredOutcome | undefined {
  const { status, commit } = parseOutcome(stored) as { readonly status: string; readonly commit?: Commit };
  if (status !== 'accepted' || commit === undefined) return undefined;
  if (sequence < commit.firstSequence || sequence > commit.lastSequence) return undefined;
  const isList = stored.outcome.startsWith('[');
  const kept = isList ? [commit.firstSequence, commit.lastSequence] : { status, commit };
  const outcome = JSON.stringify(kept);
  return outcome === stored.outcome ? undefined : { ...stored, outcome };
}

/** The error for an id that belongs to another call. */
export function commandIdReused(action: string, commandId: string): RefoldError {
  return new RefoldError(
    'COMMAND_ID_REUSED',
    `Cannot ${action}: the commandId ${shortened(commandId)} belongs to another call`,
    {
      type: 'commandId',
      hint: 'Use a fresh commandId for each append and each command; a retry gives the same input again',
    },
  );
}
