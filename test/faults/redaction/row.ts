/** SIGKILL at every step of a redaction: the log is as before or as after, and a redaction that has ended leaves no word in a file. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Chance, chanceOf } from '../judging/chance.ts';
import { withScratch } from '../judging/scratch.ts';
import { type Control, type FaultRow, type RowOptions, type RowReport, tierOne } from '../row.ts';
import { inParallel } from '../work.ts';
import { type Before, finish, judgeLog, leftIn, lookBefore, type Outcome } from './judge.ts';
import { fillRegister } from './register.ts';
import type { RedactionVictim } from './victim.ts';

const REQUIRED = { short: tierOne(60), long: 1_500 };
/** Steps of one log at which a victim is killed, at most: they are spread over all its steps. */
const KILLS_PER_LOG = 30;
const AT_ONCE = 2;
const VICTIM = fileURLToPath(new URL('./victim.ts', import.meta.url));
/** A victim that reaches neither its kill nor its end in this time hangs. */
const PATIENCE_MS = 60_000;
/** A victim that does not kill itself is killed so many ms after it began to put its work in place. */
const LONGEST_WAIT_MS = 6;

export const row: FaultRow = {
  name: 'redaction',
  waits: true,
  required: REQUIRED,
  missing: () => (process.platform === 'win32' ? 'there is no SIGKILL on Windows' : undefined),
  run,
};

async function run({ long, seed, folder, say }: RowOptions): Promise<RowReport> {
  const required = long ? REQUIRED.long : REQUIRED.short;
  return withScratch(folder, async (scratch) => {
    const violations: string[] = [];
    const outcomes: Record<Outcome, number> = { before: 0, after: 0, mixed: 0 };
    let kills = 0;
    for (let number = 0; kills < required && violations.length === 0; number++) {
      const prepared = await prepare(join(scratch, `${number}`), chanceOf(seed, number));
      const plan = [...prepared.steps.keys()].map((index) => index + 1);
      const rest = plan.filter((_, index) => index % Math.max(1, Math.ceil(plan.length / KILLS_PER_LOG)) === 0);
      await inParallel(AT_ONCE, async () => {
        for (let dieAt = rest.shift(); dieAt !== undefined && violations.length === 0; dieAt = rest.shift()) {
          const step = prepared.steps[dieAt - 1];
          const { outcome, problems } = await story(prepared, { dieAt }, chanceOf(seed, number, dieAt));
          outcomes[outcome] += 1;
          kills += 1;
          violations.push(...problems.map((text) => `${text} (log ${number}, killed at ${dieAt}, ${step})`));
        }
      });
      say(`${kills} of ${required} kills`);
      fs.rmSync(prepared.home, { recursive: true });
    }
    const { before, after } = outcomes;
    return {
      cases: kills,
      violations,
      notes: [`after ${kills} kills ${before} logs were as before, ${after} as after`],
      controls: [await control(scratch, seed, 'half'), await control(scratch, seed, 'unscrubbed')],
    };
  });
}

interface Prepared {
  readonly home: string;
  readonly before: Before;
  /** The names of all steps of a redaction of this log. */
  readonly steps: readonly string[];
}

/** Fills a log, and redacts a copy of it to see which steps there are. */
async function prepare(home: string, chance: Chance): Promise<Prepared> {
  fs.mkdirSync(home);
  await fillRegister(join(home, 'log.db'), chance);
  const before = await lookBefore(join(home, 'log.db'));
  const copy = copyOf(home, 'whole');
  const { said, trouble } = await live({ path: copy, dieAt: Number.MAX_SAFE_INTEGER });
  if (trouble !== '') throw new Error(`a redaction that was not killed failed: ${trouble}`);
  return { home, before, steps: said };
}

function copyOf(home: string, name: string): string {
  const folder = join(home, name);
  fs.mkdirSync(folder);
  for (const file of fs.readdirSync(home)) {
    if (file.startsWith('log.db')) fs.copyFileSync(join(home, file), join(folder, file));
  }
  return join(folder, 'log.db');
}

/** One redaction that is killed, what it left, and the redaction after it. */
async function story(
  { home, before }: Prepared,
  victim: Pick<RedactionVictim, 'dieAt' | 'lie'>,
  chance: Chance,
): Promise<{ outcome: Outcome; problems: string[] }> {
  const name = `at ${victim.dieAt}`;
  const path = copyOf(home, name);
  try {
    const isTimed = victim.lie === undefined && chance.hit(0.2);
    const killMs = isTimed ? chance.below(LONGEST_WAIT_MS) : undefined;
    const { trouble } = await live({ path, ...victim, ...(isTimed && { dieAt: Number.MAX_SAFE_INTEGER }) }, killMs);
    const problems = trouble === '' ? [] : [`the victim said ${trouble}`];
    // The next open would clean the files.
    if (victim.lie === 'unscrubbed')
      return { outcome: 'after', problems: [...problems, ...(await leftIn(path, before))] };
    const judged = await judgeLog(path, before);
    problems.push(...judged.problems);
    if (problems.length > 0) return { ...judged, problems };
    await finish(path);
    problems.push(...(await leftIn(path, before)));
    return { outcome: judged.outcome, problems };
  } finally {
    fs.rmSync(join(home, name), { recursive: true, force: true });
  }
}

/** A log that does its part badly must be found out. */
async function control(scratch: string, seed: number, lie: 'half' | 'unscrubbed'): Promise<Control> {
  const prepared = await prepare(join(scratch, lie), chanceOf(seed, -1));
  const { problems } = await story(prepared, { dieAt: Number.MAX_SAFE_INTEGER, lie }, chanceOf(seed, -2));
  const [words, name] =
    lie === 'half'
      ? ['neither as before', 'a log that puts only a part of a redaction in place']
      : ['holds', 'a log that does not clean its files'];
  return { name, noticed: problems.find((text) => text.includes(words)) };
}

/** Runs a victim. @param killMs kill it so long after it began to put its work in place */
function live(
  victim: RedactionVictim,
  killMs?: number,
): Promise<{ readonly said: readonly string[]; readonly trouble: string }> {
  const options = ['--conditions=refold-source', '--no-warnings'];
  const child = spawn(process.execPath, [...options, VICTIM, JSON.stringify(victim)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(victim.path, '../../../compiled') },
  });
  let stdout = '';
  let stderr = '';
  const strike = (): void => void child.kill('SIGKILL');
  const patience = setTimeout(strike, PATIENCE_MS);
  child.stdout.on('data', (chunk) => {
    const isNew = !stdout.includes('before apply');
    stdout += chunk;
    if (killMs !== undefined && isNew && stdout.includes('before apply')) setTimeout(strike, killMs);
  });
  child.stderr.on('data', (chunk) => (stderr += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(patience);
      const said = stdout.split('\n').flatMap((line) => line.split(' ').slice(1).join(' ') || []);
      resolve({ said, trouble: stderr || (signal === null && code !== 0 ? `exit code ${code}` : '') });
    });
  });
}
