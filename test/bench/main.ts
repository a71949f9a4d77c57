/**
 * `npm run bench`: durable appends, replay, recovery, and flat cost, beside other libraries in the same run.
 *
 * Seeded and reproducible in what it does; what it measures is this machine, today. Nothing here asserts a time: the
 * ratios at the end say how far refold is from its aims. Exit code 1 when a workload of refold's own failed, or when the
 * guard found a ratio halved.
 */
import { tmpdir } from 'node:os';
import { WORKLOADS } from './catalog.ts';
import { commitRatios, runGuard } from './guarding/guard-run.ts';
import { bytesPerEvent } from './material/order-flow.ts';
import { BUSY_LOAD, describeMachine, isInMemory } from './measuring/machine.ts';
import { measure, say } from './measuring/measure.ts';
import type { Workload } from './measuring/workload.ts';
import { type BenchOptions, parseOptions, sizeOf, USAGE } from './options.ts';
import { isOfPostgres, writePages } from './telling/pages.ts';
import { makeReport, type Report, reportJson, reportText } from './telling/report.ts';

await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<void> {
  const options = parse(args);
  const dir = options.dir ?? tmpdir();
  const workloads = selected(options);
  if (options.list || workloads.length === 0) {
    console.log(WORKLOADS.map(({ name }) => name).join('\n'));
    process.exitCode = options.list ? 0 : 2;
    return;
  }
  if (isInMemory(dir)) say(`${dir} is in memory, where a sync costs nothing: choose a folder on a disk with --dir`);
  const holds = options.guard ? await guard(options, dir) : await bench(workloads, options, dir, args);
  process.exitCode = holds ? 0 : 1;
}

function guard({ write }: BenchOptions, dir: string): Promise<boolean> {
  return write ? commitRatios(dir) : runGuard(dir);
}

function selected({ only }: BenchOptions): Workload[] {
  return WORKLOADS.filter(({ name }) =>
    only.length === 0 ? !isOfPostgres(name) : only.some((part) => name.includes(part)),
  );
}

/** Measures and tells. Says whether all of refold's own workloads ran. */
async function bench(
  workloads: readonly Workload[],
  options: BenchOptions,
  dir: string,
  args: readonly string[],
): Promise<boolean> {
  const machine = describeMachine(dir);
  if (machine.load > BUSY_LOAD)
    say(`The machine is busy (load ${machine.load}): expect lower figures and a wide spread`);
  const start = performance.now();
  const size = sizeOf(options);
  const results = await measure(workloads, { size, dir, peers: options.peers, profile: options.profile });
  const seconds = (performance.now() - start) / 1_000;
  const command = ['npm run bench', ...(args.length > 0 ? ['--'] : []), ...args].join(' ');
  // Installed with the first run that needs them, the other libraries have no versions before it.
  const facts = { machine: { ...machine, versions: describeMachine(dir).versions }, size, command, seconds };
  const report = makeReport({ ...facts, bytesPerEvent: bytesPerEvent() }, results);
  console.log(`\n${reportText(report)}`);
  const complete = ownFailures(workloads, report).length === 0;
  const names = workloads.map(({ name }) => name);
  const all = WORKLOADS.map(({ name }) => name);
  if (options.write && complete && !writePages(report, names, all))
    say('Nothing was written: a page has the figures of all workloads (no names), or of all of PostgreSQL (postgres)');
  if (options.write && !complete) say("Nothing was written: not all of refold's own workloads ran");
  if (options.json) console.log(reportJson(report));
  return complete;
}

/** An absent library is not our failure. */
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
