/**
 * `writer.ts PATH SEED COMMITS RETENTION`: writes a ledger, with snapshots and compaction, until it is told to stop.
 *
 * It writes as fast as it can, but is never far ahead of the calls of its reader.
 */
import { chanceOf } from '../judging/chance.ts';
import { Ledger } from '../judging/ledger.ts';
import { Session, type Step } from '../writing/session.ts';
import { commitsFor, type Written } from './messages.ts';

const [path, seed, commits, retention] = process.argv.slice(2);

/** So many commits are in flight at once, at most. */
const MOST_TOGETHER = 8;
const SNAPSHOT_EVERY = 120;
const COMPACT_EVERY = 260;
/** Events that a log keeps which drops its history. */
const KEPT_EVENTS = 2_000;

const ledger = new Ledger(Number(seed), Number(commits));
const problems: string[] = [];
const mark = (line: string): void => {
  if (/^(failed|refused|unknown|problem) /.test(line)) problems.push(`the writer: ${line}`);
};
const history = retention === 'drop' ? { maxEvents: KEPT_EVENTS } : 'keep';
let [snapshotAt, compactAt] = [SNAPSHOT_EVERY, COMPACT_EVERY];
const session = await Session.open({ path: path! }, { ledger, from: 1, retryable: false, mark }, { history });
const chance = chanceOf(Number(seed), 1);
let calls = 0;
let isOver = false;
let wake = (): void => {};
process.on('message', (message: 'more' | 'stop') => {
  if (message === 'more') calls += 1;
  else isOver = true;
  wake();
});
process.once('disconnect', () => process.exit());

await write();
process.send!('ready');
while (!isOver) {
  await write();
  if (!isOver) await new Promise<void>((resolve) => (wake = resolve));
}
const head = session.store.sequence;
await session.close();
process.send!({ head, problems } satisfies Written, () => process.exit());

/** Until it has written what it may. */
async function write(): Promise<void> {
  while (!isOver && session.next <= commitsFor(calls) && !session.isAtEnd) {
    const steps: Step[] = [{ do: 'together', commits: 1 + chance.below(MOST_TOGETHER) }];
    if (session.next >= snapshotAt) {
      steps.push({ do: 'snapshot' });
      snapshotAt = session.next + SNAPSHOT_EVERY;
    }
    if (session.next >= compactAt) {
      steps.push({ do: 'compact' });
      compactAt = session.next + COMPACT_EVERY;
    }
    for (const step of steps) await session.carryOut(step);
    await new Promise(setImmediate); // messages are heard
  }
}
