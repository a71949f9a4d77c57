/** The negative controls: a command line with a defect, and what the judge is then told. */
import fs from 'node:fs';
import type { Question } from './asking.ts';
import type { Told } from './calling.ts';
import type { Lie } from './messages.ts';

/** The arguments after the command, as a defective command line would understand them. */
export function asked(lie: Lie | undefined, path: string, question: Question, args: readonly string[]): string[] {
  if (lie === 'stale') return [oldCopyOf(path), ...args];
  if (lie !== 'late' || question.command !== 'at') return [path, ...args];
  return [path, String(question.to! - 1), ...args.slice(1)];
}

/** What a defective command line would answer. */
export function lied(lie: Lie | undefined, { command, to }: Question, told: Told): Told {
  if (told.code !== 0 || (command !== 'at' && command !== 'why')) return told;
  const answer = JSON.parse(told.out);
  if (lie === 'late' && command === 'at') return { ...told, out: JSON.stringify({ ...answer, sequence: to }) };
  if (lie !== 'forgets' || command !== 'why') return told;
  return {
    ...told,
    out: JSON.stringify({ ...answer, changes: answer.changes.filter((_: unknown, at: number) => at !== 1) }),
  };
}

/** The files as they were at the first call. */
function oldCopyOf(path: string): string {
  const copy = `${path}-old`;
  if (fs.existsSync(copy)) return copy;
  for (const suffix of ['-wal', '-witness', '']) {
    if (fs.existsSync(path + suffix)) fs.copyFileSync(path + suffix, copy + suffix);
  }
  return copy;
}
