/**
 * A table of a state for people: a row for each entry, its members in columns.
 *
 * Members become columns where the values are objects that are alike. Other values stand in one column. What is too wide is cut,
 * and columns that do not fit are left out, which is said. Nothing is cut silently.
 */

import { cut, padLeft, padRight, widthOf } from '../lines.ts';
import { counted, oneLine, paint, safeJson } from '../text.ts';
import { shortValue } from '../values.ts';
import { isRecord, type Table } from './entries.ts';

/** What was printed of a table. */
export interface RenderedTable {
  readonly text: string;
  /** Whether each value stands there whole. */
  readonly isWhole: boolean;
}

/** Cells are not cut to less: rather, columns are left out. */
const NARROWEST_CELL = 16;
const GAP = '  ';

/** Whether the values of a table are objects with nearly the same members. */
export function isAlike(values: readonly unknown[]): boolean {
  if (!values.every(isRecord)) return false;
  const members = values.map((value) => Object.keys(value));
  const all = new Set(members.flat());
  const present = members.reduce((sum, names) => sum + names.length, 0);
  return all.size > 0 && present >= (all.size * values.length) / 2;
}

/** @param rows entries of the table, at least one */
export function renderTable(
  { kind }: Pick<Table, 'kind'>,
  rows: readonly (readonly [unknown, unknown])[],
  width: number,
): RenderedTable {
  const values = rows.map(([, value]) => value);
  const columns = layOut([...keyColumn(kind, rows), ...valueColumns(values)], width);
  const fitting = cellWidthFor(columns, width);
  const shown = columns.map((column) => narrowed(column, fitting));
  return totalOf(shown) <= width
    ? { text: print(shown), isWhole: shown.every(({ isWhole }) => isWhole) }
    : { text: printWhatFits(shown, width), isWhole: false };
}

interface Column {
  readonly header: string;
  readonly cells: readonly unknown[];
  /** Text for a value, in at most so many columns. */
  readonly show: (value: unknown, width: number) => string;
}

function keyColumn(kind: Table['kind'], rows: readonly (readonly [unknown, unknown])[]): Column[] {
  if (kind === 'Set') return []; // its items have no keys
  const header = kind === 'array' || kind === 'Deque' ? 'index' : 'key';
  return [{ header, cells: rows.map(([key]) => key), show: (key, width) => cut(keyText(key), width) }];
}

/** A key that is an object is cut to so many columns. */
const LONGEST_KEY = 60;

/** A key as a part of a path is written: text that is a name stands alone, other text is quoted. */
export function keyText(key: unknown): string {
  if (typeof key === 'number' || typeof key === 'bigint') return String(key);
  if (typeof key !== 'string') return shortValue(key, LONGEST_KEY);
  return /^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(key) ? oneLine(key) : safeJson(key);
}

function valueColumns(values: readonly unknown[]): Column[] {
  if (!isAlike(values)) return [{ header: 'value', cells: values, show: cellText }];
  const records = values as readonly Readonly<Record<string, unknown>>[];
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  return names.map((name) => ({
    header: oneLine(name),
    cells: records.map((record) => (Object.hasOwn(record, name) ? { value: record[name] } : undefined)),
    show: (cell, width) => (cell === undefined ? '' : cellText((cell as { readonly value: unknown }).value, width)),
  }));
}

/** Text without quotes, where it cannot be taken for something else. */
function cellText(value: unknown, width: number): string {
  if (value === undefined) return 'undefined';
  if (typeof value === 'string' && /^[^\s'"`[{<]/.test(value) && !MISTAKABLE.test(value))
    return cut(oneLine(value), width);
  return shortValue(value, width);
}

const MISTAKABLE = /^(?:[-+.\d][\d.,:_e+-]*n?|true|false|null|undefined|NaN|-?Infinity|.*\s)$/i;

interface LaidColumn {
  readonly header: string;
  readonly cells: readonly string[];
  readonly width: number;
  readonly isNumeric: boolean;
  readonly isWhole: boolean;
}

function layOut(columns: readonly Column[], most: number): LaidColumn[] {
  return columns.map(({ header, cells, show }) => {
    const texts = cells.map((cell) => show(cell, most));
    const width = texts.reduce((widest, text) => Math.max(widest, widthOf(text)), widthOf(header));
    const isNumeric = texts.every((text) => text === '' || text === 'null' || /^-?[\d.]+n?$/.test(text));
    return { header, cells: texts, width, isNumeric, isWhole: !texts.some((text) => text.includes('…')) };
  });
}

/** The most columns for a cell with which all of them fit, or the least that there may be. */
function cellWidthFor(columns: readonly LaidColumn[], width: number): number {
  let cell = width;
  const total = (): number =>
    columns.reduce((sum, { width: own }) => sum + Math.min(own, cell) + GAP.length, -GAP.length);
  while (cell > NARROWEST_CELL && total() > width) cell--;
  return cell;
}

function narrowed(column: LaidColumn, most: number): LaidColumn {
  if (column.width <= most) return column;
  const cells = column.cells.map((text) => cut(text, most));
  const isWhole = column.isWhole && cells.every((text, row) => text === column.cells[row]);
  return { ...column, header: cut(column.header, most), cells, width: most, isWhole };
}

function totalOf(columns: readonly LaidColumn[]): number {
  return columns.reduce((sum, { width }) => sum + width, GAP.length * (columns.length - 1));
}

function print(columns: readonly LaidColumn[]): string {
  const heads = columns.map((column) => padded(column, column.header));
  const lines = columns[0]!.cells.map((_, row) => columns.map((column) => padded(column, column.cells[row]!)));
  const text = [heads, ...lines].map((cells) => cells.join(GAP).trimEnd());
  return `${[paint('dim', text[0]!), ...text.slice(1)].join('\n')}\n`;
}

function padded({ isNumeric, width }: LaidColumn, text: string): string {
  return isNumeric ? padLeft(text, width) : padRight(text, width);
}

/** The first columns, at least the first two of them. */
function printWhatFits(columns: readonly LaidColumn[], width: number): string {
  let shown = columns.length;
  while (shown > 2 && totalOf(columns.slice(0, shown)) > width) shown--;
  const left = columns.slice(shown).map(({ header }) => header);
  if (left.length === 0) return print(columns);
  const label = `… ${counted(left.length, 'more column')}: `;
  const end = ' (--json has all)';
  const names = cut(left.join(', '), width - widthOf(label) - end.length);
  return `${print(columns.slice(0, shown))}${label}${names}${end}\n`;
}
