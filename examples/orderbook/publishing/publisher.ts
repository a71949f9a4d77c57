/**
 * Publishes the book of a store as market data: level changes, trades and the best bid and ask.
 *
 * It reads the log commit by commit and folds its book with the reducers of the model. So it never shows half of
 * a commit, does not disturb the writer, and can publish any part of the past. `messages.ts` has the protocol.
 */
import { isRefoldError, type RecordedEvent } from 'refold';
import type { Moment } from '../market-time.ts';
import { recordedMoment } from '../questions/books/market-calendar.ts';
import { ConsumerQueue } from './consumer-queue.ts';
import { MarketPace } from './market-pace.ts';
import { CHANNELS, type Channel, type MarketMessage, type MarketSnapshot, type SnapshotReason } from './messages.ts';
import { type ConsumeOptions, cannotPublish, type PublishOptions, requirePublishable } from './publish-options.ts';
import { type PublishedBook, publishedBookOf } from './published-book.ts';
import { SymbolFeed } from './symbol-feed.ts';

export type { ConsumeOptions, PublishOptions };

/** What publishing needs of a refold store of a book. A reader and a live replica will do. */
export interface PublishedStore {
  readonly model: { readonly name: string };
  readonly sequence: number;
  at(position: { readonly sequence: number }): Promise<{
    readonly sequence: number;
    readonly state: object;
  }>;
  commits(range: { readonly from?: number; readonly to?: number }): AsyncIterable<readonly RecordedEvent[]>;
  follow(options: { readonly from: number; readonly signal: AbortSignal }): AsyncIterable<RecordedEvent>;
}

const QUEUE = 4_096;

/** Where a publisher stands. */
interface Place {
  readonly sequence: number;
  readonly time: Moment;
}

/**
 * Starts publishing a book. It publishes while somebody takes the messages.
 *
 *     const publisher = await publishBook(store, { speed: 10 })
 *     for await (const message of publisher) send(message)
 *
 * @throws RefoldError `INVALID_OPTION` for a bad option, and a store of another model; `HISTORY_GONE` when the log does
 * not have `from` any more
 */
export async function publishBook(store: PublishedStore, options: PublishOptions = {}): Promise<MarketPublisher> {
  requirePublishable(options);
  const book = publishedBookOf(store.model.name);
  if (book === undefined) {
    throw cannotPublish(
      `the model is ${store.model.name}`,
      'store',
      'Give a store of the order book, or of the feed book',
    );
  }
  return MarketPublisher.start(store, book, options);
}

export class MarketPublisher implements AsyncIterable<MarketMessage> {
  readonly #store: PublishedStore;
  readonly #book: PublishedBook<object>;
  readonly #options: PublishOptions;
  readonly #channels: ReadonlySet<Channel>;
  readonly #symbols: ReadonlySet<string> | undefined;
  readonly #pace: MarketPace | undefined;
  readonly #closing = new AbortController();
  readonly #consumers = new Set<ConsumerQueue>();
  #state: object = {};
  #place: Place = { sequence: 0, time: { ms: 0, ns: 0 } };
  #feeds = new Map<string, SymbolFeed<object>>();
  /** Symbols that stood in the middle of a change where publishing began: their channels begin when they count. */
  #unsettled = new Set<string>();
  /** Where each symbol was when it counted last. */
  #settled = new Map<string, Place>();
  #nextSnapshot: number | undefined;
  #isRunning = false;
  #hasEnded: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  private constructor(store: PublishedStore, book: PublishedBook<object>, options: PublishOptions) {
    this.#store = store;
    this.#book = book;
    this.#options = options;
    this.#channels = new Set(options.only ?? CHANNELS);
    this.#symbols = options.symbols === undefined ? undefined : new Set(options.symbols);
    const { speed = 'max', signal } = options;
    this.#pace = speed === 'max' ? undefined : new MarketPace(speed);
    if (signal?.aborted === true) this.close();
    else signal?.addEventListener('abort', () => this.close(), { signal: this.#closing.signal });
  }

  static async start(
    store: PublishedStore,
    book: PublishedBook<object>,
    options: PublishOptions,
  ): Promise<MarketPublisher> {
    const publisher = new MarketPublisher(store, book, options);
    await publisher.#begin(await firstOf(store, options.from));
    return publisher;
  }

  /** The last event that was published: everything after it is still to come. */
  get sequence(): number {
    return this.#place.sequence;
  }

  /** The symbols that are published, in the order of listing. */
  get symbols(): readonly string[] {
    return [...this.#feeds.keys()];
  }

  /**
   * The book of a symbol as of `sequence`, for a consumer that has missed a message: whatever it takes after it continues
   * the snapshot. Up to `depth` levels, where the publisher has one. Undefined for a symbol that is not published.
   */
  snapshot(symbol: string): (MarketSnapshot & { readonly channel: 'l2' }) | undefined;
  snapshot<C extends Channel>(symbol: string, channel: C): (MarketSnapshot & { readonly channel: C }) | undefined;
  snapshot(symbol: string, channel: Channel = 'l2'): MarketSnapshot | undefined {
    const feed = this.#feeds.get(symbol);
    return feed && this.#snapshotOf(feed, channel, 'asked');
  }

  /** Messages from here on, for one consumer: snapshots of every channel first. */
  consume({ queue = QUEUE, whenFull }: ConsumeOptions = {}): ConsumerQueue {
    if (!Number.isSafeInteger(queue) || queue < 1)
      throw cannotPublish('it is not a whole number above 0', 'queue', 'Give 1 or more');
    const { speed = 'max', follow = false } = this.#options;
    const consumer = new ConsumerQueue(
      {
        bound: queue,
        whenFull: whenFull ?? (speed === 'max' && !follow ? 'wait' : 'skip'),
        snapshots: () => this.#snapshots('missed'),
        onTaken: () => this.#resume(),
        onLeft: (left) => {
          this.#consumers.delete(left);
          this.#resume();
        },
      },
      this.#snapshots('begin'),
    );
    if (this.#hasEnded !== undefined) consumer.end(this.#hasEnded.error);
    else this.#consumers.add(consumer);
    return consumer;
  }

  [Symbol.asyncIterator](): ConsumerQueue {
    return this.consume();
  }

  /** Ends publishing. Consumers can still take what is queued for them. The store stays open. */
  close(): void {
    this.#closing.abort();
    this.#wake?.();
    this.#end(undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  /** Makes the state before an event the one that is published. */
  async #begin(before: number): Promise<void> {
    const { sequence, state } = await this.#store.at({ sequence: before });
    this.#state = state;
    this.#place = { sequence, time: await timeOf(this.#store, sequence) };
    this.#feeds.clear();
    this.#settled.clear();
    this.#unsettled.clear();
    for (const symbol of this.#book.symbols(state)) {
      if (this.#symbols?.has(symbol) === false) continue;
      if (this.#book.counts(state, symbol)) this.#feeds.set(symbol, this.#newFeed(symbol, sequence));
      else this.#unsettled.add(symbol);
    }
  }

  #newFeed(symbol: string, begin: number): SymbolFeed<object> {
    const { depth = Number.POSITIVE_INFINITY } = this.#options;
    const parts = { book: this.#book, symbol, depth, channels: this.#channels };
    this.#settled.set(symbol, { sequence: begin, time: this.#place.time });
    return new SymbolFeed(parts, this.#state, begin);
  }

  #resume(): void {
    if (!this.#isRunning && this.#hasEnded === undefined) {
      this.#isRunning = true;
      void this.#run();
    }
    this.#wake?.();
  }

  /** Never rejects: consumers get the error. */
  async #run(): Promise<void> {
    try {
      while (await this.#publishOn()) {
        // The log has dropped what comes next: the channels go on from where it begins now.
        for (const consumer of this.#consumers) consumer.miss();
      }
      this.#end(undefined);
    } catch (error) {
      this.#end(this.#closing.signal.aborted ? undefined : error);
    }
  }

  /** Publishes until the end. Returns true if it must go on from another place. */
  async #publishOn(): Promise<boolean> {
    const { to, follow = false } = this.#options;
    const { signal } = this.#closing;
    try {
      for (;;) {
        const from = this.#place.sequence + 1;
        for await (const commit of this.#store.commits(to === undefined ? { from } : { from, to })) {
          await this.#pace?.until(recordedMoment(commit[0]!), signal);
          if (this.#mustWait) await this.#untilWanted();
          if (signal.aborted) return false;
          this.#publish(commit);
        }
        if (!follow || signal.aborted) return false;
        for await (const _next of this.#store.follow({ from: this.#place.sequence + 1, signal })) break;
      }
    } catch (error) {
      if (!follow || !isRefoldError(error, 'HISTORY_GONE')) throw error;
      await this.#begin(this.#store.sequence);
      return true;
    }
  }

  /** No consumer takes messages, or one that must get them all has too many. */
  get #mustWait(): boolean {
    if (this.#consumers.size === 0) return true;
    for (const consumer of this.#consumers) if (consumer.isFull) return true;
    return false;
  }

  async #untilWanted(): Promise<void> {
    while (this.#mustWait && !this.#closing.signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#wake = undefined;
  }

  #publish(commit: readonly RecordedEvent[]): void {
    const messages: MarketMessage[] = [];
    const last = commit.at(-1)!;
    const begun = this.#place;
    const place: Place = { sequence: last.sequence, time: recordedMoment(last) };
    const changed = new Set<SymbolFeed<object>>();
    for (const event of commit) {
      // The first commit may begin before the place at which publishing begins.
      if (event.sequence > begun.sequence) this.#fold(event, changed, messages);
    }
    this.#place = place;
    for (const feed of changed) {
      if (!this.#book.counts(this.#state, feed.symbol)) continue;
      feed.tell(this.#state, place, messages);
      this.#settled.set(feed.symbol, place);
    }
    this.#settleLate(place, messages);
    this.#addPeriodic(place, messages);
    if (messages.length > 0) for (const consumer of this.#consumers) consumer.push(messages);
  }

  #fold(event: RecordedEvent, changed: Set<SymbolFeed<object>>, messages: MarketMessage[]): void {
    const book = this.#book;
    const state = this.#state;
    const touched = book.touches(state, event);
    const known = touched === undefined ? undefined : this.#feeds.get(touched.symbol);
    if (touched !== undefined) known?.touch(state, touched.levels);
    const trade = book.tradeOf(state, event);
    if (trade !== undefined) {
      const { symbol, price, quantity, tradeId, hidden, takerSide } = trade;
      this.#feeds.get(symbol)?.trade({ price, quantity, tradeId, hidden, takerSide });
    }
    book.reduce(state, event);
    // The event that lists a symbol changes no level of it.
    const feed = known ?? (touched === undefined ? undefined : this.#list(touched.symbol, event, messages));
    if (feed !== undefined) changed.add(feed);
  }

  /** A symbol is there from this event on: its channels begin empty. */
  #list(symbol: string, event: RecordedEvent, messages: MarketMessage[]): SymbolFeed<object> | undefined {
    if (this.#unsettled.has(symbol) || this.#symbols?.has(symbol) === false) return undefined;
    const feed = this.#newFeed(symbol, event.sequence - 1);
    this.#feeds.set(symbol, feed);
    const at = { sequence: event.sequence - 1, time: recordedMoment(event) };
    for (const channel of this.#channels) messages.push(feed.snapshot(this.#state, channel, at, 'begin'));
    return feed;
  }

  /** The channels of symbols that did not count where publishing began. */
  #settleLate(place: Place, messages: MarketMessage[]): void {
    for (const symbol of this.#unsettled) {
      if (!this.#book.counts(this.#state, symbol)) continue;
      this.#unsettled.delete(symbol);
      const feed = this.#newFeed(symbol, place.sequence);
      this.#feeds.set(symbol, feed);
      for (const channel of this.#channels) messages.push(feed.snapshot(this.#state, channel, place, 'begin'));
    }
  }

  #addPeriodic({ time }: Place, messages: MarketMessage[]): void {
    const { snapshotEvery } = this.#options;
    if (snapshotEvery === undefined) return;
    const isFirst = this.#nextSnapshot === undefined;
    this.#nextSnapshot ??= time.ms + snapshotEvery;
    if (isFirst || time.ms < this.#nextSnapshot) return;
    this.#nextSnapshot += snapshotEvery * Math.ceil((time.ms + 1 - this.#nextSnapshot) / snapshotEvery);
    for (const feed of this.#feeds.values()) messages.push(this.#snapshotOf(feed, 'l2', 'periodic'));
  }

  #snapshots(reason: SnapshotReason): MarketMessage[] {
    return [...this.#feeds.values()].flatMap((feed) =>
      [...this.#channels].map((channel) => this.#snapshotOf(feed, channel, reason)),
    );
  }

  #snapshotOf(feed: SymbolFeed<object>, channel: Channel, reason: SnapshotReason): MarketSnapshot {
    const isSettled = this.#book.counts(this.#state, feed.symbol);
    return feed.snapshot(this.#state, channel, isSettled ? this.#place : this.#settled.get(feed.symbol)!, reason);
  }

  #end(error: unknown): void {
    this.#hasEnded ??= { error };
    for (const consumer of this.#consumers) consumer.end(error);
    this.#consumers.clear();
  }
}

/** The sequence before the first commit that is published. */
async function firstOf(store: PublishedStore, from: number | undefined): Promise<number> {
  for await (const commit of store.commits(from === undefined ? {} : { from })) return commit[0]!.sequence - 1;
  return store.sequence;
}

/** When the commit with an event was; the epoch before the first. */
async function timeOf(store: PublishedStore, sequence: number): Promise<Moment> {
  if (sequence > 0) for await (const commit of store.commits({ from: sequence })) return recordedMoment(commit.at(-1)!);
  return { ms: 0, ns: 0 };
}
