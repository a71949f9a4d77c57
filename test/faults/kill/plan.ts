/** Where the axe falls: chosen by chance from the seed, in words that the victim and its killer both know. */
import type { Chance } from '../judging/chance.ts';
import type { Step } from '../writing/session.ts';

/** What the writer thread is doing with SQLite. `recovery` is everything before the open has become the writer. */
export const MOMENTS = ['recovery', 'append', 'commit', 'snapshot', 'seal', 'trim', 'vacuum', 'checkpoint'] as const;

export type Moment = (typeof MOMENTS)[number];

/**
 * Either at a moment: at its nth call to SQLite, just before it, just after it, or (from outside) while it runs; or some
 * time after the victim's nth mark.
 */
export type Kill =
  | {
      readonly at: 'moment';
      readonly moment: Moment;
      readonly nth: number;
      readonly when: 'before' | 'during' | 'after';
    }
  | { readonly at: 'mark'; readonly nth: number; readonly afterMicroseconds: number };

/** Where a writer that acknowledges before it appends is found out for certain: between the two. */
export const BEFORE_AN_APPEND: Kill = { at: 'moment', moment: 'append', nth: 3, when: 'before' };

/** How many calls of each kind a victim is sure to come to soon. */
const CALLS: { readonly [M in Moment]: number } = {
  recovery: 12,
  append: 20,
  commit: 40,
  snapshot: 4,
  seal: 4,
  trim: 1,
  vacuum: 2,
  checkpoint: 3,
};

/** Making a log takes a few more than opening one. */
const CREATION_CALLS = 30;

/** The first kill falls into the making of the log, and about one in three into recovery: twice in a row is a double kill. */
export function planKill(chance: Chance, isFirst: boolean): Kill {
  if (isFirst)
    return { at: 'moment', moment: 'recovery', nth: 1 + chance.below(CREATION_CALLS), when: anyTime(chance) };
  if (chance.hit(0.3)) {
    return { at: 'mark', nth: 1 + chance.below(60), afterMicroseconds: chance.below(3_000) };
  }
  if (chance.hit(0.15)) return { at: 'mark', nth: 1, afterMicroseconds: chance.below(120_000) };
  const moment = chance.hit(0.3) ? 'recovery' : chance.pick(MOMENTS);
  return {
    at: 'moment',
    moment,
    nth: 1 + chance.below(CALLS[moment]),
    when: chance.pick(['before', 'during', 'after']),
  };
}

function anyTime(chance: Chance): 'before' | 'during' | 'after' {
  return chance.pick(['before', 'during', 'after']);
}

/** A full life, over and over: singles, groups, snapshots, compaction with its seal, trim and vacuum, checkpoints. */
export function* steps(chance: Chance): Generator<Step, void> {
  for (;;) {
    yield { do: 'append', commits: 1 + chance.below(3) };
    yield { do: 'together', commits: 2 + chance.below(6) };
    yield { do: 'snapshot' };
    yield { do: 'append', commits: 1 + chance.below(3) };
    if (chance.hit(0.5)) yield { do: 'snapshot' };
    yield { do: 'together', commits: 2 + chance.below(6) };
    yield { do: 'compact' };
    if (chance.hit(0.5)) yield { do: 'pause' };
  }
}
