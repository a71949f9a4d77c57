/**
 * Whose turn it is: a call begins at once, or waits behind all that wait, so that the order of calls stays the order of sequences.
 *
 * Calls wait when too much is queued, when they are held, or when the first of them is not ready. Application code of a call that has
 * waited runs with the guard against re-entrancy entered, as it does inside the call.
 */
import type { Reentrancy } from '../../calls/reentrancy.ts';
import { type Guest, WaitingRoom } from './waiting-room.ts';

/** A call that waits for its turn. */
export interface Waiting extends Guest {
  readonly resolve: (answer: unknown) => void;
}

/** Where calls go when their turn has come. */
interface Queue {
  readonly isFull: boolean;
  /** Resolves when all that is queued is durable. */
  drained(): Promise<unknown>;
}

/** What is done with a call whose turn has come. */
export interface Begin<Call> {
  /** Gives the answer, or a promise of it. */
  readonly begin: (call: Call) => unknown;
  /** Called before the call is rejected with what `begin` threw. */
  readonly refused: (call: Call) => void;
}

export class Turns<Call extends Waiting> {
  readonly #queue: Queue;
  readonly #guard: Reentrancy;
  readonly #work: Begin<Call>;
  readonly #room = new WaitingRoom<Call>((call) => this.#enter(call));
  /** Whether calls wait although there is room. */
  #isHeld = false;

  constructor(queue: Queue, guard: Reentrancy, work: Begin<Call>) {
    this.#queue = queue;
    this.#guard = guard;
    this.#work = work;
  }

  /** Whether a call may begin at once. */
  get mayBegin(): boolean {
    return this.#room.isEmpty && !this.#mustWait;
  }

  /** Whether calls wait for their turn. */
  get isHoldingBack(): boolean {
    return !this.#room.isEmpty;
  }

  /** How many bytes the waiting calls keep in memory, roughly. */
  get bytes(): number {
    return this.#room.bytes;
  }

  /** The call waits behind all that wait. */
  join(call: Call): void {
    this.#room.join(call);
  }

  /** Lets calls begin for which there is room. Call it when there may be room, or when a call has become ready. */
  admit(): void {
    this.#room.admit(this.#mayEnter);
  }

  /**
   * Lets all calls from now on wait, and resolves when everything before them is durable.
   *
   * @returns lets them begin, in order. Call it once
   * @throws RefoldError when the log fails before. The calls have begun then
   */
  async hold(): Promise<() => void> {
    this.#isHeld = true;
    const release = (): void => {
      this.#isHeld = false;
      this.admit();
    };
    try {
      await this.#queue.drained();
      return release;
    } catch (error) {
      release();
      throw error;
    }
  }

  get #mustWait(): boolean {
    return this.#isHeld || this.#queue.isFull;
  }

  readonly #mayEnter = (): boolean => !this.#mustWait;

  #enter(call: Call): void {
    this.#guard.enter();
    try {
      call.resolve(this.#work.begin(call));
    } catch (error) {
      this.#work.refused(call);
      call.resolve(Promise.reject(error));
    } finally {
      this.#guard.leave();
    }
  }
}
