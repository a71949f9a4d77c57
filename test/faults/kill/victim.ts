/** The process that is killed: opens the log, retries what its predecessor left open, and goes on until the axe falls. */
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
  /** The first commit that is not known to be acknowledged. */
  readonly from: number;
  readonly stepSeed: number;
  readonly kill: Kill;
  readonly lie?: 'early' | undefined;
}

const { path, history, ledgerSeed, commits, from, stepSeed, kill, lie }: VictimOptions = JSON.parse(process.argv[2]!);
// The writer thread takes its environment from here.
process.env.REFOLD_KILL = JSON.stringify(kill);
const ledger = new Ledger(ledgerSeed, commits);
const session = await Session.open({ path }, { ledger, mark: writeMark, from, lie }, { history });
for (const step of steps(chanceOf(stepSeed))) {
  if (session.isAtEnd) break;
  await session.carryOut(step);
}
await session.close();
writeMark('done');
