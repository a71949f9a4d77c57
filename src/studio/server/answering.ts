/**
 * Writes answers: one JSON object of bounded size, or JSON lines that wait for a slow reader.
 *
 * A reader that closes the connection ends the work: its signal aborts.
 */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readableError } from '../../guests/readable-error.ts';
import { isRefoldError, RefoldError } from '../../index.ts';
import type { Refusal } from './access.ts';
import { SAFE_HEADERS } from './headers.ts';

/** The largest answer in one piece, in bytes. */
export const ANSWER_BYTES = 1_048_576;

const JSON_TYPE = 'application/json; charset=utf-8';

/** What a failed request says. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  /** The event that it is about. */
  readonly sequence?: number | undefined;
  /** The event type, the parameter or the option that it is about. */
  readonly type?: string | undefined;
  /** The path within a value that it is about. */
  readonly at?: string | undefined;
}

/** A signal that aborts when the reader goes away before the answer is complete. */
export function signalOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}

/**
 * An answer, or a line of one, as text. Threads make it, so that the server only passes it on.
 *
 * @throws RefoldError `INVALID_OPTION` if it is too large: then the page asked for too much at once
 */
export function jsonOf(answer: object): string {
  const text = JSON.stringify(answer);
  if (Buffer.byteLength(text) > ANSWER_BYTES) throw tooLarge();
  return text;
}

/** @param answer as `jsonOf` gives it, or bytes */
export function answerOnce(response: ServerResponse, answer: string | Uint8Array): void {
  finish(response, 200, typeof answer === 'string' ? JSON_TYPE : 'application/octet-stream', answer);
}

/** An error as an answer. Errors of refold are told; anything else is a defect, and only its message is. */
export function answerProblem(response: ServerResponse, error: unknown): void {
  const { status, problem } = problemOf(error);
  if (response.headersSent) response.end(`${JSON.stringify({ error: problem })}\n`);
  else finish(response, status, JSON_TYPE, JSON.stringify(problem));
}

export function answerRefusal(response: ServerResponse, { status, code, message, hint }: Refusal): void {
  if (status === 405) response.setHeader('Allow', 'GET, HEAD');
  finish(response, status, JSON_TYPE, JSON.stringify({ code, message, hint }));
}

/** A file of the page, which is in memory. */
export function answerFile(response: ServerResponse, type: string, content: Buffer): void {
  finish(response, 200, type, content);
}

/**
 * Writes each line as soon as it is there, and waits while the reader is slow. Ends quietly when the reader has gone.
 *
 * @param lines as `jsonOf` gives them
 */
export async function answerLines(
  request: IncomingMessage,
  response: ServerResponse,
  lines: AsyncIterable<string>,
  signal: AbortSignal,
): Promise<void> {
  start(response, 200, 'application/jsonl; charset=utf-8');
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  response.flushHeaders();
  for await (const line of lines) {
    if (signal.aborted) return;
    if (!response.write(`${line}\n`)) await drained(response, signal);
  }
  response.end();
}

async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  await once(response, 'drain', { signal }).catch(() => {});
}

function finish(response: ServerResponse, status: number, type: string, content: string | Uint8Array): void {
  start(response, status, type);
  response.setHeader('Content-Length', Buffer.byteLength(content));
  response.end(response.req.method === 'HEAD' ? undefined : content);
}

function start(response: ServerResponse, status: number, type: string): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(SAFE_HEADERS)) response.setHeader(name, value);
  response.setHeader('Content-Type', type);
}

/** The status of an error. What the asker can change is 400, dropped history is 410, a defect is 500. */
export function problemOf(error: unknown): { readonly status: number; readonly problem: Problem } {
  if (error instanceof AnsweredProblem) return { status: statusOf(error.problem.code), problem: error.problem };
  if (!isRefoldError(error)) {
    const { message } = readableError(error);
    return { status: 500, problem: { code: 'DEFECT', message, hint: 'Please report it' } };
  }
  const { code, message, sequence, type, at } = error;
  const hint = code === 'STORE_FAILED' ? HINT_AGAIN : error.hint;
  return { status: statusOf(code), problem: { code, message, hint, sequence, type, at } };
}

/** The file was replaced, or cannot be read any more: what is open stays as it is. */
const HINT_AGAIN = 'Look at the file, and start the studio again';

function statusOf(code: string): number {
  return STATUS[code] ?? 409;
}

const STATUS: { readonly [code: string]: number } = { INVALID_OPTION: 400, HISTORY_GONE: 410, DEFECT: 500, BUSY: 503 };

/** What a thread answered in place of an answer. */
export class AnsweredProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

export function tooLarge(): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot answer: the answer has more than ${ANSWER_BYTES} bytes`, {
    hint: 'Ask for fewer rows or buckets, or for a part',
  });
}
