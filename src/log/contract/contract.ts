/**
 * The contract suite: what every log must do, as a list of cases that any test runner can run.
 *
 * ```ts
 * for (const { name, run } of logContract({ create: () => ({ source: myLog() }) })) test(name, run);
 * ```
 *
 * A case makes a new log, and uses only `LogSource` and `LogStore`. Only the setup can replace a writer or damage the
 * log. Cases that need more than the setup offers are not in the list. A failure is an `AssertionError`.
 */
import { appendingCases } from './appending.ts';
import { Bench, type Check, type LogContractSetup, type LogUnderTest } from './bench.ts';
import { checkpointCases } from './checkpoints.ts';
import { copyingCases } from './copying/copying.ts';
import { droppingCases } from './dropping.ts';
import { fencingCases } from './fencing.ts';
import { followingCases } from './following.ts';
import { closingCases, openingCases } from './opening.ts';
import { outcomeCases } from './outcomes.ts';
import { randomCases } from './random.ts';
import { readingCases } from './reading.ts';
import { redactingCases } from './redacting/redacting.ts';
import { sealingCases } from './sealing.ts';
import { snapshotCases } from './snapshots.ts';
import { turnCases } from './turns.ts';

export type { LogContractSetup, LogUnderTest } from './bench.ts';

/** One case of the contract. */
export interface ContractCase {
  /** Unique in the list, such as `appending: one append is one block`. */
  readonly name: string;
  /** Makes a new log and checks it. May take several seconds. Rejects with an `AssertionError` when the log fails. */
  run(): Promise<void>;
}

/** All cases for a log that can do what the setup says. */
export function logContract<Subject extends LogUnderTest>(setup: LogContractSetup<Subject>): readonly ContractCase[] {
  return [
    ...group('appending', appendingCases(setup)),
    ...group('reading', readingCases()),
    ...group('outcomes of commands', outcomeCases()),
    ...group('snapshots', snapshotCases(setup)),
    ...group('checkpoints and meta', checkpointCases()),
    ...group('sealing', sealingCases(setup)),
    ...group('redaction', redactingCases(setup)),
    ...group('copying', copyingCases(setup)),
    ...group('dropping history', droppingCases(setup)),
    ...group('following', followingCases(setup)),
    ...group('a replaced writer', fencingCases(setup)),
    ...group('turns', turnCases(setup)),
    ...group('opening', openingCases(setup)),
    ...group('closing', closingCases()),
    ...group('any script', randomCases(setup)),
  ].map(({ name, body }) => ({ name, run: () => runCase(setup, body) }));
}

function group(name: string, checks: readonly Check[]): readonly { readonly name: string; readonly body: Check[1] }[] {
  return checks.map(([title, body]) => ({ name: `${name}: ${title}`, body }));
}

async function runCase<Subject extends LogUnderTest>(setup: LogContractSetup<Subject>, body: Check[1]): Promise<void> {
  const bench = await Bench.open(setup);
  try {
    await body(bench);
  } finally {
    await bench.dispose();
  }
}
