/**
 * The store's end of the writer thread.
 *
 * If the thread dies, pending jobs are `OUTCOME_UNKNOWN`, and all later ones `STORE_FAILED`. Before the log is open
 * nothing can have been written, so then it is `STORE_FAILED` at once.
 */
import { isRefoldError, messageOf, RefoldError } from '../../../core/errors.ts';
import { throwIfAborted } from '../../../threads/aborted.ts';
import { Thread } from '../../../threads/thread.ts';
import { storeClosed, storeFailed } from '../../log-errors.ts';
import type { JobName, Jobs, OpenedLog, WriterOptions } from './writer-protocol.ts';

/** The file beside which the writer thread's file lies. */
export const WRITER_HOME: string = import.meta.url;

/** The thread that writes a log, as far as one log is concerned: its own, or one that it shares. */
export interface WriterThread {
  /** What the writer found when it opened the log. */
  readonly opened: OpenedLog;
  /** Why the thread can do nothing more; undefined while it works. */
  readonly death: unknown;
  ask<Name extends JobName>(
    job: Name,
    input: Jobs[Name]['takes'],
    transfer?: readonly ArrayBuffer[],
  ): Promise<Jobs[Name]['answers']>;
  /** Lets pending jobs finish, then closes the log. */
  end(): Promise<void>;
}

/** Threads that many logs share. */
export interface WriterHost {
  /**
   * @param signal ends the waiting: the open rejects
   * @param onDeath called when the thread dies, before pending jobs are rejected
   */
  open(options: WriterOptions, signal: AbortSignal, onDeath: (cause: unknown) => void): Promise<WriterThread>;
}

/** Who hears of the death of the thread. */
interface Lost {
  readonly listeners: ((cause: RefoldError) => void)[];
}

export class WriterClient {
  /** Other logs share the thread. */
  readonly isShared: boolean;
  readonly #thread: WriterThread;
  readonly #path: string;
  readonly #lost: Lost;
  #closing: Promise<void> | undefined;

  /**
   * Starts the thread and waits until it has opened the log.
   *
   * @param signal ends the waiting, and with it the thread. Once the log is open it has no effect
   * @param host has the log opened in a thread that other logs share
   */
  static async open(options: WriterOptions, signal?: AbortSignal, host?: WriterHost): Promise<WriterClient> {
    throwIfAborted(signal);
    const opening = new AbortController();
    const abort = (): void => opening.abort();
    signal?.addEventListener('abort', abort);
    try {
      return await WriterClient.#start(options, opening.signal, host);
    } catch (error) {
      throwIfAborted(signal);
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  static async #start(options: WriterOptions, signal: AbortSignal, host?: WriterHost): Promise<WriterClient> {
    const { path } = options;
    const lost: Lost = { listeners: [] };
    const tell = (failure: RefoldError): void => {
      for (const listener of lost.listeners) listener(failure);
    };
    if (host !== undefined) {
      const shared = await host.open(options, signal, (cause) => tell(threadDied(path, cause)));
      return new WriterClient(shared, path, lost, true);
    }
    const thread = await Thread.start<Jobs, OpenedLog>({
      signal,
      name: 'writer',
      from: WRITER_HOME,
      data: options,
      action: 'open',
      path,
      deathOf: (cause) => threadDied(path, cause),
      onDeath: (failure) => tell(failure as RefoldError), // as `deathOf` makes it
    });
    return new WriterClient(thread, path, lost, false);
  }

  private constructor(thread: WriterThread, path: string, lost: Lost, isShared: boolean) {
    this.isShared = isShared;
    this.#lost = lost;
    this.#thread = thread;
    this.#path = path;
  }

  /** What the writer found when it opened the log. */
  get opened(): OpenedLog {
    return this.#thread.opened;
  }

  /** Asks for a job. The writer does it after all earlier ones. */
  do<Name extends JobName>(
    job: Name,
    input: Jobs[Name]['takes'],
    transfer?: readonly ArrayBuffer[],
  ): Promise<Jobs[Name]['answers']> {
    if (this.#closing !== undefined) return Promise.reject(storeClosed(this.#path));
    const { death } = this.#thread;
    if (death !== undefined) return Promise.reject(storeFailed(this.#path, death));
    return this.#thread.ask(job, input, transfer);
  }

  /** Calls the listener when the thread dies, before the jobs that it had are rejected. */
  onLost(listener: (cause: RefoldError) => void): void {
    this.#lost.listeners.push(listener);
  }

  /** Lets pending jobs finish, then closes the log. */
  close(): Promise<void> {
    this.#closing ??= this.#thread.end();
    return this.#closing;
  }
}

/** What is said of the jobs that a thread had when it died. */
export function threadDied(path: string, cause: unknown): RefoldError {
  if (isRefoldError(cause)) return cause;
  return new RefoldError('OUTCOME_UNKNOWN', `Cannot say whether ${path} was written: ${messageOf(cause)}`, {
    path,
    hint: 'Close the log and open it again; recovery shows what was kept',
    cause,
  });
}
