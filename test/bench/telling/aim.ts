/** An aim: a figure of a run, and what it should be. */

/** A row's figure by the row's name, with `:p50` or `:p99` after it the latency; NaN when the row is absent. */
export type Figures = (name: string) => number;

export interface Aim {
  readonly name: string;
  readonly what: string;
  readonly of: (row: Figures) => number;
  /** What the figure should be at least, or at most; without either it is for information. */
  readonly atLeast?: number;
  readonly atMost?: number;
  /** The unit of an absolute figure. A time depends on the machine. */
  readonly unit?: string;
  /** The guard compares it with the committed figure; more is better, or less. */
  readonly guard?: Guarded;
  /** The page shows it in a section of that name, and not among the others. */
  readonly section?: 'Looking back';
}

export interface Guarded {
  readonly better: 'more' | 'less';
  /** Figures that are better than this are all the same to the guard: their differences are chance. */
  readonly indifferent?: number;
}

export const MORE: Guarded = { better: 'more' };
export const LESS: Guarded = { better: 'less' };
