/**
 * The shared tail: the newest durable commits of a store, decoded once for all who follow it.
 *
 * The commits are a list in which each one knows the next. A follower holds the last one that it has read, so what all have read
 * is collected by itself. A follower that falls more than `FAR_BEHIND_BYTES` behind is cut off the list and reads the log instead. So a
 * follower that never reads costs nothing that grows.
 *
 *     newest of each follower:    F1            F2   F3,F4
 *                                 v             v    v
 *     commits:              ...   5 --> 6 --> 7 --> 8        new ones are added here
 *
 * Followers that wait are woken in groups, with turns of the event loop in between: with thousands of them an append must not
 * wait for all. When a round was long, the next one comes later, and each follower then finds more.
 */
import type { RefoldError } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/event.ts';
import { every, later, nextTurn, performance } from '../../threads/timers.ts';
import type { BatchOfTail, Selection } from './selection.ts';

/** How far behind a follower may fall before it reads the log, in bytes of text and `EVENT_BYTES` for each event. */
export const FAR_BEHIND_BYTES: number = 8 * 1024 * 1024;
/** What an event takes in memory beside its text, roughly. */
const EVENT_BYTES = 128;
/** How much is added between two looks for followers that have fallen behind. */
const SWEEP_BYTES = 1024 * 1024;
/** How many followers are woken in one turn of the event loop. */
const GROUP = 64;
/** A round that takes longer than this, in ms, is followed by a rest of `REST` times as long, up to a longest one. */
const SHORT_ROUND_MS = 2;
const REST = 6;
const LONGEST_REST_MS = 60;
/** How long followers may read from the tail before other work gets its turn, in ms, and how often that is looked at. */
const READERS_SLICE_MS = 5;
const LOOK_EVERY = 32;
const LONGEST_MS = 2 ** 31 - 1;

/** A durable commit as the tail gets it. */
export interface DurableCommit {
  readonly lastSequence: number;
  /** How many events it has, and the characters of their text. */
  readonly events: number;
  readonly characters: number;
  /** Gives the events, frozen. Called at most once, when somebody reads them. */
  read(): readonly RecordedEvent[];
}

/** A commit in the list, or the place where the list began. */
export class TailCommit {
  /** The sequence of its last event. */
  sequence: number;
  /** How many events it has. */
  readonly count: number;
  /** Bytes of the tail up to its end, counted from the beginning of the store. */
  readonly endBytes: number;
  next: TailCommit | undefined;
  /** What was made of the commits after this one, for each selection. It lives no longer than somebody stands here. */
  batches: Map<Selection, BatchOfTail> | undefined;
  #events: readonly RecordedEvent[] | undefined;
  #source: DurableCommit | undefined;

  constructor(sequence: number, endBytes: number, source?: DurableCommit) {
    this.sequence = sequence;
    this.count = source?.events ?? 0;
    this.endBytes = endBytes;
    this.#source = source;
  }

  get events(): readonly RecordedEvent[] {
    if (this.#events === undefined) {
      this.#events = this.#source?.read() ?? [];
      this.#source = undefined;
    }
    return this.#events;
  }
}

/** One who reads the tail. */
export interface TailReader {
  /** How many durable events it has not given yet, and whether it reads the log. */
  readonly lag: number;
  readonly isBehind: boolean;
  /** Called now and then. It must let go of commits that end before this place in bytes, and may let go of more. */
  sweep(oldest: number): void;
  /** It must let go of all commits, and read the log. */
  cutOff(): void;
  /** The same, and of all events that it has not given yet: the log was redacted. */
  renew(): void;
  /** The store is closed. */
  end(): void;
  /** There is news, or the tail has ended. Called only while it waits. Must not throw. */
  wake(): void;
}

export class Tail {
  readonly #readers = new Set<TailReader>();
  #waiting: Set<TailReader> = new Set();
  #newest: TailCommit;
  #bytes = 0;
  #sweptAt = 0;
  #failure: RefoldError | undefined;
  #round: 'none' | 'runs' | 'rests' = 'none';
  /** Whether something came while a round ran or rested. */
  #hasNews = false;
  #letGo: (() => void) | undefined;
  #isLookingAfterLife = false;
  /** When the readers' turn is over, and how often they have read since the last look. */
  #sliceEnd = 0;
  #reads = 0;
  #rest: Promise<void> | undefined;

  /** @param sequence the last durable event */
  constructor(sequence: number) {
    this.#newest = new TailCommit(sequence, 0);
  }

  /** Whether anybody follows. If not, nothing is kept. */
  get isFollowed(): boolean {
    return this.#readers.size > 0;
  }

  /** The newest commit. Its sequence is that of the last durable event. */
  get newest(): TailCommit {
    return this.#newest;
  }

  /** Why it has ended with an error, if it has. */
  get failure(): RefoldError | undefined {
    return this.#failure;
  }

  /** All who follow. */
  get readers(): ReadonlySet<TailReader> {
    return this.#readers;
  }

  join(reader: TailReader): void {
    this.#readers.add(reader);
  }

  leave(reader: TailReader): void {
    this.#readers.delete(reader);
    this.#waiting.delete(reader);
    this.#lookAfterLife();
  }

  /** Notes a durable commit while there are no followers. */
  pass(lastSequence: number): void {
    // No follower stands at the newest commit, so it can become this one.
    this.#newest.sequence = lastSequence;
    this.#newest.batches = undefined;
  }

  /** Adds a commit that has become durable. Call `tell` after the last one of a block. */
  add(commit: DurableCommit): void {
    this.#bytes += commit.characters + commit.events * EVENT_BYTES;
    const added = new TailCommit(commit.lastSequence, this.#bytes, commit);
    this.#newest.next = added;
    this.#newest = added;
    if (this.#bytes - this.#sweptAt >= SWEEP_BYTES) this.#sweep();
  }

  /** Wakes those who wait. */
  tell(): void {
    if (this.#waiting.size === 0) return;
    if (this.#round === 'none') void this.#wakeAll();
    else this.#hasNews = true;
  }

  /** Continues after events that it will not have: those who follow must read the log. */
  jump(sequence: number): void {
    this.#newest = new TailCommit(sequence, this.#bytes);
    for (const reader of this.#readers) reader.cutOff();
    this.tell();
  }

  /** The log was redacted: what was read before must be read again. */
  renew(): void {
    this.#newest = new TailCommit(this.#newest.sequence, this.#bytes);
    for (const reader of this.#readers) reader.renew();
    this.tell();
  }

  /** The store has failed: who has read everything gets the error. */
  fail(error: RefoldError): void {
    this.#failure ??= error;
    this.#wakeNow();
  }

  /** The store is closed: everybody's following ends. */
  close(): void {
    for (const reader of this.#readers) reader.end();
    this.#letGo?.();
    this.#letGo = undefined;
  }

  /** The reader has read everything. It is woken once; until then the process stays alive. */
  wait(reader: TailReader): void {
    this.#waiting.add(reader);
    this.#letGo ??= every(LONGEST_MS, () => {});
  }

  /** Whether readers have had the event loop for long enough. If so, wait for `rested`. */
  get mustRest(): boolean {
    if (this.#rest !== undefined) return true;
    if (++this.#reads < LOOK_EVERY) return false;
    this.#reads = 0;
    return performance.now() > this.#sliceEnd;
  }

  /** Resolves in a later turn of the event loop. */
  rested(): Promise<void> {
    this.#rest ??= nextTurn().then(() => {
      this.#rest = undefined;
      this.#sliceEnd = performance.now() + READERS_SLICE_MS;
    });
    return this.#rest;
  }

  async #wakeAll(): Promise<void> {
    this.#round = 'runs';
    this.#hasNews = false;
    const start = performance.now();
    const waiting = this.#waiting;
    this.#waiting = new Set();
    let woken = 0;
    for (const reader of waiting) {
      if (woken > 0 && woken % GROUP === 0) await nextTurn();
      reader.wake();
      woken += 1;
    }
    if (woken > GROUP) await nextTurn(); // what the last group does counts too
    const took = performance.now() - start;
    this.#lookAfterLife();
    if (took > SHORT_ROUND_MS) {
      this.#round = 'rests';
      later(Math.min(took * REST, LONGEST_REST_MS), () => this.#next());
    } else this.#next();
  }

  #next(): void {
    this.#round = 'none';
    if (this.#hasNews) this.tell();
  }

  /** Wakes everybody in this turn. */
  #wakeNow(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const reader of waiting) reader.wake();
    this.#lookAfterLife();
  }

  #sweep(): void {
    this.#sweptAt = this.#bytes;
    for (const reader of this.#readers) reader.sweep(this.#bytes - FAR_BEHIND_BYTES);
  }

  /** A follower that was woken often waits again in the same turn. So the process is let go in the next one. */
  #lookAfterLife(): void {
    if (this.#letGo === undefined || this.#isLookingAfterLife || this.#waiting.size > 0) return;
    this.#isLookingAfterLife = true;
    void nextTurn().then(() => {
      this.#isLookingAfterLife = false;
      if (this.#waiting.size > 0) return;
      this.#letGo?.();
      this.#letGo = undefined;
    });
  }
}
