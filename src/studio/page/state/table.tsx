/** A collection as a table: a row for each entry, a column for each member. It scrolls over all of them, and asks for what is seen. */
import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { Change, Looked, Row } from '../../wire.ts';
import { rowAfterKey } from '../base/list-scroll.ts';
import { ListPlace, LongList } from '../base/long-list.tsx';
import { safeLine } from '../base/safe-text.ts';
import { inSight } from '../moment/in-sight.ts';
import { selectedPath, shown } from '../moment/place.ts';
import { isInside, stepInside } from './parts/path-text.ts';
import { Sides, Value } from './parts/value.tsx';
import { keyText, signOf } from './parts/value-text.ts';
import {
  type Columns,
  cellPath,
  columnNames,
  columnsWith,
  isRecord,
  isRight,
  MOST_SHOWN_COLUMNS,
  NO_COLUMNS,
  templateOf,
  windowAround,
} from './table-columns.ts';
import { TableHead, type TableNews } from './table-head.tsx';
import { type At, press } from './table-keys.ts';
import './table.css';

export function Table({ path }: { readonly path: string }): JSX.Element {
  const columns = useSignal<Columns>(NO_COLUMNS);
  const current = useSignal<At>({ row: 0, column: 0 });
  const looked = useComputed(() => tableIn(shown.value?.look ?? [], path));
  const rowCount = useComputed(() => looked.value?.shown?.total ?? 0);
  const place = useMemo(() => new ListPlace(rowCount), []);
  const changes = useComputed(() =>
    (shown.value?.changes ?? []).flatMap((one) => {
      // What was replaced as a whole tells which of its entries are different.
      if (one.path === path) return one.inside ?? [];
      return isInside(one.path, path) ? [one, ...(one.inside ?? [])] : [];
    }),
  );
  useSignalEffect(() => {
    const { first, end } = place.sighted.value;
    inSight('state', { looks: [{ path, ...windowAround(first, end), members: MOST_SHOWN_COLUMNS }] });
  });
  const { shown: collection, from = 0, rows = [] } = looked.value ?? {};
  const kind = collection?.kind ?? 'map';
  const total = collection?.total ?? 0;
  const isPending = useRef(false);
  /** Keys that were pressed before the size of the table was known: they are obeyed once it is. */
  const early = useRef<string[]>([]);
  const template = templateOf(columns.value);
  const goTo = (row: number, column = current.peek().column): void => {
    const names = columnNames(columns.peek());
    const next = { row: within(row, total), column: within(column, names.length) };
    current.value = next;
    place.show(next.row);
    const there = rows[next.row - from];
    // A row that is not there yet is selected when it comes.
    isPending.current = there === undefined;
    if (there !== undefined) selectedPath.value = cellPath(there, isRecord(there) ? names[next.column] : undefined);
  };
  useLayoutEffect(() => {
    const wider = columnsWith(rows, kind, columns.peek());
    if (collection !== undefined) {
      for (const key of early.current.splice(0)) goTo(rowAfterKey(key, current.peek().row, place.scroll.peek())!);
    }
    const { row } = current.peek();
    if (isPending.current && rows[row - from] !== undefined) goTo(row);
    if (JSON.stringify(wider) !== JSON.stringify(columns.peek())) columns.value = wider;
  }, [looked.value]);
  const header = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => bringColumnIn(header.current!, current.value.column), [current.value]);
  const pick = (event: MouseEvent): void => {
    const cell = (event.target as Element).closest<HTMLElement>('[data-row]');
    if (cell !== null) goTo(Number(cell.dataset.row), Number(cell.dataset.column));
  };
  return (
    <div class="pane">
      <TableHead path={path} looked={looked.value} news={newsOf(changes.value, path)} goTo={goTo} />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: its role is among the attributes */}
      <div
        {...gridAttributes(
          path,
          looked.value && total,
          columns.value,
          rows[current.value.row - from] && cellId(current.value),
        )}
        class="st-grid pane"
        style={{ '--st-columns': template.columns, '--st-wide': template.width }}
        onClick={pick}
        onKeyDown={(event) =>
          press(event, { current, goTo, place, rows, from, ...(collection === undefined && { early: early.current }) })
        }
        onScrollCapture={(event) => (header.current!.scrollLeft = (event.target as HTMLElement).scrollLeft)}
      >
        <div {...HEAD_ROW} class="st-cells st-names" ref={header}>
          {columnNames(columns.value).map((name, index) => (
            <span
              {...COLUMN_HEADER}
              key={name ?? index}
              class={isRight(columns.value, name, index) ? 'st-right' : undefined}
            >
              {index === 0 ? 'key' : name === undefined ? 'value' : safeLine(name)}
            </span>
          ))}
        </div>
        <LongList
          place={place}
          testid="table-rows"
          role="rowgroup"
          rowsOf={(first, end) =>
            Array.from({ length: end - first }, (_, nth) => (
              <TableRow
                key={first + nth}
                row={rows[first + nth - from]}
                {...{
                  index: first + nth,
                  kind,
                  columns: columns.value,
                  changes: changes.value,
                  current: current.value,
                }}
              />
            ))
          }
        />
      </div>
    </div>
  );
}

/** Scrolls a wide table sideways, as far as it must. */
function bringColumnIn(header: HTMLElement, column: number): void {
  const list = header.nextElementSibling as HTMLElement;
  const name = header.children[column] as HTMLElement | undefined;
  if (name === undefined || list.scrollWidth <= list.clientWidth) return;
  const [left, right] = [name.offsetLeft - header.offsetLeft, name.offsetLeft - header.offsetLeft + name.offsetWidth];
  if (left < list.scrollLeft) list.scrollLeft = left;
  else if (right > list.scrollLeft + list.clientWidth) list.scrollLeft = Math.min(left, right - list.clientWidth);
}

/**
 * A window of a million rows is not a table of HTML. The grid has the focus, and says which cell is active.
 *
 * @param total undefined until the server has said it
 */
function gridAttributes(path: string, total: number | undefined, columns: Columns, active: string | undefined) {
  return {
    role: 'grid',
    tabIndex: 0,
    'data-testid': 'table',
    'data-path': path,
    'data-total': total,
    'aria-label': path === '' ? 'State' : safeLine(path),
    'aria-rowcount': total === undefined ? ROWS_NOT_KNOWN : total + 1,
    'aria-activedescendant': active,
    'aria-colcount': columnNames(columns).length,
  } as const;
}

/** As ARIA has it. */
const ROWS_NOT_KNOWN = -1;
const HEAD_ROW = { role: 'row', 'aria-rowindex': 1 } as const;
const COLUMN_HEADER = { role: 'columnheader' } as const;

/** The window of the table among all that was looked at: the tree and the selected place bring few members or none. */
function tableIn(all: readonly Looked[], path: string): Looked | undefined {
  const [first, ...others] = all.filter((one) => one.path === path);
  return others.reduce(
    (most, one) => ((one.rows?.length ?? 0) > (most?.rows?.length ?? 0) || (one.from ?? 0) > 0 ? one : most),
    first,
  );
}

interface RowProps {
  /** Undefined while it is not there yet. */
  readonly row: Row | undefined;
  readonly index: number;
  readonly kind: Row['shown']['kind'];
  readonly columns: Columns;
  readonly changes: readonly Change[];
  readonly current: At;
}

function TableRow({ row, index, kind, columns, changes, current }: RowProps): JSX.Element {
  const own = row === undefined ? [] : changes.filter(({ path }) => path === row.path || isInside(path, row.path));
  const isWhole = own.some(({ path }) => path === row?.path);
  return (
    <div
      {...{ role: 'row', 'aria-rowindex': index + 2, 'aria-selected': current.row === index }}
      class={isWhole ? 'st-cells st-changed' : 'st-cells'}
      data-path={row?.path}
      data-changed={own.length > 0 ? '' : undefined}
    >
      {columnNames(columns).map((name, column) => (
        <span
          {...{ role: 'gridcell', 'data-row': index, 'data-column': column }}
          key={name ?? column}
          id={cellId({ row: index, column })}
          class={cellClass(row, name, column, own, {
            isCurrent: current.row === index && current.column === column,
            isRight: isRight(columns, name, column),
          })}
        >
          {row !== undefined && <CellContent {...{ row, name, column, kind, own }} />}
        </span>
      ))}
    </div>
  );
}

function cellClass(
  row: Row | undefined,
  name: string | undefined,
  column: number,
  own: readonly Change[],
  { isCurrent, isRight }: { readonly isCurrent: boolean; readonly isRight: boolean },
): string {
  const isChanged = row !== undefined && column > 0 && changeOf(row, name, own) !== undefined;
  return [isCurrent && 'st-at', isChanged && 'st-changed', isRight && 'st-right'].filter(Boolean).join(' ');
}

interface CellProps {
  readonly row: Row;
  readonly name: string | undefined;
  readonly column: number;
  readonly kind: Row['shown']['kind'];
  readonly own: readonly Change[];
}

function CellContent({ row, name, column, kind, own }: CellProps): JSX.Element | null {
  if (column === 0) return <>{keyText(row.key, kind)}</>;
  const change = changeOf(row, name, own);
  if (name === undefined) {
    if (isRecord(row)) return null;
    return change === undefined ? (
      <Value of={row.shown} members={row.members} />
    ) : (
      <Sides of={change} members={row.members} />
    );
  }
  const member = isRecord(row) ? row.members!.find(({ key }) => key === name) : undefined;
  if (change !== undefined) return <Sides of={change} />;
  return member === undefined ? null : <Value of={member.shown} />;
}

/** What the event changed in a cell. A member that opens tells the first place inside. */
function changeOf(row: Row, name: string | undefined, own: readonly Change[]): Change | undefined {
  const path = cellPath(row, name);
  if (name === undefined) return isRecord(row) ? undefined : own.find((one) => one.path === path);
  return own.find((one) => one.path === path) ?? own.find((one) => isInside(one.path, path));
}

function cellId({ row, column }: At): string {
  return `table-${row}-${column}`;
}

function within(index: number, count: number): number {
  return Math.max(0, Math.min(index, count - 1));
}

/** Entries that the event made, changed or removed, by their step from the table. */
function newsOf(changes: readonly Change[], path: string): TableNews[] {
  const entries = Map.groupBy(changes, (change) => stepInside(change.path, path).path);
  return Array.from(entries, ([entry, [change]]) => ({
    step: stepInside(entry, path).text,
    sign: change!.path === entry ? signOf(change!) : 'changed',
  }));
}
