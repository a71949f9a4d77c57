/** What a victim of failing system calls does: the protocol between it and its keeper. */
import type { Step } from '../writing/session.ts';

export interface Run {
  readonly path: string;
  readonly ledgerSeed: number;
  readonly from: number;
  /** `faulty`: the whole script, whatever happens. `retry`: the open commits and a few more, without faults. */
  readonly script: keyof typeof SCRIPTS;
  /** For the negative control: reports `acked` for every result. */
  readonly lie?: 'always' | undefined;
}

/** The number of commits in each case's ledger. */
export const COMMITS = 24;

export const SCRIPTS: { readonly [Name in 'faulty' | 'retry']: readonly Step[] } = {
  // Every kind of write, and dropped history.
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
