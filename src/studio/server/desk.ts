/**
 * The HTTP thread's end of a worker: hands questions over, and answers on as they come.
 *
 * A question whose asker goes away is aborted in the worker too. A reader of lines that is slow holds the worker up.
 */
import type { Worker } from 'node:worker_threads';
import { RefoldError } from '../../index.ts';
import { AnsweredProblem, type Problem } from './answering.ts';
import { type FromWorker, LINES_AHEAD, type ToWorker } from './desk-protocol.ts';
import type { Route } from './http-server.ts';

type Receiver = (message: FromWorker) => void;

export class Desk {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Receiver>();
  #asked = 0;
  #gone: RefoldError | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (message: FromWorker) => this.#waiting.get(message.id)?.(message));
    worker.on('error', (error) => this.#end(error));
    worker.on('exit', () => this.#end(new Error('the thread ended')));
  }

  /** A route that gives one object, or bytes. */
  one(route: string): Route {
    return (query, signal) =>
      new Promise((resolve, reject) => {
        const id = this.#ask(route, query, signal, (message) => {
          this.#waiting.delete(id);
          if (message.kind === 'answer') resolve(message.json);
          else if (message.kind === 'bytes') resolve(message.bytes);
          else reject(message.kind === 'problem' ? new AnsweredProblem(message.problem) : signal.reason);
        });
      });
  }

  /** A route that gives lines. */
  lines(route: string): Route {
    return (query, signal) => this.#lines(route, query, signal);
  }

  /** Ends the worker. Questions that wait are answered with an error. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  async *#lines(route: string, query: URLSearchParams, signal: AbortSignal): AsyncGenerator<string, void> {
    const come: FromWorker[] = [];
    let wake = (): void => {};
    const id = this.#ask(route, query, signal, (message) => {
      come.push(message);
      wake();
    });
    try {
      for (let read = 0; ; ) {
        while (come.length === 0) await new Promise<void>((resolve) => (wake = resolve));
        const message = come.shift()!;
        if (message.kind === 'problem') throw new AnsweredProblem(message.problem);
        if (message.kind !== 'line') return;
        yield message.json;
        read++;
        if (read % HALF === 0) this.#send({ kind: 'more', id, lines: HALF });
      }
    } finally {
      if (this.#waiting.delete(id)) this.#send({ kind: 'abort', id });
    }
  }

  #ask(route: string, query: URLSearchParams, signal: AbortSignal, receive: Receiver): number {
    if (this.#gone !== undefined) throw this.#gone;
    signal.throwIfAborted();
    if (this.#waiting.size >= MOST_AT_ONCE) throw new AnsweredProblem(TOO_MANY_QUESTIONS);
    const id = ++this.#asked;
    this.#waiting.set(id, receive);
    this.#send({ kind: 'ask', id, route, query: query.toString() });
    signal.addEventListener('abort', () => this.#abort(id), { once: true });
    return id;
  }

  #abort(id: number): void {
    const receive = this.#waiting.get(id);
    if (receive === undefined) return;
    this.#send({ kind: 'abort', id });
    receive({ kind: 'end', id });
    this.#waiting.delete(id);
  }

  #send(message: ToWorker): void {
    if (this.#gone === undefined) this.#worker.postMessage(message);
  }

  #end(cause: Error): void {
    this.#gone ??= new RefoldError('STORE_FAILED', `Cannot answer: a thread of the studio failed: ${cause.message}`, {
      hint: 'Start the studio again; if it happens again, the model may throw or take too much memory',
      cause,
    });
    const { code, message, hint } = this.#gone;
    for (const [id, receive] of this.#waiting) receive({ kind: 'problem', id, problem: { code, message, hint } });
    this.#waiting.clear();
  }
}

const HALF = LINES_AHEAD / 2;

/** Questions to one thread at once. Seven tabs ask for thirty at most. */
export const MOST_AT_ONCE = 64;

const TOO_MANY_QUESTIONS: Problem = {
  code: 'BUSY',
  message: `The studio is answering ${MOST_AT_ONCE} other questions`,
  hint: 'Ask again when one of them is answered; close tabs that are not needed',
};
