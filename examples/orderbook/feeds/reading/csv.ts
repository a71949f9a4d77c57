/**
 * Reads CSV files of plain fields, line by line, gzip or not, in bounded memory.
 *
 * A line that is not exactly what was announced (number of columns, integers, known words) ends the reading with an
 * error that names file and line. Market data has no quoted fields, so a quote is just a character that no integer
 * contains.
 *
 * A library reads the same files two to four times slower, and reading is a large part of the work here.
 */
import { createReadStream, type ReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { RefoldError } from 'refold';
import { MAX_PRICE } from '../../model/index.ts';
import { describeKind, type FileKind, markOf, recognise } from './recognise.ts';

/** Longest line that is read; LOBSTER's widest (200 levels) has 20,000 characters. */
const MAX_LINE_LENGTH = 65_536;

/** Something that holds text: a file, or one member of an archive. */
export interface TextSource {
  /** How messages name it. */
  readonly path: string;
  /** The bytes as stored in the source, decompressed. */
  open(): Promise<AsyncIterable<Uint8Array>>;
  /** How much of it the latest reading has read, from 0 to 1. Undefined before, and where the size is not known. */
  share?(): number | undefined;
}

/** One line of a CSV file, with its place. */
export class CsvRow {
  readonly path: string;
  readonly line: number;
  readonly fields: readonly string[];

  constructor(path: string, line: number, fields: readonly string[]) {
    this.path = path;
    this.line = line;
    this.fields = fields;
  }

  /** The text of a column. */
  text(column: number): string {
    return this.fields[column] ?? '';
  }

  /** The safe integer in a column; `name` is how the message calls it. */
  integer(column: number, name: string): number {
    const value = parseInteger(this.text(column));
    if (value !== undefined) return value;
    const problem = `${name} is ${JSON.stringify(this.text(column))}`;
    throw this.error(problem, 'Give a whole number, digits only, below 2^53 in size', column);
  }

  /** The whole number above zero in a column. */
  positive(column: number, name: string): number {
    const value = this.integer(column, name);
    if (value > 0) return value;
    throw this.error(`${name} is ${value}`, 'Give a whole number above 0', column);
  }

  /** The price in a column. */
  price(column: number, name: string): number {
    const value = this.integer(column, name);
    if (value >= 1 && value <= MAX_PRICE) return value;
    const hint = `Prices are whole numbers from 1 to ${MAX_PRICE}: shift negative prices, and scale larger ones`;
    throw this.error(`${name} is ${value}`, hint, column);
  }

  /** What `words` says for the word in a column. */
  word<Meaning>(column: number, name: string, words: Readonly<Record<string, Meaning>>): Meaning {
    const word = this.text(column);
    if (Object.hasOwn(words, word)) return words[word] as Meaning;
    throw this.error(`${name} is ${JSON.stringify(word)}`, `Use one of ${Object.keys(words).join(', ')}`, column);
  }

  /** An error that names this line and, unless it is about the line as a whole, the column, counted from 0 here. */
  error(problem: string, hint: string, column?: number): RefoldError {
    return badRow(this, problem, hint, column);
  }
}

/** A file on disk. Gzip is recognised by its name or its first bytes. */
export function fileSource(path: string): TextSource {
  let reading: ReadStream | undefined;
  let size = 0;
  return {
    path,
    async open() {
      const start = await startOf(path, 2);
      size = start.size;
      reading = createReadStream(path, { highWaterMark: 256 * 1024 });
      return unpacked(path, reading, start.bytes);
    },
    share: () => (reading === undefined || size === 0 ? undefined : Math.min(1, reading.bytesRead / size)),
  };
}

export interface RowOptions {
  /** The first line, word for word; without it, the first line is a row. */
  readonly header?: string;
  /** How many fields each line has; without it, as many as the first one. */
  readonly columns?: number;
  /** What the file should be. A first line of another kind is refused by its name. */
  readonly kind?: FileKind;
}

/**
 * The rows of a CSV file, in order.
 *
 * @throws RefoldError `INVALID_OPTION` with path, line and hint
 */
export async function* readRows(source: TextSource, options: RowOptions = {}): AsyncGenerator<CsvRow, void, void> {
  for await (const rows of readRowBlocks(source, options)) yield* rows;
}

/** The same in blocks. The rows of a block are read as they are asked for: one that is not right throws in its turn. */
export async function* readRowBlocks(
  source: TextSource,
  { header, columns = header?.split(',').length, kind }: RowOptions = {},
): AsyncGenerator<Iterable<CsvRow>, void, void> {
  const { path } = source;
  let line = 0;
  function* rowsOf(lines: readonly string[]): Generator<CsvRow, void, void> {
    for (const text of lines) {
      line++;
      if (line === 1 && kind !== undefined) requireKind(path, text, kind, header === undefined);
      if (line === 1 && header !== undefined) {
        requireHeader(path, text, header);
        continue;
      }
      const row = new CsvRow(path, line, text.split(','));
      columns ??= row.fields.length;
      if (row.fields.length !== columns) throw wrongColumns(row, row.fields.length, columns);
      yield row;
    }
  }
  for await (const { lines } of readLineBlocks(source)) yield rowsOf(lines);
  if (line === 0 && header !== undefined) requireHeader(path, '', header);
}

/** The lines of a text, without their ends (LF or CRLF). The last line may lack its end. */
export async function* readLines(source: TextSource): AsyncGenerator<string, void, void> {
  for await (const { lines } of readLineBlocks(source)) for (const text of lines) yield text;
}

/** Lines that follow each other. A reader of many lines is faster by the block than by the line. */
export interface LineBlock {
  readonly lines: readonly string[];
  /** These are the last characters of the text, which lack their line end: the text may have been cut here. */
  readonly unended?: true;
}

/**
 * The lines of a text in blocks, without their ends (LF or CRLF).
 *
 * The lines before one that cannot be read are given out before the error.
 *
 * @param longest in characters
 */
export async function* readLineBlocks(
  source: TextSource,
  longest: number = MAX_LINE_LENGTH,
): AsyncGenerator<LineBlock, void, void> {
  let line = 0;
  let rest = '';
  try {
    for await (const bytes of await source.open()) {
      const lines = (rest + decode(bytes)).split('\n');
      rest = lines.pop() ?? '';
      const bounded = lines.findIndex((text) => text.length > longest);
      for (let index = 0; index < lines.length; index++) lines[index] = withoutCarriageReturn(lines[index]!);
      if (bounded !== -1) lines.length = bounded;
      line += lines.length;
      if (lines.length > 0) yield { lines };
      if (bounded !== -1 || rest.length > longest) throw tooLong(source.path, line + 1, longest);
    }
  } catch (error) {
    throw error instanceof RefoldError ? error : readFailure(source.path, line + 1, error);
  }
  if (rest !== '') yield { lines: [withoutCarriageReturn(rest)], unended: true };
}

/** The safe integer that `text` spells, or undefined: no spaces, signs other than one minus, exponents or points. */
export function parseInteger(text: string): number | undefined {
  const start = text.charCodeAt(0) === 45 ? 1 : 0;
  if (text.length === start || text.length > 17) return undefined;
  let value = 0;
  for (let index = start; index < text.length; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  if (value > Number.MAX_SAFE_INTEGER) return undefined;
  return start === 0 || value === 0 ? value : -value;
}

/** Where a row is. */
type RowPlace = { readonly path: string; readonly line: number };

/** An error that names a line and, unless it is about the line as a whole, the column, counted from 0 here. */
export function badRow({ path, line }: RowPlace, problem: string, hint: string, column?: number): RefoldError {
  if (column === undefined) return unreadable(path, `line ${line}: ${problem}`, { line, hint });
  const at = `column ${column + 1}`;
  return unreadable(path, `line ${line}: ${problem} (${at})`, { line, hint, at });
}

/** An error about a line that does not have as many columns as the others. */
export function wrongColumns(place: RowPlace, found: number, columns: number): RefoldError {
  const problem = `${found} ${found === 1 ? 'column' : 'columns'} instead of ${columns}`;
  return badRow(place, problem, 'Complete the line; if it is the last one, the file was cut');
}

/** An error about a file that was to be read. */
export function unreadable(
  path: string,
  problem: string,
  details: { readonly line?: number; readonly at?: string; readonly hint: string; readonly cause?: unknown },
): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot read ${path}: ${problem}`, { path, ...details });
}

/** @param magic the first bytes of the file */
function unpacked(path: string, stream: ReadStream, magic: Uint8Array): AsyncIterable<Uint8Array> {
  const gzip = path.endsWith('.gz') || (magic[0] === 0x1f && magic[1] === 0x8b);
  if (!gzip) return stream;
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  stream.on('error', (error) => gunzip.destroy(error));
  // A reader that stops early closes the file too.
  gunzip.on('close', () => stream.destroy());
  return Readable.from(stream.pipe(gunzip));
}

/** The first bytes of a file, and its size. */
async function startOf(path: string, count: number): Promise<{ readonly bytes: Uint8Array; readonly size: number }> {
  await using file = await open(path, 'r');
  const bytes = new Uint8Array(count);
  await file.read(bytes, 0, count, 0);
  return { bytes, size: (await file.stat()).size };
}

/** Market data is ASCII; one byte is one character, so that a chunk border never splits one. */
function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** A name in a line, which was decoded byte by byte. */
export function nameOf(text: string): string {
  return NOT_ASCII.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text;
}

const NOT_ASCII = /[^\x20-\x7e]/;

function withoutCarriageReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}

function tooLong(path: string, line: number, longest: number): RefoldError {
  return unreadable(path, `line ${line}: longer than ${longest} characters`, {
    line,
    hint: 'Give a CSV file: this is something else',
  });
}

/** A header may have the mark of UTF-8 before it. A first row may not: it would be part of a number. */
export function requireKind(path: string, first: string, expected: FileKind, refusesMark: boolean): void {
  const mark = markOf(first);
  if (mark !== undefined && (refusesMark || mark !== 'UTF-8')) {
    throw unreadable(path, `line 1: it begins with a byte order mark (BOM) of ${mark}`, {
      line: 1,
      hint: 'Save the file as plain UTF-8, without the mark; to remove that of UTF-8: tail -c +4',
    });
  }
  const kind = recognise(first);
  if (kind === undefined || kind === expected) return;
  const { what, hint } = describeKind(kind);
  const found = expected === 'message' && kind === 'message7' ? '7 columns instead of 6: it' : 'the file';
  throw unreadable(path, `line 1: ${found} looks like ${what}`, { line: 1, hint });
}

function requireHeader(path: string, first: string, header: string): void {
  const withoutMark = first.startsWith('\u00ef\u00bb\u00bf') ? first.slice(3) : first;
  if (withoutMark === header) return;
  const shown = JSON.stringify(first.length > 80 ? `${first.slice(0, 80)}…` : first);
  throw unreadable(path, `line 1: the header is ${shown}`, { line: 1, hint: `Give a file that begins with ${header}` });
}

const HINT_BY_CODE: Readonly<Record<string, string>> = {
  ENOENT: 'Check the path: there is no such file',
  EACCES: 'Make the file readable for this user',
  EISDIR: 'Name a file: this is a directory',
  Z_BUF_ERROR: 'The compressed file was cut: fetch it again',
  Z_DATA_ERROR: 'The compressed file is damaged, or is not gzip: fetch it again',
};

function readFailure(path: string, line: number, cause: unknown): RefoldError {
  const { message = String(cause), syscall } = cause as NodeJS.ErrnoException;
  const hint = hintOnFailure(cause);
  // A file that cannot be opened has no lines.
  if (syscall === 'open') return unreadable(path, message, { hint, cause });
  return unreadable(path, `line ${line}: ${message}`, { line, hint, cause });
}

/** What to do about a file that the system, or gzip, could not read. */
export function hintOnFailure(cause: unknown): string {
  return HINT_BY_CODE[(cause as NodeJS.ErrnoException).code ?? ''] ?? 'Check the file and the disk it is on';
}
