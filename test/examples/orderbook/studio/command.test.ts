/** The command `studio`, as its users meet it: a process that prints an address, answers there, and ends with Ctrl-C. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openBook } from '../../../../examples/orderbook/workspace.ts';
import { builtPackage } from '../../../built/built.ts';
import { ANSWERS } from '../json/schemas.ts';
import { runOrderBook, temporaryFolder } from '../support.ts';

const PROJECT = join(import.meta.dirname, '../../../..');
const QUIET = ['ExperimentalWarning', 'RefoldDirectFoldWarning'].map((name) => `--disable-warning=${name}`);

beforeAll(async () => {
  const { folder } = await builtPackage();
  const build = join(PROJECT, 'src/studio/page/build-if-older.mjs');
  await promisify(execFile)(process.execPath, [build, join(folder, 'dist/studio/page')]);
});

/** Starts the command over the built package, and ends it after the test. Each line of its output is read once. */
async function startStudio(...args: readonly string[]) {
  const { folder, compileCache } = await builtPackage();
  const main = join(folder, 'examples/orderbook/main.ts');
  const child = spawn(process.execPath, [...QUIET, main, 'studio', '--port', '0', ...args], {
    cwd: temporaryFolder(),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += String(chunk)));
  const ended = once(child, 'close') as Promise<[code: number | null, signal: string | null]>;
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const line = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`the output ended; stderr: ${stderr}`);
    return value;
  };
  return { child, ended, line, stderr: () => stderr };
}

/** What the page would ask. */
async function ask(url: string, question: string): Promise<any> {
  const { origin, hash } = new URL(url);
  const response = await fetch(`${origin}/api/${question}`, {
    headers: { authorization: `Bearer ${hash.slice('#key='.length)}` },
  });
  expect(response.status).toBe(200);
  return response.json();
}

const addressIn = (line: string): string => /^(http:\/\/127\.0\.0\.1:\d+\/#key=[\w-]{43}) {2}read only/.exec(line)![1]!;
const pidIn = (line: string): number => Number(/^process (\d+) /.exec(line)![1]);

/** Whether a process runs. One whose parent has ended may stay as a zombie, where no process waits for it. */
function isAlive(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && !/\) [ZX] /.test(readFileSync(stat, 'utf8'));
}

describe('without --db', () => {
  test('a day is traded, its writer is killed, another goes on, and Ctrl-C leaves nothing', async () => {
    // 2,000 commands after the first 1,000, so the kill comes after two and a half thousand.
    const { child, ended, line, stderr } = await startStudio('--commands', '25000', '--rate', '1000');
    const [head, address, begun] = [await line(), await line(), await line()];
    const path = head.split(': ')[0]!;
    expect(head).toMatch(
      /^\/.*book\.db: model orderbook, [\d,]+ events, 2026-01-05 09:30:00\.000 to .* America\/New_York$/,
    );
    expect(existsSync(path)).toBe(true);
    const url = addressIn(address);
    expect(begun).toContain('trades 25,000 commands, 1,000 a second. After 2,500 it is killed');
    const before = await ask(url, 'log');
    expect(before).toMatchObject({ model: 'orderbook', hasModel: true });
    await expect.poll(async () => (await ask(url, 'log')).events, { timeout: 60_000 }).toBeGreaterThan(before.events);

    const killed = await line();
    expect(killed).toContain(`process ${pidIn(begun)} was killed after event `);
    const recovered = await line();
    expect(pidIn(recovered)).not.toBe(pidIn(begun));
    const { events } = await ask(url, 'log');
    await expect.poll(async () => (await ask(url, 'log')).events, { timeout: 60_000 }).toBeGreaterThan(events);

    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(stderr()).toBe('');
    expect(existsSync(dirname(path))).toBe(false);
    await expect.poll(() => isAlive(pidIn(recovered))).toBe(false);
    await expect(fetch(new URL(url).origin)).rejects.toThrow();
  });

  test('the studio stays when the day is over', async () => {
    const { child, ended, line } = await startStudio('--commands', '600');
    await line();
    const url = addressIn(await line());
    await line();
    expect(await line()).toMatch(/^the day is over after event \d+\. The studio stays open$/);
    expect((await ask(url, 'log')).events).toBeGreaterThan(500);
    child.kill('SIGTERM');
    expect(await ended).toEqual([130, null]);
  });
});

describe('with --db', () => {
  let path: string;
  let folder: string;
  /** Names and contents. SQLite leaves a shared memory file and an empty write-ahead log. */
  const contents = (): [string, Buffer][] =>
    readdirSync(folder)
      .filter((name) => !name.endsWith('-shm'))
      .map((name): [string, Buffer] => [name, readFileSync(join(folder, name))])
      .filter(([name, { length }]) => !(name.endsWith('-wal') && length === 0));

  async function makeBook(): Promise<void> {
    folder = temporaryFolder();
    path = join(folder, 'book.db');
    const store = await openBook(path);
    await store.execute('listSymbol', { symbol: 'X', tick: 1, lot: 1 });
    await store.close();
  }

  test('a book is shown, and the folder is as it was', async () => {
    await makeBook();
    const before = contents();
    const { child, ended, line, stderr } = await startStudio('--db', path, '--json');
    const said = ANSWERS.studio!.parse(JSON.parse(await line())) as any;
    expect(said).toMatchObject({ path, model: 'orderbook', events: 1, trading: null });
    expect(await ask(said.url, 'log')).toMatchObject({ events: 1, hasModel: true });
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(stderr()).toBe('');
    expect(contents()).toEqual(before);
  });
});

describe('bad input is refused with a hint', () => {
  test.each([
    [['--levels', '10'], '--levels', /all levels/],
    [['--levels', '0', '--db', 'x.db'], '--levels', /--levels "0"/],
    [['--rate', 'fast'], '--rate', /--rate "fast"/],
    [['--port', '70000'], '--port', /--port "70000"/],
    [['--seed', '-1'], '--seed', /--seed "-1"/],
    [['--commands', '10', '--db', 'x.db'], '--commands', /--db shows a book/],
    [['--db', 'no-such.db'], 'path', /no-such\.db/],
  ] as const)('%j', async (args, type, message) => {
    const run = await runOrderBook('studio', ...args, '--json');
    expect(run.code).toBe(2);
    expect(run.json.error).toMatchObject({ code: 'INVALID_OPTION', type, hint: expect.any(String) });
    expect(run.json.error.message).toMatch(message);
  });

  test('a file that is not a book', async () => {
    const path = join(temporaryFolder(), 'empty.db');
    await (await openBook(path)).close();
    const run = await runOrderBook('studio', '--db', path, '--json');
    expect([run.code, run.json.error.type]).toEqual([2, '--db']);
    expect(run.json.error.message).toContain('it holds no events');
  });
});
