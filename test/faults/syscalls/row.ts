/**
 * The nth system call fails, once or permanently: errors are typed, outcomes are distinguished, retries answer them.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { chanceOf } from '../judging/chance.ts';
import { type Control, type FaultRow, type RowOptions, type RowReport, tierOne } from '../row.ts';
import { describeCounts, inParallel, tally } from '../work.ts';
import { Bench } from './bench.ts';
import { allCases, type Case, type Counts, inFairOrder } from './plan.ts';

const REQUIRED = { short: tierOne(400), long: 2_000 };
const BENCHES = 2;

export const row: FaultRow = { name: 'syscalls', required: REQUIRED, missing, run };

function missing(): string | undefined {
  if (spawnSync('strace', ['-V']).status !== 0) return 'strace is not installed (Debian package strace)';
  if (spawnSync('prlimit', ['--version']).status !== 0) return 'prlimit is not installed (Debian package util-linux)';
  return undefined;
}

async function run({ long, seed, folder, say }: RowOptions): Promise<RowReport> {
  const names = new Set<string>();
  const benches = Array.from({ length: BENCHES }, (_, place) => new Bench(join(folder, `bench-${place}`), names));
  try {
    const [first] = benches as [Bench];
    const counts: Counts = { fresh: await first.count('fresh', seed), crashed: await first.count('crashed', seed) };
    const groups = allCases(counts, seed);
    const found = long
      ? await tryAll(benches, groups.flat(), Number.POSITIVE_INFINITY, say)
      : await tryAll(benches, inFairOrder(groups, chanceOf(seed)), REQUIRED.short, say);
    return { ...found, controls: await controls(first, seed, counts) };
  } finally {
    for (const bench of benches) bench.close();
  }
}

/**
 * Tries cases until enough faults have struck. The number of calls in a run varies, so a late fault may never strike.
 */
async function tryAll(
  benches: readonly Bench[],
  cases: readonly Case[],
  wanted: number,
  say: (text: string) => void,
): Promise<Omit<RowReport, 'controls'>> {
  const violations: string[] = [];
  const endings: Map<string, number>[] = [];
  let next = 0;
  let struck = 0;
  await inParallel(benches.length, async (place) => {
    while (next < cases.length && struck < wanted) {
      const one = cases[next++]!;
      const report = await benches[place]!.try(one);
      violations.push(...report.violations);
      if (report.hits > 0) struck += 1;
      if (report.hits > 0) endings.push(new Map([[report.ending, 1]]));
      if (next % 50 === 0) say(`${next} of ${Math.min(wanted, cases.length)} cases`);
    }
  });
  const notes = [`results: ${describeCounts(tally(endings))}`, `${next - struck} faults never struck`];
  return { cases: struck, violations, notes };
}

/** Each control is tried at a few calls in the middle of the script, until it is noticed. */
const CONTROL_PLACES = [0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7];

async function controls(bench: Bench, seed: number, counts: Counts): Promise<Control[]> {
  const writes = counts.fresh.get('pwrite64')!;
  const noticed = async (effect: string, lie?: 'always'): Promise<string | undefined> => {
    for (const place of CONTROL_PLACES) {
      const injection = { call: 'pwrite64', effect, when: `${Math.floor(writes * place)}+` } as const;
      const report = await bench.try({ base: 'fresh', seed, kind: 'inject', injection, harmless: false }, lie);
      const found = report.violations.find((text) => lie === undefined || text.startsWith('I1'));
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return [
    { name: 'a disk that says it wrote, and did not', noticed: await noticed('retval=4096') },
    { name: 'a writer that ignores errors', noticed: await noticed('error=ENOSPC', 'always') },
  ];
}
