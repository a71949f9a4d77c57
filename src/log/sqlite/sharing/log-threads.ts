/**
 * Writer threads that many logs share, seen from the stores.
 *
 * A new log is given to the thread that has the fewest. A thread is started for its first log. When a thread dies, each of
 * its logs hears of that as if it had been its own thread, and the next log gets a new one.
 */
import { messageOf } from '../../../core/errors.ts';
import { Thread } from '../../../threads/thread.ts';
import { threadFailed } from '../../../threads/threads.ts';
import { OpenReaders } from '../reading/open-readers.ts';
import { threadDied, WRITER_HOME, type WriterHost, type WriterThread } from '../writing/writer-client.ts';
import type { JobName, Jobs, OpenedLog, WriterOptions } from '../writing/writer-protocol.ts';
import type { HostJobs, SharedThreadData } from './host-protocol.ts';

export class LogThreads implements WriterHost {
  /** The connections for reading, of which only a few are open at a time. */
  readonly readers: OpenReaders = new OpenReaders();
  readonly #slots: SharedThread[];
  #lastLog = 0;

  constructor(count: number) {
    this.#slots = Array.from({ length: count }, () => new SharedThread());
  }

  /** Opens a log in the thread that has the fewest. @throws RefoldError what opening throws, `STORE_FAILED` for a dead thread */
  async open(options: WriterOptions, signal: AbortSignal, onDeath: (cause: unknown) => void): Promise<WriterThread> {
    const thread = this.#slots.reduce((one, other) => (other.logs < one.logs ? other : one));
    return thread.open(++this.#lastLog, { ...options, isShared: true }, signal, onDeath);
  }

  /** Ends the threads. Their logs must be closed. */
  async end(): Promise<void> {
    this.readers.end();
    await Promise.all(this.#slots.map((slot) => slot.end()));
  }
}

/** How `Thread` rejects what was pending when the thread died: each log has its own words for it. */
class ThreadDeath extends Error {}

/** One thread, started when it is needed. */
class SharedThread {
  #thread: Promise<Thread<HostJobs>> | undefined;
  /** What each of its logs does at its death. */
  readonly #deaths = new Map<number, (cause: unknown) => void>();

  get logs(): number {
    return this.#deaths.size;
  }

  async open(
    log: number,
    options: WriterOptions,
    signal: AbortSignal,
    onDeath: (cause: unknown) => void,
  ): Promise<WriterThread> {
    const { path } = options;
    this.#deaths.set(log, onDeath);
    try {
      const thread = await this.#running(path);
      const opened = await askToOpen(thread, log, options, signal);
      return new SharedWriter({ log, path, thread, opened, onEnd: () => this.#deaths.delete(log) });
    } catch (error) {
      this.#deaths.delete(log);
      throw error instanceof ThreadDeath ? threadFailed({ action: 'open', path }, error.cause) : error;
    }
  }

  async end(): Promise<void> {
    const thread = await this.#thread?.catch(() => undefined);
    await thread?.end();
  }

  async #running(path: string): Promise<Thread<HostJobs>> {
    const starting = (this.#thread ??= this.#start(path));
    try {
      return await starting;
    } catch (error) {
      if (this.#thread === starting) this.#thread = undefined;
      throw threadFailed({ action: 'open', path }, (error as Error).cause ?? error);
    }
  }

  #start(path: string): Promise<Thread<HostJobs>> {
    const data: SharedThreadData = { isShared: true };
    const deathOf = (cause: unknown): Error => new ThreadDeath(messageOf(cause), { cause });
    const onDeath = (failure: Error): void => this.#died(failure.cause);
    return Thread.start<HostJobs>({ name: 'writer', from: WRITER_HOME, data, action: 'open', path, deathOf, onDeath });
  }

  #died(cause: unknown): void {
    const deaths = [...this.#deaths.values()];
    this.#deaths.clear();
    this.#thread = undefined;
    for (const died of deaths) died(cause);
  }
}

/** A thread that others use cannot be ended: it is asked to give up waiting, and answers with the reason. */
async function askToOpen(
  thread: Thread<HostJobs>,
  log: number,
  options: WriterOptions,
  signal: AbortSignal,
): Promise<OpenedLog> {
  const giveUp = (): void => void thread.ask('giveUp', log).catch(() => {}); // a dead thread has given up
  const opening = thread.ask('open', { log, options });
  if (signal.aborted) giveUp();
  signal.addEventListener('abort', giveUp);
  try {
    return await opening;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

interface SharedWriterParts {
  readonly log: number;
  readonly path: string;
  readonly thread: Thread<HostJobs>;
  readonly opened: OpenedLog;
  readonly onEnd: () => void;
}

/** One log in a shared thread: what `Thread` is for a log with its own thread. */
class SharedWriter implements WriterThread {
  readonly opened: OpenedLog;
  readonly #parts: SharedWriterParts;

  constructor(parts: SharedWriterParts) {
    this.opened = parts.opened;
    this.#parts = parts;
  }

  get death(): unknown {
    return this.#parts.thread.death;
  }

  async ask<Name extends JobName>(
    job: Name,
    input: Jobs[Name]['takes'],
    transfer?: readonly ArrayBuffer[],
  ): Promise<Jobs[Name]['answers']> {
    const { log, path, thread } = this.#parts;
    try {
      return await thread.ask('work', { log, job, input }, transfer);
    } catch (error) {
      throw error instanceof ThreadDeath ? threadDied(path, error.cause) : error;
    }
  }

  async end(): Promise<void> {
    const { log, thread, onEnd } = this.#parts;
    try {
      await thread.ask('close', log);
    } catch (error) {
      if (!(error instanceof ThreadDeath)) throw error; // a dead thread has released the log
    } finally {
      onEnd();
    }
  }
}
