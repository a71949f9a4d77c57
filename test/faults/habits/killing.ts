/**
 * Programs that are killed: each runs in a separate process, dies at a random moment, and is judged by another process.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { drawProgram } from '../../model/habits/grammar.ts';
import { HAS_STRICT } from '../../model/habits/oracle.ts';
import type { Program } from '../../model/habits/program.ts';
import { type Chance, chanceOf } from '../judging/chance.ts';
import { JudgePool } from '../judging/pool.ts';
import { withScratch } from '../judging/scratch.ts';
import { inParallel } from '../work.ts';
import type { Corpse } from './judge.ts';

export interface Killing {
  readonly kills: number;
  readonly violations: readonly string[];
}

const VICTIM = fileURLToPath(new URL('./victim.ts', import.meta.url));
const VICTIMS_AT_ONCE = 2;
/** A victim without a mark for this long hangs. Two loaded cores are slow. */
const PATIENCE_MS = 60_000;
/** The run stops after this many violations. */
const TOLD = 10;

/** @param kills how many programs must be killed while they run */
export async function killPrograms(
  seed: number,
  kills: number,
  folder: string,
  say: (text: string) => void,
): Promise<Killing> {
  return withScratch(folder, async (scratch) => {
    const violations: string[] = [];
    const judges = new JudgePool<Corpse, readonly string[]>(new URL('./judge.ts', import.meta.url), null, 1);
    let [done, next] = [0, seed];
    await inParallel(VICTIMS_AT_ONCE, async () => {
      while (done < kills && violations.length < TOLD) {
        const programSeed = next++;
        const program = drawProgram(programSeed, HAS_STRICT);
        const path = join(scratch, `${programSeed}.db`);
        const { marks, killed } = await killOne(program, path, chanceOf(programSeed, 5), join(folder, 'compiled'));
        if (program.purity === 'silent') continue;
        const answer = await judges.judge({ program, path, marks });
        const found = 'lost' in answer ? [answer.lost] : answer.result;
        for (const text of found.slice(0, 2))
          violations.push(`program ${programSeed}, killed at '${marks.at(-1) ?? ''}': ${text}`);
        if (killed && ++done % 50 === 0) say(`${done} of ${kills} programs killed, ${violations.length} violations`);
      }
    });
    judges.close();
    return { kills: done, violations };
  });
}

interface Death {
  readonly marks: readonly string[];
  readonly killed: boolean;
}

/** Kills at a random mark or shortly after it. The earlier marks belong to the open. */
async function killOne(program: Program, path: string, chance: Chance, cache: string): Promise<Death> {
  const argument = JSON.stringify({ program, path });
  const options = ['--conditions=refold-source', '--no-warnings'];
  const child = spawn(process.execPath, [...options, VICTIM, argument], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  });
  const marks: string[] = [];
  const nth = 2 + chance.below(4 * program.steps.length);
  const delayMs = chance.below(3);
  const strike = (): void => void child.kill('SIGKILL');
  const patience = setTimeout(strike, PATIENCE_MS);
  createInterface({ input: child.stdout }).on('line', (line) => {
    marks.push(line);
    if (marks.length !== nth && line !== 'done') return;
    if (delayMs === 0) strike();
    else setTimeout(strike, delayMs);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (_, signal) => {
      clearTimeout(patience);
      resolve({ marks, killed: signal === 'SIGKILL' });
    });
  });
}
