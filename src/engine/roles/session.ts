/**
 * What a store does on one open log, in one role: it writes, or it reads what another process writes.
 *
 * The parts of a store that outlive a role are given to it (`LastingParts`). It knows nothing of calls: whether one may proceed is
 * decided before (`admission.ts`).
 */

import { isRefoldError, RefoldError } from '../../core/errors.ts';
import type { Model } from '../../core/model.ts';
import type { LogThread } from '../../log/log-source.ts';
import type { LogHead, LogStore, SnapshotInfo } from '../../log/log-store.ts';
import { failedBefore, StoreFailure } from '../calls/failure.ts';
import { deposed, endedByTakeover } from '../calls/not-writer.ts';
import type { Settings } from '../calls/options.ts';
import { Erasure } from '../erasing/erasure.ts';
import type { ModelFingerprint } from '../folding/fingerprint.ts';
import type { ReplaceableState } from '../folding/replaceable-state.ts';
import type { Meter } from '../metrics/meter.ts';
import type { CommitReader } from '../past/commit-reader.ts';
import type { Projections } from '../past/projections.ts';
import type { Reactors } from '../reacting/reactors.ts';
import { Replica } from '../replica/replica.ts';
import { StillReader } from '../replica/still-reader.ts';
import type { Waiters } from '../replica/waiters.ts';
import { headAt } from '../sharing/head-at.ts';
import { Member } from '../sharing/member.ts';
import type { Rates } from '../snapshots/rates.ts';
import { Upkeep } from '../upkeep/upkeep.ts';
import type { StoreClock } from '../writing/clock.ts';
import type { Publisher } from '../writing/publisher.ts';
import type { Place } from '../writing/sharing/turn-queue.ts';
import { WritePath } from '../writing/write-path.ts';

/** What was recovered, and from which log. */
export interface SessionParts<State extends object> {
  readonly log: LogStore;
  /** How a thread opens the log; undefined if only this thread can have it. */
  readonly logThread: LogThread | undefined;
  readonly settings: Settings;
  readonly fingerprint: ModelFingerprint;
  readonly live: ReplaceableState<State>;
  /** How many redactions the log had had at most when the state was recovered. */
  readonly generation: number;
  /** The sequence of the last event in `live`. If another process writes the log, it may have later events. */
  readonly sequence: number;
  readonly firstSeen: Map<string, number>;
  readonly snapshot: SnapshotInfo | undefined;
  readonly isBelieved: boolean;
  readonly rates: Rates;
}

/** What a store has in every role. */
export interface LastingParts<State extends object> {
  readonly model: Model<State>;
  readonly clock: StoreClock;
  readonly publisher: Publisher;
  readonly projections: Projections;
  readonly reactors: Reactors;
  readonly commits: CommitReader;
  /** Calls that wait for a sequence. */
  readonly waiters: Waiters;
  readonly meter: Meter;
  readonly isClosed: () => boolean;
  /** Everything up to this sequence is durable. */
  readonly onDurable: (sequence: number) => void;
  /** What was folded after this sequence is not in the log, and never will be. */
  readonly onLost: (sequence: number) => void;
  /** The log was redacted: followers read again what they have not given yet. */
  readonly renewFollowers: () => void;
}

export class Session<State extends object> {
  readonly log: LogStore;
  readonly settings: Settings;
  /** Why the session can do nothing more. What it means for the store is decided elsewhere. */
  readonly failure: StoreFailure;
  /** The first sequence of each event type so far. */
  readonly firstSeen: Map<string, number>;
  readonly writes: WritePath;
  readonly upkeep: Upkeep;
  readonly erasure: Erasure<State>;
  readonly replica: Replica<State> | undefined;
  /** Set when the log is written in turns. */
  readonly member: Member<State> | undefined;
  readonly #reader: StillReader<State> | undefined;
  #closed: Promise<void> | undefined;

  /** Begins its work. */
  static open<State extends object>(parts: SessionParts<State>, lasting: LastingParts<State>): Session<State> {
    const session = new Session(parts, lasting);
    void session.erasure.cleanUpLater();
    return session;
  }

  private constructor(parts: SessionParts<State>, lasting: LastingParts<State>) {
    const { log, settings, fingerprint, live, sequence, generation, firstSeen } = parts;
    const { model, projections, reactors, publisher, renewFollowers, waiters } = lasting;
    const isShared = settings.writers === 'many';
    const failure = new StoreFailure(log, undefined, !isShared);
    this.log = log;
    this.settings = settings;
    this.firstSeen = firstSeen;
    this.failure = failure;
    const onDurable = (bytes: number): void => {
      projections.wake();
      waiters.reached(this.writes.durableSequence);
      lasting.onDurable(this.writes.durableSequence);
      if (!lasting.isClosed()) this.upkeep.wake(bytes);
    };
    const placed = isShared ? (place: Place) => headAt(log, place) : undefined;
    this.writes = writePathOf(parts, lasting, failure, onDurable, placed);
    const { writes } = this;
    this.upkeep = Upkeep.open({ model, ...parts, writes, failure, saveProjections: () => projections.save() });
    const { upkeep } = this;
    this.erasure = new Erasure({
      ...{ model, log, settings, fingerprint, live, failure },
      ...{ writes, upkeep, projections, reactors, renewFollowers },
      shared: () => this.member,
    });
    const reading = { model, log, fingerprint, state: live, sequence, generation, failure };
    const onRenewed = async (): Promise<void> => {
      renewFollowers();
      await projections.renew();
    };
    const onAdvance = (): void => projections.wake();
    if (isShared) {
      const onGrown = (bytes: number): void => {
        onAdvance();
        if (!lasting.isClosed()) this.upkeep.wake(bytes);
      };
      const { onLost } = lasting;
      this.member = Member.start({ ...reading, publisher, onGrown, onLost, onRenewed, waiters, firstSeen, writes });
    } else if (settings.live)
      this.replica = Replica.start({ ...reading, publisher, onAdvance, onRenewed, waiters, firstSeen });
    else if (settings.readOnly) this.#reader = new StillReader({ ...reading, onRenewed });
    failure.ends((error) => this.#refuse(error));
    log.onLost?.((cause) => this.lose(cause));
  }

  /** Whether another writer has taken over its log. */
  get isDeposed(): boolean {
    return this.failure.error?.code === 'NOT_WRITER';
  }

  /** The log takes no more writes. @param cause why: a `SEQUENCE_CONFLICT` when another writer has taken over */
  lose(cause: RefoldError): void {
    const { path } = this.log;
    const isTakeover = isRefoldError(cause, 'SEQUENCE_CONFLICT');
    this.failure.fail(isTakeover ? deposed(path, cause) : failedBefore(path, cause));
  }

  #refuse(error: RefoldError): void {
    if (error.code !== 'NOT_WRITER') return;
    this.upkeep.stop();
    this.writes.refuse(error);
  }

  /** Does work that writes, and notices when the log fails in it. @throws RefoldError `NOT_WRITER` after a takeover */
  watching<T>(work: () => Promise<T>): Promise<T> {
    return this.#afterTakeover(() => this.failure.watching(this.log.path, work));
  }

  /** The same for work whose unknown outcome does not matter to the store. */
  fencing<T>(work: (log: LogStore) => Promise<T>): Promise<T> {
    return this.#afterTakeover(() => this.failure.fencing(this.log.path, () => work(this.log)));
  }

  /** After a takeover the log is closed, whatever still works with it. */
  async #afterTakeover<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!this.isDeposed || !isRefoldError(error, 'STORE_CLOSED')) throw error;
      throw endedByTakeover(this.log.path, error);
    }
  }

  /** @throws RefoldError why the session can do nothing more, unless a replica's state is still that of whole commits */
  get state(): State {
    if (this.replica !== undefined) return this.replica.state;
    if (this.failure.error !== undefined) throw this.failure.error;
    if (this.member?.isRecovering === true) throw turnLost(this.log.path);
    return this.writes.state as State;
  }

  /** The sequence of the last event folded. When the state is not to be used, that of the last durable event. */
  get sequence(): number {
    if (this.replica !== undefined) return this.replica.sequence;
    const isSound = this.failure.error === undefined && this.member?.isRecovering !== true;
    return isSound ? this.writes.sequence : this.writes.durableSequence;
  }

  get durableSequence(): number {
    return this.replica?.sequence ?? this.writes.durableSequence;
  }

  /** Resolves when everything accepted so far is durable; for a reader, when its state is that of the log if it was redacted. */
  async settled(): Promise<void> {
    if (this.settings.readOnly) await (this.replica ?? this.#reader)?.renewed();
    else await this.writes.drained();
  }

  /** Ends upkeep in order, or at least lets accepted writes become durable. */
  async drain(): Promise<void> {
    if (!this.settings.readOnly && this.failure.error === undefined) await this.upkeep.drain();
    // Under the direct fold a reducer's failure ends the store. Writes accepted before it still become durable.
    else await this.writes.drained().catch(() => {});
  }

  /** Stops following. Calls that wait go on waiting, and the log stays open. */
  async stopFollowing(): Promise<void> {
    await this.replica?.close();
    await this.upkeep.close();
  }

  /** Another writer has taken over: waits for the answers of appends that were sent, and closes the log. Never rejects. */
  async end(): Promise<void> {
    await this.writes.queue.settled();
    await this.close().catch(() => {}); // nothing that was acknowledged depends on it
  }

  /** Ends all its work, and closes the log. */
  async close(): Promise<void> {
    this.#closed ??= this.#close();
    await this.#closed;
  }

  async #close(): Promise<void> {
    await this.replica?.close();
    await this.member?.close();
    this.#reader?.close();
    await this.upkeep.close();
    await this.log.close();
  }
}

/** A turn was lost, and its events are in the state. */
function turnLost(path: string): RefoldError {
  return new RefoldError('NOT_WRITER', `Cannot read the state of ${path}: a turn was lost, and it is being recovered`, {
    path,
    hint: 'Read it again once store.catchUp() resolves',
  });
}

function writePathOf<State extends object>(
  { log, settings, live, sequence, firstSeen }: SessionParts<State>,
  { model, clock, publisher, commits, meter }: LastingParts<State>,
  failure: StoreFailure,
  onDurable: (bytes: number) => void,
  headAt: ((place: Place) => Promise<LogHead>) | undefined,
): WritePath {
  return new WritePath({
    headAt,
    ...{ model, log, settings, clock, live, sequence, firstSeen, publisher, failure, onDurable, meter },
    readCommit: (commit) => commits.read(commit),
  });
}
