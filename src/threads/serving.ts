/**
 * A thread's own end: it opens what it works on, then does the jobs that its starter asks for, and answers each.
 *
 * The starter's end is `Thread`.
 */
import assert from 'node:assert';
import type { MessagePort } from 'node:worker_threads';
import { messageOf, type RefoldError } from '../core/errors.ts';
import type { AnswerMessage, Job, JobMessage, JobsOf, RequestMessage, Told } from './messages.ts';

/** Tells the starter how far a job has come; buffers in `moved` move to it instead of being copied. */
type Tell<One extends Job> = (progress: Told<One>, moved?: readonly ArrayBuffer[]) => void;

/** Does one job. A function that gives a promise lets later jobs begin before it is done. */
type Work<One extends Job> =
  | ((input: One['takes'], tell: Tell<One>) => Given<One['answers']> | Promise<Given<One['answers']>>)
  | (undefined extends One['answers'] ? (input: One['takes'], tell: Tell<One>) => void : never);

type Given<Answer> = Answer | Moved<Answer>;

/** What a thread does for its starter. */
export interface Service<Jobs extends JobsOf<Jobs>, Opened = undefined> {
  /** Told to the starter with the first answer. */
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

/**
 * Serves the starter of this thread until it asks for the end.
 *
 * @param port `parentPort`, which only the thread's own file can import
 * @param failureOf turns what a job or the opening threw into an error that can cross to the starter
 * @param open what the starter waits for first; when it throws, the thread ends
 */
export async function serve<Jobs extends JobsOf<Jobs>, Opened = undefined>(
  port: MessagePort | null,
  failureOf: (error: unknown) => RefoldError,
  open: () => Service<Jobs, Opened> | Promise<Service<Jobs, Opened>>,
): Promise<void> {
  assert(port, 'this file runs in a thread');
  try {
    const service = await open();
    port.on('message', (request: RequestMessage<Jobs>) => {
      if ('end' in request) end(port, service.close?.bind(service), failureOf, request.number);
      else answer(port, service, failureOf, request);
    });
    say(port, { number: 0, value: service.opened });
  } catch (error) {
    say(port, refusal(0, failureOf(error)));
    endThread(port);
  }
}

function answer<Jobs extends JobsOf<Jobs>>(
  port: MessagePort,
  service: Service<Jobs, unknown>,
  failureOf: (error: unknown) => RefoldError,
  { number, job, input }: JobMessage<Jobs>,
): void {
  const grant = (given: unknown): void => {
    if (given instanceof Moved) say(port, { number, value: given.answer }, given.buffers);
    else say(port, { number, value: given });
    service.afterAnswer?.();
  };
  const refuse = (error: unknown): void => {
    say(port, refusal(number, failureOf(error)));
    service.afterAnswer?.();
  };
  let given: unknown;
  try {
    given = service.jobs[job](input, (progress, moved) => say(port, { number, progress }, moved));
  } catch (error) {
    refuse(error);
    return;
  }
  if (given instanceof Promise) given.then(grant, refuse);
  else grant(given);
}

function end(
  port: MessagePort,
  close: (() => void) | undefined,
  failureOf: (error: unknown) => RefoldError,
  number: number,
): void {
  try {
    close?.();
    say(port, { number, value: undefined });
  } catch (error) {
    say(port, refusal(number, failureOf(error)));
  }
  endThread(port);
}

function refusal(number: number, error: RefoldError): AnswerMessage {
  const plain = error.toJSON();
  return error.cause === undefined ? { number, error: plain } : { number, error: plain, cause: messageOf(error.cause) };
}

function say(port: MessagePort, message: AnswerMessage, moved: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, moved);
}

/** Lets the calling thread end, when what it is doing is done. Deno's port cannot be closed. */
function endThread(port: MessagePort): void {
  if (typeof port.close === 'function') port.close();
  else (port as MessagePort).unref();
}
