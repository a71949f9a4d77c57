/**
 * The process that is killed: opens the log, retries the unanswered commits of its predecessor, and continues until it
 * is killed.
 */
import { LogThreads } from '../../../src/log/sqlite/sharing/log-threads.ts';
import { openSqliteLog } from '../../../src/log/sqlite/sqlite-log.ts';
import { chanceOf } from '../judging/chance.ts';
import { Ledger } from '../judging/ledger.ts';
import { Session } from '../writing/session.ts';
import { writeMark } from './marks.ts';
import { type Kill, steps } from './plan.ts';

export interface VictimOptions {
  readonly path: string;
  readonly history: 'keep' | 'discard';
  readonly ledgerSeed: number;
  readonly commits: number;
  /** The first commit that may not be acknowledged. */
  readonly from: number;
  readonly stepSeed: number;
  readonly kill: Kill;
  readonly lie?: 'early' | undefined;
}

const { path, history, ledgerSeed, commits, from, stepSeed, kill, lie }: VictimOptions = JSON.parse(process.argv[2]!);
// The writer thread inherits this environment.
process.env.REFOLD_KILL = JSON.stringify(kill);
const ledger = new Ledger(ledgerSeed, commits);
// Every third victim uses the checkpoint thread, which a small log would never need. Another third shares its thread.
const ways = [
  async () => ({ path }),
  async () => ({ log: await openSqliteLog({ path, checkpointFromBytes: 0 }) }),
  async () => ({ log: await openSqliteLog({ path, threads: new LogThreads(1) }) }),
];
const where = await ways[stepSeed % ways.length]!();
const session = await Session.open(where, { ledger, mark: writeMark, from, lie }, { history });
for (const step of steps(chanceOf(stepSeed))) {
  if (session.isAtEnd) break;
  await session.carryOut(step);
}
await session.close();
writeMark('done');
