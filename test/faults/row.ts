/**
 * The interface of a row of the fault table: a kind of fault, the number of cases, and the findings of the oracle.
 *
 * A row never relies on the store's own answers alone: an oracle outside the store knows what was issued and what was
 * acknowledged. Each row has at least one negative control: it runs the same harness against something known to be
 * broken. The harness must notice the defect; otherwise the row fails.
 */

const SHARES: Readonly<Record<string, number>> = { quarter: 4, eighth: 8 };
/** `REFOLD_FAULTS=quarter` or `eighth` makes so small a part of the cases of the rows that take long: one in so many. */
export const ROW_SHARE: number = SHARES[process.env.REFOLD_FAULTS ?? ''] ?? 1;

/** How many cases of tier 1 are made. */
export function tierOne(cases: number): number {
  return Math.ceil(cases / ROW_SHARE);
}

/** How a row is run. */
export interface RowOptions {
  /** Tier 2: the long counts. */
  readonly long: boolean;
  /** The source of all random choices in the row. It is printed, so that a failure can be repeated. */
  readonly seed: number;
  /** A folder for the row alone. It is deleted afterwards. */
  readonly folder: string;
  /** Prints a line of progress. */
  readonly say: (text: string) => void;
}

/** The result of a row. */
export interface RowReport {
  /** The number of cases: cycles, images, flips … */
  readonly cases: number;
  /** Invariants (I1 … I7 of docs/GUARANTEES.md) that were violated, each with the data to repeat the case. */
  readonly violations: readonly string[];
  /** Other remarks, for example how many cases ended in which typed error. */
  readonly notes: readonly string[];
  readonly controls: readonly Control[];
}

export interface Control {
  readonly name: string;
  /** How the harness noticed the defect; undefined when it did not notice it. */
  readonly noticed: string | undefined;
}

export interface FaultRow {
  /** The name in the table of docs/GUARANTEES.md. */
  readonly name: string;
  /**
   * True when the row mostly waits for a disk, for other processes or for time to pass. It then runs beside the others.
   */
  readonly waits?: boolean;
  /** The required number of cases: tier 1, tier 2. With fewer cases the row fails. */
  readonly required: { readonly short: number; readonly long: number };
  /** What the machine lacks, as a sentence; undefined when it lacks nothing. */
  missing(): string | undefined;
  run(options: RowOptions): Promise<RowReport>;
}
