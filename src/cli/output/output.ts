/**
 * Writes to stdout: an answer as text for people or as one JSON object, or many lines with back-pressure.
 *
 * When a write to stdout fails, the command ends cleanly with `OutputFailed`: it closes its files and prints no stack.
 */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { writeStdout } from '../../guests/own-stdout.ts';
import type { ExitCode } from './exit-codes.ts';
import { safeJson } from './text.ts';

/** The result of a command, ready to print. */
export interface Answer {
  /** For `--json`: one object, or its text in pieces if it may be large. */
  readonly json: object | (() => Iterable<string>);
  /** For people. Ends with a newline. */
  readonly text: () => string;
  readonly exitCode?: ExitCode;
}

/** Prints an answer as JSON or as text. */
export async function printAnswer(answer: Answer, json: boolean): Promise<void> {
  if (!json) return writeOut(answer.text());
  if (typeof answer.json !== 'function') return writeOut(`${safeJson(answer.json)}\n`);
  const writer = new LineWriter(process.stdout);
  for (const piece of answer.json()) await writer.write(piece);
  await writer.write('\n');
  await writer.flush();
}

/** Resolves when stdout has accepted the text. @throws OutputFailed */
export function writeOut(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    writeStdout(text, (error) => (error ? reject(outputFailed(error)) : resolve()));
  });
}

/** A write to stdout failed: its reader closed the pipe, or the disk is full. */
export class OutputFailed extends Error {
  /** Whether the reader closed the pipe, as in `| head`. */
  readonly isClosedPipe: boolean;

  constructor(cause: NodeJS.ErrnoException) {
    super(`Cannot write to stdout: ${cause.message}`, { cause });
    this.isClosedPipe = cause.code === 'EPIPE' || cause.code === 'EOF';
  }
}

/** The first failure. Later ones only say that the stream is destroyed. */
let failure: OutputFailed | undefined;

function outputFailed(error: Error): OutputFailed {
  failure ??= new OutputFailed(error);
  return failure;
}

function ignored(): void {}

/** Keeps an error of stdout for the next write. Ignores errors of stderr, since there is no way to report them. */
export function watchOutput(): void {
  for (const [stream, listener] of [
    [process.stdout, outputFailed],
    [process.stderr, ignored],
  ] as const) {
    stream.off('error', listener).on('error', listener); // a process may run several commands
  }
}

/** Resolves when stdout has accepted everything written so far. @throws OutputFailed when a write failed */
export async function outputTaken(): Promise<void> {
  await writeOut('');
  if (failure !== undefined) throw failure;
}

/** Approximate size of a chunk, in characters. */
const CHUNK = 64 * 1024;

/** Collects small texts into chunks, and waits while the stream is full. */
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
   * Resolves when the caller may write more. The text reaches the stream at the latest in the next turn of the event
   * loop.
   *
   * @throws OutputFailed when an earlier write failed
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
    return this.#stream === process.stdout ? writeStdout(text) : this.#stream.write(text);
  }
}
