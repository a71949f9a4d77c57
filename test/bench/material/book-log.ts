/** The log of an order book that a run's workloads share: made once, in a separate process, and sealed. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context } from '../measuring/workload.ts';
import type { PreparedLog } from './logs.ts';

const WRITER = fileURLToPath(new URL('book-log-writer.ts', import.meta.url));

/** A log of made-up order flow, as long as the longest log of the run. The first workload that asks has it made. */
export function preparedBook({ sizes, shared }: Context): PreparedLog {
  const length = sizes.logLengths.at(-1)!;
  const folder = join(shared, `book-${length}`);
  if (!existsSync(folder)) makeBook(`${folder}-growing`, folder, length);
  return { length, path: join(folder, 'book.db') };
}

function makeBook(growing: string, folder: string, length: number): void {
  mkdirSync(growing);
  const args = [...process.execArgv, WRITER, join(growing, 'book.db'), String(length)];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`Error: the log of the order book could not be made: ${stderr}`);
  renameSync(growing, folder);
}
