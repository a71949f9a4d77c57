/**
 * The steps of the traced processes: everything that writes to a log's files, in an order that depends on a seed.
 *
 * Two processes open the log twice each. The first time they close it. The second time they are killed, so that the
 * next open begins by recovering a write-ahead log.
 */
import { type Chance, chanceOf } from '../judging/chance.ts';

export type Step =
  | { readonly do: 'append' | 'together'; readonly commits: readonly number[] }
  | { readonly do: 'snapshot' | 'compact' | 'pause' | 'flush' | 'project' };

/** One open of the store, with the steps until its end. */
export interface Opening {
  readonly history: 'keep' | 'discard';
  readonly steps: readonly Step[];
  readonly end: 'close' | 'kill';
}

/** The opens of each process, in order, and the total number of commits. */
export interface Script {
  readonly processes: readonly (readonly Opening[])[];
  readonly commits: number;
}

export function planScript(seed: number): Script {
  const chance = chanceOf(seed, 0x5c217);
  let commits = 0;
  const take = (count: number): number[] => Array.from({ length: count }, () => ++commits);
  const processes = (['keep', 'discard'] as const).map((history): Opening[] => [
    { history, steps: planSteps(chance, take, history === 'discard'), end: 'close' },
    { history: 'discard', steps: planSteps(chance, take, false), end: 'kill' },
  ]);
  return { processes, commits };
}

/** After this many commits, a pause lets the writer checkpoint the write-ahead log. */
const DUE_AFTER = 24;

/**
 * A full life: single commits, group commits, snapshots, compaction. A long one pauses when the write-ahead log is due
 * for a checkpoint; the next commits overwrite it from its beginning.
 */
function planSteps(chance: Chance, take: (count: number) => number[], isLong: boolean): Step[] {
  const append = (atLeast: number): Step => ({ do: 'append', commits: take(atLeast + chance.below(2)) });
  const together = (atLeast: number): Step => ({ do: 'together', commits: take(atLeast + chance.below(3)) });
  return [
    append(2),
    together(3),
    { do: 'snapshot' },
    append(1),
    ...(chance.hit(0.5) ? [together(2)] : []),
    { do: 'project' },
    { do: 'compact' },
    append(3),
    ...(isLong ? ([append(DUE_AFTER), { do: 'pause' }, append(4)] as const) : []),
    { do: 'snapshot' },
    together(2),
    { do: 'flush' },
    append(1),
  ];
}
