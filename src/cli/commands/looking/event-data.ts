/** The data of single events that are asked for in order. A block holds many events, so neighbours are read in one read. */
import type { EventRange, Past, RecordedEvent } from '../../../index.ts';

/** Where events are read. */
type Source = Pick<Past, 'events'>;

/** An event that is so near to the last one is most likely in the same block, or in the next. */
const NEIGHBOURHOOD = 2_000;

export class EventData implements AsyncDisposable {
  readonly #source: Source;
  readonly #forward: boolean;
  #reading: AsyncGenerator<RecordedEvent, void> | undefined;
  #last: RecordedEvent | undefined;

  /** @param forward whether sequences rise from call to call; otherwise they fall */
  constructor(source: Source, forward: boolean) {
    this.#source = source;
    this.#forward = forward;
  }

  /** Undefined for an event that is not there. */
  async of(sequence: number): Promise<unknown> {
    if (this.#last === undefined || Math.abs(sequence - this.#last.sequence) > NEIGHBOURHOOD)
      await this.#begin(sequence);
    while (this.#last !== undefined && this.#isBefore(this.#last.sequence, sequence)) await this.#next();
    return this.#last?.sequence === sequence ? this.#last.data : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reading?.return();
  }

  async #begin(sequence: number): Promise<void> {
    await this.#reading?.return();
    const range: EventRange = this.#forward ? { from: sequence } : { to: sequence, reverse: true };
    this.#reading = this.#source.events(range);
    await this.#next();
  }

  async #next(): Promise<void> {
    const { value } = await this.#reading!.next();
    this.#last = value ?? undefined;
  }

  #isBefore(one: number, other: number): boolean {
    return this.#forward ? one < other : one > other;
  }
}
