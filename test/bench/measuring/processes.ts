/** Whole processes that are measured: how long they take, what they cost, how large they grow, and what they print. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What a process took. */
export interface ProcessRun {
  /** From its start until it has ended and all of its output is read. */
  readonly ms: number;
  /** Bytes on its stdout, which is a pipe. */
  readonly bytes: number;
}

/** The same with what the process says of itself. Saying it takes some milliseconds, so the time is another one. */
export interface ReportedRun extends ProcessRun {
  /** User and system time of all its threads, in ms. */
  readonly cpuMs: number;
  /** Peak of its resident memory. */
  readonly megabytes: number;
}

/** Runs a script of Node, and reads and drops what it prints. @throws Error unless its exit code is one of these */
export async function runProcess(args: readonly string[], codes: readonly number[] = [0]): Promise<ProcessRun> {
  const start = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const bytes = countBytes(child);
  let problem = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (problem = (problem + text).slice(-2_000)));
  const [code, signal] = await once(child, 'close');
  const ms = performance.now() - start;
  if (!codes.includes(code)) throw new Error(`Error: ${args.join(' ')} ended with ${signal ?? code}: ${problem}`);
  return { ms, bytes: bytes() };
}

function countBytes({ stdout }: ChildProcess): () => number {
  let bytes = 0;
  stdout!.on('data', (piece: Buffer) => (bytes += piece.length));
  return () => bytes;
}

/** The same with a report. @param folder where the process writes it */
export async function runReported(
  folder: string,
  args: readonly string[],
  codes?: readonly number[],
): Promise<ReportedRun> {
  const path = join(folder, 'report.json');
  const run = await runProcess(['--import', reporterTo(path), ...args], codes);
  return { ...run, ...(JSON.parse(readFileSync(path, 'utf8')) as Omit<ReportedRun, keyof ProcessRun>) };
}

/** A module that is loaded before all others, and reports at the end of the process. It is plain JavaScript, to be fast. */
function reporterTo(path: string): string {
  const reporter = pathToFileURL(join(import.meta.dirname, 'reporter.mjs'));
  reporter.searchParams.set('to', path);
  return reporter.href;
}
