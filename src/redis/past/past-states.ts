/**
 * Past states that connections read: each in a thread, shared by all connections at the same place.
 *
 * At most so many states are there at once. One without readers makes room for another.
 */
import type { Worker } from 'node:worker_threads';
import type { Client } from '../calls/client.ts';
import type { Moment, PastPlace } from '../calls/contracts/past.ts';
import { CommandError } from '../calls/errors.ts';
import type { Output } from '../protocol/reply.ts';
import type { PastAnswer, PastMessage, PastRequest } from './messages.ts';
import { PastError } from './past-error.ts';
import { startPastThread } from './past-thread.ts';

/** A past state in its thread. */
export class PastState {
  readonly moment: Moment;
  readonly readers: Set<Client> = new Set<Client>();
  readonly place: Promise<PastPlace>;
  readonly #thread: Worker;
  readonly #waiting = new Map<number, (answer: PastAnswer | Error) => void>();
  #lastId = 0;
  /** The configuration that the thread has. */
  #config: PastRequest['config'];

  constructor(path: string, moment: Moment) {
    this.moment = moment;
    this.#thread = startPastThread({ kind: 'state', path, moment });
    const { promise, resolve, reject } = Promise.withResolvers<PastPlace>();
    this.place = promise;
    promise.catch(() => undefined);
    this.#thread.on('message', (message: PastMessage) => {
      if ('place' in message) resolve(message.place);
      else if ('failure' in message) reject(new PastError(message.failure));
      else if ('answer' in message) this.#answer(message.answer);
    });
    const onEnd = (error: unknown): void => {
      const failure = error instanceof Error ? error : new Error('The thread of a past state has ended');
      reject(failure);
      for (const settle of this.#waiting.values()) settle(failure);
      this.#waiting.clear();
    };
    this.#thread.on('error', onEnd).on('exit', onEnd);
  }

  /** Runs commands there. @returns the replies */
  async run(request: Omit<PastRequest, 'id'>): Promise<readonly Output[]> {
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<PastAnswer | Error>();
    this.#waiting.set(id, resolve);
    const { config, ...rest } = request;
    this.#thread.postMessage({ ...rest, id, ...(config !== this.#config && { config }) });
    this.#config = config;
    const answer = await promise;
    if (answer instanceof Error)
      throw new CommandError('ERR the past state is not there any more: use REFOLD.AT again');
    return answer.output;
  }

  async close(): Promise<void> {
    await this.#thread.terminate();
  }

  #answer(answer: PastAnswer): void {
    this.#waiting.get(answer.id)?.(answer);
    this.#waiting.delete(answer.id);
  }
}

export class PastStates {
  readonly #path: string;
  readonly #limit: () => number;
  readonly #states: PastState[] = [];

  /** @param limit how many states may be there at once */
  constructor(path: string, limit: () => number) {
    this.#path = path;
    this.#limit = limit;
  }

  /**
   * Moves the client to a moment. If that fails, it stays where it was, unless its state had to make room.
   *
   * @throws CommandError when too many states are there; PastError when the log does not have the moment
   */
  async enter(client: Client, moment: Moment): Promise<{ readonly state: PastState; readonly place: PastPlace }> {
    const state = this.#states.find((each) => isSame(each.moment, moment)) ?? this.#load(moment, client);
    const wasThere = state.readers.has(client);
    state.readers.add(client); // so that it is not dropped meanwhile
    try {
      const place = await state.place;
      for (const other of this.#states) if (other !== state) other.readers.delete(client);
      return { state, place };
    } catch (error) {
      if (!wasThere) state.readers.delete(client);
      await this.#drop(state);
      throw error;
    }
  }

  /** The client reads the present again, or has left. */
  leave(client: Client): void {
    for (const state of this.#states) state.readers.delete(client);
  }

  async close(): Promise<void> {
    await Promise.all(this.#states.splice(0).map((state) => state.close()));
  }

  #load(moment: Moment, client: Client): PastState {
    const limit = this.#limit();
    if (this.#states.length >= limit) {
      // A state that only this client reads is left by it.
      const idle = this.#states.find(({ readers }) => readers.size === (readers.has(client) ? 1 : 0));
      if (idle === undefined) {
        throw new CommandError(
          `ERR ${limit} past states are in use: leave one with REFOLD.NOW, or raise refold-past-states`,
        );
      }
      void this.#drop(idle);
    }
    const state = new PastState(this.#path, moment);
    this.#states.push(state);
    return state;
  }

  async #drop(state: PastState): Promise<void> {
    const at = this.#states.indexOf(state);
    if (at !== -1) this.#states.splice(at, 1);
    await state.close();
  }
}

function isSame(a: Moment, b: Moment): boolean {
  return 'sequence' in a ? 'sequence' in b && a.sequence === b.sequence : 'time' in b && a.time === b.time;
}
