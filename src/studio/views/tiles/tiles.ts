/**
 * Heatmaps: columns that are known, columns that must be folded, and a first picture of those that take long.
 *
 * Columns are kept, so a picture that moves costs only what is new in it, and a coarser one is merged from a finer one. Where more
 * than `SAMPLED_ABOVE` events would have to be folded, the answer shows the states of keyframes at first; the columns are folded
 * meanwhile, and each question finds more of them.
 */
import type { PastRange } from '../../../index.ts';
import type { ViewProblem } from '../../wire.ts';
import { ViewFailure } from '../view-calls.ts';
import type { ViewSource } from '../view-source.ts';
import { Background } from './background.ts';
import { type Column, EMPTY_COLUMN } from './column.ts';
import { ColumnStore, gridOf } from './column-store.ts';
import type { Stretch } from './integration.ts';
import { eventsOf, gapsOf, isClosed, isOutside, type Run, runOf, type Span } from './tile-plan.ts';
import { columnOf, type Drawing, walkRun } from './tile-walk.ts';

/** A tile before it becomes an answer. */
export interface Tile {
  readonly stretch: Stretch;
  readonly columns: readonly Column[];
  readonly sampled: boolean;
  readonly complete: boolean;
  readonly generation: string;
  readonly problem?: ViewProblem | undefined;
}

/** With more events than this to fold, the first picture is sampled. */
const SAMPLED_ABOVE = 2_000_000;
/** How long one answer may look at keyframes, in ms, and at how many. */
const SAMPLING = { ms: 500, keyframes: 64 };

/** Samples that are kept, of all views. */
const MOST_KEPT_SAMPLES = 2_000;

export class Tiles {
  readonly #source: ViewSource;
  readonly #sampledAbove: number;
  readonly #background = new Background();
  #generation = '';
  #columns = new ColumnStore();
  /** States of keyframes as columns, by drawing and sequence. */
  #samples = new Map<string, Column>();

  constructor(source: ViewSource, sampledAbove: number = SAMPLED_ABOVE) {
    this.#source = source;
    this.#sampledAbove = sampledAbove;
  }

  /** @throws RefoldError as `past.walk`; a view that fails is told in the tile */
  async ask(drawing: Drawing, stretch: Stretch, signal: AbortSignal): Promise<Tile> {
    const generation = await this.#source.generation();
    if (generation !== this.#generation) this.#forget(generation);
    const range = await this.#source.past.range();
    const asked = new Asked(drawing, stretch, range, this.#columns);
    const state = await this.#fill(asked, signal);
    return { stretch, columns: asked.content.map((column) => column ?? EMPTY_COLUMN), generation, ...state };
  }

  #forget(generation: string): void {
    this.#generation = generation;
    this.#columns = new ColumnStore();
    this.#samples = new Map();
    this.#background.clear();
  }

  async #fill(asked: Asked, signal: AbortSignal): Promise<Pick<Tile, 'sampled' | 'complete' | 'problem'>> {
    try {
      const runs = await this.#runsOf(asked);
      if (eventsOf(runs) <= this.#sampledAbove) {
        await this.#walk(asked, runs, signal);
        return { sampled: false, complete: true };
      }
      await this.#sample(asked, runs, signal);
      const { from, step, columns } = asked.stretch;
      this.#background.want([from, step, columns, asked.name].join(' '), (wanted) => this.#walk(asked, runs, wanted));
      return { sampled: asked.isSampled, complete: false };
    } catch (error) {
      // What was folded before it failed is shown.
      if (error instanceof ViewFailure) return { sampled: false, complete: true, problem: error.problem };
      throw error;
    }
  }

  #runsOf(asked: Asked): Promise<Run[]> {
    const gaps = gapsOf(asked.stretch.columns, (column) => asked.content[column] === undefined);
    return Promise.all(gaps.map((gap) => runOf(this.#source.past, asked.range, asked.stretch, gap)));
  }

  async #walk(asked: Asked, runs: readonly Run[], signal: AbortSignal): Promise<void> {
    for (const run of runs) {
      const give = (column: number, content: Column): void => {
        asked.take(run.gap.first + column, content);
        this.#background.tidy();
      };
      await walkRun(this.#source.past, asked.drawing, run, give, signal);
    }
  }

  /** Shows the newest keyframe before each column that is not known yet. */
  async #sample(asked: Asked, runs: readonly Run[], signal: AbortSignal): Promise<void> {
    const { past } = this.#source;
    const until = performance.now() + SAMPLING.ms;
    const usable = (await past.keyframes()).filter(({ isUsable }) => isUsable).toReversed();
    for (const { gap, from, to } of runs) {
      const within = thinned(
        usable.filter(({ sequence }) => sequence >= from - 1 && sequence <= to),
        SAMPLING.keyframes,
      );
      for (const { sequence, recordedAt } of within) {
        const key = `${asked.name} ${sequence}`;
        let sample = this.#samples.get(key);
        if (sample === undefined && performance.now() < until) {
          const { state } = await past.at(sequence, { signal });
          sample = columnOf(asked.drawing, state, sequence);
          if (this.#samples.size >= MOST_KEPT_SAMPLES) this.#samples.clear();
          this.#samples.set(key, sample);
        }
        if (sample !== undefined) asked.fillFrom(recordedAt, gap.first + gap.columns, sample);
      }
    }
  }
}

/** At most so many, equally far from each other; the last is always among them. */
function thinned<T>(items: readonly T[], most: number): readonly T[] {
  const share = Math.ceil(items.length / most);
  return items.filter((_, at) => (items.length - 1 - at) % share === 0);
}

/** A tile that is being put together. */
class Asked {
  readonly drawing: Drawing;
  readonly stretch: Stretch;
  readonly range: PastRange;
  /** Names view and subject, and how deep they are drawn. */
  readonly name: string;
  readonly content: (Column | undefined)[];
  readonly #store: ColumnStore;
  readonly #span: Span;
  /** Columns that are only sampled. */
  readonly #sampled = new Set<number>();

  constructor(drawing: Drawing, stretch: Stretch, range: PastRange, store: ColumnStore) {
    this.drawing = drawing;
    this.stretch = stretch;
    this.range = range;
    this.#store = store;
    this.#span = { first: range.firstRecordedAt ?? Number.POSITIVE_INFINITY, last: range.lastRecordedAt ?? 0 };
    this.name = JSON.stringify([drawing.view.name, drawing.about.of, drawing.depth]);
    const { grid, first } = gridOf(this.name, stretch.from, stretch.step);
    this.content = Array.from({ length: stretch.columns }, (_, column) => {
      return isOutside(stretch, column, this.#span) ? EMPTY_COLUMN : store.get(grid, first + column);
    });
  }

  /** Whether a column shows a keyframe. */
  get isSampled(): boolean {
    return this.#sampled.size > 0;
  }

  /** Takes an exact column, and keeps it for later questions. */
  take(column: number, content: Column): void {
    this.content[column] = content;
    this.#sampled.delete(column);
    const { grid, first } = gridOf(this.name, this.stretch.from, this.stretch.step);
    if (isClosed(this.stretch, column, this.#span)) this.#store.set(grid, first + column, content);
  }

  /** Shows a keyframe in all columns from a time on that are not known. */
  fillFrom(time: number, end: number, sample: Column): void {
    const { from, step } = this.stretch;
    for (let column = Math.max(0, Math.floor((time - from) / step)); column < end; column++) {
      if (this.content[column] !== undefined && !this.#sampled.has(column)) continue;
      this.content[column] = sample;
      this.#sampled.add(column);
    }
  }
}
