/** Two to eight processes race for one log. The owner is stopped and resumed, killed, or loses its lock file. */
import fs from 'node:fs';
import { join } from 'node:path';
import { chanceOf } from '../judging/chance.ts';
import { Ledger } from '../judging/ledger.ts';
import { type Control, type FaultRow, type RowOptions, type RowReport, tierOne } from '../row.ts';
import { Account } from '../writing/account.ts';
import { ordinaryRound, type RaceTrack, stolenRound } from './round.ts';
import { Stable } from './stable.ts';

const REQUIRED = { short: tierOne(50), long: 1_000 };
const MOST_RACERS = 8;
/** The number of rounds for each log. */
const ROUNDS_PER_LOG = 10;
/** The lock is stolen once in this many rounds. */
const STOLEN_EVERY = 5;
const COMMITS = 120;

export const row: FaultRow = {
  name: 'races',
  required: REQUIRED,
  waits: true,
  missing: () => (process.platform === 'win32' ? 'there is no SIGSTOP on Windows' : undefined),
  run,
};

async function run({ long, seed, folder, say }: RowOptions): Promise<RowReport> {
  const rounds = long ? REQUIRED.long : REQUIRED.short;
  const stable = new Stable(MOST_RACERS);
  const violations: string[] = [];
  let stolen = 0;
  try {
    let track = newTrack(folder, seed, 0);
    for (let round = 0; round < rounds; round++) {
      if (round % ROUNDS_PER_LOG === 0) track = newTrack(folder, seed, round);
      const isStolen = round % STOLEN_EVERY === STOLEN_EVERY - 1;
      const found = isStolen
        ? await stolenRound(track, stable.racers(2))
        : await ordinaryRound(track, stable.racers(2 + track.chance.below(MOST_RACERS - 1)));
      violations.push(...found.map((text) => `${text} (round ${round})`));
      if (isStolen) stolen += 1;
      if (found.length > 0) track = newTrack(folder, seed, round + 0.5);
      if (round % 25 === 24) say(`${round + 1} of ${rounds} rounds`);
    }
    const control = await withoutEpoch(newTrack(folder, seed, rounds), stable);
    return { cases: rounds, violations, notes: [`in ${stolen} rounds the lock was stolen`], controls: [control] };
  } finally {
    stable.close();
  }
}

async function withoutEpoch(track: RaceTrack, stable: Stable): Promise<Control> {
  const found = await stolenRound(track, stable.racers(2), true);
  return { name: 'an append that names the epoch of another writer', noticed: found.join('; ') || undefined };
}

function newTrack(folder: string, seed: number, round: number): RaceTrack {
  const home = join(folder, `log-${round}`);
  fs.mkdirSync(home, { recursive: true });
  const ledgerSeed = seed + Math.ceil(round);
  const ledger = new Ledger(ledgerSeed, COMMITS);
  return {
    path: join(home, 'log.db'),
    ledgerSeed,
    ledger,
    account: new Account(ledger),
    chance: chanceOf(seed, round),
  };
}
