/** Some rows of a table in a state, or its keys: which ones, as text, and as JSON. */
import { RefoldError } from '../../../index.ts';
import { outputWidth, padRight, widthOf } from '../lines.ts';
import { coloursOut, count } from '../text.ts';
import { shortValue } from '../values.ts';
import { isRecord, type Table, type TableKind, tableOf } from './entries.ts';
import { renderEntriesJson, renderText, SHOWN_ENTRIES } from './render-state.ts';
import { isAlike, keyText, renderTable } from './render-table.ts';

/** Rows of a table. `from` and `to` count from 1; `to` is one less than `from` for an empty table. */
export interface Selection {
  readonly value: unknown;
  readonly table: Table;
  readonly from: number;
  readonly to: number;
}

export interface RowRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Rows of what stands at a place; all of them if none are named.
 *
 * @param what for the message: `the keys` or `rows`
 * @throws RefoldError `INVALID_OPTION`: it is not a table, or it ends before the first row
 */
export function selectRows(value: unknown, rows: RowRange | undefined, what: string, place: string): Selection {
  const table = tableOf(value);
  if (table === undefined) {
    const kind = value === null || value === undefined ? String(value) : describeKind(value);
    throw new RefoldError('INVALID_OPTION', `Cannot show ${what} of ${place}: it is ${kind}`, {
      at: place,
      hint: 'Give the path of a table, or leave out --keys and --rows',
    });
  }
  const from = rows?.from ?? 1;
  if (from > Math.max(table.size, 1)) {
    throw new RefoldError('INVALID_OPTION', `Cannot show row ${count(from)} of ${place}: it has ${sizeText(table)}`, {
      at: place,
      hint: table.size === 0 ? 'Leave --rows out' : `Give rows from 1 to ${count(table.size)}`,
    });
  }
  return { value, table, from, to: Math.min(rows?.to ?? Number.POSITIVE_INFINITY, table.size) };
}

function describeKind(value: unknown): string {
  if (value instanceof Date) return 'a Date';
  return typeof value === 'object' ? 'bytes' : `a ${typeof value}`;
}

/** `OrderedMap, 628 entries`, or `OrderedMap, rows 100 to 200 of 628` */
export function describeTable({ table, from, to }: Selection): string {
  const { kind, size } = table;
  if (from === 1 && to === size) return `${kind}, ${sizeText(table)}`;
  const rows = from === to ? `row ${count(from)}` : `rows ${count(from)} to ${count(to)}`;
  return `${kind}, ${rows} of ${count(size)}`;
}

const NOUNS: Readonly<Record<TableKind, readonly [one: string, several: string]>> = {
  Map: ['entry', 'entries'],
  OrderedMap: ['entry', 'entries'],
  object: ['member', 'members'],
  Set: ['item', 'items'],
  array: ['item', 'items'],
  Deque: ['item', 'items'],
};

function sizeText({ kind, size }: Pick<Table, 'kind' | 'size'>): string {
  return `${count(size)} ${NOUNS[kind][size === 1 ? 0 : 1]}`;
}

/** A part of a state for people: a table with a row for each entry, if it is one, or else an excerpt. */
export function renderPart(value: unknown): { readonly table?: string; readonly text: string } {
  const table = tableOf(value);
  const rows = table?.entries(0, SHOWN_ENTRIES).toArray() ?? [];
  if (table === undefined || !isTabular(table, rows)) return { text: renderText(value, coloursOut()) };
  const { text, isWhole } = renderTable(table, rows, outputWidth());
  const selection = { value, table, from: 1, to: table.size };
  // A few long rows are better read member by member.
  if (!isWhole && rows.length <= FEW_ROWS) return { text: renderText(value, coloursOut()) };
  return { table: describeTable(selection), text: text + leftOut(table.size, rows.length) };
}

const FEW_ROWS = 3;

function isTabular({ kind, size }: Table, rows: readonly (readonly [unknown, unknown])[]): boolean {
  if (size === 0) return false;
  if (kind === 'Map' || kind === 'OrderedMap') return true;
  return (kind !== 'object' || size > 1) && isAlike(rows.map(([, value]) => value));
}

/** What an excerpt leaves out, and how to see it. */
function leftOut(size: number, shown: number): string {
  if (shown >= size) return '';
  const next = `${shown + 1}..${Math.min(shown + SHOWN_ENTRIES, size)}`;
  return `… ${count(size - shown)} more: --rows ${next}, or --json\n`;
}

/** Rows that were asked for: every one. */
export function renderRows({ table, from, to }: Selection): string {
  const rows = table.entries(from - 1, to - from + 1).toArray();
  return rows.length === 0 ? '' : renderTable(table, rows, outputWidth()).text;
}

/** The same as JSON: a table of the same kind with these entries. */
export function renderRowsJson({ value, table, from, to }: Selection): Iterable<string> {
  const isBare = table.kind === 'object' && Object.getPrototypeOf(value) === null;
  return renderEntriesJson(table.kind, table.entries(from - 1, to - from + 1), isBare);
}

/** The keys of the rows. A Set has its items for keys, and an array or Deque its indexes. */
export function keysOf({ table, from, to }: Selection): unknown[] {
  const place = table.kind === 'Set' ? 1 : 0;
  return table
    .entries(from - 1, to - from + 1)
    .map((entry) => entry[place])
    .toArray();
}

/**
 * The keys for people, one a line, with the kind and size of what they lead to if that is a table. All that were asked for, or the
 * first ones.
 */
export function renderKeys(selection: Selection, areAsked: boolean): string {
  const { table, from, to } = selection;
  const most = areAsked ? to - from + 1 : SHOWN_ENTRIES;
  if (to < from) return '';
  if (table.kind === 'array' || table.kind === 'Deque') return `${count(from - 1)} to ${count(to - 1)}\n`;
  const rows = table.entries(from - 1, Math.min(most, to - from + 1)).toArray();
  const isSet = table.kind === 'Set';
  const keys = rows.map(([key, value]) => (isSet ? shortValue(value, outputWidth()) : keyText(key)));
  const width = keys.reduce((widest, key) => Math.max(widest, widthOf(key)), 0);
  const lines = keys.map((key, row) => {
    const inside = isSet ? '' : insideText(rows[row]![1]);
    return inside === '' ? key : `${padRight(key, width)}  ${inside}`;
  });
  return `${lines.join('\n')}\n${areAsked ? '' : leftOut(table.size, rows.length)}`;
}

function insideText(value: unknown): string {
  const table = isRecord(value) ? undefined : tableOf(value);
  return table === undefined ? '' : `${table.kind}, ${sizeText(table)}`;
}
