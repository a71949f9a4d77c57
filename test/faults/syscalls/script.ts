/** What a victim of failing system calls does: the words that it and its keeper share. */
import type { Step } from '../writing/session.ts';

export interface Run {
  readonly path: string;
  readonly ledgerSeed: number;
  readonly from: number;
  /** `faulty`: the whole script, whatever happens. `retry`: what was left open, and a little more, without faults. */
  readonly script: keyof typeof SCRIPTS;
  /** For the negative control: says `acked` whatever came of it. */
  readonly lie?: 'always' | undefined;
}

/** Commits of each case's ledger. */
export const COMMITS = 24;

export const SCRIPTS: { readonly [Name in 'faulty' | 'retry']: readonly Step[] } = {
  // Every kind of write, and history that goes.
  faulty: [
    { do: 'append', commits: 2 },
    { do: 'together', commits: 3 },
    { do: 'snapshot' },
    { do: 'append', commits: 1 },
    { do: 'snapshot' },
    { do: 'together', commits: 2 },
    { do: 'compact' },
    { do: 'append', commits: 1 },
  ],
  retry: [{ do: 'append', commits: COMMITS }, { do: 'snapshot' }, { do: 'compact' }],
};
