/**
 * The store's end of the writer thread: numbered jobs out, answers back, in order.
 *
 * While a job is pending the thread keeps the process alive, so that a write in flight completes; an idle one does not,
 * so that a forgotten store never keeps a program from ending. Should the thread die, what was pending is
 * `OUTCOME_UNKNOWN` and everything after it `STORE_FAILED`; before the log was open nothing can have been written, and it
 * is `STORE_FAILED` at once.
 */
import type { Worker } from 'node:worker_threads';
import { isRefoldError, messageOf, RefoldError, reviveError } from '../../../core/errors.ts';
import { startThread, threadFailed, threadFile } from '../../../threads/threads.ts';
import { storeClosed, storeFailed } from '../../log-errors.ts';
import type { AnswerMessage, JobName, Jobs, OpenedLog, WriterOptions } from './writer-protocol.ts';

interface Pending {
  readonly resolve: (value: any) => void;
  readonly reject: (error: RefoldError) => void;
}

export class WriterClient {
  readonly #worker: Worker;
  readonly #path: string;
  readonly #pending = new Map<number, Pending>();
  readonly #exited: Promise<void>;
  #lastNumber = 0;
  #failure: unknown;
  #isOpen = false;
  #closing: Promise<void> | undefined;

  /** Starts the thread and waits until it has opened the log. */
  static async open(options: WriterOptions): Promise<{ readonly writer: WriterClient; readonly opened: OpenedLog }> {
    const writer = new WriterClient(options);
    try {
      const opened = await writer.#answerTo<OpenedLog>(0);
      writer.#isOpen = true;
      return { writer, opened };
    } catch (error) {
      // Its last answer has let go of the event loop; the caller still waits for the thread to be gone.
      writer.#worker.ref();
      await writer.#exited;
      throw error;
    }
  }

  private constructor(options: WriterOptions) {
    this.#path = options.path;
    this.#worker = startThread(WRITER, { workerData: options, name: 'refold writer' }, 'open', options.path);
    this.#worker.on('message', (answer: AnswerMessage) => this.#settle(answer));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#fail(new Error('the writer thread ended'));
        resolve();
      });
    });
  }

  /** Does a job, after all those asked before it. */
  do<Name extends JobName>(
    job: Name,
    input: Jobs[Name]['takes'],
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Jobs[Name]['answers']> {
    if (this.#closing !== undefined) return Promise.reject(storeClosed(this.#path));
    if (this.#failure !== undefined) return Promise.reject(storeFailed(this.#path, this.#failure));
    return this.#post(job, input, transfer);
  }

  /** Lets pending jobs finish, then closes the log. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#worker.ref();
    if (this.#failure === undefined) await this.#post('close', undefined, []);
    await this.#exited;
  }

  #post<Name extends JobName>(job: Name, input: Jobs[Name]['takes'], transfer: readonly ArrayBuffer[]): Promise<any> {
    const number = ++this.#lastNumber;
    this.#worker.postMessage({ number, job, input }, transfer);
    return this.#answerTo(number);
  }

  #answerTo<T>(number: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#pending.size === 0) this.#worker.ref();
      this.#pending.set(number, { resolve, reject });
    });
  }

  #settle({ number, value, error, cause }: AnswerMessage): void {
    const pending = this.#pending.get(number);
    this.#pending.delete(number);
    if (this.#pending.size === 0 && this.#closing === undefined) this.#worker.unref();
    if (error === undefined) pending?.resolve(value);
    else pending?.reject(reviveError(error, cause === undefined ? undefined : new Error(cause)));
  }

  #fail(cause: unknown): void {
    this.#failure ??= cause;
    const error = this.#isOpen ? threadDied(this.#path, cause) : threadFailed('open', this.#path, cause);
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

const WRITER = threadFile(import.meta.url, 'writer');

function threadDied(path: string, cause: unknown): RefoldError {
  if (isRefoldError(cause)) return cause;
  return new RefoldError('OUTCOME_UNKNOWN', `Cannot say whether ${path} was written: ${messageOf(cause)}`, {
    path,
    hint: 'Close the log and open it again; recovery shows what was kept',
    cause,
  });
}
