/**
 * The same random commands against `refold serve` and Debian's redis-server 7.0: every reply, and all data.
 *
 * Every few thousand commands the data also takes each way that data can take: SIGKILL and recovery; export, loaded by a
 * real Redis; import of the real server's AOF and RDB file. It must be the same each time, down to expiry times and groups.
 */
import { join } from 'node:path';
import { HAS_REDIS, warmUp } from '../../redis/processes.ts';
import { type Control, type FaultRow, type RowOptions, type RowReport, tierOne } from '../row.ts';
import { describeCounts, inParallel, tally } from '../work.ts';
import { runSegment, type SegmentOptions } from './segment.ts';

const REQUIRED = { short: tierOne(200_000), long: 2_000_000 };
/** Commands against one pair of servers. */
const SEGMENT = 25_000;
const AT_ONCE = 2;
const CONTROL_COMMANDS = 5_000;

type ControlOptions = Pick<SegmentOptions, 'defect' | 'defectAfterKill'>;

const CONTROLS: readonly (readonly [name: string, options: ControlOptions])[] = [
  ['a server that answers 4 for 3', { defect: 'changed reply' }],
  ['a server that drops the effect of EXPIRE', { defect: 'dropped expiry' }],
  ['a recovery that drops the effect of HSET', { defectAfterKill: 'dropped field' }],
];

export const row: FaultRow = {
  name: 'redis-differential',
  required: REQUIRED,
  missing: () => (HAS_REDIS ? undefined : 'redis-server is not installed'),
  run,
};

async function run({ long, seed, folder, say }: RowOptions): Promise<RowReport> {
  const segments = (long ? REQUIRED.long : REQUIRED.short) / SEGMENT;
  const cache = join(folder, 'compiled');
  await warmUp(cache);
  const violations: string[] = [];
  const checks: ReadonlyMap<string, number>[] = [];
  let commands = 0;
  await inParallel(AT_ONCE, async (place) => {
    for (let at = place; at < segments && violations.length === 0; at += AT_ONCE) {
      const options = { seed: seed * 1_000 + at, commands: SEGMENT, folder: join(folder, `segment-${at}`), cache };
      const report = await runSegment(options);
      violations.push(...report.differences);
      checks.push(report.checks);
      commands += report.commands;
      say(`${commands} commands, seed ${options.seed} done`);
    }
  });
  const controls: Control[] = [];
  for (const [at, [name, defects]] of CONTROLS.entries()) {
    const home = join(folder, `control-${at}`);
    const { differences } = await runSegment({ seed, commands: CONTROL_COMMANDS, folder: home, cache, ...defects });
    controls.push({ name, noticed: differences.join(' ').slice(0, 160) || undefined });
  }
  const seeds = `seeds ${seed * 1_000} to ${seed * 1_000 + segments - 1}, ${SEGMENT} commands each`;
  return {
    cases: commands,
    violations,
    notes: [seeds, `data compared after ${describeCounts(tally(checks))}`],
    controls,
  };
}
