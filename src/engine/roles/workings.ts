/**
 * What works behind the doors of a store: the parts that outlive a role, and the session of the present role.
 *
 * The doors (`reading-store.ts`, `store.ts`) check and hand over each call. Here the parts are put together, and taken apart
 * again at the close.
 */

import { isRefoldError, RefoldError } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/event.ts';
import type { Model } from '../../core/model.ts';
import type { LogStore } from '../../log/log-store.ts';
import { StoreFailure } from '../calls/failure.ts';
import type { Settings } from '../calls/options.ts';
import { guardOf, type Reentrancy } from '../calls/reentrancy.ts';
import { Followed } from '../following/followed.ts';
import { Follower } from '../following/follower.ts';
import type { EventBatch } from '../following/selection.ts';
import { Meter } from '../metrics/meter.ts';
import { CommitReader } from '../past/commit-reader.ts';
import { type EventRange, readEvents } from '../past/events.ts';
import { checkFollowing, type FollowOptions, followForModel } from '../past/follow-log.ts';
import { Projections } from '../past/projections.ts';
import type { RecoveryReport } from '../past/recovery.ts';
import { Reactors } from '../reacting/reactors.ts';
import { Waiters, type WaitOptions } from '../replica/waiters.ts';
import { StoreClock } from '../writing/clock.ts';
import { Publisher } from '../writing/publisher.ts';
import { Admission } from './admission.ts';
import { Cuts } from './cuts.ts';
import { RoleListeners, type StoreRole } from './role-listeners.ts';
import { type LastingParts, Session, type SessionParts } from './session.ts';
import { Standby, type StandbyHost, type StandbyLogs } from './standby.ts';

/** What `openStore` has prepared. */
export interface StoreParts<State extends object> extends SessionParts<State> {
  readonly recovery: RecoveryReport;
  /** For a store that may take over. */
  readonly standby: StandbyLogs | undefined;
  /** Called once the store has closed, successfully or not. */
  readonly onClosed?: (() => void) | undefined;
}

export class Workings<State extends object> implements StandbyHost<State> {
  readonly model: Model<State>;
  readonly parts: StoreParts<State>;
  /** What is read, in every role. */
  readonly log: LogStore;
  readonly settings: Settings;
  readonly guard: Reentrancy;
  readonly failure: StoreFailure;
  readonly admission: Admission;
  readonly publisher: Publisher;
  readonly projections: Projections;
  readonly reactors: Reactors;
  readonly waiters: Waiters;
  readonly cuts: Cuts;
  readonly roleListeners: RoleListeners;
  readonly #lasting: LastingParts<State>;
  readonly #followed: Followed;
  readonly #closing = new AbortController();
  readonly #standby: Standby<State> | undefined;
  #session: Session<State>;
  #role: StoreRole;
  #closed: Promise<void> | undefined;

  /** Puts a store together, and begins its work. */
  static open<State extends object>(model: Model<State>, parts: StoreParts<State>): Workings<State> {
    return new Workings(model, parts);
  }

  private constructor(model: Model<State>, parts: StoreParts<State>) {
    const log = parts.standby?.reading ?? parts.log;
    this.model = model;
    this.log = log;
    this.guard = guardOf(log);
    const failure = new StoreFailure(log, parts.settings.onFailure);
    const clock = new StoreClock(parts.settings.clock, this.guard, log.head().recordedAt, log);
    // Only a commit may fail because of the clock.
    const settings = { ...parts.settings, clock: () => clock.glance() };
    this.parts = { ...parts, settings };
    this.settings = settings;
    this.failure = failure;
    this.publisher = new Publisher(log, parts.sequence);
    this.#followed = new Followed(model, log, this.publisher.tail);
    failure.ends((error) => this.publisher.tail.fail(error));
    this.waiters = new Waiters({ path: log.path, sequence: () => this.session.durableSequence, failure });
    this.cuts = new Cuts(log.path);
    this.roleListeners = new RoleListeners(log);
    this.projections = this.#makeProjections();
    this.reactors = this.#makeReactors();
    const isReadOnly = settings.readOnly;
    this.admission = new Admission({ log, guard: this.guard, failure, isReadOnly, isWriter: () => this.isWriter });
    this.#lasting = this.#makeLasting(clock);
    this.#role = parts.log.readOnly || isReadOnly ? 'replica' : 'writer';
    this.#session = this.#open(this.parts);
    if (parts.standby !== undefined) this.#standby = Standby.start(this, parts.standby);
  }

  get session(): Session<State> {
    return this.#session;
  }

  get role(): StoreRole {
    return this.#role;
  }

  /** False while another writer has the log of a standby. Whether any other store may write was decided when it was opened. */
  get isWriter(): boolean {
    return this.parts.standby === undefined || (this.#role === 'writer' && !this.#session.isDeposed);
  }

  begin(role: StoreRole, found: Partial<SessionParts<State>>): void {
    this.#session = this.#open({ ...this.parts, ...found, isBelieved: false }, role);
    this.#role = role;
    this.projections.wake();
    if (role === 'writer') void this.reactors.resume();
    this.roleListeners.tell(role);
  }

  #open(parts: SessionParts<State>, role: StoreRole = this.#role): Session<State> {
    const { settings } = this;
    const isFollowing = this.parts.standby !== undefined && role === 'replica';
    const own = isFollowing ? { ...settings, readOnly: true, live: true } : settings;
    const session = Session.open({ ...parts, settings: own }, this.#lasting);
    session.failure.ends((error) => this.#sessionFailed(session, error));
    return session;
  }

  /** After a takeover a standby goes on in another session. Nothing else can go on. */
  #sessionFailed(session: Session<State>, error: RefoldError): void {
    if (session !== this.#session) return;
    if (this.#standby !== undefined && error.code === 'NOT_WRITER') {
      this.reactors.pause();
      this.#standby.deposed();
    } else this.failure.fail(error);
  }

  #makeLasting(clock: StoreClock): LastingParts<State> {
    const { model, log, publisher, projections, reactors, waiters } = this;
    return {
      ...{ model, clock, publisher, projections, reactors, waiters, meter: new Meter() },
      commits: new CommitReader(model, log),
      isClosed: () => this.admission.isClosed,
      onDurable: (sequence) => this.cuts.reached(sequence),
      renewFollowers: () => this.#renewFollowers(),
    };
  }

  #makeProjections(): Projections {
    const { model, log, settings } = this;
    const isReadOnly = settings.readOnly || this.parts.log.readOnly;
    const isReader = (): boolean => (this.parts.standby === undefined ? isReadOnly : !this.isWriter);
    const write = <T>(work: (writable: LogStore) => Promise<T>): Promise<T> => this.#write('save a projection', work);
    return new Projections({
      model,
      log,
      write,
      get readOnly() {
        return isReader();
      },
    });
  }

  #makeReactors(): Reactors {
    const { model, log, settings } = this;
    const isStandby = this.parts.standby !== undefined;
    const syncs = isStandby && settings.durability !== 'always';
    const events = async function* (this: Workings<State>, range: EventRange): AsyncGenerator<RecordedEvent, void> {
      await this.drained();
      yield* readEvents(model, log, range);
    };
    return new Reactors({
      model,
      log,
      isStandby,
      isWriter: () => this.isWriter,
      // Another machine may go on from the checkpoint, so it is synced under every durability.
      write: (work) =>
        this.#write('save a reactor', async (writable) => {
          const done = await work(writable);
          if (syncs) await writable.flush();
          return done;
        }),
      events: (range) => events.call(this, range),
      follow: (options) => this.follow({ ...options, batches: true }) as AsyncGenerator<EventBatch, void>,
      state: () => this.session.state,
      now: settings.clock,
    });
  }

  /** @throws RefoldError `NOT_WRITER`, or what the work throws */
  async #write<T>(action: string, work: (log: LogStore) => Promise<T>): Promise<T> {
    if (!this.isWriter) return this.admission.notWriter(action);
    return this.session.fencing(work);
  }

  follow(options: FollowOptions): AsyncGenerator<RecordedEvent | EventBatch, void> {
    const check = (): FollowOptions => {
      this.admission.requireSound();
      return checkFollowing(options, this.model);
    };
    // A store that is not live does not hear of what another process writes.
    if (!this.hearsNews) return followForModel(this.model, this.log, check, this.#closing.signal);
    return new Follower(this.#followed, check);
  }

  /** What comes after the state at a sequence, which may not be durable yet. */
  followState(sequence: number, options: FollowOptions): AsyncGenerator<RecordedEvent | EventBatch, void> {
    const from = sequence + 1;
    if (this.parts.standby === undefined || sequence <= this.session.durableSequence)
      return this.follow({ ...options, from });
    return this.cuts.after(sequence, options.signal, (signal) => this.follow({ ...options, from, signal }));
  }

  /** Whether each durable event comes by here: not in a store that only reads, and is not live. */
  get hearsNews(): boolean {
    return !this.settings.readOnly || this.settings.live;
  }

  /** Resolves when the state has every event that is durable now. */
  async catchUp(): Promise<void> {
    this.#requireFollowing('catch up');
    if (this.session.replica === undefined) await this.drained();
    else await this.session.replica.catchUp();
  }

  /** Resolves when the state has the event at a sequence. */
  async waitFor(sequence: number, options: WaitOptions | undefined): Promise<void> {
    this.#requireFollowing('wait for a sequence');
    this.session.replica?.look();
    await this.waiters.waitFor(sequence, options);
  }

  #requireFollowing(action: string): void {
    this.admission.requireOpen();
    if (this.session.replica !== undefined || this.#standby !== undefined) return;
    throw new RefoldError('INVALID_OPTION', `Cannot ${action}: the store is not a live replica`, {
      path: this.log.path,
      type: 'live',
      hint: 'Open it with { readOnly: true, live: true }',
    });
  }

  /** Checks that the store is open and sound, and waits until everything accepted so far is durable, or never will be. */
  async drained(): Promise<void> {
    try {
      await this.durable();
    } catch (error) {
      if (!isRefoldError(error, 'NOT_WRITER') || this.#standby === undefined) throw error;
    }
  }

  /** The same. @throws RefoldError `NOT_WRITER` when another writer has taken over before everything was durable */
  async durable(): Promise<void> {
    if (this.guard.entered) await this.guard.left();
    this.admission.requireSound();
    await this.session.settled();
  }

  close(): Promise<void> {
    if (this.#closed === undefined) {
      this.#closed = this.#close().finally(() => this.parts.onClosed?.());
      this.admission.close();
    }
    return this.#closed;
  }

  async #close(): Promise<void> {
    if (this.guard.entered) await this.guard.left();
    await this.#standby?.close();
    const { session } = this;
    try {
      await session.erasure.drained();
      await this.reactors.close();
      await session.drain();
    } finally {
      this.#closing.abort();
      this.publisher.clear();
      this.roleListeners.clear();
      this.waiters.close();
      await this.#closeLogs(session);
    }
  }

  /** What only reads is closed first: the last connection to a file tidies up. */
  async #closeLogs(session: Session<State>): Promise<void> {
    try {
      if (this.log !== session.log) await this.log.close();
    } finally {
      await session.close();
    }
  }

  #renewFollowers(): void {
    this.#followed.pages.forget();
    this.publisher.tail.renew();
  }
}
