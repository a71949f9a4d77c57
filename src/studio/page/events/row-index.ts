/**
 * Which event stands in which row of the list, and what to ask the server for. Pure.
 *
 * Without a filter it is arithmetic: a log has no gaps. With one the server tells where some of the matches are.
 */
import type { LogProblem, MatchesLine, WireEvent } from '../../wire.ts';
import { indexWhere } from '../timeline/scale.ts';

/** All events of the log. */
export interface AllRows {
  readonly kind: 'all';
  /** The first sequence of the log. */
  readonly first: number;
  readonly rows: number;
}

/** The events that pass a filter, as far as they were counted. */
export interface MatchRows {
  readonly kind: 'matches';
  readonly rows: number;
  /** The sequences of the matches 0, `every`, 2 × `every` and so on. */
  readonly places: readonly number[];
  readonly every: number;
  /** The last sequence that was counted. */
  readonly through: number;
  readonly isComplete: boolean;
}

export type RowIndex = AllRows | MatchRows;

export const NO_MATCHES: MatchRows = {
  kind: 'matches',
  ...{ rows: 0, places: [], every: 1, through: 0, isComplete: false },
};

/** What is known after another line. */
export function withLine(index: MatchRows, line: MatchesLine): MatchRows {
  const step = line.every / index.every;
  const kept = step === 1 ? index.places : index.places.filter((_, at) => at % step === 0);
  const { matches: rows, every, through, complete: isComplete } = line;
  return { kind: 'matches', rows, every, through, isComplete, places: [...kept, ...line.places] };
}

/** Events that are asked for at once: so that a window begins where a match is known. */
const CHUNK_ROWS = 128;

export function chunkSize(index: RowIndex): number {
  return index.kind === 'all' ? CHUNK_ROWS : Math.max(CHUNK_ROWS, index.every);
}

/** How many rows a chunk has. */
export function rowsOfChunk(index: RowIndex, chunk: number): number {
  const size = chunkSize(index);
  return Math.max(0, Math.min(size, index.rows - chunk * size));
}

/** What to ask for: events from one on that pass the filter, or these events. */
export type Asked =
  | { readonly from: number; readonly count: number; readonly isFiltered: boolean }
  | { readonly sequences: readonly number[] };

/** @param have rows of the chunk that are known @returns undefined when all are */
export function askedOf(index: RowIndex, chunk: number, have: number): Asked | undefined {
  const count = rowsOfChunk(index, chunk) - have;
  if (count <= 0) return undefined;
  const row = chunk * chunkSize(index) + have;
  if (index.kind === 'all') return { from: index.first + row, count, isFiltered: false };
  if (index.every === 1) return { sequences: index.places.slice(row, row + count) };
  // Only the first row of a chunk is surely a place that is known.
  return { from: index.places[(row - have) / index.every]!, count: count + have, isFiltered: true };
}

/** What a row shows: an event, or that its block is damaged. */
export type RowContent = WireEvent | LogProblem;

export function isDamaged(content: RowContent): content is LogProblem {
  return 'code' in content;
}

/** What came, in the rows that were asked for. It ends before the first row that nothing is known of. */
export function contentOf(
  asked: Asked,
  events: readonly WireEvent[],
  damages: readonly LogProblem[],
): readonly RowContent[] {
  if (!('sequences' in asked) && asked.isFiltered) return events;
  const bySequence = new Map(events.map((event) => [event.sequence, event]));
  const wanted =
    'sequences' in asked ? asked.sequences : Array.from({ length: asked.count }, (_, at) => asked.from + at);
  const rows: RowContent[] = [];
  for (const sequence of wanted) {
    const content =
      bySequence.get(sequence) ?? damages.find((one) => one.sequence <= sequence && sequence <= one.lastSequence);
    if (content === undefined) break;
    rows.push(content);
  }
  return rows;
}

/** Whether a chunk that is known in part is asked for as a whole. */
export function isAskedWhole(index: RowIndex): boolean {
  return index.kind === 'matches' && index.every > 1;
}

/** The sequence of a row, where the index alone tells it. */
export function sequenceOf(index: RowIndex, row: number): number | undefined {
  if (index.kind === 'all') return index.first + row;
  return row % index.every === 0 ? index.places[row / index.every] : undefined;
}

/**
 * The rows among which the last event up to and with a sequence is: `end` is the first one after them. Undefined while that is
 * not counted yet. There is no such row where the first match comes later; then it is the first row.
 */
export function rowsNear(
  index: RowIndex,
  sequence: number,
): { readonly first: number; readonly end: number } | undefined {
  if (index.rows === 0) return undefined;
  if (index.kind === 'all') {
    const row = Math.min(index.rows - 1, Math.max(0, sequence - index.first));
    return { first: row, end: row + 1 };
  }
  if (!index.isComplete && index.through < sequence) return undefined;
  const place = Math.max(0, lastUpTo(index.places, sequence));
  const first = place * index.every;
  return { first, end: Math.min(index.rows, first + index.every) };
}

/** The index of the last number that is not above a limit; -1 if all are. The numbers rise. */
export function lastUpTo(numbers: readonly number[], limit: number): number {
  return indexWhere(numbers, (number) => number > limit) - 1;
}
