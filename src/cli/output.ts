/**
 * The way to stdout: an answer as human text or as one JSON object, or many lines under back-pressure.
 *
 * A reader that has seen enough (`| head`) ends the program quietly.
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

/** Resolves when stdout has taken the text. */
export function writeOut(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** Ends the program with what it came to so far when nobody reads its output any more. */
export function endQuietlyWithoutReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit();
      throw error;
    });
  }
}

/** Lines are handed on in chunks of about this many characters. */
const CHUNK = 64 * 1024;

/** Gathers small texts into chunks, and waits when the stream cannot take more. */
export class LineWriter {
  readonly #stream: Writable;
  #pending = '';
  #scheduled = false;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** Resolves when more may be written. What was written is handed on at the latest in the next turn of the loop. */
  async write(text: string): Promise<void> {
    this.#pending += text;
    if (this.#pending.length >= CHUNK) return this.flush();
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#handOn();
    });
  }

  async flush(): Promise<void> {
    if (!this.#handOn()) await once(this.#stream, 'drain');
  }

  #handOn(): boolean {
    if (this.#pending === '') return !this.#stream.writableNeedDrain;
    const text = this.#pending;
    this.#pending = '';
    return this.#stream.write(text);
  }
}
