/**
 * The life of a standby: it follows the log, takes over when the log is free, and steps down when another writer has taken over.
 *
 *     follows ── the log is free ──> catches up ──> writes ── another writer ──> settles, recovers ──> follows …
 *
 * One loop does all of it, so no two changes of role overlap. The role changes at the end of a step: until then the store takes no
 * write. Everything that outlives a role goes on from the last durable sequence, so each event comes once.
 */
import { grouped, isRefoldError, messageOf, RefoldError } from '../../core/errors.ts';
import type { Model } from '../../core/model.ts';
import { epochConflict } from '../../log/log-errors.ts';
import type { LogStore } from '../../log/log-store.ts';
import { every, later, performance } from '../../threads/timers.ts';
import type { StoreFailure } from '../calls/failure.ts';
import { warnThat } from '../calls/warn.ts';
import { usableSnapshots } from '../folding/usable-snapshots.ts';
import { recoverDespiteDrops } from '../past/history.ts';
import type { Recovered } from '../past/recovery.ts';
import type { Waiters } from '../replica/waiters.ts';
import type { Publisher } from '../writing/publisher.ts';
import type { Cuts } from './cuts.ts';
import type { StoreRole } from './role-listeners.ts';
import type { Session, SessionParts } from './session.ts';

/** How a standby gets its logs. */
export interface StandbyLogs {
  /** What it reads in every role. */
  readonly reading: LogStore;
  /**
   * Opens the log for writing, as the owner of its model.
   *
   * @throws RefoldError `LOG_LOCKED` when another writer still has it after `waitForLock` ms; the reason of the signal
   */
  readonly openWriter: (waitForLock: number, signal: AbortSignal) => Promise<LogStore>;
}

/** What a standby needs of its store. */
export interface StandbyHost<State extends object> {
  readonly model: Model<State>;
  /** What was recovered at the open. */
  readonly parts: SessionParts<State>;
  readonly failure: StoreFailure;
  readonly publisher: Publisher;
  readonly waiters: Waiters;
  readonly cuts: Cuts;
  readonly role: StoreRole;
  readonly session: Session<State>;
  /** Begins another session, and changes the role. */
  begin(role: StoreRole, found: Found<State>): void;
}

/** What a session of another role begins with. */
type Found<State extends object> = Pick<
  SessionParts<State>,
  'log' | 'sequence' | 'generation' | 'snapshot' | 'firstSeen'
>;

/** How long one attempt to open the log for writing waits, in ms. */
const ATTEMPT_MS = 60_000;
/** How often a writer looks whether another one has taken over, in ms. Its next write would find it out too. */
const EPOCH_LOOK_MS = 250;
/** After an attempt that failed, the next one comes after this many ms; then after twice as many, up to the longest. */
const FIRST_ATTEMPT_REST_MS = 200;
const LONGEST_ATTEMPT_REST_MS = 30_000;
/** How long the log that is read may take to show what was durable, in ms, and how often that is looked at. */
const SEEN_WITHIN_MS = 30_000;
const SEEN_LOOK_MS = 25;

export class Standby<State extends object> {
  readonly #host: StandbyHost<State>;
  readonly #logs: StandbyLogs;
  readonly #closing = new AbortController();
  /** Why the last attempt failed, and how long the next one waits. */
  #problem = '';
  #restMs = FIRST_ATTEMPT_REST_MS;
  /** Resolves when the present writer's session was deposed. */
  #takeover: PromiseWithResolvers<void> = Promise.withResolvers();
  #ended: Promise<void> = Promise.resolve();

  static start<State extends object>(host: StandbyHost<State>, logs: StandbyLogs): Standby<State> {
    const standby = new Standby(host, logs);
    standby.#ended = standby.#run();
    return standby;
  }

  private constructor(host: StandbyHost<State>, logs: StandbyLogs) {
    this.#host = host;
    this.#logs = logs;
    host.failure.ends(() => this.#closing.abort());
  }

  /** The present session takes no more writes, because another writer has taken over. */
  deposed(): void {
    this.#takeover.resolve();
  }

  /** Ends the waiting for the log. Resolves when no change of role is under way. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#ended;
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        if (this.#host.role === 'writer') await this.#write();
        else await this.#follow();
      } catch (error) {
        if (!this.#closing.signal.aborted) this.#host.failure.fail(asFailure(this.#logs.reading.path, error));
      }
    }
  }

  async #write(): Promise<void> {
    const letGo = every(EPOCH_LOOK_MS, () => this.#lookAtEpoch());
    const { promise: closing, resolve } = Promise.withResolvers<void>();
    this.#closing.signal.addEventListener('abort', () => resolve(), { once: true });
    try {
      await Promise.race([this.#takeover.promise, closing]);
    } finally {
      letGo();
    }
    if (!this.#closing.signal.aborted) await this.#stepDown();
  }

  #lookAtEpoch(): void {
    const { session } = this.#host;
    const { path, epoch } = session.log;
    try {
      const now = this.#logs.reading.epoch;
      if (now > epoch) session.lose(epochConflict(path, epoch, now));
    } catch {
      // The log cannot be read. The next read or write says why.
    }
  }

  async #stepDown(): Promise<void> {
    const { session, cuts } = this.#host;
    const { reading } = this.#logs;
    const { epoch } = session.log;
    await session.end();
    this.#takeover = Promise.withResolvers();
    const { durableSequence } = session.writes;
    cuts.lose(durableSequence);
    await requireSeen(reading, durableSequence, epoch, this.#closing.signal);
    const generation = reading.generation?.() ?? 0;
    const { cursor, snapshot } = await this.#recover(durableSequence);
    const { state, sequence, firstSeen } = cursor;
    if (this.#closing.signal.aborted) return;
    this.#host.parts.live.replace(state);
    this.#host.begin('replica', { log: reading, sequence, generation, snapshot, firstSeen });
  }

  /** The state at a sequence; the newest one if the events up to it were dropped meanwhile. */
  async #recover(to: number): Promise<Recovered<State>> {
    const { model, parts, publisher } = this.#host;
    const { reading } = this.#logs;
    try {
      return await recoverDespiteDrops(model, reading, parts.fingerprint, { to });
    } catch (error) {
      if (!isRefoldError(error, 'HISTORY_GONE')) throw error;
      const recovered = await recoverDespiteDrops(model, reading, parts.fingerprint);
      const { sequence } = recovered.cursor;
      publisher.tail.jump(sequence);
      warnThat(reading, 'RefoldReplicaWarning', jumped(reading.path, to, sequence));
      return recovered;
    }
  }

  async #follow(): Promise<void> {
    const log = await this.#takeLog();
    if (log === undefined) return;
    try {
      await this.#takeOver(log);
    } catch (error) {
      await log.close().catch(() => {});
      throw error;
    }
  }

  /** The log, open for writing; undefined when it was not to be had. */
  async #takeLog(): Promise<LogStore | undefined> {
    const { signal } = this.#closing;
    try {
      const log = await this.#logs.openWriter(ATTEMPT_MS, signal);
      this.#problem = '';
      this.#restMs = FIRST_ATTEMPT_REST_MS;
      return log;
    } catch (error) {
      if (!signal.aborted && !isRefoldError(error, 'LOG_LOCKED')) await this.#restAfter(error);
      return undefined;
    }
  }

  /** Warns once of the same problem. A replica stays readable while it cannot take over. */
  async #restAfter(error: unknown): Promise<void> {
    const { path } = this.#logs.reading;
    const problem = messageOf(error);
    if (problem !== this.#problem) {
      this.#problem = problem;
      const detail = 'The store goes on as a replica, and tries again';
      warnThat(this.#logs.reading, 'RefoldReplicaWarning', `Cannot take over ${path}: ${problem}`, detail);
    }
    await restFor(this.#restMs, this.#closing.signal);
    this.#restMs = Math.min(2 * this.#restMs, LONGEST_ATTEMPT_REST_MS);
  }

  /** From here on no other writer can append. So the replica folds what is left, and then its state is that of the log. */
  async #takeOver(log: LogStore): Promise<void> {
    const { session, parts, waiters } = this.#host;
    const { signal } = this.#closing;
    const { sequence } = log.head();
    if (session.sequence > sequence) throw lostTail(log.path, sequence, session.sequence);
    this.#logs.reading.head(); // a look wakes the replica
    await session.replica?.renewed();
    await waiters.reach(sequence, { signal });
    const [snapshot] = await usableSnapshots(log, parts.fingerprint);
    await session.stopFollowing();
    if (signal.aborted) return log.close();
    const generation = log.generation?.() ?? 0;
    this.#host.begin('writer', { log, sequence, generation, snapshot, firstSeen: session.firstSeen });
  }
}

/**
 * Resolves when the log that is read has an event that is durable: it may hear of it later than its writer.
 *
 * @param epoch of the writer to which it was durable. A reader that has seen a later epoch has seen all that this writer wrote
 * @throws RefoldError `LOG_CORRUPT` when the event is not there
 */
async function requireSeen(reading: LogStore, sequence: number, epoch: number, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + SEEN_WITHIN_MS;
  while (!signal.aborted) {
    const hasSeenNext = reading.epoch > epoch;
    const head = reading.head().sequence;
    if (head >= sequence) return;
    if (hasSeenNext || performance.now() > deadline) throw lostTail(reading.path, head, sequence);
    await restFor(SEEN_LOOK_MS, signal);
  }
}

/** Resolves after `ms`, or when the signal aborts. */
function restFor(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = later(ms, resolve);
  signal.addEventListener('abort', () => resolve(), { once: true });
  if (signal.aborted) resolve();
  return promise.finally(cancel);
}

function jumped(path: string, before: number, now: number): string {
  return `The standby on ${path} was at ${grouped(before)} when another writer took over and dropped the events after it. It loaded the newest snapshot and is at ${grouped(now)} now. Subscribers did not get the events in between`;
}

function lostTail(path: string, head: number, known: number): RefoldError {
  const message = `Cannot go on with ${path}: the log ends at ${grouped(head)}, and this store has read up to ${grouped(known)}`;
  return new RefoldError('LOG_CORRUPT', message, {
    path,
    sequence: head + 1,
    hint: 'The log has lost its end: restore it, or open the store again to go on from where the log ends now',
  });
}

function asFailure(path: string, error: unknown): RefoldError {
  if (isRefoldError(error)) return error;
  return new RefoldError('STORE_FAILED', `Cannot change the role of the store on ${path}: ${messageOf(error)}`, {
    path,
    cause: error,
    hint: 'Look at the cause, then open the store again',
  });
}
