/**
 * What a store does on one open log, in one role: it writes, or it reads what another process writes.
 *
 * The parts of a store that outlive a role are given to it (`LastingParts`). It knows nothing of calls: whether one may proceed is
 * decided before (`admission.ts`).
 */
import type { Model } from '../../core/model.ts';
import type { LogThread } from '../../log/log-source.ts';
import type { LogStore, SnapshotInfo } from '../../log/log-store.ts';
import type { StoreFailure } from '../calls/failure.ts';
import type { Settings } from '../calls/options.ts';
import { Erasure } from '../erasing/erasure.ts';
import type { ModelFingerprint } from '../folding/fingerprint.ts';
import type { ReplaceableState } from '../folding/replaceable-state.ts';
import type { CommitReader } from '../past/commit-reader.ts';
import type { Projections } from '../past/projections.ts';
import type { Reactors } from '../reacting/reactors.ts';
import { Replica } from '../replica/replica.ts';
import { StillReader } from '../replica/still-reader.ts';
import type { Rates } from '../snapshots/rates.ts';
import { Upkeep } from '../upkeep/upkeep.ts';
import type { StoreClock } from '../writing/clock.ts';
import type { Publisher } from '../writing/publisher.ts';
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
  readonly isClosed: () => boolean;
  /** The log was redacted: followers read again what they have not given yet. */
  readonly renewFollowers: () => void;
}

export class Session<State extends object> {
  readonly log: LogStore;
  readonly settings: Settings;
  readonly failure: StoreFailure;
  readonly writes: WritePath;
  readonly upkeep: Upkeep;
  readonly erasure: Erasure<State>;
  readonly replica: Replica<State> | undefined;
  readonly #reader: StillReader<State> | undefined;

  /** Begins its work. @param failure learns why the session can do nothing more, if that happens */
  static open<State extends object>(
    parts: SessionParts<State>,
    lasting: LastingParts<State>,
    failure: StoreFailure,
  ): Session<State> {
    const session = new Session(parts, lasting, failure);
    void session.erasure.cleanUpLater();
    return session;
  }

  private constructor(parts: SessionParts<State>, lasting: LastingParts<State>, failure: StoreFailure) {
    const { log, settings, fingerprint, live, sequence, generation } = parts;
    const { model, projections, reactors, publisher, renewFollowers } = lasting;
    this.log = log;
    this.settings = settings;
    this.failure = failure;
    this.writes = writePathOf(parts, lasting, failure, (bytes) => {
      projections.wake();
      if (!lasting.isClosed()) this.upkeep.wake(bytes);
    });
    const { writes } = this;
    this.upkeep = Upkeep.open({ model, ...parts, writes, failure, saveProjections: () => projections.save() });
    const { upkeep } = this;
    this.erasure = new Erasure({
      ...{ model, log, settings, fingerprint, live, failure },
      ...{ writes, upkeep, projections, reactors, renewFollowers },
    });
    const reading = { model, log, fingerprint, state: live, sequence, generation, failure };
    const onRenewed = async (): Promise<void> => {
      renewFollowers();
      await projections.renew();
    };
    const onAdvance = (): void => projections.wake();
    if (settings.live) this.replica = Replica.start({ ...reading, publisher, onAdvance, onRenewed });
    else if (settings.readOnly) this.#reader = new StillReader({ ...reading, onRenewed });
  }

  /** @throws RefoldError why the session can do nothing more, unless a replica's state is still that of whole commits */
  get state(): State {
    if (this.replica !== undefined) return this.replica.state;
    if (this.failure.error !== undefined) throw this.failure.error;
    return this.writes.state as State;
  }

  /** The sequence of the last event folded. When the state is not to be used, that of the last durable event. */
  get sequence(): number {
    if (this.replica !== undefined) return this.replica.sequence;
    return this.failure.error === undefined ? this.writes.sequence : this.writes.durableSequence;
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

  /** Ends all its work, and closes the log. */
  async close(): Promise<void> {
    await this.replica?.close();
    this.#reader?.close();
    await this.upkeep.close();
    await this.log.close();
  }
}

function writePathOf<State extends object>(
  { log, settings, live, sequence, firstSeen }: SessionParts<State>,
  { model, clock, publisher, commits }: LastingParts<State>,
  failure: StoreFailure,
  onDurable: (bytes: number) => void,
): WritePath {
  return new WritePath({
    ...{ model, log, settings, clock, live, sequence, firstSeen, publisher, failure, onDurable },
    readCommit: (commit) => commits.read(commit),
  });
}
