/** What the keys do in a table. */
import type { Signal } from '@preact/signals';
import type { Row } from '../../wire.ts';
import { rowAfterKey } from '../base/list-scroll.ts';
import type { ListPlace } from '../base/long-list.tsx';
import { showTable } from './open-places.ts';
import { opensAt } from './parts/value-text.ts';

/** The current cell. */
export interface At {
  readonly row: number;
  /** 0 is the key, then the values where there are such, then the members. */
  readonly column: number;
}

export interface Pressing {
  readonly current: Signal<At>;
  readonly goTo: (row: number, column?: number) => void;
  readonly place: ListPlace;
  readonly rows: readonly Row[];
  readonly from: number;
  /** Where keys wait while the size of the table is not known. */
  readonly early?: string[];
}

const SIDEWAYS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };

/** Moves to the row or the cell that a key is for, or opens the entry as a table. */
export function press(event: KeyboardEvent, { current, goTo, place, rows, from, early }: Pressing): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { row, column } = current.value;
  const [to, aside] = [rowAfterKey(event.key, row, place.scroll.value), SIDEWAYS[event.key]];
  const there = rows[row - from];
  if (to !== undefined && early !== undefined) early.push(event.key);
  else if (to !== undefined) goTo(to);
  else if (aside !== undefined) goTo(row, column + aside);
  else if (event.key === 'Enter' && there !== undefined && opensAt(there)) showTable(there.path);
  else return;
  event.preventDefault();
  event.stopPropagation();
}
