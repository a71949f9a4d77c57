/**
 * The process that runs after a kill. It shares only the file and the program with the victim, and compares what it
 * finds with the victim's reports: acknowledged commits are in the log, and the state at each step is the same.
 */
import fs from 'node:fs';
import { hashState, isRefoldError, openStore, replay, stateAt } from '../../../src/index.ts';
import { modelOf } from '../../model/habits/application.ts';
import { newWorld, type Program } from '../../model/habits/program.ts';
import { judgeCases } from '../judging/pool.ts';

export interface Corpse {
  readonly program: Program;
  readonly path: string;
  readonly marks: readonly string[];
}

// Many habits cause warnings. Thousands of them are of no use.
process.removeAllListeners('warning');

judgeCases<null, Corpse, readonly string[]>(() => async ({ program, path, marks }) => {
  const violations = marks.filter((mark) => mark.startsWith('stray ')).map((mark) => mark.slice('stray '.length));
  if (marks.includes('refused without a code')) violations.push('a call was refused without a code');
  // If the victim died in its first open, the log may not exist yet.
  if (!marks.some((mark) => mark.startsWith('opened '))) return violations;
  try {
    violations.push(...(await judge(program, path, marks)));
  } catch (error) {
    violations.push(isRefoldError(error) ? `${error.code}: ${error.message}` : `without a code: ${String(error)}`);
  }
  for (const suffix of ['', '-wal', '-shm', '-lock', '-witness', '-ballast']) fs.rmSync(path + suffix, { force: true });
  return violations;
});

async function judge(program: Program, path: string, marks: readonly string[]): Promise<string[]> {
  const violations: string[] = [];
  const clock = (): number => 0;
  const store: any = await openStore(modelOf(program, newWorld()), { path, clock, fold: program.fold });
  const { sequence } = store;
  const acknowledged = Math.max(0, ...numbersOf(marks, 'acked'));
  if (sequence < acknowledged) violations.push(`${acknowledged} was acknowledged, and the log ends at ${sequence}`);
  let last = store.stats().firstSequence - 1;
  for await (const event of store.events()) if (event.sequence === last + 1) last++;
  if (last !== sequence) violations.push(`the log ends at ${sequence}, and can be read to ${last}`);
  const recovered = await store.stateHash();
  const { problems } = await store.verify();
  for (const { message } of problems) violations.push(`verify: ${message}`);
  await store.close();
  const full = await replay(modelOf(program, newWorld()), { path });
  if (full.stateHash !== recovered) violations.push('a full replay gives another state than the recovery');
  const again: any = await openStore(modelOf(program, newWorld()), { path, readOnly: true });
  if ((await again.stateHash()) !== recovered) violations.push('the snapshot of the close gives another state');
  await again.close();
  for (const [at, lived] of statesOf(marks)) {
    if (at > sequence || lived === 'none') continue;
    const { state } = await stateAt(modelOf(program, newWorld()), { path, at: { sequence: at } });
    if (hashState(state as object) !== lived) violations.push(`the state at ${at} is another than the one that lived`);
  }
  return violations;
}

function numbersOf(marks: readonly string[], what: string): number[] {
  return marks.filter((mark) => mark.startsWith(`${what} `)).map((mark) => Number(mark.split(' ')[1]));
}

/** The last report for each sequence. */
function statesOf(marks: readonly string[]): Map<number, string> {
  const lived = marks.map((mark) => mark.split(' ')).filter(([what]) => what === 'lived');
  return new Map(lived.map(([, at, hash]) => [Number(at), hash!]));
}
