/** Runs workloads in folders that are deleted afterwards, and reports its progress. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { figure } from '../telling/table.ts';
import { isInstalled } from '../workloads/others/redis.ts';
import { installPeers } from './peers.ts';
import { type Result, runWorkloads } from './run.ts';
import type { SizeName } from './sizes.ts';
import { median } from './statistics.ts';
import type { Workload } from './workload.ts';

export interface Measuring {
  readonly size: SizeName;
  /** Whether the other libraries may be installed and run. */
  readonly peers: boolean;
  /** Where files are written. */
  readonly dir: string;
  readonly profile?: string | undefined;
}

/** Each workload's rows, or why it failed. */
export async function measure(workloads: readonly Workload[], { peers, ...where }: Measuring): Promise<Result[]> {
  const absent = findAbsent(workloads, peers);
  const shared = mkdtempSync(join(where.dir, 'refold-bench-shared-'));
  const results = new Map<string, Result>();
  const tell = (result: Result, seconds: number): void => {
    results.set(result.name, result);
    say(`[${results.size}/${workloads.length}] ${inWords(result)}, ${figure(seconds)} s`);
  };
  const onRound = (round: number): void => say(`in turns: round ${round}`);
  try {
    for (const group of grouped(workloads)) {
      const failures = group.map((workload) => ({ name: workload.name, failure: absent(workload) }));
      for (const { name, failure } of failures) if (failure !== undefined) tell({ name, failure }, 0);
      const present = group.filter((_, index) => failures[index]!.failure === undefined);
      await runWorkloads(present, { ...where, shared }, tell, onRound);
    }
  } finally {
    rmSync(shared, { recursive: true, force: true, maxRetries: 3 });
  }
  return workloads.map(({ name }) => results.get(name)!);
}

/** Those that take turns, together; each of the others alone. */
function grouped(workloads: readonly Workload[]): Workload[][] {
  const inTurns = workloads.filter((workload) => workload.inTurns === true);
  const alone = workloads.filter((workload) => workload.inTurns !== true);
  return [...(inTurns.length > 0 ? [inTurns] : []), ...alone.map((workload) => [workload])];
}

export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Says of a workload why it cannot run here, if so. */
function findAbsent(workloads: readonly Workload[], peers: boolean): (workload: Workload) => string | undefined {
  const needed = new Set(workloads.flatMap(({ needs = [] }) => needs));
  const missing = new Map<string, string>();
  const programs = [...needed].filter((name) => name.startsWith('redis-'));
  for (const name of programs) if (!isInstalled(name)) missing.set(name, `${name} is not installed`);
  const packages = [...needed].filter((name) => !programs.includes(name));
  const wanted = workloads.flatMap(({ wants = [] }) => wants);
  const reason =
    packages.length + wanted.length === 0 ? undefined : peers ? installPeers(say) : 'left out by --no-peers';
  if (reason !== undefined) {
    for (const name of packages) missing.set(name, `${name} is absent: ${reason}`);
    for (const name of new Set(wanted)) say(`${name} is absent: ${reason}`);
  }
  return ({ needs = [] }) => needs.map((name) => missing.get(name)).find((why) => why !== undefined);
}

function inWords(result: Result): string {
  const outcome =
    'rows' in result
      ? result.rows.map(({ runs, unit }) => `${figure(median(runs))} ${unit}`).join(', ')
      : `not measured: ${result.failure}`;
  return `${result.name}: ${outcome}`;
}
