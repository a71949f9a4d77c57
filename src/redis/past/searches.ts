/** Questions to the log: each in a thread, at most two at once, the others in their turn. */

import type { Former, Found, Moment, Search } from '../calls/contracts/past.ts';
import { CommandError } from '../calls/errors.ts';
import type { PastMessage, PastTask } from './messages.ts';
import { PastError } from './past-error.ts';
import { startPastThread } from './past-thread.ts';

const AT_ONCE = 2;
/** How many searches may wait. */
const QUEUED = 100;

export class Searches {
  readonly #path: string;
  #running = 0;
  readonly #queue: (() => void)[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws CommandError when too many wait; PastError when the log cannot answer */
  search(search: Search): Promise<Found> {
    return this.#inTurn({ kind: 'search', path: this.#path, search }, (message) =>
      'found' in message ? message.found : undefined,
    );
  }

  /** The keys of a database that match the pattern, as they were. @throws as `search` does */
  former(moment: Moment, db: number, pattern: string): Promise<Former> {
    return this.#inTurn({ kind: 'rewind', path: this.#path, moment, db, pattern }, (message) =>
      'former' in message ? message.former : undefined,
    );
  }

  async #inTurn<Result>(task: PastTask, read: (message: PastMessage) => Result | undefined): Promise<Result> {
    if (this.#running >= AT_ONCE) {
      if (this.#queue.length >= QUEUED)
        throw new CommandError('ERR too many searches of the history wait: try again later');
      await new Promise<void>((resolve) => void this.#queue.push(resolve));
    }
    this.#running++;
    try {
      return await resultOf(task, read);
    } finally {
      this.#running--;
      this.#queue.shift()?.();
    }
  }
}

/** Starts a thread for a task, and ends it when the result is there. */
async function resultOf<Result>(task: PastTask, read: (message: PastMessage) => Result | undefined): Promise<Result> {
  const thread = startPastThread(task);
  try {
    return await new Promise<Result>((resolve, reject) => {
      thread.on('message', (message: PastMessage) => {
        const result = read(message);
        if (result !== undefined) resolve(result);
        else if ('failure' in message) reject(new PastError(message.failure));
      });
      thread.on('error', reject).on('exit', () => reject(new CommandError('ERR the thread for the past has ended')));
    });
  } finally {
    await thread.terminate();
  }
}
