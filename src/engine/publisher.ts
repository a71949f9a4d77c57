/** Hands what became durable to those who listen. A listener that throws harms neither the store nor the others. */
import type { RecordedEvent } from '../core/event.ts';
import { warnOf } from './warn.ts';

/** Gets the events of one commit, in order, after they became durable. */
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

  publish(events: readonly RecordedEvent[]): void {
    for (const listener of this.#listeners) {
      try {
        listener(events);
      } catch (error) {
        warnOf('RefoldListenerWarning', error);
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}
