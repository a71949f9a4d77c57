/**
 * The logs of several lengths that a run's workloads share: made once, by a process that was killed.
 *
 * All are beginnings of the same log, with the engine's policy for snapshots: the snapshots along the log are part of
 * what is measured. The state has as many orders at the end of each.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context } from '../measuring/workload.ts';
import type { CrashedOpen } from './crashing-writer.ts';

const WRITER = fileURLToPath(new URL('crashing-writer.ts', import.meta.url));

export interface PreparedLog {
  /** Events that it had when it was made; a workload that crashes it again adds a few. */
  readonly length: number;
  readonly path: string;
}

/** The logs, shortest first; the first workload that asks has them made. */
export function preparedLogs({ sizes, shared }: Context): PreparedLog[] {
  const folderOf = (length: number): string => join(shared, `log-${length}`);
  if (!existsSync(folderOf(sizes.logLengths.at(-1)!))) makeLogs(sizes.logLengths, folderOf, join(shared, 'growing'));
  return sizes.logLengths.map((length) => ({ length, path: join(folderOf(length), 'log.db') }));
}

/** One log grows from length to length, and is copied at each: the last one is the growing log itself. */
function makeLogs(lengths: readonly number[], folderOf: (length: number) => string, growing: string): void {
  mkdirSync(growing);
  for (const length of lengths) {
    crash({ path: join(growing, 'log.db'), length, fold: 'direct' });
    if (length !== lengths.at(-1)) cpSync(growing, folderOf(length), { recursive: true });
  }
  renameSync(growing, folderOf(lengths.at(-1)!));
}

/** Opens the log in a separate process, which brings it to that length and is killed. Returns what the open took. */
export function crash(log: PreparedLog & { readonly fold: 'atomic' | 'direct' }): CrashedOpen {
  const args = [...process.execArgv, WRITER, log.path, String(log.length), log.fold];
  const { signal, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (signal !== 'SIGKILL') throw new Error(`the writer did not come to be killed: ${stderr}`);
  return JSON.parse(stdout) as CrashedOpen;
}
