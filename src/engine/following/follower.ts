/**
 * One who follows the log of a store in its process: what is there first, then what becomes durable, without gaps.
 *
 * It reads the log in pages until it has reached the tail, and then the tail. When it falls too far behind, it reads the log
 * again. It is an `AsyncGenerator` by hand: with hundreds of followers, the promises of a generator would cost more than the
 * events.
 */
import type { RecordedEvent } from '../../core/event.ts';
import type { Followed } from './followed.ts';
import { errorOr } from './log-pages.ts';
import { BATCH_EVENTS, batchOf, type EventBatch, type Selection, sliceOf } from './selection.ts';
import type { Tail, TailCommit, TailReader } from './tail.ts';

/** What a follower was asked for, checked. */
export interface FollowRequest {
  /** First sequence; default the first in the log. */
  readonly from?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly types?: readonly string[] | undefined;
  readonly tag?: string | undefined;
  readonly batches?: boolean | undefined;
}

type Result<Item> = IteratorResult<Item, void>;

interface Waiting<Item> {
  readonly promise: Promise<Result<Item>>;
  readonly resolve: (result: Result<Item> | Promise<Result<Item>>) => void;
}

const DONE: Result<never> = Object.freeze({ done: true, value: undefined });
const NO_EVENTS: readonly RecordedEvent[] = Object.freeze([]);

export class Follower<Item extends RecordedEvent | EventBatch> implements AsyncGenerator<Item, void>, TailReader {
  readonly #followed: Followed;
  readonly #tail: Tail;
  readonly #check: () => FollowRequest;
  #phase: 'new' | 'runs' | 'ended' = 'new';
  #signal: AbortSignal | undefined;
  #selection: Selection | undefined;
  #isBatching = false;
  /** Events before this one are not wanted. */
  #from = 0;
  /** The last sequence of what it has taken to give. */
  #through = 0;
  #place: TailCommit | undefined;
  /** The end of the log when a page was asked for. If the page reaches it, the reading goes on in the tail from there. */
  #anchor: TailCommit | undefined;
  #events: readonly RecordedEvent[] = NO_EVENTS;
  #index = 0;
  /** What comes after `#events`, if their page ended with an error. */
  #error: { readonly thrown: unknown } | undefined;
  #hasToldEnd = false;
  /** Whether it has taken nothing since the last sweep. */
  #isIdle = false;
  /** The request that waits for news. */
  #waiting: Waiting<Item> | undefined;
  /** The last request that could not be answered at once. */
  #last: Promise<unknown> | undefined;

  /** @param check gives the request, or throws; called at the first step */
  constructor(followed: Followed, check: () => FollowRequest) {
    this.#followed = followed;
    this.#tail = followed.tail;
    this.#check = check;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Requests are answered in their order. */
  next(): Promise<Result<Item>> {
    const before = this.#last ?? this.#waiting?.promise;
    if (before === undefined) return this.#step();
    const again = (): Promise<Result<Item>> => this.#step();
    return this.#inTurn(before.then(again, again));
  }

  async return(): Promise<Result<Item>> {
    this.end();
    return DONE;
  }

  async throw(error: unknown): Promise<Result<Item>> {
    this.end();
    throw error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
  }

  /** How many durable events it has not given yet. */
  get lag(): number {
    const left = this.#events.length - this.#index;
    return Math.max(0, this.#tail.newest.sequence - this.#through) + left;
  }

  /** Whether it reads the log, because it is too far behind the tail. */
  get isBehind(): boolean {
    return this.#place === undefined;
  }

  wake(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    try {
      const item = this.#phase === 'runs' ? this.#take() : undefined;
      if (item === undefined && this.#mayWait) {
        this.#tail.wait(this);
        return;
      }
      this.#waiting = undefined; // from here on its end does not answer the request
      waiting.resolve(item === undefined ? this.#go() : { done: false, value: item });
    } catch (error) {
      this.#waiting = undefined;
      this.end();
      waiting.resolve(Promise.reject(error));
    }
  }

  sweep(oldest: number): void {
    if (this.#place !== undefined && this.#place.endBytes < oldest) this.#place = undefined;
    if (this.#anchor !== undefined && this.#anchor.endBytes < oldest) this.#anchor = undefined;
    if (this.#isIdle && this.#place === undefined) this.#dropEvents();
    this.#isIdle = true;
  }

  cutOff(): void {
    this.#place = undefined;
    this.#anchor = undefined;
  }

  renew(): void {
    this.cutOff();
    this.#dropEvents();
  }

  end(): void {
    const waiting = this.#waiting;
    const hasBegun = this.#phase === 'runs';
    this.#phase = 'ended';
    if (!hasBegun) return;
    this.cutOff();
    this.#events = NO_EVENTS;
    this.#waiting = undefined;
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#followed.selections.giveBack(this.#selection!);
    this.#tail.leave(this);
    waiting?.resolve(DONE);
  }

  readonly #abort = (): void => this.end();

  #step(): Promise<Result<Item>> {
    if (this.#phase === 'runs' && !this.#tail.mustRest) {
      let item: Item | undefined;
      try {
        item = this.#take();
      } catch (error) {
        this.end();
        return Promise.reject(error);
      }
      if (item !== undefined) return Promise.resolve({ done: false, value: item });
      if (this.#mayWait) return this.#wait();
    }
    return this.#phase === 'ended' ? Promise.resolve(DONE) : this.#inTurn(this.#go());
  }

  /** Later requests wait for this one. */
  #inTurn(answer: Promise<Result<Item>>): Promise<Result<Item>> {
    const over = (): void => {
      if (this.#last === answer) this.#last = undefined;
    };
    this.#last = answer;
    answer.then(over, over);
    return answer;
  }

  /** Whether it has read everything, and more may come. */
  get #mayWait(): boolean {
    return this.#phase === 'runs' && this.#place !== undefined && this.#tail.failure === undefined;
  }

  #wait(): Promise<Result<Item>> {
    const { promise, resolve } = Promise.withResolvers<Result<Item>>();
    this.#waiting = { promise, resolve };
    this.#tail.wait(this);
    return promise;
  }

  async #go(): Promise<Result<Item>> {
    try {
      if (this.#phase === 'new') this.#begin();
      while (this.#phase === 'runs') {
        const item = this.#take();
        if (item !== undefined) return { done: false, value: item };
        if (this.#error !== undefined) throw this.#error.thrown;
        if (this.#place === undefined) await this.#readOn();
        else if (this.#tail.failure !== undefined) throw this.#tail.failure;
        else if (this.#tail.mustRest) await this.#tail.rested();
        else return await this.#wait();
      }
      return DONE;
    } catch (error) {
      this.end();
      throw errorOr(this.#tail.failure, error);
    }
  }

  #begin(): void {
    this.#phase = 'ended'; // unless it gets through the checks
    const { from, signal, types, tag, batches = false } = this.#check();
    this.#from = Math.max(1, from ?? this.#followed.log.firstSequence());
    this.#phase = 'runs';
    this.#through = this.#from - 1;
    this.#isBatching = batches;
    this.#selection = this.#followed.selections.take({ types, tag });
    this.#tail.join(this);
    this.#signal = signal;
    signal?.addEventListener('abort', this.#abort);
    if (signal?.aborted === true) this.end();
  }

  /** Reads the next page of the log, or goes on in the tail when there is nothing more to read. */
  async #readOn(): Promise<void> {
    const anchor = this.#tail.newest;
    if (this.#through >= anchor.sequence) {
      this.#place = anchor;
      return;
    }
    this.#anchor = anchor;
    const { pages } = this.#followed;
    const { round } = pages;
    const page = await pages.read(this.#through + 1, anchor.sequence, this.#selection!);
    await this.#tail.rested(); // a page takes a while to decode
    if (this.#phase !== 'runs' || pages.round !== round) return; // after a redaction it is read again
    this.#events = page.events;
    this.#index = 0;
    this.#through = page.through;
    this.#error = page.error === undefined ? undefined : { thrown: page.error };
    if (this.#anchor === anchor && page.through === anchor.sequence) this.#place = anchor;
    this.#anchor = undefined;
  }

  #take(): Item | undefined {
    this.#isIdle = false;
    return (this.#isBatching ? this.#takeBatch() : this.#takeEvent()) as Item | undefined;
  }

  #takeEvent(): RecordedEvent | undefined {
    while (this.#index >= this.#events.length) {
      if (!this.#move()) return undefined;
    }
    return this.#events[this.#index++];
  }

  /** Takes the next commit of the tail. False at the end. */
  #move(): boolean {
    this.#events = NO_EVENTS;
    this.#index = 0;
    const next = this.#place?.next;
    if (next === undefined) return false;
    this.#place = next;
    this.#through = Math.max(this.#through, next.sequence);
    this.#events = this.#selection!.of(next.events, this.#from);
    return true;
  }

  #takeBatch(): EventBatch | undefined {
    for (;;) {
      if (this.#index < this.#events.length) return this.#tell(this.#sliceOfEvents());
      const next = this.#place?.next;
      if (next === undefined) break;
      // A commit that is too large for a batch, or that begins before what is wanted, is taken alone.
      if (next.count > BATCH_EVENTS || next.sequence - next.count + 1 < this.#from) this.#move();
      else {
        const { batch, through } = this.#selection!.batchAfter(this.#place!);
        this.#place = through;
        this.#through = through.sequence;
        if (batch.events.length > 0) return this.#tell(batch);
      }
    }
    this.#events = NO_EVENTS;
    this.#index = 0;
    if (this.#place === undefined || this.#hasToldEnd) return undefined;
    return this.#tell(batchOf(NO_EVENTS, this.#through, true));
  }

  #sliceOfEvents(): EventBatch {
    const events = sliceOf(this.#events, this.#index);
    this.#index += events.length;
    const isAll = this.#index === this.#events.length;
    const caughtUp = isAll && this.#place !== undefined && this.#place.next === undefined;
    return batchOf(events, isAll ? this.#through : events.at(-1)!.sequence, caughtUp);
  }

  #tell(batch: EventBatch): EventBatch {
    this.#hasToldEnd = batch.caughtUp;
    return batch;
  }

  /** Keeps no events while its loop does not ask, or when they were redacted: they are read again. */
  #dropEvents(): void {
    const next = this.#events[this.#index];
    if (next === undefined) return;
    this.#through = next.sequence - 1;
    this.#events = NO_EVENTS;
    this.#index = 0;
    this.#error = undefined;
  }
}
