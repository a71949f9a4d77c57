/** Starts a victim, reads its marks, and kills it at the planned moment. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Kill } from './plan.ts';
import type { VictimOptions } from './victim.ts';

export interface Death {
  /** All marks of the victim before it died, in order. */
  readonly marks: readonly string[];
  /** False when the victim finished, or failed by itself. */
  readonly killed: boolean;
  /** What it was doing: a moment of the plan, or its last `doing` mark. */
  readonly during: string;
  /** Its stderr. A victim normally writes nothing there. */
  readonly stderr: string;
}

const VICTIM = fileURLToPath(new URL('./victim.ts', import.meta.url));
const KILL_POINTS = new URL('./kill-points.ts', import.meta.url).href;
/** A victim that reaches neither its moment nor its end in this time hangs. Two loaded cores are slow. */
const PATIENCE_MS = 60_000;

/** @param cache a folder where victims keep their compiled code, so that each starts faster than the first */
export function killOne(options: VictimOptions, cache: string): Promise<Death> {
  const child = spawn(
    process.execPath,
    ['--conditions=refold-source', '--disable-warning=ExperimentalWarning', VICTIM, JSON.stringify(options)],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_COMPILE_CACHE: cache, NODE_OPTIONS: `--import=${KILL_POINTS}` },
    },
  );
  const marks: string[] = [];
  let stderr = '';
  const tooLate = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  const strike = (): void => void child.kill('SIGKILL');
  createInterface({ input: child.stdout }).on('line', (line) => {
    marks.push(line);
    const { kill } = options;
    if (kill.at === 'moment' && kill.when === 'during' && line.startsWith('now ')) strike();
    if (kill.at === 'mark' && marks.length === kill.nth) afterMicroseconds(kill.afterMicroseconds, strike);
  });
  child.stderr.on('data', (chunk) => (stderr += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (_, signal) => {
      clearTimeout(tooLate);
      resolve({ marks, killed: signal === 'SIGKILL', during: whereOf(marks), stderr });
    });
  });
}

/** Lets one victim finish, because only a process that ends by itself writes the compile cache for the others. */
export async function warmUp(folder: string, cache: string): Promise<void> {
  const never: Kill = { at: 'mark', nth: Number.POSITIVE_INFINITY, afterMicroseconds: 0 };
  const options = {
    path: join(folder, 'warm-up.db'),
    history: 'discard',
    ledgerSeed: 1,
    commits: 20,
    from: 1,
  } as const;
  const { marks, stderr } = await killOne({ ...options, stepSeed: 1, kill: never }, cache);
  if (marks.at(-1) !== 'done') throw new Error(`a victim that is not killed does not finish: ${stderr}`);
}

/** Timers are too coarse for a moment within a system call, so short waits are busy loops. */
function afterMicroseconds(microseconds: number, work: () => void): void {
  if (microseconds > 5_000) return void setTimeout(work, microseconds / 1_000);
  const end = performance.now() + microseconds / 1_000;
  while (performance.now() < end);
  work();
}

function whereOf(marks: readonly string[]): string {
  const last = marks.at(-1) ?? '';
  if (last.startsWith('now ')) return last.split(' ')[1]!;
  const opened = marks.some((line) => line.startsWith('opened '));
  return opened ? (marks.findLast((line) => line.startsWith('doing '))?.split(' ')[1] ?? 'open') : 'recovery';
}
