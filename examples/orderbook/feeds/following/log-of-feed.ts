/**
 * Writes what a feed says into a log, and goes on where the log ends.
 *
 * The same files give the same events. So a run that goes on reads from the first message, and translates all of them
 * against a separate book. The events that the log has are passed over. Where the log ends, its last event and its book
 * must be those of the feed.
 *
 * Messages of the same millisecond are one commit. They have one `recordedAt`, and each has its nanoseconds.
 */
import { isDeepStrictEqual } from 'node:util';
import { diffStates, type EventMeta, RefoldError } from 'refold';
import type { FeedEvent, FeedState } from '../../follow/index.ts';
import { feedBook, reduce } from '../../follow/index.ts';
import type { MarketClock } from '../../market-time.ts';

/** What a log of a feed needs of its store. */
export interface FeedStore {
  readonly sequence: number;
  readonly state: unknown;
  append(events: readonly LoggedEvent[]): Promise<unknown>;
}

/** The last event of a log. */
export interface LastEvent {
  readonly type: string;
  readonly recordedAt: number;
  readonly data: unknown;
  readonly meta?: EventMeta | undefined;
}

type LoggedEvent = FeedEvent & { readonly meta: EventMeta };

/** Events that may be on their way to the disk at once. */
const IN_FLIGHT = 8_192;
/** Events of one commit at most, unless the caller says otherwise. */
const COMMIT = 1_000;

export class FeedLog {
  /** The book after all messages so far. */
  readonly state: FeedState = feedBook.initialState();
  readonly #store: FeedStore;
  readonly #path: string;
  readonly #clock: MarketClock;
  /** Where the log ended when this run began, and its last event. */
  readonly #known: number;
  readonly #last: LastEvent | undefined;
  readonly #commitSize: number;
  #sequence = 0;
  #commit: LoggedEvent[] = [];
  #commitTime = 0;
  #inFlight = 0;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  /** @param last the last event of the log, if it has any */
  constructor(
    store: FeedStore,
    path: string,
    clock: MarketClock,
    last: LastEvent | undefined,
    commitSize: number = COMMIT,
  ) {
    this.#store = store;
    this.#path = path;
    this.#clock = clock;
    this.#known = store.sequence;
    this.#last = last;
    this.#commitSize = commitSize;
  }

  /** The time of the commit that is appended now: give it to the store as its `clock`. */
  get commitTime(): number {
    return this.#commitTime;
  }

  /** How many events of the feed this run has added. */
  get added(): number {
    return Math.max(0, this.#sequence - this.#known);
  }

  /** Folds an event at the time of the clock, and writes it unless the log has it. */
  add(event: FeedEvent, meta: EventMeta): void {
    const recordedAt = this.#clock.read();
    const { type, data } = event;
    reduce(this.state, { type, data, recordedAt, sequence: ++this.#sequence });
    if (this.#sequence <= this.#known) {
      if (this.#sequence === this.#known) this.#requireSame({ type, recordedAt, data, meta });
      return;
    }
    if (this.#commitTime !== recordedAt || this.#commit.length >= this.#commitSize) {
      this.#send();
      this.#commitTime = recordedAt;
    }
    this.#commit.push({ type, data, meta } as LoggedEvent);
  }

  /** Undefined while there is room for another event; otherwise resolves when there is. Fails as an append did. */
  room(): Promise<void> | undefined {
    if (this.#failure === undefined && this.#inFlight < IN_FLIGHT) return undefined;
    return this.#untilInFlight(IN_FLIGHT / 2);
  }

  /** Resolves when every event is durable. Fails as an append did. */
  async drain(): Promise<void> {
    this.#send();
    await this.#untilInFlight(0);
  }

  /** @throws RefoldError `INVALID_OPTION` if the feed ends before the log does */
  requireAll(): void {
    if (this.#sequence < this.#known) throw this.otherFeed(`the feed ends at event ${this.#sequence}`);
  }

  #send(): void {
    const events = this.#commit;
    if (events.length === 0) return;
    this.#commit = [];
    this.#inFlight += events.length;
    this.#store.append(events).then(
      () => this.#complete(events.length),
      (error: unknown) => {
        this.#failure ??= { error };
        this.#complete(events.length);
      },
    );
  }

  #complete(count: number): void {
    this.#inFlight -= count;
    this.#wake?.();
  }

  async #untilInFlight(bound: number): Promise<void> {
    while (this.#failure === undefined && this.#inFlight > bound) {
      await new Promise<void>((resolve) => {
        this.#wake = () => {
          if (this.#failure !== undefined || this.#inFlight <= bound) resolve();
        };
      });
    }
    this.#wake = undefined;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #requireSame(event: LastEvent): void {
    const has = this.#last;
    const { type, recordedAt, data, meta } = JSON.parse(JSON.stringify(event)) as LastEvent;
    if (has === undefined) return;
    if (has.type !== type || !isDeepStrictEqual([has.data, has.meta], [data, meta])) {
      throw this.otherFeed(`event ${this.#known} of the log is not what the feed says at that place`);
    }
    if (has.recordedAt !== recordedAt) {
      const [logged, told] = [has.recordedAt, recordedAt].map((time) => new Date(time).toISOString());
      throw this.otherFeed(`event ${this.#known} is of ${logged} in the log, and of ${told} in the feed`);
    }
    this.#requireSameBook();
  }

  /** Nothing was appended yet, so the store's book is that of the log. */
  #requireSameBook(): void {
    const [difference] = diffStates(this.#store.state, this.state, 1);
    if (difference === undefined) return;
    throw this.otherFeed(`after event ${this.#known} its book is not the one of the feed, first at ${difference.path}`);
  }

  otherFeed(problem: string): RefoldError {
    return new RefoldError('INVALID_OPTION', `Cannot go on with ${this.#path}: ${problem}`, {
      path: this.#path,
      sequence: this.#known,
      hint: 'Give the same files, in the same order and with the same options as before; or name a new file with --db',
    });
  }
}
