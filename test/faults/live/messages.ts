/** What the row, its writers and its readers say to each other. */
import type { Question, Range } from './asking.ts';

/** How a log is written: whether old events are dropped. */
export type Retention = 'keep' | 'drop';

/** What a writer says at its end. */
export interface Written {
  /** The last sequence. */
  readonly head: number;
  /** What went wrong for it. */
  readonly problems: readonly string[];
}

/** What a reader is asked to do. */
export interface Reading {
  readonly path: string;
  readonly seed: number;
  readonly rounds: number;
  /** For negative controls: a defect of what is asked. */
  readonly lie?: Lie;
}

/** `late`: a state is that of the event before. `forgets`: a search leaves out a change. `stale`: all answers are of an old copy. */
export type Lie = 'late' | 'forgets' | 'stale';

/** What one call of `refold` answered, and where the log began and ended before and after it. */
export interface Answer {
  readonly question: Question;
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** What the call has written into a file. */
  readonly file?: string;
  readonly before: Range;
  readonly after: Range;
}

/** Commits that a writer writes before anybody reads, and for each call of a reader. */
const HEAD_START = 150;
const COMMITS_PER_CALL = 25;

/** Up to which commit a writer may write, so that it is never far ahead of the calls: otherwise they would read ever longer logs. */
export function commitsFor(calls: number): number {
  return HEAD_START + calls * COMMITS_PER_CALL;
}
