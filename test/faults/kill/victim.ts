/**
 * The process that is killed: opens the log, retries the unanswered commits of its predecessor, and continues until it
 * is killed.
 */
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
// Every other victim uses the checkpoint thread, which a small log would never need.
const where = stepSeed % 2 === 0 ? { path } : { log: await openSqliteLog({ path, checkpointFromBytes: 0 }) };
const session = await Session.open(where, { ledger, mark: writeMark, from, lie }, { history });
for (const step of steps(chanceOf(stepSeed))) {
  if (session.isAtEnd) break;
  await session.carryOut(step);
}
await session.close();
writeMark('done');
