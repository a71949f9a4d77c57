/**
 * Hands durable events to listeners.
 *
 * A listener is application code that runs while a block completes. It may throw anything, return a promise that rejects,
 * subscribe or unsubscribe: none of this harms the store or other listeners. `publish` never throws.
 */

import { type RecordedEvent, recordedEvent } from '../../core/event.ts';
import { freezeJson, frozenCopy } from '../../core/freeze.ts';
import { letGo } from '../../core/let-go.ts';
import { decodeCommit } from '../../log/blocks/block.ts';
import { warnOf } from '../calls/warn.ts';
import type { QueuedWrite } from './queued-write.ts';

/** Gets the events of one commit, in order, after they became durable: a frozen copy that all listeners share. */
export type Listener<Event = RecordedEvent> = (events: readonly Event[]) => void;

export class Publisher {
  readonly #listeners = new Set<Listener<any>>();

  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: Listener<any>): () => void {
    // Wrapped: the same function subscribed twice is two subscriptions.
    const own: Listener = (events) => listener(events);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** @param events the listeners' frozen copy: see `forListeners` and `copyForOthers` */
  publish(events: readonly RecordedEvent[]): void {
    // Runs over a copy of the list: a listener that subscribes meanwhile gets later commits only. One that is unsubscribed
    // meanwhile gets no further commit.
    for (const listener of [...this.#listeners]) if (this.#listeners.has(listener)) call(listener, events);
  }

  clear(): void {
    this.#listeners.clear();
  }
}

function call(listener: Listener, events: readonly RecordedEvent[]): void {
  try {
    letGo(listener(events) as unknown, warn);
  } catch (error) {
    warn(error);
  }
}

function warn(error: unknown): void {
  warnOf('RefoldListenerWarning', error);
}

/** Freezes events to which no other code has a reference. */
export function forListeners(events: readonly RecordedEvent[]): readonly RecordedEvent[] {
  for (const event of events) {
    freezeJson(event.data);
    freezeJson(event.meta);
    Object.freeze(event);
  }
  return Object.freeze(events);
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

/** For listeners that subscribed after the fold: the events that reducers got may be part of the state by now. */
export function readBack({ json, firstSequence, recordedAt, commandId }: QueuedWrite): readonly RecordedEvent[] {
  return forListeners(decodeCommit(json, firstSequence, recordedAt, commandId));
}
