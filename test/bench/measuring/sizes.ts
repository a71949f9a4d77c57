/** How much work each kind of run does: what fits into its time on two cores. */

/** Seconds for what can be stopped at any time, events where a whole log is needed. */
export interface Sizes {
  /** Measured runs of each workload, after the warm-up. */
  readonly runs: number;
  readonly warmUpSeconds: number;
  readonly secondsPerRun: number;
  /** Events of a log that is replayed, open and sealed. */
  readonly logEvents: number;
  /** Events read back from a peer. */
  readonly peerEvents: number;
  /** Lengths of the logs that are opened after a crash and travelled in, in events; ascending. */
  readonly logLengths: readonly number[];
  /** Places asked for in each of those logs. */
  readonly positions: number;
  /** Entries of the state tables whose cost is compared; ascending. */
  readonly tableEntries: readonly number[];
  /** Entries of the states whose snapshots are written beside appends; ascending. */
  readonly snapshotEntries: readonly number[];
  /** Rounds of what is measured in turns, and appends in each. */
  readonly rounds: number;
  readonly appendsPerRound: number;
  /** Commands of made-up order flow. */
  readonly flowCommands: number;
  /** Fresh processes that import the package. */
  readonly imports: number;
}

const QUICK: Sizes = {
  runs: 3,
  warmUpSeconds: 0.1,
  secondsPerRun: 0.2,
  logEvents: 200_000,
  peerEvents: 50_000,
  logLengths: [50_000, 200_000, 800_000],
  positions: 11,
  tableEntries: [1_000, 20_000, 200_000],
  snapshotEntries: [20_000, 200_000],
  rounds: 2,
  appendsPerRound: 1_000,
  flowCommands: 8_000,
  imports: 7,
};

const FULL: Sizes = {
  runs: 5,
  warmUpSeconds: 1,
  secondsPerRun: 2,
  logEvents: 2_000_000,
  peerEvents: 500_000,
  logLengths: [100_000, 300_000, 1_000_000, 3_000_000, 10_000_000],
  positions: 25,
  tableEntries: [1_000, 10_000, 100_000, 1_000_000],
  snapshotEntries: [10_000, 100_000, 1_000_000],
  rounds: 5,
  appendsPerRound: 5_000,
  flowCommands: 200_000,
  imports: 21,
};

/** Only the ends of each curve, and no more of anything than a steady ratio needs. */
const GUARD: Sizes = {
  ...QUICK,
  warmUpSeconds: 0.2,
  secondsPerRun: 0.3,
  rounds: 3,
  imports: 11,
  logEvents: 100_000,
  logLengths: [20_000, 1_000_000],
  tableEntries: [1_000, 100_000],
  snapshotEntries: [100_000],
};

export type SizeName = 'quick' | 'full' | 'guard';

export const SIZES: Readonly<Record<SizeName, Sizes>> = { quick: QUICK, full: FULL, guard: GUARD };
