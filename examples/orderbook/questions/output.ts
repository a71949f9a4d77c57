/**
 * Where answers go: rows as CSV or as one line of JSON, one by one, so that a long answer needs no memory.
 *
 *     trades BOOK                  CSV on stdout
 *     trades BOOK --out FILE       CSV in a file, which appears when it is complete
 *     trades BOOK --json           one JSON object on one line: { book, …, trades: [ …rows ], rows, …summary }
 *     trades BOOK --json --out F   CSV in a file, and the JSON object without the rows
 */

import { jsonOf } from '../text.ts';
import type { Amount } from './amounts.ts';
import { FileSink, type Sink, StdoutSink } from './sinks.ts';

export type Cell = Amount | boolean | null;

export interface OutputOptions {
  readonly json?: boolean | undefined;
  readonly out?: string | undefined;
}

export interface RowsOptions extends OutputOptions {
  /** What the rows are: the name of their member in JSON. */
  readonly name: string;
  readonly columns: readonly string[];
  /** What comes before the rows in JSON: first, the file of the book. */
  readonly head: { readonly book: string } & Readonly<Record<string, unknown>>;
}

/** Writes rows, and then a summary. */
export class Rows implements AsyncDisposable {
  rows = 0;
  readonly #options: RowsOptions;
  readonly #isJson: boolean;
  readonly #sink: Sink;
  #isBegun = false;
  #isEnded = false;

  /** @throws RefoldError `INVALID_OPTION` for a file that must not be written over */
  constructor(options: RowsOptions) {
    this.#options = options;
    this.#isJson = options.json === true && options.out === undefined;
    this.#sink = options.out === undefined ? new StdoutSink() : new FileSink(options.out, options.head.book);
  }

  /**
   * Writes one row. Await what it gives, if it gives something: then the reader is behind.
   *
   * @param object what the row is in JSON, if that is not its cells by name
   */
  write(cells: readonly Cell[], object?: object): Promise<void> | undefined {
    this.#begin();
    if (this.#isJson) this.#sink.write(`${this.rows === 0 ? '' : ','}${jsonOf(object ?? this.#named(cells))}`);
    else this.#sink.write(`${cells.map(csvOf).join(',')}\n`);
    this.rows++;
    return this.#sink.room();
  }

  /** Ends the answer. A file appears now. The summary is for `--json`; `told` is for people, and goes to stderr. */
  async end(summary: object, told: readonly string[] = []): Promise<void> {
    const { json, out, head } = this.#options;
    const { rows } = this;
    this.#begin();
    this.#isEnded = true;
    if (this.#isJson) this.#sink.write(`],${jsonOf({ rows, ...summary }).slice(1)}\n`);
    await this.#sink.end();
    if (out !== undefined && json === true) process.stdout.write(`${jsonOf({ ...head, out, rows, ...summary })}\n`);
    if (json !== true) for (const line of told) process.stderr.write(`${line}\n`);
  }

  /** Deletes what an unfinished answer has written to a file. */
  async [Symbol.asyncDispose](): Promise<void> {
    // The report of what went wrong has a line to itself.
    if (this.#isJson && this.#isBegun && !this.#isEnded) this.#sink.write('\n');
    await this.#sink[Symbol.asyncDispose]();
  }

  /** Nothing is written before there is something to say: a question may turn out to be wrong. */
  #begin(): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    const { head, name, columns } = this.#options;
    if (this.#isJson) this.#sink.write(`${jsonOf(head).slice(0, -1)},${JSON.stringify(name)}:[`);
    else this.#sink.write(`${columns.map(csvOf).join(',')}\n`);
  }

  #named(cells: readonly Cell[]): object {
    return Object.fromEntries(this.#options.columns.map((column, at) => [column, cells[at]]));
  }
}

/** One object, or the same for people. */
export function present(report: object, json: boolean | undefined, lines: () => readonly string[]): void {
  process.stdout.write(json === true ? `${jsonOf(report)}\n` : `${lines().join('\n')}\n`);
}

/** Lines of columns, the first line being their names. Numbers stand to the right. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  const isNumber = rows[0]!.map((_, at) => rows.slice(1).every((row) => /^[-+.,\d]*$/.test(row[at]!)));
  return rows.map((row) =>
    row
      .map((cell, at) => (isNumber[at] ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)))
      .join('  ')
      .trimEnd(),
  );
}

function csvOf(cell: Cell): string {
  const text = cell === null ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
