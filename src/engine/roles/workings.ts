/**
 * What works behind the doors of a store: the parts that outlive a role, and the session of the present role.
 *
 * The doors (`reading-store.ts`, `store.ts`) check and hand over each call. Here the parts are put together, and taken apart
 * again at the close.
 */
import type { RecordedEvent } from '../../core/event.ts';
import type { Model } from '../../core/model.ts';
import type { LogStore } from '../../log/log-store.ts';
import { failedBefore, StoreFailure } from '../calls/failure.ts';
import type { Settings } from '../calls/options.ts';
import { guardOf, type Reentrancy } from '../calls/reentrancy.ts';
import { Followed } from '../following/followed.ts';
import { Follower } from '../following/follower.ts';
import type { EventBatch } from '../following/selection.ts';
import { CommitReader } from '../past/commit-reader.ts';
import { readEvents } from '../past/events.ts';
import { checkFollowing, type FollowOptions, followForModel } from '../past/follow-log.ts';
import { Projections } from '../past/projections.ts';
import type { RecoveryReport } from '../past/recovery.ts';
import { Reactors } from '../reacting/reactors.ts';
import { StoreClock } from '../writing/clock.ts';
import { Publisher } from '../writing/publisher.ts';
import { Admission } from './admission.ts';
import { type LastingParts, Session, type SessionParts } from './session.ts';

/** What `openStore` has prepared. */
export interface StoreParts<State extends object> extends SessionParts<State> {
  readonly recovery: RecoveryReport;
  /** Called once the store has closed, successfully or not. */
  readonly onClosed?: (() => void) | undefined;
}

export class Workings<State extends object> {
  readonly model: Model<State>;
  readonly parts: StoreParts<State>;
  /** What is read. */
  readonly log: LogStore;
  readonly settings: Settings;
  readonly guard: Reentrancy;
  readonly failure: StoreFailure;
  readonly admission: Admission;
  readonly publisher: Publisher;
  readonly projections: Projections;
  readonly reactors: Reactors;
  readonly session: Session<State>;
  readonly #followed: Followed;
  readonly #closing = new AbortController();
  #closed: Promise<void> | undefined;

  /** Puts a store together, and begins its work. */
  static open<State extends object>(model: Model<State>, parts: StoreParts<State>): Workings<State> {
    return new Workings(model, parts);
  }

  private constructor(model: Model<State>, parts: StoreParts<State>) {
    const { log } = parts;
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
    log.onLost?.((cause) => failure.fail(failedBefore(log.path, cause)));
    this.projections = new Projections({ model, log, readOnly: settings.readOnly || log.readOnly });
    this.reactors = this.#reactors();
    this.admission = new Admission(log.path, settings.readOnly, this.guard, failure);
    this.session = Session.open(this.parts, this.#lasting(clock), failure);
  }

  #lasting(clock: StoreClock): LastingParts<State> {
    const { model, log, publisher, projections, reactors } = this;
    return {
      ...{ model, clock, publisher, projections, reactors, commits: new CommitReader(model, log) },
      isClosed: () => this.admission.isClosed,
      renewFollowers: () => this.#renewFollowers(),
    };
  }

  #reactors(): Reactors {
    const { model, log, settings } = this;
    const events = async function* (this: Workings<State>, range: object): AsyncGenerator<RecordedEvent, void> {
      await this.drained();
      yield* readEvents(model, log, range);
    };
    return new Reactors({
      model,
      log,
      events: (range) => events.call(this, range),
      follow: (options) => this.follow({ ...options, batches: true }) as AsyncGenerator<EventBatch, void>,
      state: () => this.session.state,
      now: settings.clock,
    });
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

  /** Whether each durable event comes by here: not in a store that only reads, and is not live. */
  get hearsNews(): boolean {
    return !this.settings.readOnly || this.settings.live;
  }

  /** Checks that the store is open and sound, and waits until everything accepted so far is durable. */
  async drained(): Promise<void> {
    if (this.guard.entered) await this.guard.left();
    this.admission.requireSound();
    await this.session.settled();
  }

  /** Does work that writes, and notices when the log fails in it. */
  watching<T>(work: () => Promise<T>): Promise<T> {
    return this.failure.watching(this.log.path, work);
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
    const { session } = this;
    try {
      await session.erasure.drained();
      await this.reactors.close();
      await session.drain();
    } finally {
      this.#closing.abort();
      this.publisher.clear();
      await session.close();
    }
  }

  #renewFollowers(): void {
    this.#followed.pages.forget();
    this.publisher.tail.renew();
  }
}
