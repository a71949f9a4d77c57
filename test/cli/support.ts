/** Runs the command line as users do: in a child process, in a separate folder, on logs made through the public API. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { openStore } from 'refold';
import { afterAll } from 'vitest';
import { run } from '../../src/cli/program.ts';
import { builtPackage } from '../built/built.ts';
import { runHere } from '../run-here.ts';
import { cart } from './fixtures/cart.ts';

const { folder, main, empty, compileCache } = await builtPackage();

/** The built `refold` as a command: `node`, then its arguments. It needs `ENVIRONMENT`. */
export const REFOLD: readonly string[] = [process.execPath, '--disable-warning=ExperimentalWarning', main];

const { NODE_OPTIONS: _, FORCE_COLOR: __, REFOLD_MODEL: ___, ...inherited } = process.env;

/** A folder in which no model is found. */
export const ELSEWHERE: string = empty;

export const ENVIRONMENT: NodeJS.ProcessEnv = { ...inherited, NODE_COMPILE_CACHE: compileCache };

/** The path of a module under `fixtures/`, beside the built package. */
export function fixture(name: string): string {
  return join(folder, 'test/cli/fixtures', name);
}

export const CART: string = fixture('cart.ts');

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | Buffer;
  /** Default: a folder in which no model is found. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeOptions?: readonly string[];
}

/**
 * Runs `refold` to its end: in this process where a call does not ask for another one: hundreds of processes take minutes.
 * Calls that are to meet another process, or that open a store of their caller's, run `refoldAlone`.
 */
export async function refold(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const { input, env = {}, nodeOptions, cwd = ELSEWHERE } = options;
  const { REFOLD_MODEL: model, ...variables } = env;
  if (nodeOptions !== undefined || Object.keys(variables).length > 0) return refoldAlone(args, options);
  const here = last.then(() => runHere(cwd, () => run(args, '0.0.0'), { input, model }));
  last = here.catch(() => {});
  return here;
}

/** One call at a time has the process's output and folder. */
let last: Promise<unknown> = Promise.resolve();

/** Runs `refold` to its end in another process. */
export async function refoldAlone(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const child = startRefold(args, options);
  child.stdin!.end(options.input);
  const [stdout, stderr, code] = await Promise.all([text(child.stdout!), text(child.stderr!), exitOf(child)]);
  return { code, stdout, stderr };
}

/** Starts `refold`, so that a test can talk to it while it runs. */
export function startRefold(args: readonly string[], options: RunOptions = {}): ChildProcess {
  const { cwd = ELSEWHERE, nodeOptions = [], env } = options;
  const child = spawn(process.execPath, [...nodeOptions, main, ...args], { cwd, env: { ...ENVIRONMENT, ...env } });
  child.stdin.on('error', () => {}); // it may end before it has read all of its input
  return child;
}

export function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('close', resolve));
}

/** Runs `refold … --json`, which must succeed with one object and nothing on stderr. */
export async function refoldJson(args: readonly string[], options: RunOptions = {}): Promise<any> {
  const { code, stdout, stderr } = await refold([...args, '--json'], options);
  if (code !== 0 || stderr !== '') throw new Error(`refold ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

/** A folder for one test file. It is deleted after the tests. */
export function temporaryFolder(): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'refold-cli-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return (name) => join(folder, name);
}

/** The time of the first commit of `makeShop`, in ms. Each later commit comes one minute after the one before. */
export const START: number = Date.UTC(2024, 0, 31, 12);

/** A log of six events in five commits: a cart, two prices at once, three items. A snapshot is at its end. */
export async function makeShop(path: string): Promise<void> {
  let now = START;
  await using store = await openStore(cart, { path, clock: () => now });
  const append = async (events: Parameters<typeof store.append>[0]): Promise<void> => {
    await store.append(events);
    now += 60_000;
  };
  await append({ type: 'CartOpened', data: { cartId: 1, customer: 'Ada' }, meta: { by: 'web' } });
  await append([
    { type: 'PriceSet', data: { sku: 'tea', price: 450 } },
    { type: 'PriceSet', data: { sku: 'cup', price: 900 } },
  ]);
  await append({ type: 'ItemAdded', data: { cartId: 1, sku: 'tea', quantity: 2 } });
  await append({ type: 'ItemAdded', data: { cartId: 1, sku: 'cup', quantity: 1 } });
  await append({ type: 'ItemAdded', data: { cartId: 1, sku: 'tea', quantity: 3 } });
}

export function jsonLines(text: string): any[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
