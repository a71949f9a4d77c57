/** Which columns of a tile must be folded, and which events that takes. The plan is pure; the sequences are looked up. */
import type { Past, PastRange } from '../../../index.ts';
import { edgeOf, type Stretch } from './integration.ts';

/** Columns in a row that are not known yet. */
export interface Gap {
  readonly first: number;
  readonly columns: number;
}

/** The times between which the log has events. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** Whether the log says nothing of a column: it is before the first event or after the last one. */
export function isOutside(stretch: Stretch, column: number, { first, last }: Span): boolean {
  return edgeOf(stretch, column + 1) <= first || edgeOf(stretch, column) >= last + 1;
}

/** Whether later events can change a column no more. Events of the last millisecond may still come. */
export function isClosed(stretch: Stretch, column: number, { last }: Span): boolean {
  return edgeOf(stretch, column + 1) <= last;
}

/** Columns in a row for which `isMissing`. */
export function gapsOf(columns: number, isMissing: (column: number) => boolean): Gap[] {
  const gaps: Gap[] = [];
  for (let column = 0; column < columns; column++) {
    if (!isMissing(column)) continue;
    const last = gaps.at(-1);
    if (last !== undefined && last.first + last.columns === column) {
      gaps[gaps.length - 1] = { ...last, columns: last.columns + 1 };
    } else gaps.push({ first: column, columns: 1 });
  }
  return gaps;
}

/** A gap, and the events that fill it. */
export interface Run {
  readonly gap: Gap;
  readonly stretch: Stretch;
  /** Sequences; `to` is before `from` where nothing happened. */
  readonly from: number;
  readonly to: number;
  /** The state before `from` is not known: the log begins there. */
  readonly isBeginning: boolean;
  /** The log ends with `to`. */
  readonly isEnd: boolean;
}

/** @throws RefoldError `HISTORY_GONE` where no state can be built */
export async function runOf(past: Past, range: PastRange, whole: Stretch, gap: Gap): Promise<Run> {
  const stretch = { from: edgeOf(whole, gap.first), step: whole.step, columns: gap.columns };
  const earliest = Math.max(range.first, (range.earliest ?? range.first - 1) + 1);
  const begin = Math.floor(stretch.from);
  const end = Math.floor(edgeOf(stretch, gap.columns));
  const from =
    begin <= (range.firstRecordedAt ?? 0) ? earliest : Math.max(earliest, (await past.locate({ time: begin - 1 })) + 1);
  const to = end >= (range.lastRecordedAt ?? 0) ? range.last : await past.locate({ time: end });
  return { gap, stretch, from, to: Math.max(to, from - 1), isBeginning: from === earliest, isEnd: to >= range.last };
}

export function eventsOf(runs: readonly Run[]): number {
  return runs.reduce((sum, { from, to }) => sum + to - from + 1, 0);
}
