/**
 * What every row of the fault table is: a kind of fault, how often it is run, and what the oracle found.
 *
 * A row never judges itself by the store's own words alone: an oracle outside the store knows what was issued and what
 * was acknowledged. Each row has at least one negative control: the same harness against something known to be broken,
 * which must be found out; a control that is not found out fails the row.
 */

/** How a row is run. */
export interface RowOptions {
  /** Tier 2: the long counts. */
  readonly long: boolean;
  /** Everything random in the row derives from this; printed, so that a failure can be run again. */
  readonly seed: number;
  /** A folder of the row's own, removed afterwards. */
  readonly folder: string;
  /** A line of progress. */
  readonly say: (text: string) => void;
}

/** What a row came to. */
export interface RowReport {
  /** Cases that were run: cycles, images, flips … */
  readonly cases: number;
  /** Invariants (I1 … I7 of docs/GUARANTEES.md) that did not hold, each with what is needed to run it again. */
  readonly violations: readonly string[];
  /** What else is worth a word: how many cases ended in which typed error, for example. */
  readonly notes: readonly string[];
  readonly controls: readonly Control[];
}

export interface Control {
  readonly name: string;
  /** How the harness noticed that the broken thing is broken; undefined when it did not notice. */
  readonly noticed: string | undefined;
}

export interface FaultRow {
  /** As the table in docs/GUARANTEES.md calls it. */
  readonly name: string;
  /** True when it mostly waits, for a disk, for other processes, for a minute to be over: it then runs beside the others. */
  readonly waits?: boolean;
  /** Fewer cases than this and the row has not run: tier 1, tier 2. */
  readonly required: { readonly short: number; readonly long: number };
  /** What the machine must have, as a sentence; undefined when all is there. */
  missing(): string | undefined;
  run(options: RowOptions): Promise<RowReport>;
}
