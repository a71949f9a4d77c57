/**
 * The events of rows, asked for in chunks: those in sight first, then their neighbours. Chunks that are not in sight any more
 * are given up, and of those that are known the latest seen stay.
 */
import { batch, type Signal, signal } from '@preact/signals';
import type { EventLine, LogProblem, WireEvent } from '../../wire.ts';
import { getLines, type Params, problemOf, type StudioProblem } from '../base/api.ts';
import { type Filter, NO_FILTER } from '../moment/place.ts';
import {
  type Asked,
  askedOf,
  chunkSize,
  contentOf,
  isAskedWhole,
  isDamaged,
  NO_MATCHES,
  type RowContent,
  type RowIndex,
  rowsOfChunk,
} from './row-index.ts';

interface Chunk {
  readonly rows: readonly RowContent[];
  /** Those with more than one event. */
  readonly commits: readonly (readonly [number, number])[];
}

const UNKNOWN_CHUNK: Chunk = { rows: [], commits: [] };
/** Chunks that stay. */
const MOST_CHUNKS = 64;
/** Questions at once. */
const MOST_ASKED = 2;

export class EventWindows {
  /** Why a window cannot be shown. */
  readonly problem: Signal<StudioProblem | undefined> = signal(undefined);
  /** Changes with each answer. */
  readonly version: Signal<number> = signal(0);
  /** The latest seen last. */
  readonly #chunks = new Map<number, Chunk>();
  readonly #asked = new Map<number, AbortController>();
  #index: RowIndex = NO_MATCHES;
  #filter: Filter = NO_FILTER;
  #wanted: readonly number[] = [];
  /** Chunks that had no more to give. Asked for again when the log has grown. */
  readonly #short = new Set<number>();

  /** Says which rows there are. Another filter, or another log, forgets all that is known. */
  use(index: RowIndex, filter: Filter, isOther: boolean): void {
    if (index === this.#index && !isOther) return;
    const isShifted = chunkSize(index) !== chunkSize(this.#index);
    this.#index = index;
    this.#filter = filter;
    this.#short.clear();
    if (isOther || isShifted) this.#forget();
  }

  /** Says which rows are in sight. */
  want(first: number, end: number): void {
    const size = chunkSize(this.#index);
    const [low, high] = [Math.floor(first / size), Math.floor(Math.max(first, end - 1) / size)];
    const inSight = Array.from({ length: high - low + 1 }, (_, at) => low + at);
    for (const chunk of inSight) this.#touch(chunk);
    this.#wanted = [...inSight, high + 1, low - 1].filter((chunk) => chunk >= 0 && rowsOfChunk(this.#index, chunk) > 0);
    for (const [chunk, controller] of this.#asked) if (!this.#wanted.includes(chunk)) controller.abort();
    this.#askNext();
  }

  /** What a row shows, as far as it is known. A component or an effect that asks runs again when it is. */
  contentAt(row: number): RowContent | undefined {
    this.version.value;
    const size = chunkSize(this.#index);
    return this.#chunks.get(Math.floor(row / size))?.rows[row % size];
  }

  /** The event of a row, as far as it is known, and sound. */
  eventAt(row: number): WireEvent | undefined {
    const content = this.contentAt(row);
    return content === undefined || isDamaged(content) ? undefined : content;
  }

  /** The commit of the event of a row, if it has more than one event. */
  commitAt(row: number, sequence: number): readonly [number, number] | undefined {
    const chunk = this.#chunks.get(Math.floor(row / chunkSize(this.#index)));
    return chunk?.commits.find(([first, last]) => first <= sequence && sequence <= last);
  }

  /** Whether rows are awaited. */
  isMissing(first: number, end: number): boolean {
    if (this.problem.peek() !== undefined) return false;
    for (let row = first; row < end; row++) if (this.contentAt(row) === undefined) return true;
    return false;
  }

  #forget(): void {
    for (const controller of this.#asked.values()) controller.abort();
    this.#asked.clear();
    this.#chunks.clear();
    this.#wanted = [];
    this.#tell(undefined);
  }

  #touch(chunk: number): void {
    const known = this.#chunks.get(chunk);
    if (known === undefined) return;
    this.#chunks.delete(chunk);
    this.#chunks.set(chunk, known);
  }

  #askNext(): void {
    for (const chunk of this.#wanted) {
      if (this.#asked.size >= MOST_ASKED) return;
      if (this.#asked.has(chunk) || this.#short.has(chunk)) continue;
      const asked = askedOf(this.#index, chunk, this.#chunks.get(chunk)?.rows.length ?? 0);
      if (asked !== undefined) void this.#ask(chunk, asked);
    }
  }

  async #ask(chunk: number, asked: Asked): Promise<void> {
    const controller = new AbortController();
    this.#asked.set(chunk, controller);
    const before = isAskedWhole(this.#index) ? UNKNOWN_CHUNK : (this.#chunks.get(chunk) ?? UNKNOWN_CHUNK);
    const events: WireEvent[] = [];
    const damages: LogProblem[] = [];
    const commits: (readonly [number, number])[] = [];
    try {
      await getLines<EventLine>('events', paramsOf(asked, this.#filter), controller.signal, (line) => {
        if ('sequence' in line) events.push(line);
        else if ('damage' in line) damages.push(line.damage);
        else if ('commits' in line) commits.push(...line.commits);
      });
      const rows = contentOf(asked, events, damages);
      if (this.#asked.get(chunk) === controller) this.#take(chunk, before, { rows, commits });
    } catch (error) {
      const problem = problemOf(error);
      if (problem !== undefined) this.#tell(problem);
    } finally {
      if (this.#asked.get(chunk) === controller) this.#asked.delete(chunk);
      if (this.problem.peek() === undefined) this.#askNext();
    }
  }

  #take(chunk: number, before: Chunk, { rows, commits }: Chunk): void {
    if (rows.length === 0) this.#short.add(chunk);
    const known = { rows: [...before.rows, ...rows], commits: [...before.commits, ...commits] };
    if (isAskedWhole(this.#index) && known.rows.length < rowsOfChunk(this.#index, chunk)) this.#short.add(chunk);
    this.#chunks.delete(chunk);
    this.#chunks.set(chunk, known);
    for (const oldest of this.#chunks.keys()) {
      if (this.#chunks.size <= MOST_CHUNKS) break;
      this.#chunks.delete(oldest);
    }
    this.#tell(undefined);
  }

  #tell(problem: StudioProblem | undefined): void {
    batch(() => {
      this.problem.value = problem;
      this.version.value = this.version.peek() + 1;
    });
  }
}

function paramsOf(asked: Asked, { types, tag, where, text }: Filter): Params {
  const form = { commits: 'yes', matches: 'no' };
  if ('sequences' in asked) return { ...form, sequences: asked.sequences.join(), count: asked.sequences.length };
  const { from, count, isFiltered } = asked;
  return { ...form, from, count, ...(isFiltered && { type: types, tag, where, text }) };
}
