/**
 * Where answers go: rows as CSV or as one line of JSON, one by one, so that a long answer needs no memory.
 *
 *     trades BOOK                  CSV on stdout
 *     trades BOOK --out FILE       CSV in a file, which appears when it is complete
 *     trades BOOK --json           one JSON object on one line: { book, …, trades: [ …rows ], rows, …summary }
 *     trades BOOK --json --out F   CSV in a file, and the JSON object without the rows
 */

import { once } from 'node:events';
import { closeSync, createWriteStream, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { RefoldError } from 'refold';
import { jsonOf } from '../text.ts';
import type { Amount } from './amounts.ts';

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

/** Text that is written in pieces of so many characters. */
const PIECE = 65_536;

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

interface Sink extends AsyncDisposable {
  write(text: string): void;
  room(): Promise<void> | undefined;
  end(): Promise<void>;
}

/** A stream, written in large pieces. */
class Pieces {
  readonly #stream: NodeJS.WritableStream;
  #text = '';
  #isFull = false;

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
  }

  write(text: string): void {
    this.#text += text;
    if (this.#text.length >= PIECE) this.flush();
  }

  flush(): void {
    if (this.#text !== '' && !this.#stream.write(this.#text)) this.#isFull = true;
    this.#text = '';
  }

  room(): Promise<void> | undefined {
    if (!this.#isFull) return undefined;
    this.#isFull = false;
    return once(this.#stream, 'drain').then(() => {});
  }
}

class StdoutSink implements Sink {
  readonly #pieces = new Pieces(process.stdout);

  constructor() {
    // It stays, because the error of the last write comes after it; and there is one, however many answers there are.
    process.stdout.off('error', endQuietly).once('error', endQuietly);
  }

  write(text: string): void {
    this.#pieces.write(text);
  }

  room(): Promise<void> | undefined {
    return this.#pieces.room();
  }

  async end(): Promise<void> {
    this.#pieces.flush();
    await this.#pieces.room();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#pieces.flush();
  }
}

/** The reader of a pipe, such as `head`, has what it wanted. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}

/** A file that has its name only when it is complete. */
class FileSink implements Sink {
  readonly #path: string;
  readonly #unfinished: string;
  readonly #stream: ReturnType<typeof createWriteStream>;
  readonly #pieces: Pieces;
  /** Also when the process is told to end. */
  readonly #remove = (): void => rmSync(this.#unfinished, { force: true });
  #failure: unknown;
  #isDone = false;

  constructor(path: string, book: string) {
    requireOtherFile(path, book);
    requireNoDatabase(path);
    this.#path = path;
    this.#unfinished = `${path}.${process.pid}.unfinished`;
    this.#stream = createWriteStream(this.#unfinished, { flags: 'wx' });
    this.#stream.on('error', (error) => {
      this.#failure ??= error;
    });
    this.#pieces = new Pieces(this.#stream);
    process.once('exit', this.#remove);
  }

  write(text: string): void {
    if (this.#failure !== undefined) throw this.#unwritable();
    this.#pieces.write(text);
  }

  room(): Promise<void> | undefined {
    return this.#pieces.room()?.catch((cause: unknown) => {
      this.#failure ??= cause;
      throw this.#unwritable();
    });
  }

  async end(): Promise<void> {
    this.#pieces.flush();
    try {
      await new Promise<void>((resolve, reject) => {
        this.#stream.once('error', reject);
        this.#stream.end(resolve);
      });
      if (this.#failure !== undefined) throw this.#failure;
      renameSync(this.#unfinished, this.#path);
      this.#isDone = true;
      process.off('exit', this.#remove);
    } catch (error) {
      this.#failure ??= error;
      throw this.#unwritable();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isDone) return;
    await new Promise<void>((resolve) => {
      this.#stream.once('close', () => resolve());
      this.#stream.destroy();
      if (this.#stream.closed) resolve();
    });
    process.off('exit', this.#remove);
    this.#remove();
  }

  #unwritable(): RefoldError {
    const { message } = this.#failure as Error;
    return new RefoldError('INVALID_OPTION', `Cannot write ${this.#path}: ${message}`, {
      path: this.#path,
      type: '--out',
      hint: 'Name a file in a folder that exists and that you may write to',
      cause: this.#failure,
    });
  }
}

/** The book is open here. It must not even be read as a file: closing it would drop the locks that SQLite holds. */
function requireOtherFile(path: string, book: string): void {
  const own = statSync(book, { throwIfNoEntry: false });
  const other = statSync(path, { throwIfNoEntry: false });
  const isSame = other !== undefined && own?.ino === other.ino && own.dev === other.dev;
  if (isSame || resolve(path).startsWith(`${resolve(book)}-`)) {
    throw new RefoldError('INVALID_OPTION', `Cannot write ${path}: it is the book, or a file beside it`, {
      path,
      type: '--out',
      hint: 'Name another file',
    });
  }
}

const SQLITE = 'SQLite format 3';

/** A book must not be written over by what is known of it. */
function requireNoDatabase(path: string): void {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return; // it does not exist, or writing will say what is wrong with it
  }
  try {
    const head = Buffer.alloc(SQLITE.length);
    readSync(file, head, 0, SQLITE.length, 0);
    if (head.toString('latin1') !== SQLITE) return;
  } catch {
    return; // a folder, for instance
  } finally {
    closeSync(file);
  }
  throw new RefoldError('INVALID_OPTION', `Cannot write ${path}: it is a database, perhaps a book`, {
    path,
    type: '--out',
    hint: 'Name another file',
  });
}
