/**
 * The lines of an input as events on their way into a log: checked one by one, and told with their line when they are not
 * what an event should be.
 */
import { statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { type ImportedEvent, isRefoldError, type PastEvent, RefoldError } from '../../index.ts';
import type { ProgressBar } from '../output/progress.ts';
import { type JsonLine, readJsonLines } from './json-lines.ts';
import { recordedTime } from './recorded-time.ts';

export interface LineOptions {
  /** The input's path; stdin without it. */
  readonly in?: string;
  readonly renumber?: true;
}

/** Events that were recorded earlier than the one before, and get its time. */
export interface Clamps {
  readonly clamped: number;
  readonly worstMilliseconds: number;
}

/** The members of an exported event; one under another name would be lost without a word. */
const MEMBERS: ReadonlySet<string> = new Set(['sequence', 'recordedAt', 'type', 'version', 'data', 'meta']);

/** The lines of the input as events, with the number of the one being looked at. */
export class EventLines {
  readonly #input: Readable;
  readonly #name: string;
  readonly #renumber: boolean;
  readonly #bar: ProgressBar;
  readonly #totalBytes: number;
  #line = 0;
  #events = 0;
  #lastTime = 0;
  #clamped = 0;
  #worstMilliseconds = 0;

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
      if (this.#totalBytes > 0 && this.#events % 1_000 === 0) {
        this.#bar.update({ label: 'import', done, total: this.#totalBytes, unit: 'bytes' });
      }
    }
  }

  /** Of the events so far. */
  get clamps(): Clamps {
    return { clamped: this.#clamped, worstMilliseconds: this.#worstMilliseconds };
  }

  /** The error, with the line it is about and the input's name, if it is about a line. */
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
    const foreign = Object.keys(value).find((member) => !MEMBERS.has(member));
    if (foreign !== undefined) throw this.#refused(line, `an event has no member ${shown(foreign)}`);
    const event = value as ImportedEvent & { readonly sequence?: unknown };
    if (typeof event.type !== 'string' || event.type === '') throw this.#refused(line, 'its type is not a string');
    if (event.meta !== undefined && !isObject(event.meta)) throw this.#refused(line, 'its meta is not an object');
    if (event.sequence !== undefined && event.sequence !== this.#events && !this.#renumber) {
      const problem = `its sequence is ${shown(event.sequence)}, and it would become ${this.#events}`;
      throw this.#refused(line, problem, 'Import a whole log, or let it be numbered anew with --renumber');
    }
    return { ...event, recordedAt: this.#timeOf(event.recordedAt, line) };
  }

  /** Times never decrease in a log: an earlier one than the last becomes the last, and is counted. */
  #timeOf(value: unknown, line: number): number {
    const time = value === undefined ? Date.now() : recordedTime(value);
    if (time === undefined) throw this.#refused(line, `its recordedAt is ${shown(value)}`, HINT_TIME);
    const behind = this.#lastTime - time;
    this.#lastTime = Math.max(this.#lastTime, time);
    if (behind > 0) {
      this.#clamped += 1;
      this.#worstMilliseconds = Math.max(this.#worstMilliseconds, behind);
    }
    return time;
  }

  #refused(
    line: number,
    problem: string,
    hint = 'An event is { type, data, version?, recordedAt?, meta?, sequence? }',
  ): RefoldError {
    return new RefoldError('EVENT_REJECTED', `${this.#name}, line ${line}: ${problem}`, {
      path: this.#name,
      line,
      hint,
    });
  }
}

const HINT_TIME = 'Give ms since the epoch, or an ISO time with Z or an offset, such as 2027-01-31T12:00:00Z';

/** A value out of an input, for a message: it may be as long as its line. */
function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH)}…`;
}

const SHOWN_LENGTH = 100;

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
