/** Plans the kills: chosen from the seed, in a form that the victim and its killer share. */
import type { Chance } from '../judging/chance.ts';
import type { Step } from '../writing/session.ts';

/** What the writer thread is doing with SQLite. `recovery` covers everything before the process is the writer. */
export const MOMENTS = ['recovery', 'append', 'commit', 'snapshot', 'seal', 'trim', 'vacuum', 'checkpoint'] as const;

export type Moment = (typeof MOMENTS)[number];

/**
 * Either at a moment: at its nth call to SQLite, just before it, just after it, or (from outside) while it runs. Or
 * some time after the victim's nth mark.
 */
export type Kill =
  | {
      readonly at: 'moment';
      readonly moment: Moment;
      readonly nth: number;
      readonly when: 'before' | 'during' | 'after';
    }
  | { readonly at: 'mark'; readonly nth: number; readonly afterMicroseconds: number };

/** The moment at which a writer that acknowledges before it appends is certainly noticed. */
export const BEFORE_AN_APPEND: Kill = { at: 'moment', moment: 'append', nth: 3, when: 'before' };

/** The number of calls of each kind that a victim certainly makes early. */
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

/** Creating a log takes a few more calls than opening one. */
const CREATION_CALLS = 30;

/**
 * The first kill hits the creation of the log, and about one in three hits recovery. Two in a row are a double kill.
 */
export function planKill(chance: Chance, isFirst: boolean): Kill {
  if (isFirst)
    return { at: 'moment', moment: 'recovery', nth: 1 + chance.below(CREATION_CALLS), when: anyTime(chance) };
  if (chance.hit(0.3)) {
    return { at: 'mark', nth: 1 + chance.below(60), afterMicroseconds: chance.below(3_000) };
  }
  if (chance.hit(0.15)) return { at: 'mark', nth: 1, afterMicroseconds: chance.below(120_000) };
  return killAt(chance, chance.hit(0.3) ? 'recovery' : chance.pick(MOMENTS));
}

/** A kill at one of the calls of a moment. */
export function killAt(chance: Chance, moment: Moment): Kill {
  return { at: 'moment', moment, nth: 1 + chance.below(CALLS[moment]), when: anyTime(chance) };
}

function anyTime(chance: Chance): 'before' | 'during' | 'after' {
  return chance.pick(['before', 'during', 'after']);
}

/** A full life, repeated: singles, groups, snapshots, compaction with its seal, trim and vacuum, checkpoints. */
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
