/** Repeated SIGKILL of a real store: in every phase of writing, in recovery, and in recovery from a kill. */
import { join } from 'node:path';
import { type Control, type FaultRow, type RowOptions, type RowReport, tierOne } from '../row.ts';
import { describeCounts, inParallel, tally } from '../work.ts';
import { warmUp } from './killer.ts';
import { Life, type LifeReport } from './life.ts';
import { MOMENTS, type Moment } from './plan.ts';

const REQUIRED = { short: tierOne(300), long: 5_000 };
const KILLS_PER_LIFE = 15;
const LIVES_AT_ONCE = 3;
/** The first kill must reveal a victim that acknowledges too early. Otherwise the harness does not work. */
const KILLS_OF_A_LIAR = 1;

export const row: FaultRow = {
  name: 'kill',
  required: REQUIRED,
  missing: () => (process.platform === 'win32' ? 'there is no SIGKILL on Windows' : undefined),
  run,
};

async function run({ long, seed, folder, say }: RowOptions): Promise<RowReport> {
  const required = long ? REQUIRED.long : REQUIRED.short;
  const cache = join(folder, 'compiled');
  await warmUp(folder, cache);
  const reports: LifeReport[] = [];
  let kills = 0;
  const isDone = (): boolean => kills >= required || reports.some(({ violations }) => violations.length > 0);
  await inParallel(LIVES_AT_ONCE, async (place) => {
    for (let life = place; !isDone(); life += LIVES_AT_ONCE) {
      const home = join(folder, `life-${life}`);
      const lifeSeed = seed * 10_000 + life;
      const report = await new Life({ seed: lifeSeed, kills: KILLS_PER_LIFE, folder: home, cache }).run();
      reports.push(report);
      kills += report.kills;
      if (life % 10 === 0) say(`${kills} of ${required} kills`);
    }
  });
  for (const moment of missedMoments(reports)) {
    const home = join(folder, `aimed-${moment}`);
    reports.push(await new Life({ seed, kills: KILLS_PER_LIFE, folder: home, cache, aim: moment }).run());
    kills += reports.at(-1)!.kills;
  }
  const during = tally(reports.map((report) => report.during));
  const doubles = reports.reduce((sum, { doubleKills }) => sum + doubleKills, 0);
  return {
    cases: kills,
    violations: [...reports.flatMap(({ violations }) => violations), ...neverHit(during, doubles, kills)],
    notes: [`killed during ${describeCounts(during)}; ${doubles} double kills; ${reports.length} logs`],
    controls: [await liar(seed, folder, cache)],
  };
}

/** Kills are drawn, and a share of the count may miss a moment that is short. A life is aimed at it then. */
function missedMoments(reports: readonly LifeReport[]): readonly Moment[] {
  if (reports.some(({ violations }) => violations.length > 0)) return [];
  return MOMENTS.filter((moment) => !reports.some(({ during }) => during.has(moment)));
}

/** The count means little if every kill hit the same phase. */
function neverHit(during: ReadonlyMap<string, number>, doubles: number, kills: number): string[] {
  if (kills < REQUIRED.short) return [];
  const missed = MOMENTS.filter((moment) => !during.has(moment)).map((moment) => `no kill fell into ${moment}`);
  return doubles > 0 ? missed : [...missed, 'no recovery was killed after a kill'];
}

async function liar(seed: number, folder: string, cache: string): Promise<Control> {
  const home = join(folder, 'liar');
  const { violations } = await new Life({ seed, kills: KILLS_OF_A_LIAR, folder: home, cache, lie: 'early' }).run();
  const noticed = violations.find((text) => text.startsWith('I1'));
  return { name: 'a writer that acknowledges before it appends', noticed };
}
