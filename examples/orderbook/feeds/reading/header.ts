/** Finds the columns of a CSV file by the names in its first line, in any order, among any others, and reads its rows. */
import type { RefoldError } from 'refold';
import { badRow, unreadable, wrongColumns } from './csv.ts';
import { describeKind, markOf, recognise } from './recognise.ts';

/** First characters of files that hold market data in a form that is not text. */
const PACKED: readonly (readonly [start: string, what: string, hint: string])[] = [
  ['\u0028\u00b5\u002f\u00fd', 'a zstd archive', 'Unpack it: zstd -d FILE'],
  ['DBN', 'a DBN file of Databento', 'Convert it: dbn FILE --csv --pretty'],
];

/** The first line of a text file of a feed, without the mark of UTF-8. Another kind of file is refused by its name. */
export function firstLineOf(path: string, first: string): string {
  const mark = markOf(first);
  if (mark === 'UTF-16') {
    throw wrongFile(path, `it begins with a byte order mark (BOM) of ${mark}`, 'Save the file as plain UTF-8');
  }
  const packed = PACKED.find(([start]) => first.startsWith(start));
  if (packed !== undefined) throw wrongFile(path, `the file looks like ${packed[1]}`, packed[2]);
  const kind = recognise(first);
  if (kind !== undefined) {
    const { what, hint } = describeKind(kind);
    throw wrongFile(path, `the file looks like ${what}`, hint);
  }
  return mark === undefined ? first : first.slice(3);
}

export class Header {
  readonly path: string;
  /** How many columns the file has. */
  readonly width: number;
  readonly #columns = new Map<string, number>();
  readonly #titles: readonly string[];

  constructor(path: string, line: string) {
    const names = unquote(line).split(',');
    this.path = path;
    this.width = names.length;
    this.#titles = names;
    for (const [column, name] of names.entries()) {
      if (!this.#columns.has(plainName(name))) this.#columns.set(plainName(name), column);
    }
  }

  /** The column that has the first of these names that the file knows, or -1. Case and punctuation do not matter. */
  find(...names: readonly string[]): number {
    const name = names.find((known) => this.#columns.has(plainName(known)));
    return name === undefined ? -1 : this.#columns.get(plainName(name))!;
  }

  /** How the file calls a column. */
  title(column: number): string {
    return this.#titles[column] ?? '';
  }

  /** The fields of a row. @throws RefoldError `INVALID_OPTION` for one with another number of columns */
  fieldsOf(text: string, line: number): readonly string[] {
    const fields = unquote(text).split(',');
    if (fields.length === this.width) return fields;
    throw wrongColumns({ path: this.path, line }, fields.length, this.width);
  }

  /** An error about a row and, unless it is about the row as a whole, one of its columns. */
  error(line: number, problem: string, hint: string, column?: number): RefoldError {
    return badRow({ path: this.path, line }, problem, hint, column);
  }

  /** Refuses a file that lacks columns. */
  require(columns: Readonly<Record<string, number>>, hint: string): void {
    const missing = Object.keys(columns).filter((name) => columns[name] === -1);
    if (missing.length === 0) return;
    const shown = this.#titles.join(',');
    const line = JSON.stringify(shown.length > 80 ? `${shown.slice(0, 80)}…` : shown);
    const lacks = `the header ${line} has no column ${missing.join(', ')}`;
    throw wrongFile(this.path, lacks, hint);
  }
}

/** What to say of a last line that lacks its end, and so may be cut within a field that counts. */
export function unendedLine(path: string, line: number): RefoldError {
  return unreadable(path, `line ${line}: it has no line end, so it may be cut`, {
    line,
    hint: 'Fetch the file again; or, if it is whole, end it with a line end: echo >> FILE',
  });
}

/** Some programs write quotes around each text. Market data has no commas within them. */
export function unquote(line: string): string {
  return line.includes('"') ? line.replaceAll('"', '') : line;
}

function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

function wrongFile(path: string, problem: string, hint: string): RefoldError {
  return unreadable(path, `line 1: ${problem}`, { line: 1, hint });
}
