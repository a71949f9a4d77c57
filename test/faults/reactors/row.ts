/** Repeated SIGKILL of a process with a reactor: every effect runs, and only effects in flight run again. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Chance, chanceOf } from '../judging/chance.ts';
import { withScratch } from '../judging/scratch.ts';
import { type Control, type FaultRow, type RowOptions, type RowReport, tierOne } from '../row.ts';
import { inParallel } from '../work.ts';
import { parseTraces, repeatsOf, violationsOf } from './effects.ts';
import type { ReactorVictim } from './victim.ts';

const REQUIRED = { short: tierOne(200), long: 2_000 };
const KILLS_PER_LOG = 10;
const LOGS_AT_ONCE = 2;
const EVENTS_PER_KILL = 120;
const VICTIM = fileURLToPath(new URL('./victim.ts', import.meta.url));
/** A victim that reaches neither its kill nor its end in this time hangs. */
const PATIENCE_MS = 60_000;

export const row: FaultRow = {
  name: 'reactors',
  waits: true,
  required: REQUIRED,
  missing: () => (process.platform === 'win32' ? 'there is no SIGKILL on Windows' : undefined),
  run,
};

interface Story {
  readonly kills: number;
  readonly repeats: number;
  readonly violations: readonly string[];
}

async function run({ long, seed, folder, say }: RowOptions): Promise<RowReport> {
  const required = long ? REQUIRED.long : REQUIRED.short;
  return withScratch(folder, async (scratch) => {
    const stories: Story[] = [];
    let [kills, next] = [0, 0];
    const isDone = (): boolean => kills >= required || stories.some(({ violations }) => violations.length > 0);
    await inParallel(LOGS_AT_ONCE, async () => {
      while (!isDone()) {
        const number = next++;
        const story = await tell(join(scratch, `${number}`), chanceOf(seed, number), KILLS_PER_LOG, false);
        stories.push({ ...story, violations: story.violations.map((text) => `${text} (log ${number})`) });
        kills += story.kills;
        say(`${kills} of ${required} kills`);
      }
    });
    const repeats = stories.reduce((sum, story) => sum + story.repeats, 0);
    return {
      cases: kills,
      violations: stories.flatMap(({ violations }) => violations),
      notes: [`${repeats} effects ran again after ${kills} kills; ${stories.length} logs`],
      controls: [await liar(join(scratch, 'liar'), seed)],
    };
  });
}

/** A log that says too early that progress is durable must be found out. */
async function liar(home: string, seed: number): Promise<Control> {
  const { violations } = await tell(home, chanceOf(seed, -1), KILLS_PER_LOG, true);
  const noticed = violations.find((text) => text.includes('ran again'));
  return { name: 'a log that answers before the progress of a reactor is durable', noticed };
}

/** One log and one reactor over several lives. The last life ends by itself. */
async function tell(home: string, chance: Chance, kills: number, lies: boolean): Promise<Story> {
  fs.mkdirSync(home);
  const effects = join(home, 'effects');
  const victim = {
    path: join(home, 'log.db'),
    effects,
    concurrency: 1 + chance.below(4),
    partitions: 1 + chance.below(12),
    lies,
  };
  let killed = 0;
  const violations: string[] = [];
  for (let life = 1; life <= kills; life += 1) {
    const death = await live({ ...victim, events: life * EVENTS_PER_KILL }, 2 + chance.below(80));
    if (death.killed) killed += 1;
    if (death.trouble !== '') violations.push(`a life ended with ${death.trouble}`);
  }
  const end = await live({ ...victim, events: kills * EVENTS_PER_KILL }, Number.POSITIVE_INFINITY);
  if (end.trouble !== '') violations.push(`the last life ended with ${end.trouble}`);
  const traces = parseTraces(fs.readFileSync(effects, 'utf8'));
  const events = Array.from({ length: kills * EVENTS_PER_KILL }, (_, index) => index + 1);
  const sequences = events.filter((sequence) => (sequence - 1) % 5 !== 4);
  violations.push(...violationsOf(traces, { sequences, concurrency: victim.concurrency }));
  return { kills: killed, repeats: repeatsOf(traces), violations };
}

/** Runs a victim, and kills it some ms after its reactor began. */
function live(victim: ReactorVictim, afterMs: number): Promise<{ readonly killed: boolean; readonly trouble: string }> {
  const options = ['--conditions=refold-source', '--no-warnings'];
  const child = spawn(process.execPath, [...options, VICTIM, JSON.stringify(victim)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(victim.path, '../../compiled') },
  });
  let stderr = '';
  const strike = (): void => void child.kill('SIGKILL');
  const patience = setTimeout(strike, PATIENCE_MS);
  child.stdout.once('data', () => {
    if (Number.isFinite(afterMs)) setTimeout(strike, afterMs);
  });
  child.stderr.on('data', (chunk) => (stderr += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(patience);
      const trouble = stderr || (signal === null && code !== 0 ? `exit code ${code}` : '');
      resolve({ killed: signal === 'SIGKILL', trouble });
    });
  });
}
