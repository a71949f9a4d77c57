/**
 * SIGKILL of `refold serve --appendfsync always` under load: pipelines, transactions, blocking pops, expiry, streams.
 *
 * The next server starts at once. An oracle outside of the process compares what is there with what every client issued and
 * heard: nothing acknowledged is lost, no transaction is there by half, and no reply, message or line of MONITOR has shown
 * what is lost.
 */
import { join } from 'node:path';
import { warmUp } from '../../redis/processes.ts';
import { type Control, type FaultRow, type RowOptions, type RowReport, tierOne } from '../row.ts';
import { inParallel } from '../work.ts';
import { Life, type LifeOptions, type LifeReport } from './life.ts';

const REQUIRED = { short: tierOne(100), long: 1_000 };
const CYCLES_PER_LIFE = 25;
const LIVES_AT_ONCE = 2;
/** A defect must show after so many kills. */
const CYCLES_OF_A_CONTROL = 10;

const CONTROLS: readonly (readonly [name: string, options: Pick<LifeOptions, 'defect' | 'defectAfterKill'>])[] = [
  ['a server that answers before the disk does', { defect: 'early replies' }],
  ['a recovery that drops the effect of HSET', { defectAfterKill: 'dropped field' }],
];

export const row: FaultRow = {
  name: 'redis-kill',
  waits: true,
  required: REQUIRED,
  missing: () => (process.platform === 'win32' ? 'there is no SIGKILL on Windows' : undefined),
  run,
};

async function run({ long, seed, folder, say }: RowOptions): Promise<RowReport> {
  const lives = (long ? REQUIRED.long : REQUIRED.short) / CYCLES_PER_LIFE;
  const cache = join(folder, 'compiled');
  await warmUp(cache);
  const reports: LifeReport[] = [];
  await inParallel(LIVES_AT_ONCE, async (place) => {
    for (
      let at = place;
      at < lives && reports.every(({ violations }) => violations.length === 0);
      at += LIVES_AT_ONCE
    ) {
      const home = join(folder, `life-${at}`);
      reports.push(await Life.run({ seed: seed * 1_000 + at, cycles: CYCLES_PER_LIFE, folder: home, cache }));
      say(`${sum(reports, 'cycles')} kills, ${sum(reports, 'steps')} steps`);
    }
  });
  const controls: Control[] = [];
  for (const [at, [name, defects]] of CONTROLS.entries()) {
    const home = join(folder, `control-${at}`);
    const { violations } = await Life.run({ seed, cycles: CYCLES_OF_A_CONTROL, folder: home, cache, ...defects });
    controls.push({ name, noticed: violations[0]?.slice(0, 160) });
  }
  const counts = `${sum(reports, 'steps')} commands and transactions, ${sum(reports, 'doubleKills')} double kills`;
  return {
    cases: sum(reports, 'cycles'),
    violations: reports.flatMap(({ violations }) => violations),
    notes: [`${counts}, ${reports.length} files`],
    controls,
  };
}

function sum(reports: readonly LifeReport[], name: 'cycles' | 'steps' | 'doubleKills'): number {
  return reports.reduce((total, report) => total + report[name], 0);
}
