/** The flags of `npm run bench`, and what each does. */
import { parseArgs } from 'node:util';
import type { SizeName } from './measuring/sizes.ts';

export const USAGE = `npm run bench -- [NAME …] [flags]
  NAME           only workloads whose name contains NAME, as with --only
                 postgres: the log in PostgreSQL, which must be installed and is measured only when named
  --quick        smaller states, shorter runs: under three minutes instead of under twenty
  --only NAME    only workloads whose name contains NAME (may be repeated)
  --no-peers     neither install nor run the other libraries
  --dir FOLDER   where the files are written; default: the system's temporary folder
  --profile DIR  a CPU profile of each workload's process into that folder; the figures suffer
  --json         one JSON object as the last line on stdout
  --write        write docs/BENCHMARKS.md, its plots, and the README's figures; with all of postgres
                 docs/benchmarks/postgres.md; with --guard the committed ratios
  --guard        only what is quick and steady; exit code 1 when a ratio is half as good as the committed one
  --list         name the workloads and stop`;

export interface BenchOptions {
  readonly quick: boolean;
  readonly guard: boolean;
  readonly only: readonly string[];
  readonly peers: boolean;
  readonly dir: string | undefined;
  readonly profile: string | undefined;
  readonly json: boolean;
  readonly write: boolean;
  readonly list: boolean;
}

/** @throws TypeError, in words for a terminal, for an unknown flag */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    allowNegative: true,
    options: {
      quick: { type: 'boolean', default: false },
      guard: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      peers: { type: 'boolean', default: true },
      dir: { type: 'string' },
      profile: { type: 'string' },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
    },
  });
  return { ...values, only: [...values.only, ...positionals], dir: values.dir, profile: values.profile };
}

/** The guard has its own sizes. */
export function sizeOf({ guard, quick }: BenchOptions): SizeName {
  return guard ? 'guard' : quick ? 'quick' : 'full';
}
