/** The habits whose logs are kept (see `make-habits.ts`). */
import type { Habit } from './habit.ts';
import { outside } from './outside.ts';
import { places } from './places.ts';
import { values } from './values.ts';

export type { Habit, Outside } from './habit.ts';

export const habits: readonly Habit[] = [...places, ...values, ...outside];

/**
 * What 0.1.0 found in a log: the hash of the state for each fold, or `none` if the state had no hash. Absent if the log
 * did not open.
 */
export interface Found {
  readonly sequence: number;
  readonly atomic?: string;
  readonly direct?: string;
  /** The result of the habit's `after`. */
  readonly after?: unknown;
}
