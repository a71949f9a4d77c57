/**
 * The store's end of the writer thread: numbered jobs out, answers back, in order.
 *
 * While a job is pending the thread keeps the process alive, so that a write in flight completes; an idle one does not,
 * so that a forgotten store never keeps a program from ending. Should the thread die, what was pending is
 * `OUTCOME_UNKNOWN` and everything after it `STORE_FAILED`.
 */
import { Worker } from 'node:worker_threads';
import { isRefoldError, messageOf, RefoldError, reviveError } from '../../core/errors.ts';
import { storeClosed, storeFailed } from '../log-errors.ts';
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
  #closing: Promise<void> | undefined;

  /** Starts the thread and waits until it has opened the log. */
  static async open(options: WriterOptions): Promise<{ readonly writer: WriterClient; readonly opened: OpenedLog }> {
    const writer = new WriterClient(options);
    try {
      return { writer, opened: await writer.#answerTo<OpenedLog>(0) };
    } catch (error) {
      // Its last answer has let go of the event loop; the caller still waits for the thread to be gone.
      writer.#worker.ref();
      await writer.#exited;
      throw error;
    }
  }

  private constructor(options: WriterOptions) {
    this.#path = options.path;
    // No flags of this process: a thread started with its --eval, --import or test hooks would not start at all.
    this.#worker = new Worker(WRITER, { workerData: options, execArgv: [], name: 'refold writer' });
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
    for (const { reject } of this.#pending.values()) reject(threadDied(this.#path, cause));
    this.#pending.clear();
  }
}

/** The writer beside this file: TypeScript where this runs from its sources, JavaScript where it is built. */
const WRITER = new URL(import.meta.url.endsWith('.ts') ? './writer.ts' : './writer.js', import.meta.url);

function threadDied(path: string, cause: unknown): RefoldError {
  if (isRefoldError(cause)) return cause;
  return new RefoldError('OUTCOME_UNKNOWN', `Cannot say whether ${path} was written: ${messageOf(cause)}`, {
    path,
    hint: 'Close the log and open it again; recovery shows what was kept',
    cause,
  });
}
