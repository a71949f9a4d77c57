/** The messages on their way to one consumer: a bounded queue, and what happens when it is full. */
import type { MarketMessage } from './messages.ts';

/**
 * What happens when a consumer is so slow that its queue is full. `wait`: publishing waits for it, and no
 * message is lost. `skip`: messages are left out until the consumer has taken what is queued. Then it gets a
 * snapshot of every channel, with the reason `missed`.
 */
export type WhenFull = 'wait' | 'skip';

export interface QueueParts {
  /** The most messages. */
  readonly bound: number;
  readonly whenFull: WhenFull;
  /** Snapshots of every channel, as of now. */
  readonly snapshots: () => MarketMessage[];
  /** The consumer has taken a message, or wants the first. */
  readonly onTaken: () => void;
  /** The consumer takes no more. */
  readonly onLeft: (queue: ConsumerQueue) => void;
}

type Taken = IteratorResult<MarketMessage, void>;

const DONE: Taken = { done: true, value: undefined };

export class ConsumerQueue implements AsyncIterableIterator<MarketMessage, void> {
  readonly #parts: QueueParts;
  #messages: MarketMessage[];
  #head = 0;
  #isMissing = false;
  #ended: { readonly error: unknown } | undefined;
  #waiting: { resolve(taken: Taken): void; reject(error: unknown): void } | undefined;

  /** @param first what the consumer gets before anything else; it does not count for the bound */
  constructor(parts: QueueParts, first: MarketMessage[]) {
    this.#parts = parts;
    this.#messages = first;
  }

  get length(): number {
    return this.#messages.length - this.#head;
  }

  /** Whether publishing should wait for this consumer. */
  get isFull(): boolean {
    return this.#parts.whenFull === 'wait' && this.length >= this.#parts.bound;
  }

  push(messages: readonly MarketMessage[]): void {
    if (this.#ended !== undefined || this.#isMissing) return;
    if (this.#parts.whenFull === 'skip' && this.length + messages.length > this.#parts.bound) {
      this.#isMissing = true;
    } else for (const message of messages) this.#messages.push(message);
    this.#deliver();
  }

  /** Messages were lost that no queue ever had: the consumer gets snapshots when it has taken what is queued. */
  miss(): void {
    if (this.#ended !== undefined) return;
    this.#isMissing = true;
    this.#deliver();
  }

  /** Nothing comes any more. What is queued can still be taken. */
  end(error?: unknown): void {
    this.#ended ??= { error };
    this.#deliver();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Taken> {
    const message = this.#take();
    if (message !== undefined) return Promise.resolve({ done: false, value: message });
    if (this.#ended !== undefined) return this.#end(this.#ended.error);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#parts.onTaken();
    });
  }

  async return(): Promise<Taken> {
    this.end();
    this.#messages = [];
    this.#head = 0;
    this.#isMissing = false;
    this.#parts.onLeft(this);
    return DONE;
  }

  #deliver(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    const message = this.#take();
    if (message === undefined && this.#ended === undefined) return;
    this.#waiting = undefined;
    if (message !== undefined) waiting.resolve({ done: false, value: message });
    else this.#end(this.#ended!.error).then(waiting.resolve, waiting.reject);
  }

  #take(): MarketMessage | undefined {
    if (this.length === 0 && this.#isMissing) {
      this.#isMissing = false;
      this.#messages = this.#parts.snapshots();
      this.#head = 0;
    }
    const message = this.#messages[this.#head];
    if (message === undefined) return undefined;
    this.#head++;
    // What was taken is let go of in large steps, so that a step costs little for each message.
    if (this.#head === this.#messages.length || this.#head >= 1_024) {
      this.#messages = this.#messages.slice(this.#head);
      this.#head = 0;
    }
    this.#parts.onTaken();
    return message;
  }

  async #end(error: unknown): Promise<Taken> {
    if (error !== undefined) throw error;
    return DONE;
  }
}
