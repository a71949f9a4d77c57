/** Eight processes that write one log together. */
import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Chance } from '../../faults/judging/chance.ts';
import { type Raced, race } from '../racing.ts';

const TELLER = fileURLToPath(new URL('teller.ts', import.meta.url));
export const TELLERS = 8;
const COMMANDS_A_HARM = 200;
/** What a teller prints before it begins. */
const READY = '"ready"';

export interface Tellers {
  readonly url: string;
  readonly name: string;
  /** The folder of the engine and the log, with a slash at its end. */
  readonly sources: string;
  /** For each teller. */
  readonly ids: number;
}

/** They begin together. A teller that was killed begins again, with the same ids. @param chance undefined for a race without harm */
export async function raceTellers(tellers: Tellers, chance?: Chance): Promise<Raced> {
  const waiting: Writable[] = [];
  let haveBegun = false;
  const begin = (teller: Writable): void => {
    waiting.push(teller);
    haveBegun ||= waiting.length === TELLERS;
    if (haveBegun) for (const one of waiting.splice(0)) one.write('go\n');
  };
  const start = (teller: number) => {
    const child = spawnTeller(tellers, teller);
    child.stdin.on('error', () => {}); // it was killed
    child.stdout.once('data', () => begin(child.stdin));
    return child;
  };
  const rounds = Math.ceil((tellers.ids * TELLERS) / COMMANDS_A_HARM);
  const raced = await race({ processes: TELLERS, start, ...(chance !== undefined && { harm: { rounds, chance } }) });
  return { ...raced, lines: raced.lines.filter((line) => line !== READY) };
}

/** A process that says when it is ready, and begins when it is told something. */
export function spawnTeller({ url, name, sources, ids }: Tellers, teller: number) {
  const args = ['--disable-warning=ExperimentalWarning', '--conditions=refold-source', TELLER];
  return spawn(process.execPath, [...args, url, name, String(teller), String(ids), sources], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}
