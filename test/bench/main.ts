/**
 * `npm run bench`: durable appends, replay, recovery, and flat cost, beside other libraries in the same run.
 *
 * Seeded and reproducible in what it does; what it measures is this machine, today. Nothing here asserts a time: the
 * ratios at the end say how far refold is from its aims. Exit code 1 when a workload of refold's own failed.
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { WORKLOADS } from './catalog.ts';
import { BUSY_LOAD, describeMachine, isInMemory } from './machine.ts';
import { type BenchOptions, parseOptions, USAGE } from './options.ts';
import { bytesPerEvent } from './order-flow.ts';
import { installPeers } from './peers.ts';
import { makeReport, type Report, reportJson, reportMarkdown, reportText } from './report.ts';
import { type Result, runWorkload } from './run.ts';
import { median } from './statistics.ts';
import { figure } from './table.ts';
import type { Workload } from './workload.ts';
import { isInstalled } from './workloads/redis.ts';

const PAGE = fileURLToPath(new URL('../../docs/BENCHMARKS.md', import.meta.url));

await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<void> {
  const options = parse(args);
  const workloads = WORKLOADS.filter(
    ({ name }) => options.only.length === 0 || options.only.some((part) => name.includes(part)),
  );
  if (options.list || workloads.length === 0) {
    console.log(WORKLOADS.map(({ name }) => name).join('\n'));
    process.exitCode = options.list ? 0 : 2;
    return;
  }
  const dir = options.dir ?? tmpdir();
  if (isInMemory(dir)) say(`${dir} is in memory, where a sync costs nothing: choose a folder on a disk with --dir`);
  const report = await measure(
    workloads,
    options,
    dir,
    ['npm run bench', ...(args.length > 0 ? ['--'] : []), ...args].join(' '),
  );
  console.log(`\n${reportText(report)}`);
  const complete = ownFailures(workloads, report).length === 0;
  if (options.write && complete) writeFileSync(PAGE, reportMarkdown(report));
  if (options.write && !complete) say(`${PAGE} was not written: not all of refold's own workloads ran`);
  if (options.json) console.log(reportJson(report));
  process.exitCode = complete ? 0 : 1;
}

/** A library that is absent is no failure of ours. */
function ownFailures(workloads: readonly Workload[], { missing }: Report): string[] {
  const own = new Set(workloads.filter(({ needs = [] }) => needs.length === 0).map(({ name }) => name));
  return missing.map(({ name }) => name).filter((name) => own.has(name));
}

function parse(args: readonly string[]): BenchOptions {
  try {
    return parseOptions(args);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}

async function measure(
  workloads: readonly Workload[],
  options: BenchOptions,
  dir: string,
  command: string,
): Promise<Report> {
  const absent = findAbsent(workloads, options);
  const machine = describeMachine(dir);
  if (machine.load > BUSY_LOAD)
    say(`The machine is busy (load ${machine.load}): expect lower figures and a wide spread`);
  const start = performance.now();
  const results: Result[] = [];
  for (const workload of workloads) {
    const reason = absent(workload);
    const result =
      reason === undefined ? await runWorkload(workload, options.quick, dir) : { name: workload.name, failure: reason };
    results.push(result);
    say(progressLine(result, results.length, workloads.length));
  }
  const seconds = (performance.now() - start) / 1_000;
  const facts = {
    machine,
    quick: options.quick,
    command,
    seconds,
    bytesPerEvent: bytesPerEvent(),
  };
  return makeReport(facts, results);
}

/** Says of a workload why it cannot run here, if so. */
function findAbsent(
  workloads: readonly Workload[],
  { peers }: BenchOptions,
): (workload: Workload) => string | undefined {
  const needed = new Set(workloads.flatMap(({ needs = [] }) => needs));
  const missing = new Map<string, string>();
  const programs = [...needed].filter((name) => name.startsWith('redis-'));
  for (const name of programs) if (!isInstalled(name)) missing.set(name, `${name} is not installed`);
  const packages = [...needed].filter((name) => !programs.includes(name));
  const reason = packages.length === 0 ? undefined : peers ? installPeers(say) : 'left out by --no-peers';
  if (reason !== undefined) for (const name of packages) missing.set(name, `${name} is absent: ${reason}`);
  return ({ needs = [] }) => needs.map((name) => missing.get(name)).find((why) => why !== undefined);
}

function progressLine(result: Result, done: number, total: number): string {
  const outcome =
    'rows' in result
      ? result.rows.map(({ runs, unit }) => `${figure(median(runs))} ${unit}`).join(', ')
      : `not measured: ${result.failure}`;
  return `[${done}/${total}] ${result.name}: ${outcome}`;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
