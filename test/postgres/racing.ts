/** Processes that do their work together. Now and then one is stopped or killed, and one that was killed begins again. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Chance } from '../faults/judging/chance.ts';

export interface Racing {
  readonly processes: number;
  /** Starts one, with a pipe for its stdout. It ends with 0 when it has done its work, also if it is a later one. */
  readonly start: (process: number) => ChildProcess;
  /** How often one is harmed; absent for a race without harm. A process that begins again takes a while, so harm must have an end. */
  readonly harm?: { readonly rounds: number; readonly chance: Chance };
}

export interface Raced {
  /** All whole lines that the processes printed. */
  readonly lines: readonly string[];
  readonly kills: number;
  readonly stops: number;
}

/** @throws Error when a process ends in any other way than by its work or a kill */
export async function race({ processes, start, harm }: Racing): Promise<Raced> {
  const lines: string[] = [];
  const running = new Map<number, ChildProcess>();
  let kills = 0;
  const live = async (process: number): Promise<void> => {
    for (;;) {
      const child = start(process);
      running.set(process, child);
      let text = '';
      child.stdout!.on('data', (bytes) => {
        text += bytes;
      });
      const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
      lines.push(...text.split('\n').slice(0, -1));
      if (code === 0) return void running.delete(process);
      if (signal !== 'SIGKILL') throw new Error(`process ${process} ended with ${code ?? signal}`);
      kills += 1;
    }
  };
  const over = new AbortController();
  const all = Promise.all(Array.from({ length: processes }, (_, process) => live(process)));
  const ended = all.finally(() => over.abort());
  ended.catch(() => {}); // it is awaited below
  const stops = harm === undefined ? 0 : await harmSome(running, harm, over.signal);
  await ended;
  return { lines, kills, stops };
}

async function harmSome(
  running: ReadonlyMap<number, ChildProcess>,
  { rounds, chance }: Racing['harm'] & object,
  over: AbortSignal,
): Promise<number> {
  let stops = 0;
  for (let round = 0; round < rounds && !over.aborted; round++) {
    await pause(400 + chance.below(800));
    const child = [...running.values()][chance.below(Math.max(1, running.size))];
    if (child === undefined) continue;
    if (round % 2 === 0) child.kill('SIGKILL');
    else {
      child.kill('SIGSTOP');
      stops += 1;
      await pause(chance.below(3_000));
      child.kill('SIGCONT');
    }
  }
  return stops;
}
