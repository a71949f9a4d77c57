/** The columns of a table: its key, and the members of its entries. Pure. */
import type { Row } from '../../wire.ts';
import { childPath } from './parts/path-text.ts';
import { keyText, previewText, valueText } from './parts/value-text.ts';

/** Members that have a column: what the server shows of a row at most, without a few. */
export const MOST_SHOWN_COLUMNS = 24;

export interface Columns {
  /** Names of members, in the order in which they were met. */
  readonly names: readonly string[];
  /** Whether there are entries without members: they stand in a column of values. */
  readonly hasValues: boolean;
  /** Whether each member is a number wherever it stands: digits are aligned. */
  readonly areNumbers: readonly boolean[];
  /** The same of the keys. */
  readonly isKeyNumber: boolean;
  /** The width of the key, of the values, and of each member, in characters. */
  readonly widths: { readonly key: number; readonly value: number; readonly members: readonly number[] };
}

export const NO_COLUMNS: Columns = {
  names: [],
  hasValues: false,
  areNumbers: [],
  isKeyNumber: true,
  widths: { key: 4, value: 0, members: [] },
};
const LEAST_WIDTH = 4;
const MOST_WIDTH = 36;

/** The columns for more rows: those that are there stay where they are, and become no narrower. */
export function columnsWith(
  rows: readonly Row[],
  container: Row['shown']['kind'],
  before: Columns = NO_COLUMNS,
): Columns {
  const names = new Set(before.names);
  for (const row of rows) for (const name of namesOf(row)) if (names.size < MOST_SHOWN_COLUMNS) names.add(name);
  const hasValues = before.hasValues || rows.some((row) => !isRecord(row) && !isUnasked(row));
  const width = (texts: readonly string[], least: number): number =>
    Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, least, ...texts.map((text) => text.length + 1)));
  return {
    names: [...names],
    hasValues,
    areNumbers: [...names].map((name, index) => before.areNumbers[index] !== false && isNumber(rows, name)),
    isKeyNumber: before.isKeyNumber && rows.every(({ key }) => toneOf({ kind: 'value', value: key }) === 'number'),
    widths: {
      key: width(
        rows.map(({ key }) => keyText(key, container)),
        before.widths.key,
      ),
      value: hasValues ? width(rows.filter((row) => !isRecord(row)).map(rowText), before.widths.value) : 0,
      members: [...names].map((name, index) =>
        width([name, ...rows.map((row) => memberText(row, name))], before.widths.members[index] ?? 0),
      ),
    },
  };
}

/** Whether the entry is an object, whose members are its columns. */
export function isRecord({ shown, members }: Row): boolean {
  return shown.kind === 'object' && members !== undefined;
}

/** Whether its members were not asked for: others that look at the same place need none. */
function isUnasked({ shown, members }: Row): boolean {
  return shown.kind === 'object' && members === undefined && (shown.total ?? 0) > 0;
}

function namesOf(row: Row): string[] {
  return isRecord(row) ? row.members!.map(({ key }) => String(key)) : [];
}

/** An entry that is not an object, in one line. */
function rowText({ shown, members }: Row): string {
  return members === undefined ? valueText(shown).text : previewText(shown, members);
}

/** Whether a member is a number, or nothing, in all rows that have it. */
function isNumber(rows: readonly Row[], name: string): boolean {
  const values = rows.flatMap((row) => memberOf(row, name)?.shown ?? []);
  const tones = new Set(values.map(toneOf));
  tones.delete('nothing');
  return [...tones].every((tone) => tone === 'number');
}

/** Whether it is yes or no is read as a word. */
function toneOf(shown: Row['shown']): string {
  return typeof shown.value === 'boolean' ? 'text' : valueText(shown).tone;
}

function memberOf(row: Row, name: string) {
  return isRecord(row) ? row.members!.find(({ key }) => key === name) : undefined;
}

function memberText(row: Row, name: string): string {
  const member = memberOf(row, name);
  return member === undefined ? '' : valueText(member.shown).text;
}

/** Where a cell is: at the entry, or at one of its members. */
export function cellPath(row: Row, name: string | undefined): string {
  return name === undefined ? row.path : childPath(row.path, name);
}

/** Rows that are asked for around those in sight: whole steps, so that scrolling asks rarely. */
export function windowAround(first: number, end: number): { readonly from: number; readonly count: number } {
  const from = Math.floor(first / STEP_ROWS) * STEP_ROWS;
  return { from, count: Math.min(MOST_WINDOW, Math.ceil((end - from) / STEP_ROWS + 1) * STEP_ROWS) };
}

const STEP_ROWS = 50;
const MOST_WINDOW = 300;

/** Whether digits of a column are aligned. */
export function isRight(
  { names, areNumbers, isKeyNumber }: Columns,
  name: string | undefined,
  column: number,
): boolean {
  if (column === 0) return isKeyNumber;
  return name !== undefined && areNumbers[names.indexOf(name)] === true;
}

/** The key has no name, and neither has the column of values. */
export function columnNames({ names, hasValues }: Columns): (string | undefined)[] {
  return [undefined, ...(hasValues ? [undefined] : []), ...names];
}

/** The columns in the words of a grid, and how wide all of them are. */
export function templateOf(columns: Columns): { readonly columns: string; readonly width: string } {
  const { widths, hasValues } = columns;
  const all = [widths.key, ...(hasValues ? [widths.value] : []), ...widths.members];
  // The last column takes what is left, but for numbers: they would stand far from the others.
  const isLastWide = !isRight(columns, columnNames(columns).at(-1), all.length - 1);
  const template = all
    .map((width, index) => {
      const own = `calc(${width}ch + ${CELL_PADDING}px)`;
      return isLastWide && index === all.length - 1 ? `minmax(${own}, 1fr)` : own;
    })
    .join(' ');
  return {
    columns: isLastWide ? template : `${template} 1fr`,
    width: `calc(${all.reduce((sum, width) => sum + width, 0)}ch + ${all.length * CELL_PADDING}px)`,
  };
}

const CELL_PADDING = 8;
