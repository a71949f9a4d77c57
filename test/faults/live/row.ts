/** All reading commands of `refold`, on logs that another process writes under full load, with snapshots, sealing and dropped history. */
import { join } from 'node:path';
import { Ledger } from '../judging/ledger.ts';
import { withScratch } from '../judging/scratch.ts';
import { type Control, type FaultRow, type RowOptions, type RowReport, tierOne } from '../row.ts';
import { describeCounts } from '../work.ts';
import { QUESTIONS } from './asking.ts';
import { Child } from './child.ts';
import { momentsAsked, problemWith } from './judge.ts';
import { type Answer, commitsFor, type Lie, type Reading, type Retention, type Written } from './messages.ts';
import { Story } from './story.ts';

const REQUIRED = { short: tierOne(200), long: 4_000 };
/** Rounds that are asked of one log. */
const ROUNDS_OF_A_LOG = 20;
const ROUNDS_OF_A_CONTROL = 4;
/** In at least this share of the calls the log must have grown meanwhile: otherwise there was no load. */
const BUSY_SHARE = 0.5;

export const row: FaultRow = {
  name: 'live',
  required: REQUIRED,
  missing: () => undefined,
  run,
};

async function run({ long, seed, folder, say }: RowOptions): Promise<RowReport> {
  const rounds = long ? REQUIRED.long : REQUIRED.short;
  const violations: string[] = [];
  const counts = new Map<string, number>();
  const controls: Control[] = [];
  const reader = new Child('reader.ts');
  try {
    await reader.hear();
    await withScratch(folder, async (scratch) => {
      for (let done = 0; done < rounds; done += ROUNDS_OF_A_LOG) {
        const log = { path: join(scratch, `log-${done}.db`), seed: seed + done, rounds: ROUNDS_OF_A_LOG };
        const found = await problemsOf(reader, log, done % (2 * ROUNDS_OF_A_LOG) === 0 ? 'keep' : 'drop', counts);
        violations.push(...found.map((problem) => `${problem} (seed ${log.seed})`));
        say(`${done + ROUNDS_OF_A_LOG} of ${rounds} rounds`);
      }
      for (const [lie, name] of LIES) {
        const log = { path: join(scratch, `${lie}.db`), seed, rounds: ROUNDS_OF_A_CONTROL, lie };
        controls.push({ name, noticed: (await problemsOf(reader, log, 'keep'))[0] });
      }
    });
  } finally {
    reader.end();
  }
  return { cases: rounds, violations, notes: [describeCounts(counts)], controls };
}

const LIES: readonly (readonly [Lie, string])[] = [
  ['late', 'a state that is late by one event'],
  ['forgets', 'a search that forgets a change'],
  ['stale', 'answers from an old copy of the log'],
];

/** Asks a log while it is written, and judges the answers afterwards. Returns the problems. */
async function problemsOf(
  reader: Child,
  reading: Reading,
  retention: Retention,
  counts: Map<string, number> = new Map(),
): Promise<string[]> {
  const { answers, story, problems } = await askLive(reader, reading, retention);
  const count = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const { question, code } of answers)
    count(code === 0 ? question.command : `${question.command} of what was dropped`);
  const busy = answers.filter(({ before, after }) => after.last > before.last);
  for (const _ of busy) count('while the log grew');
  const quiet = `the log grew in ${busy.length} of ${answers.length} calls`;
  return [
    ...problems,
    ...(busy.length < answers.length * BUSY_SHARE ? [quiet] : []),
    ...answers.flatMap((answer) => problemWith(answer, story) ?? []),
  ];
}

/** What a log answered while it was written, and what it should have answered. */
export interface Asked {
  readonly answers: readonly Answer[];
  readonly story: Story;
  /** What went wrong for the writer. */
  readonly problems: readonly string[];
}

/** Starts a writer, lets a reader ask, and ends the writer. @param reader is ready */
export async function askLive(reader: Child, reading: Reading, retention: Retention): Promise<Asked> {
  const { path, seed, rounds } = reading;
  const commits = commitsFor(rounds * QUESTIONS.length);
  const writer = new Child('writer.ts', [path, String(seed), String(commits), retention]);
  try {
    await writer.hear();
    reader.send(reading);
    const answers: Answer[] = [];
    for (let told = await reader.hear(); told !== 'done'; told = await reader.hear()) {
      answers.push(told as Answer);
      writer.send('more');
    }
    writer.send('stop');
    const { head, problems } = (await writer.hear()) as Written;
    return { answers, story: new Story(new Ledger(seed, commits), head, momentsAsked(answers)), problems };
  } finally {
    writer.end();
  }
}
