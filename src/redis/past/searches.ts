/** Searches for the changes of a key: each in a thread, at most two at once, the others in their turn. */
import { CommandError } from '../calls/errors.ts';
import type { Found, Search } from '../calls/past.ts';
import type { PastMessage } from './messages.ts';
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

  /** @throws CommandError when too many wait; the thread's failure */
  async run(search: Search): Promise<Found> {
    if (this.#running >= AT_ONCE) {
      if (this.#queue.length >= QUEUED)
        throw new CommandError('ERR too many searches of the history wait: try again later');
      await new Promise<void>((resolve) => void this.#queue.push(resolve));
    }
    this.#running++;
    try {
      return await searchIn(this.#path, search);
    } finally {
      this.#running--;
      this.#queue.shift()?.();
    }
  }
}

async function searchIn(path: string, search: Search): Promise<Found> {
  const thread = startPastThread({ kind: 'search', path, search });
  try {
    return await new Promise<Found>((resolve, reject) => {
      thread.on('message', (message: PastMessage) => {
        if ('found' in message) resolve(message.found);
        else if ('failure' in message) reject(new CommandError(`ERR ${message.failure.message}`));
      });
      thread.on('error', reject).on('exit', () => reject(new CommandError('ERR the search was ended')));
    });
  } finally {
    await thread.terminate();
  }
}
