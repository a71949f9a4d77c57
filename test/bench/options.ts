/** The flags of `npm run bench`: what each does, and the sizes that follow from them. */
import { parseArgs } from 'node:util';

export const USAGE = `npm run bench -- [flags]
  --quick        smaller states, shorter runs: under two minutes instead of under fifteen
  --only NAME    only workloads whose name contains NAME (may be repeated)
  --no-peers     neither install nor run the other libraries
  --dir FOLDER   where the files are written; default: the system's temporary folder
  --json         one JSON object as the last line on stdout
  --write        write docs/BENCHMARKS.md
  --list         name the workloads and stop`;

export interface BenchOptions {
  readonly quick: boolean;
  readonly only: readonly string[];
  readonly peers: boolean;
  readonly dir: string | undefined;
  readonly json: boolean;
  readonly write: boolean;
  readonly list: boolean;
}

/** @throws TypeError, in words for a terminal, for an unknown flag */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      peers: { type: 'boolean', default: true },
      dir: { type: 'string' },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
    },
  });
  return { ...values, dir: values.dir };
}

/** How much work a run does. Seconds for what can be stopped at any time, events where a whole log is needed. */
export interface Sizes {
  /** Measured runs of each workload, after the warm-up. */
  readonly runs: number;
  readonly warmUpSeconds: number;
  readonly secondsPerRun: number;
  /** Events of a log that is replayed. */
  readonly logEvents: number;
  /** Events of a log that is recovered without a snapshot, and read back from a peer. */
  readonly shortLogEvents: number;
  /** Entries of the state tables whose cost is compared. */
  readonly tableEntries: readonly number[];
  /** Commands of made-up order flow. */
  readonly flowCommands: number;
}

export const QUICK: Sizes = {
  runs: 3,
  warmUpSeconds: 0.2,
  secondsPerRun: 0.4,
  logEvents: 200_000,
  shortLogEvents: 100_000,
  tableEntries: [1_000, 20_000, 200_000],
  flowCommands: 40_000,
};

export const FULL: Sizes = {
  runs: 5,
  warmUpSeconds: 1,
  secondsPerRun: 2,
  logEvents: 2_000_000,
  shortLogEvents: 500_000,
  tableEntries: [1_000, 20_000, 1_000_000],
  flowCommands: 200_000,
};
