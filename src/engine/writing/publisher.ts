/**
 * Hands durable events to listeners and followers.
 *
 * A listener is application code that runs while a block completes. It may throw anything, return a promise that rejects,
 * subscribe or unsubscribe: none of this harms the store or other listeners. Nothing here throws. Followers take from the tail
 * what they need, and run later.
 */

import { type RecordedEvent, recordedEvent } from '../../core/event.ts';
import { frozenCopy } from '../../core/freeze.ts';
import { letGo } from '../../core/let-go.ts';
import { decodeCommit } from '../../log/blocks/block.ts';
import { warnOf } from '../calls/warn.ts';
import { freezeEvents } from '../following/frozen.ts';
import { Tail } from '../following/tail.ts';
import type { QueuedWrite } from './queued-write.ts';

/** Gets the events of one commit, in order, after they became durable: a frozen copy that all listeners share. */
export type Listener<Event = RecordedEvent> = (events: readonly Event[]) => void;

export class Publisher {
  /** What followers read. */
  readonly tail: Tail;
  readonly #listeners = new Set<Listener<any>>();
  readonly #owner: object;

  /**
   * @param owner whose warning it is when a listener fails
   * @param sequence the last durable event
   */
  constructor(owner: object, sequence: number) {
    this.#owner = owner;
    this.tail = new Tail(sequence);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** Whether a copy of the events must be made before reducers get them. */
  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  /** Whether anybody gets the events of the next commit. */
  get isHeard(): boolean {
    return this.hasListeners || this.tail.isFollowed;
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: Listener<any>): () => void {
    // Wrapped: the same function subscribed twice is two subscriptions.
    const own: Listener = (events) => listener(events);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** A write has become durable. Call `tail.tell` after the last one of its block. */
  publishWrite(write: QueuedWrite): void {
    const lastSequence = write.firstSequence + write.events - 1;
    if (this.tail.isFollowed) {
      const { events, json } = write;
      this.tail.add({ lastSequence, events, characters: json.length, read: () => publishedOf(write) });
    } else this.tail.pass(lastSequence);
    if (this.hasListeners) this.#call(publishedOf(write));
  }

  /**
   * Events of another writer have become part of the state.
   *
   * @param events a frozen copy: see `copyForOthers`; undefined when `isHeard` was false
   * @param recorded how many events the log has of them
   * @param characters how long their text is, roughly
   */
  publish(
    lastSequence: number,
    events: readonly RecordedEvent[] | undefined,
    recorded: number,
    characters: number,
  ): void {
    if (this.tail.isFollowed && events !== undefined) {
      this.tail.add({ lastSequence, events: recorded, characters, read: () => events });
    } else if (this.tail.isFollowed) this.tail.jump(lastSequence);
    else this.tail.pass(lastSequence);
    // The model may make nothing of a recorded event.
    if (this.hasListeners && events !== undefined && events.length > 0) this.#call(events);
    this.tail.tell();
  }

  clear(): void {
    this.#listeners.clear();
    this.tail.close();
  }

  #call(events: readonly RecordedEvent[]): void {
    // Runs over a copy of the list: a listener that subscribes meanwhile gets later commits only. One that is unsubscribed
    // meanwhile gets no further commit.
    for (const listener of [...this.#listeners]) if (this.#listeners.has(listener)) this.#callOne(listener, events);
  }

  #callOne(listener: Listener, events: readonly RecordedEvent[]): void {
    try {
      letGo(listener(events) as unknown, this.#warn);
    } catch (error) {
      this.#warn(error);
    }
  }

  readonly #warn = (error: unknown): void => warnOf(this.#owner, 'RefoldListenerWarning', error);
}

/** A frozen copy of events, made before reducers get them: for listeners, and for the caller of a command. */
export function copyForOthers(events: readonly RecordedEvent[]): readonly RecordedEvent[] {
  const copies: RecordedEvent[] = [];
  for (const { sequence, recordedAt, type, version, data, meta, commandId } of events) {
    const copy = recordedEvent(sequence, recordedAt, type, version, frozenCopy(data), meta, commandId);
    copies.push(Object.freeze(copy));
  }
  return Object.freeze(copies);
}

/** What all who hear of a write share. It is read back from the text: the events that reducers got may be part of the state. */
function publishedOf(write: QueuedWrite): readonly RecordedEvent[] {
  const { json, firstSequence, recordedAt, commandId } = write;
  write.published ??= freezeEvents(decodeCommit(json, firstSequence, recordedAt, commandId));
  return write.published;
}
