/**
 * The oracle compares the attempts and their answers with the disk and the store.
 *
 * It knows every attempt before the store does. It trusts the disk's own account of commits, and folds it with a
 * plain loop. It does not trust the store.
 */
import { createHash } from 'node:crypto';
import { type Commit, isRefoldError } from 'refold';
import { encodeState } from '../../../src/fold/encoding/state-codec.ts';
import type { CommandOutcome } from '../../../src/index.ts';
import { bank, perAccount } from './bank.ts';
import type { Disk, WrittenCommit } from './disk.ts';

/** What a client wants to write. */
export interface Wish {
  readonly kind: 'deposit' | 'withdraw' | 'spoilt' | 'invalid';
  /** The number of events that it makes when it is accepted. */
  readonly size: number;
  readonly account: string;
  readonly cents: number;
  readonly memo: string;
}

/** A wish that is tried once, or repeatedly with its commandId. */
export interface Attempt extends Wish {
  readonly id: number;
  readonly commandId: string | undefined;
  /** The number of unanswered tries in living processes. */
  inFlight: number;
  /** Whether a try may have written the commit without an answer. */
  open: boolean;
  accepted: Commit | undefined;
  rejected: string | undefined;
}

/** An invariant that does not hold. */
export class Violation extends Error {}

/** After these errors, a try has written nothing. */
const DEFINITE: ReadonlySet<string> = new Set([
  'LOG_FULL',
  'SEQUENCE_CONFLICT',
  'NOT_WRITER',
  'EVENT_REJECTED',
  'COMMAND_INPUT_REJECTED',
  'REDUCER_FAILED',
  'COMMAND_FAILED',
  'REENTRANT_WRITE',
  'STORE_FAILED',
  'STORE_CLOSED',
]);

export class Oracle {
  readonly attempts: Attempt[] = [];
  readonly #disk: Disk;
  #fold = newFold();

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  attempt(wish: Wish, retryable: boolean): Attempt {
    const id = this.attempts.length + 1;
    const commandId = retryable ? `attempt-${id}` : undefined;
    const attempt = { ...wish, id, commandId, inFlight: 0, open: false, accepted: undefined, rejected: undefined };
    this.attempts.push(attempt);
    return attempt;
  }

  /** Records that a try was answered with an outcome. */
  answered(attempt: Attempt, outcome: CommandOutcome): void {
    attempt.inFlight -= 1;
    if (outcome.status === 'rejected') {
      this.#rejected(attempt, outcome.code);
      return;
    }
    if (attempt.rejected !== undefined) throw violation('I4', attempt, 'it was rejected before and is accepted now');
    const commit = outcome.commit!; // every wish of the bank has events
    if (attempt.accepted !== undefined && !sameCommit(attempt.accepted, commit))
      throw violation('I4', attempt, `two answers: ${show(attempt.accepted)} and ${show(commit)}`);
    if (attempt.kind === 'spoilt' || attempt.kind === 'invalid') throw violation('I4', attempt, 'it was accepted');
    attempt.accepted = commit;
    this.#requireThere(attempt);
  }

  #rejected(attempt: Attempt, code: string): void {
    if (attempt.accepted !== undefined) throw violation('I4', attempt, 'it was accepted before and is rejected now');
    if (attempt.kind !== 'withdraw' || code !== 'OVERDRAWN') throw violation('I4', attempt, `rejected with ${code}`);
    if (attempt.commandId !== undefined) attempt.rejected = code;
  }

  /** Records that a try failed. Returns the error's code. */
  refused(attempt: Attempt, error: unknown): string {
    attempt.inFlight -= 1;
    if (!isRefoldError(error))
      throw violation('I4', attempt, `an error without a code: ${String((error as Error)?.stack)}`);
    if (error.code === 'OUTCOME_UNKNOWN') attempt.open = true;
    else if (!DEFINITE.has(error.code)) throw violation('I4', attempt, `an unexpected ${error.code}: ${error.message}`);
    return error.code;
  }

  /** Records that the process of a try has ended. */
  lost(attempt: Attempt, tries: number): void {
    attempt.inFlight -= tries;
    attempt.open = true;
  }

  /** Checks I1 to I4 against the disk's account. */
  checkDisk(): void {
    const found = new Map<number, WrittenCommit>();
    for (const commit of this.#disk.commits) {
      const attempt = this.#attemptOf(commit);
      if (found.has(attempt.id)) throw violation('I4', attempt, `it is there twice, again at ${commit.firstSequence}`);
      found.set(attempt.id, commit);
      if (attempt.rejected !== undefined) throw violation('I4', attempt, 'it was rejected and is there');
      if (attempt.accepted === undefined && attempt.inFlight === 0 && !attempt.open)
        throw violation('I4', attempt, `a definite error, and it is there at ${commit.firstSequence}`);
    }
    for (const attempt of this.attempts) if (attempt.accepted !== undefined) this.#requireThere(attempt, found);
  }

  /** A commit must hold all events of one attempt, as wished. */
  #attemptOf({ events, firstSequence }: WrittenCommit): Attempt {
    const attempt = this.attempts[events[0]![2].attempt - 1];
    if (attempt === undefined) throw new Violation(`I2: no attempt made the commit at ${firstSequence}`);
    const whole = events.length === attempt.size;
    const inOrder = events.every(([, , data], index) => data.attempt === attempt.id && data.index === index);
    const asWished = events.every(([, , data]) => data.account === attempt.account && data.cents === attempt.cents);
    if (!whole || !inOrder) throw violation('I3', attempt, `${events.length} of ${attempt.size} events are there`);
    if (!asWished || (attempt.kind === 'deposit' && events[0]![2].memo !== attempt.memo))
      throw violation('I2', attempt, 'other events than were issued are there');
    return attempt;
  }

  #requireThere(attempt: Attempt, found?: ReadonlyMap<number, WrittenCommit>): void {
    const accepted = attempt.accepted!;
    const there = found
      ? found.get(attempt.id)
      : this.#disk.commits.find(({ events }) => events[0]![2].attempt === attempt.id);
    if (there === undefined) throw violation('I1', attempt, `acknowledged as ${show(accepted)}, and not there`);
    if (!sameCommit(there, accepted))
      throw violation('I1', attempt, `acknowledged as ${show(accepted)}, is ${show(there)}`);
  }

  /** An event that the store gives must be exactly the one on the disk. */
  checkEvent(event: { sequence: number; recordedAt: number; type: string; version: number; data: unknown }): void {
    const commit = this.#disk.commits.find(({ lastSequence }) => lastSequence >= event.sequence);
    const written = commit?.events[event.sequence - commit.firstSequence];
    const given = JSON.stringify([event.type, event.version, event.data]);
    if (commit?.recordedAt === event.recordedAt && given === JSON.stringify(written)) return;
    throw new Violation(`I2: the event at ${event.sequence} is not what was written: ${given.slice(0, 200)}`);
  }

  /** I5: a state must be a plain fold of everything up to its sequence. */
  checkState(door: string, state: object | string, sequence: number): void {
    const expected = hashState(this.#foldTo(sequence).state);
    const actual = typeof state === 'string' ? state : hashState(state);
    if (actual !== expected) throw new Violation(`I5: ${door}: a wrong state at ${sequence}`);
  }

  checkView(door: string, state: object, sequence: number): void {
    if (hashState(state) !== hashState(this.#foldTo(sequence).view))
      throw new Violation(`I5: ${door}: a wrong view at ${sequence}`);
  }

  /** After a power cut the account may be shorter. */
  forget(): void {
    this.#fold = newFold();
  }

  #foldTo(sequence: number): ReturnType<typeof newFold> {
    if (sequence > this.#disk.lastSequence) throw new Violation(`I2: a state at ${sequence}, beyond the log`);
    const fold = sequence >= this.#fold.sequence ? this.#fold : newFold();
    for (const commit of this.#disk.commits) {
      if (commit.lastSequence <= fold.sequence) continue;
      for (const [index, [type, version, data]] of commit.events.entries()) {
        const at = commit.firstSequence + index;
        if (at > fold.sequence && at <= sequence)
          foldOne(fold, { sequence: at, recordedAt: commit.recordedAt, type, version, data });
      }
      if (fold.sequence === sequence) break;
    }
    return fold;
  }
}

/** Hashes a state like the engine, but in small chunks, because these states are many and small. */
function hashState(state: object): string {
  const hash = createHash('sha256');
  for (const chunk of encodeState(state, 2_048)) hash.update(chunk);
  return hash.digest('hex');
}

function newFold() {
  return { sequence: 0, recordedAt: 0, state: bank.initialState(), view: perAccount.initialState() };
}

function foldOne(
  fold: ReturnType<typeof newFold>,
  event: { sequence: number; recordedAt: number; type: string; version: number; data: any },
): void {
  if (event.recordedAt < fold.recordedAt) throw new Violation(`I2: time goes back at ${event.sequence}`);
  (bank.reducers as any)[event.type](fold.state, event.data, event);
  if (event.type === 'Withdrawn') perAccount.reducers.Withdrawn!(fold.view, event.data, event as never);
  fold.sequence = event.sequence;
  fold.recordedAt = event.recordedAt;
  const left = fold.state.accounts.get(event.data.account)?.cents;
  if (event.type === 'Withdrawn' && left !== event.data.left)
    throw new Violation(
      `I2: the withdrawal at ${event.sequence} was decided on another state: ${left}, not ${event.data.left}`,
    );
}

function sameCommit(a: Commit, b: Commit): boolean {
  return a.firstSequence === b.firstSequence && a.lastSequence === b.lastSequence && a.recordedAt === b.recordedAt;
}

function show({ firstSequence, lastSequence, recordedAt }: Commit): string {
  return `${firstSequence}-${lastSequence} of ${recordedAt}`;
}

function violation(invariant: string, { id, kind, commandId }: Attempt, what: string): Violation {
  return new Violation(
    `${invariant}: attempt ${id} (${kind}${commandId === undefined ? '' : ', with an id'}): ${what}`,
  );
}
