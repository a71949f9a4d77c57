/** What the order book's tests share: the real data, texts as sources, lines of sources, child processes. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRefoldError, type RefoldError } from 'refold';
import { onTestFinished } from 'vitest';
import { fileSource, readLines, type TextSource } from '../../../examples/orderbook/feeds/reading/csv.ts';
import { run } from '../../../examples/orderbook/program.ts';
import { builtPackage } from '../../built/built.ts';
import { runHere } from '../../run-here.ts';

const PROJECT = join(import.meta.dirname, '../../..');
const DATA = process.env.REFOLD_DATA ?? join(PROJECT, '../shared/data');

/** True where the real order flow is present; tests that need it are reported as skipped otherwise. */
export const hasData: boolean = existsSync(join(DATA, 'lobster'));

/** A file of the real data. */
export function dataPath(name: string): string {
  return join(DATA, name);
}

export function dataSource(name: string): TextSource {
  return fileSource(dataPath(name));
}

/** A text that pretends to be a file, handed out in chunks of a given size. */
export function textSource(text: string, { path = 'made-up.csv', chunk = 65_536 } = {}): TextSource {
  return bytesSource(Buffer.from(text), { path, chunk });
}

/** Bytes that pretend to be a file. */
export function bytesSource(bytes: Buffer, { path = 'made-up.csv', chunk = 65_536 } = {}): TextSource {
  return {
    path,
    open: async () =>
      (async function* () {
        for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
      })(),
  };
}

/** Lines as a source. */
export function linesSource(lines: readonly string[], path?: string): TextSource {
  return textSource(lines.map((line) => `${line}\n`).join(''), path === undefined ? {} : { path });
}

export async function linesOf(source: TextSource): Promise<string[]> {
  return Array.fromAsync(readLines(source));
}

/** The first `levels` levels of an order-book file. */
export function cutLevels(rows: readonly string[], levels: number): string[] {
  return rows.map((row) =>
    row
      .split(',')
      .slice(0, 4 * levels)
      .join(','),
  );
}

/** A folder that is deleted after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'orderbook-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What an async job throws, which must be a RefoldError. */
export async function errorOf(job: Promise<unknown>): Promise<RefoldError> {
  const error = await job.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (isRefoldError(error)) return error;
  throw new Error(`expected a RefoldError, got ${String(error)}`);
}

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The last line of stdout, parsed. */
  readonly json: any;
}

/** Runs the order book's command line in this process: hundreds of processes take minutes. */
export async function runOrderBook(...args: readonly string[]): Promise<Run> {
  const here = last.then(() => runHere(PROJECT, () => run(args)));
  last = here.catch(() => {});
  const { code, stdout, stderr } = await here;
  return { code, stdout, stderr: stderr.replace(HIDDEN, ''), json: lastLineOf(stdout) };
}

/** What `npm run orderbook` hides: the warning about the direct fold, and what Node adds to the first warning of a process. */
const HIDDEN = /^\(node:\d+\) RefoldDirectFoldWarning: .*\n(?:\(Use `node .*\n)?/gm;

/** One call at a time has the process's output and folder. */
let last: Promise<unknown> = Promise.resolve();

/** Runs it in another process, over the built package. */
export async function runOrderBookAlone(...args: readonly string[]): Promise<Run> {
  const { folder, compileCache } = await builtPackage();
  const quiet = ['ExperimentalWarning', 'RefoldDirectFoldWarning'].map((name) => `--disable-warning=${name}`);
  const command = [...quiet, join(folder, 'examples/orderbook/main.ts'), ...args];
  const options = { cwd: PROJECT, maxBuffer: 2 ** 26, env: { ...process.env, NODE_COMPILE_CACHE: compileCache } };
  return new Promise((resolve) => {
    execFile(process.execPath, command, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code ?? -1);
      resolve({ code, stdout, stderr, json: lastLineOf(stdout) });
    });
  });
}

function lastLineOf(stdout: string): unknown {
  try {
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  } catch {
    return undefined;
  }
}
