/**
 * The thread's end: it opens what it works on, then does the jobs that its starter asks for, and answers each.
 *
 * The starter's end is `Thread`.
 */
import assert from 'node:assert';
import type { MessagePort } from 'node:worker_threads';
import { messageOf, type RefoldError } from '../core/errors.ts';
import type { AnswerMessage, Job, JobMessage, JobsOf, RequestMessage, Told } from './messages.ts';

/** Reports a job's progress to the starter. Buffers in `moved` move to it instead of being copied. */
type Tell<One extends Job> = (progress: Told<One>, moved?: readonly ArrayBuffer[]) => void;

/** Does one job. A function that gives a promise lets later jobs begin before it is done. */
type Work<One extends Job> =
  | ((input: One['takes'], tell: Tell<One>) => Given<One['answers']> | Promise<Given<One['answers']>>)
  | (undefined extends One['answers'] ? (input: One['takes'], tell: Tell<One>) => void : never);

type Given<Answer> = Answer | Moved<Answer>;

/** What a thread does for its starter. */
export interface Service<Jobs extends JobsOf<Jobs>, Opened = undefined> {
  /** The starter gets it with the first answer. */
  readonly opened: Opened;
  readonly jobs: { readonly [Name in keyof Jobs]: Work<Jobs[Name]> };
  /** Runs after each answer was posted: work that should not delay the answer. */
  readonly afterAnswer?: () => void;
  /** Runs before the thread ends. */
  readonly close?: () => void;
}

/** An answer whose buffers move to the starter instead of being copied. */
export class Moved<Answer> {
  readonly answer: Answer;
  readonly buffers: readonly ArrayBuffer[];

  constructor(answer: Answer, buffers: readonly ArrayBuffer[]) {
    this.answer = answer;
    this.buffers = buffers;
  }
}

/** Turns what a job or the opening threw into an error that can cross to the starter. */
type FailureOf = (error: unknown) => RefoldError;

/**
 * Serves the starter of this thread until it asks for the end.
 *
 * @param port `parentPort`, which only the thread's file can import
 * @param open what the starter waits for first; when it throws, the thread ends
 */
export async function serve<Jobs extends JobsOf<Jobs>, Opened = undefined>(
  port: MessagePort | null,
  failureOf: FailureOf,
  open: () => Service<Jobs, Opened> | Promise<Service<Jobs, Opened>>,
): Promise<void> {
  assert(port, 'this file runs in a thread');
  try {
    const service = await open();
    const server = new Server<Jobs>(port, failureOf, service);
    port.on('message', (request: RequestMessage<Jobs>) => server.hear(request));
    say(port, { number: 0, value: service.opened });
  } catch (error) {
    say(port, refusal(0, failureOf(error)));
    endThread(port);
  }
}

class Server<Jobs extends JobsOf<Jobs>> {
  readonly #port: MessagePort;
  readonly #failureOf: FailureOf;
  readonly #service: Service<Jobs, unknown>;

  constructor(port: MessagePort, failureOf: FailureOf, service: Service<Jobs, unknown>) {
    this.#port = port;
    this.#failureOf = failureOf;
    this.#service = service;
  }

  hear(request: RequestMessage<Jobs>): void {
    if ('end' in request) this.#end(request.number);
    else this.#do(request);
  }

  #do({ number, job, input }: JobMessage<Jobs>): void {
    let given: unknown;
    try {
      given = this.#service.jobs[job](input, (progress, moved) => say(this.#port, { number, progress }, moved));
    } catch (error) {
      this.#refuse(number, error);
      return;
    }
    if (!(given instanceof Promise)) this.#grant(number, given);
    else
      given.then(
        (answer) => this.#grant(number, answer),
        (error) => this.#refuse(number, error),
      );
  }

  #grant(number: number, given: unknown): void {
    if (given instanceof Moved) say(this.#port, { number, value: given.answer }, given.buffers);
    else say(this.#port, { number, value: given });
    this.#service.afterAnswer?.();
  }

  #refuse(number: number, error: unknown): void {
    say(this.#port, refusal(number, this.#failureOf(error)));
    this.#service.afterAnswer?.();
  }

  #end(number: number): void {
    try {
      this.#service.close?.();
      say(this.#port, { number, value: undefined });
    } catch (error) {
      say(this.#port, refusal(number, this.#failureOf(error)));
    }
    endThread(this.#port);
  }
}

function refusal(number: number, error: RefoldError): AnswerMessage {
  const plain = error.toJSON();
  return error.cause === undefined ? { number, error: plain } : { number, error: plain, cause: messageOf(error.cause) };
}

function say(port: MessagePort, message: AnswerMessage, moved?: readonly ArrayBuffer[]): void {
  if (moved === undefined) port.postMessage(message);
  else port.postMessage(message, moved);
}

/** Lets the calling thread end after its present work. Deno's port cannot be closed. */
function endThread(port: MessagePort): void {
  if (typeof port.close === 'function') port.close();
  else (port as MessagePort).unref();
}
