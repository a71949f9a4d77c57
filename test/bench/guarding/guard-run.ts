/** A run of the guard: measure, compare, measure again what failed, and tell. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { WORKLOADS } from '../catalog.ts';
import { describeMachine } from '../measuring/machine.ts';
import { measure, say } from '../measuring/measure.ts';
import type { Result } from '../measuring/run.ts';
import type { Workload } from '../measuring/workload.ts';
import { toText } from '../telling/table.ts';
import {
  type Committed,
  failuresOf,
  GUARDED_WORKLOADS,
  guardedRatios,
  judge,
  type Verdict,
  verdictTable,
  workloadsBehind,
} from './guard.ts';

const COMMITTED = fileURLToPath(new URL('committed.json', import.meta.url));
/** What fails is measured again this often: another program may have used the machine. */
const RETRIES = 2;

/** Prints the verdicts. Says whether every ratio holds. */
export async function runGuard(dir: string): Promise<boolean> {
  const committed = readCommitted();
  say(`The committed ratios are of ${committed.date}, ${committed.machine}`);
  const verdicts = await verdictsOf(committed.ratios, (names) => measureAll(dir, names));
  const failures = failuresOf(verdicts);
  console.log(toText(verdictTable(verdicts)));
  console.log(
    `\nguard: ${failures.length === 0 ? 'every ratio holds' : `${failures.length} of ${verdicts.length} failed`}`,
  );
  return failures.length === 0;
}

/** The verdicts of the last measurement of each ratio: one that holds is not measured again. */
export async function verdictsOf(
  committed: Committed['ratios'],
  measured: (workloads: readonly string[]) => Promise<Result[]>,
  tell: (text: string) => void = say,
): Promise<Verdict[]> {
  let results = await measured(GUARDED_WORKLOADS);
  let verdicts = judge(committed, guardedRatios(results));
  for (let retry = 1; retry <= RETRIES && failuresOf(verdicts).length > 0; retry++) {
    const failures = failuresOf(verdicts);
    const again = workloadsBehind(failures, results);
    tell(`Failed: ${failures.map(({ name }) => name).join(', ')}. The machine may have been busy with something else:`);
    tell(`measuring again (${retry} of ${RETRIES}): ${again.join(', ')}`);
    results = replaced(results, await measured(again));
    verdicts = held(verdicts, judge(committed, guardedRatios(results)));
  }
  return verdicts;
}

/** Several ratios share a workload: a ratio that passed once does not fail because another one was measured again. */
function held(before: readonly Verdict[], now: readonly Verdict[]): Verdict[] {
  return now.map((verdict, index) => (before[index]!.outcome === 'holds' ? before[index]! : verdict));
}

/** Measures, and writes the ratios that later runs are compared with. */
export async function commitRatios(dir: string): Promise<boolean> {
  const results = await measureAll(dir, GUARDED_WORKLOADS);
  const ratios = guardedRatios(results);
  const absent = failuresOf(judge(ratios, ratios)).map(({ name }) => name);
  if (absent.length > 0) {
    say(`${COMMITTED} was not written: no figures for ${absent.join(', ')}`);
    return false;
  }
  const { date, cpu, cores, node } = describeMachine(dir);
  const rounded = Object.fromEntries(
    Object.entries(ratios).map(([name, ratio]) => [name, Number(ratio.toPrecision(3))]),
  );
  const committed: Committed = { date, machine: `${cpu}, ${cores} cores`, node, ratios: rounded };
  writeFileSync(COMMITTED, `${JSON.stringify(committed, null, 2)}\n`);
  return true;
}

function measureAll(dir: string, names: readonly string[]): Promise<Result[]> {
  const workloads: Workload[] = WORKLOADS.filter(({ name }) => names.includes(name));
  return measure(workloads, { size: 'guard', peers: false, dir });
}

function replaced(results: readonly Result[], newer: readonly Result[]): Result[] {
  return results.map((result) => newer.find(({ name }) => name === result.name) ?? result);
}

function readCommitted(): Committed {
  return JSON.parse(readFileSync(COMMITTED, 'utf8')) as Committed;
}
