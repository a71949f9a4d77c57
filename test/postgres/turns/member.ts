/**
 * A process that writes a log in turns: `node member.ts URL LOG MEMBER IDS OPEN`. It decides each of its ids once, and prints every answer
 * as `id sequence`. Every fourth id it has in common with another member.
 */
import { writeSync } from 'node:fs';
import { commitOf, noted } from '../../../src/log/contract/fixtures.ts';
import type { QueuedCommit, StoredOutcome } from '../../../src/log/log-store.ts';
import type { TurnFound } from '../../../src/log/log-turn.ts';

const [url, name, member, ids, module] = process.argv.slice(2) as [string, string, string, string, string];
const { postgresLog } = (await import(module)) as typeof import('../../../src/log/postgres/postgres-source.ts');
const IDS_A_TURN = 8;

const idOf = (index: number): string =>
  index % 4 === 0 ? `pair ${Math.floor(Number(member) / 2)} ${index}` : `own ${member} ${index}`;

const source = postgresLog(url, { name, lease: 1_000, answerWithin: 3_000 });
const log = await source.open({ writers: 'many', waitForLock: 20_000 });
// Members that begin together ask for the same ids together.
await new Promise((resolve) => setTimeout(resolve, 2_000 - (Date.now() % 2_000)));
let known = log.head().sequence;
for (let first = 0; first < Number(ids); first += IDS_A_TURN) {
  const asked = Array.from({ length: Math.min(IDS_A_TURN, Number(ids) - first) }, (_, index) => idOf(first + index));
  for (;;) {
    const answers: string[] = [];
    let after = known;
    const ending = await log.turn!({
      after: known,
      commandIds: asked,
      decide: (found) => {
        answers.length = 0;
        const given = decide(found, asked, answers);
        after = found.head.sequence + given.commits.length;
        return given;
      },
    });
    if (ending === 'done') {
      known = after;
      writeSync(1, answers.map((answer) => `${answer}\n`).join(''));
      break;
    }
    known = log.head().sequence;
  }
}
await log.close();
process.exit(0);

function decide({ head, outcomes }: TurnFound, asked: readonly string[], answers: string[]) {
  const commits: QueuedCommit[] = [];
  const made: StoredOutcome[] = [];
  const end = performance.now() + 2;
  while (performance.now() < end); // so that a member that is stopped mostly has the turn
  for (const commandId of asked) {
    const sequence = head.sequence + commits.length + 1;
    const known = outcomes.get(commandId);
    answers.push(`${commandId} ${known?.outcome ?? sequence}`);
    if (known !== undefined) continue;
    commits.push(commitOf([noted(commandId)], Math.max(1_000, head.recordedAt)));
    made.push({ commandId, recordedAt: 1_000, outcome: String(sequence) });
  }
  return { commits, outcomes: made };
}
