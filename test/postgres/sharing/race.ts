/** Eight processes that write one log together. Now and then one is stopped or killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const TELLER = fileURLToPath(new URL('teller.ts', import.meta.url));
export const TELLERS = 8;
/** A teller that begins again takes a while, so harm must have an end. */
const COMMANDS_A_HARM = 200;

export interface Race {
  readonly url: string;
  readonly name: string;
  /** The folder of the engine and the log, with a slash at its end. */
  readonly sources: string;
  /** For each teller. */
  readonly ids: number;
  /** Gives numbers below its argument; undefined for a race without harm. */
  readonly below: ((bound: number) => number) | undefined;
}

export interface Raced {
  readonly lines: readonly string[];
  readonly kills: number;
  readonly stops: number;
}

/** A teller that was killed begins again, with the same ids. */
export async function race({ url, name, sources, ids, below }: Race): Promise<Raced> {
  const lines: string[] = [];
  const running = new Map<number, ChildProcess>();
  let kills = 0;
  const waiting: Writable[] = [];
  let haveBegun = false;
  const begin = (teller: Writable): void => {
    waiting.push(teller);
    haveBegun ||= waiting.length === TELLERS;
    if (haveBegun) for (const one of waiting.splice(0)) one.write('go\n');
  };
  const live = async (teller: number): Promise<void> => {
    for (;;) {
      const child = spawnTeller({ url, name, sources, ids }, teller);
      running.set(teller, child);
      child.stdin.on('error', () => {}); // it was killed
      let text = '';
      child.stdout.on('data', (bytes) => {
        if (text === '') begin(child.stdin);
        text += bytes;
      });
      const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
      lines.push(...text.split('\n').slice(1, -1));
      if (code === 0) return void running.delete(teller);
      if (signal !== 'SIGKILL') throw new Error(`teller ${teller} ended with ${code ?? signal}`);
      kills += 1;
    }
  };
  const over = Promise.all(Array.from({ length: TELLERS }, (_, teller) => live(teller)));
  let isOver = false;
  over.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  const rounds = Math.ceil((ids * TELLERS) / COMMANDS_A_HARM);
  const stops = below === undefined ? 0 : await harmSome(running, rounds, below, () => isOver);
  await over;
  return { lines, kills, stops };
}

/** A process that says when it is ready, and begins when it is told something. */
export function spawnTeller({ url, name, sources, ids }: Omit<Race, 'below'>, teller: number) {
  const args = ['--disable-warning=ExperimentalWarning', '--conditions=refold-source', TELLER];
  return spawn(process.execPath, [...args, url, name, String(teller), String(ids), sources], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

async function harmSome(
  running: Map<number, ChildProcess>,
  rounds: number,
  below: (bound: number) => number,
  isOver: () => boolean,
): Promise<number> {
  let stops = 0;
  for (let round = 0; round < rounds && !isOver(); round++) {
    await rest(400 + below(800));
    const child = [...running.values()][below(Math.max(1, running.size))];
    if (child === undefined) continue;
    if (round % 2 === 0) child.kill('SIGKILL');
    else {
      child.kill('SIGSTOP');
      stops += 1;
      await rest(below(3_000));
      child.kill('SIGCONT');
    }
  }
  return stops;
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Numbers from a seed. */
export function chance(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 8) % bound;
  };
}
