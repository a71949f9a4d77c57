/** Three processes with `standby: true` on one file are stopped, woken, closed and killed. One after the other becomes the writer. */
import fs from 'node:fs';
import { join } from 'node:path';
import type { Control, FaultRow, RowOptions, RowReport } from '../row.ts';
import { type History, violationsOf } from './history.ts';
import { tellStory } from './story.ts';

const REQUIRED = { short: 40, long: 200 };
/** The control lives through several short stories, until one is found out. */
const CONTROL = { stories: 10, rounds: 4 };

export const row: FaultRow = {
  name: 'takeover',
  required: REQUIRED,
  waits: true,
  missing: () => (process.platform === 'win32' ? 'there is no SIGSTOP on Windows' : undefined),
  run,
};

async function run({ long, seed, folder }: RowOptions): Promise<RowReport> {
  const rounds = long ? REQUIRED.long : REQUIRED.short;
  const history = await tellStory({ folder: newFolder(folder, 'story'), seed, rounds });
  const control = await withEarlyAnswers(folder, seed);
  return { cases: rounds, violations: judge(history), notes: [summaryOf(history)], controls: [control] };
}

function judge(history: History): string[] {
  const isIdle = new Set(history.epochs).size < 2;
  return [...violationsOf(history), ...(isIdle ? ['no member took over from another'] : [])];
}

function summaryOf({ log, epochs, effects }: History): string {
  return `${new Set(epochs).size} writers in turn, ${log.length} events, ${effects.length - new Set(effects).size} effects ran again`;
}

/** Members say that an append is done before its event is durable. */
async function withEarlyAnswers(folder: string, seed: number): Promise<Control> {
  const name = 'members that acknowledge before the event is durable';
  for (let story = 0; story < CONTROL.stories; story++) {
    const home = newFolder(folder, `lies-${story}`);
    const history = await tellStory({ folder: home, seed: seed + story, rounds: CONTROL.rounds, lies: true });
    const noticed = violationsOf(history).find((text) => text.includes('was acknowledged'));
    if (noticed !== undefined) return { name, noticed };
  }
  return { name, noticed: undefined };
}

function newFolder(folder: string, name: string): string {
  const home = join(folder, name);
  fs.mkdirSync(home, { recursive: true });
  return home;
}
