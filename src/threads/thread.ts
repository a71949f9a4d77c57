/**
 * A thread, seen from its starter: numbered requests out, answers back.
 *
 * - A pending request keeps the process alive, so that work in flight completes. An idle thread does not, so that a
 *   forgotten one never keeps a program from ending.
 * - When a thread dies, all pending requests are rejected with one error. Later requests are rejected with it too.
 * - `end` lets the thread finish what it was asked to do. `abort` stops it at once.
 *
 * `serve` is the other end, in the thread.
 */
import type { Transferable, Worker } from 'node:worker_threads';
import { reviveError } from '../core/errors.ts';
import type { AnswerMessage, JobsOf, Told } from './messages.ts';
import { startThread, type ThreadStart, threadFailed } from './threads.ts';

export interface ThreadOptions extends ThreadStart {
  /**
   * Makes the error for requests that were pending when the thread died, if it had opened before. Default:
   * `STORE_FAILED`, which says that nothing was done. A thread that may have done half of its work needs another error.
   */
  readonly deathOf?: (cause: unknown) => Error;
  /** Called when the thread dies after it had opened, before pending requests are rejected. It must not throw. */
  readonly onDeath?: (failure: Error) => void;
  /** Aborting it ends the thread at once, even while the thread is still opening what it works on. */
  readonly signal?: AbortSignal;
}

interface Pending {
  readonly resolve: (value: any) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: ((progress: any) => void) | undefined;
}

/**
 * Starts a thread for one request, and ends it. Errors are those of `Thread.start` and of `ask`.
 *
 * @param onProgress gets what the job tells while it is under way
 */
export async function askOnce<Jobs extends JobsOf<Jobs>, Name extends keyof Jobs>(
  options: ThreadOptions,
  job: Name,
  input: Jobs[Name]['takes'],
  onProgress?: (progress: Told<Jobs[Name]>) => void,
): Promise<Jobs[Name]['answers']> {
  const thread = await Thread.start<Jobs>(options);
  try {
    return await thread.ask(job, input, NO_BUFFERS, onProgress);
  } finally {
    await thread.end();
  }
}

export class Thread<Jobs extends JobsOf<Jobs>, Opened = undefined> {
  readonly #options: ThreadOptions;
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  readonly #pending = new Map<number, Pending>();
  #lastNumber = 0;
  #opened: { readonly value: Opened } | undefined;
  #death: unknown;
  #failure: Error | undefined;
  #ending: Promise<void> | undefined;

  /**
   * Starts a thread and waits until it has opened what it works on.
   *
   * @throws RefoldError `STORE_FAILED` when the thread cannot start or died; what the opening threw
   */
  static async start<Jobs extends JobsOf<Jobs>, Opened = undefined>(
    options: ThreadOptions,
  ): Promise<Thread<Jobs, Opened>> {
    const worker = startThread(options, (cause) => thread.#die(cause));
    const thread: Thread<Jobs, Opened> = new Thread(options, worker);
    const abort = (): void => void thread.abort();
    options.signal?.addEventListener('abort', abort);
    void thread.#exited.then(() => options.signal?.removeEventListener('abort', abort));
    try {
      thread.#opened = { value: await thread.#answerTo(0, undefined) };
      return thread;
    } catch (error) {
      // After its last answer the thread no longer keeps the event loop alive, but the caller still waits for its end.
      thread.#worker.ref();
      await thread.#exited;
      throw error;
    }
  }

  private constructor(options: ThreadOptions, worker: Worker) {
    this.#options = options;
    this.#worker = worker;
    this.#worker.on('message', (answer: AnswerMessage) => this.#hear(answer));
    this.#exited = new Promise((resolve) => this.#worker.on('exit', () => resolve()));
  }

  /** What the thread said when it had opened what it works on. */
  get opened(): Opened {
    return this.#opened!.value;
  }

  /** Why the thread can do nothing more; undefined while it works. */
  get death(): unknown {
    return this.#death;
  }

  /**
   * Asks for a job. A thread that works synchronously does it after all earlier jobs.
   *
   * @param transfer buffers of the input that move to the thread instead of being copied
   * @param onProgress gets what the job tells while it is under way; it must not throw
   * @returns what the job answers; rejects with what it threw, or with the thread's death
   */
  ask<Name extends keyof Jobs>(
    job: Name,
    input: Jobs[Name]['takes'],
    transfer: readonly Transferable[] = NO_BUFFERS,
    onProgress?: (progress: Told<Jobs[Name]>) => void,
  ): Promise<Jobs[Name]['answers']> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const number = ++this.#lastNumber;
    try {
      this.#worker.postMessage({ number, job, input }, transfer);
    } catch (error) {
      return Promise.reject(error); // something in the input cannot be cloned
    }
    return this.#answerTo(number, onProgress);
  }

  /**
   * Lets the thread finish its jobs and close what it works on. Resolves when the thread has ended; rejects when
   * closing failed.
   */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  /** Ends the thread at once, whatever it is doing. Pending requests are rejected. */
  async abort(): Promise<void> {
    await this.#worker.terminate();
  }

  async #end(): Promise<void> {
    this.#worker.ref();
    try {
      if (this.#failure !== undefined) return;
      const number = ++this.#lastNumber;
      this.#worker.postMessage({ number, end: true });
      await this.#answerTo(number, undefined);
    } finally {
      await this.#exited;
    }
  }

  #answerTo(number: number, onProgress: Pending['onProgress']): Promise<any> {
    return new Promise((resolve, reject) => {
      if (this.#pending.size === 0) this.#worker.ref();
      this.#pending.set(number, { resolve, reject, onProgress });
    });
  }

  #hear(answer: AnswerMessage): void {
    const pending = this.#pending.get(answer.number);
    if ('progress' in answer) pending?.onProgress?.(answer.progress);
    else this.#answered(answer, pending);
  }

  #answered(answer: Exclude<AnswerMessage, { progress: unknown }>, pending: Pending | undefined): void {
    this.#pending.delete(answer.number);
    if (this.#pending.size === 0 && this.#ending === undefined) this.#worker.unref();
    if ('value' in answer) pending?.resolve(answer.value);
    else pending?.reject(reviveError(answer.error, answer.cause === undefined ? undefined : new Error(answer.cause)));
  }

  #die(cause: unknown): void {
    this.#death = cause;
    const { deathOf } = this.#options;
    const failure = this.#opened && deathOf ? deathOf(cause) : threadFailed(this.#options, cause);
    this.#failure = failure;
    if (this.#opened !== undefined && this.#ending === undefined) this.#options.onDeath?.(failure);
    for (const { reject } of this.#pending.values()) reject(failure);
    this.#pending.clear();
  }
}

const NO_BUFFERS: readonly Transferable[] = [];
