/**
 * Reads the lines of an input as events for a log. It checks each line. An error names the invalid line.
 */
import { statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { EVENT_MEMBERS } from '../../guests/event-members.ts';
import { type ImportedEvent, isRefoldError, type PastEvent, RefoldError } from '../../index.ts';
import type { ProgressBar } from '../output/progress.ts';
import { count } from '../output/text.ts';
import { type JsonLine, readJsonLines } from './json-lines.ts';
import { recordedTime } from './recorded-time.ts';

export interface LineOptions {
  /** The input's path. Default: stdin. */
  readonly in?: string;
  readonly renumber?: true;
}

/** Reads the lines of the input as events, and remembers the number of the current line. */
export class EventLines {
  readonly #input: Readable;
  readonly #name: string;
  readonly #renumber: boolean;
  readonly #bar: ProgressBar;
  readonly #totalBytes: number;
  #line = 0;
  #events = 0;

  constructor(options: LineOptions, input: Readable, bar: ProgressBar) {
    this.#input = input;
    this.#name = options.in ?? 'stdin';
    this.#renumber = options.renumber === true;
    this.#bar = bar;
    this.#totalBytes = options.in === undefined ? 0 : statSync(options.in).size;
  }

  async *events(): AsyncGenerator<PastEvent, void> {
    let done = 0;
    for await (const line of readJsonLines(this.#input, this.#name)) {
      this.#line = line.line;
      this.#events += 1;
      yield this.#eventOf(line);
      done += line.bytes;
      if (this.#events % 1_000 === 0) this.#tell(done);
    }
  }

  /** The size of a pipe is not known: then it counts. @param bytes that were read */
  #tell(bytes: number): void {
    const isFile = this.#totalBytes > 0;
    if (isFile) this.#bar.update({ label: 'import', done: bytes, total: this.#totalBytes, unit: 'bytes' });
    else this.#bar.update({ label: 'import', done: this.#events });
  }

  /** Adds the input's name and the line to an error about a line. Any other error stays as it is. */
  located(error: unknown): unknown {
    const isAboutLine = ['EVENT_REJECTED', 'UNKNOWN_EVENT_TYPE', 'REDUCER_FAILED'];
    if (!isRefoldError(error) || !isAboutLine.includes(error.code) || error.path === this.#name) return error;
    // Each event is judged before the next line is read.
    const { code, message, index: _index, line = this.#line, ...details } = error.toJSON();
    return new RefoldError(code, `${this.#name}, line ${line}: ${message}`, {
      ...details,
      path: this.#name,
      line,
      cause: error,
    });
  }

  close(): void {
    this.#input.destroy();
  }

  #eventOf({ value, line }: JsonLine): PastEvent {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw this.#refused(line, 'it is not an object');
    // It would be lost silently.
    const foreign = Object.keys(value).find((member) => !EVENT_MEMBERS.includes(member));
    if (foreign !== undefined) throw this.#refused(line, `it has an unknown member ${shown(foreign)}`);
    const event = value as ImportedEvent & { readonly sequence?: unknown };
    if (typeof event.type !== 'string' || event.type === '')
      throw this.#refused(line, 'its type is not a non-empty string');
    if (event.meta !== undefined && !isObject(event.meta)) throw this.#refused(line, 'its meta is not an object');
    if (event.sequence !== undefined && event.sequence !== this.#events && !this.#renumber) {
      const problem = `its sequence is ${shown(event.sequence)}, but the new log would give it ${count(this.#events)}`;
      throw this.#refused(line, problem, 'Import a whole log, or add --renumber to number the events from 1');
    }
    return { ...event, recordedAt: this.#timeOf(event.recordedAt, line) };
  }

  #timeOf(value: unknown, line: number): number {
    const time = value === undefined ? Date.now() : recordedTime(value);
    if (time !== undefined) return time;
    throw this.#refused(line, `its recordedAt ${shown(value)} is not a valid time`, HINT_TIME);
  }

  #refused(
    line: number,
    problem: string,
    hint = 'An event is { type, data, version?, recordedAt?, meta?, commandId?, sequence? }',
  ): RefoldError {
    return new RefoldError('EVENT_REJECTED', `${this.#name}, line ${line}: ${problem}`, {
      path: this.#name,
      line,
      hint,
    });
  }
}

const HINT_TIME = 'Give ms since the epoch, or an ISO time with Z or an offset, such as 2027-01-31T12:00:00Z';

/** A value from the input, shortened for a message: it may be as long as its line. */
function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH)}…`;
}

const SHOWN_LENGTH = 100;

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
