/**
 * The way to stdout: an answer as human text or as one JSON object, or many lines under back-pressure.
 *
 * What stdout does not take ends the command in order, with `OutputFailed`: files are closed, and no stack is shown.
 */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { ExitCode } from './exit-codes.ts';
import { safeJson } from './text.ts';

/** What a command has to say. */
export interface Answer {
  /** For `--json`: one object, or the text of one in pieces when it may be large. */
  readonly json: object | (() => Iterable<string>);
  /** For humans, with the last line's end. */
  readonly text: () => string;
  readonly exitCode?: ExitCode;
}

/** Prints an answer in the form that was asked for. */
export async function printAnswer(answer: Answer, json: boolean): Promise<void> {
  if (!json) return writeOut(answer.text());
  if (typeof answer.json !== 'function') return writeOut(`${safeJson(answer.json)}\n`);
  const writer = new LineWriter(process.stdout);
  for (const piece of answer.json()) await writer.write(piece);
  await writer.write('\n');
  await writer.flush();
}

/** Resolves when stdout has taken the text. @throws OutputFailed */
export function writeOut(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(outputFailed(error)) : resolve()));
  });
}

/** Stdout takes no more: its reader has gone, or its disk is full. */
export class OutputFailed extends Error {
  /** Whether the reader has seen enough (`| head`). */
  readonly isClosedPipe: boolean;

  constructor(cause: NodeJS.ErrnoException) {
    super(`Cannot write to stdout: ${cause.message}`, { cause });
    this.isClosedPipe = cause.code === 'EPIPE' || cause.code === 'EOF';
  }
}

/** The first failure counts: those that follow only say that the stream is destroyed. */
let failure: OutputFailed | undefined;

function outputFailed(error: Error): OutputFailed {
  failure ??= new OutputFailed(error);
  return failure;
}

/** Keeps an error of stdout for whoever writes next, and drops those of stderr: nobody can be told of them. */
export function watchOutput(): void {
  process.stdout.on('error', outputFailed);
  process.stderr.on('error', () => {});
}

/** Resolves when everything written so far has been taken. @throws OutputFailed when it was not */
export async function outputTaken(): Promise<void> {
  await writeOut('');
  if (failure !== undefined) throw failure;
}

/** Lines are handed on in chunks of about this many characters. */
const CHUNK = 64 * 1024;

/** Gathers small texts into chunks, and waits when the stream cannot take more. */
export class LineWriter {
  readonly #stream: Writable;
  #pending = '';
  #scheduled = false;
  #failure: OutputFailed | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', (error) => {
      this.#failure ??= outputFailed(error);
    });
  }

  /**
   * Resolves when more may be written. What was written is handed on at the latest in the next turn of the loop.
   *
   * @throws OutputFailed when something before it was not taken
   */
  async write(text: string): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#pending += text;
    if (this.#pending.length >= CHUNK) return this.flush();
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#handOn();
    });
  }

  /** @throws OutputFailed */
  async flush(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#handOn()) return;
    try {
      await once(this.#stream, 'drain');
    } catch (error) {
      throw outputFailed(error as Error);
    }
  }

  #handOn(): boolean {
    if (this.#pending === '') return !this.#stream.writableNeedDrain;
    const text = this.#pending;
    this.#pending = '';
    return this.#stream.write(text);
  }
}
