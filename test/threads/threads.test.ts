/** A thread that the system cannot start causes its own error, and the attempt leaves nothing behind. */
import { spawn } from 'node:child_process';
import { globSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Thread } from '../../src/threads/thread.ts';
import { requireThreads, threadFile } from '../../src/threads/threads.ts';
import { temporaryDirectory } from '../log/sqlite/fixtures.ts';

test('a thread is a file beside its starter, under a name that no application has once it is built', () => {
  expect(threadFile('file:///a/src/log/x.ts', 'writer').href).toBe('file:///a/src/log/writer.ts');
  expect(threadFile('file:///a/dist/chunk-1.js', 'writer').href).toBe('file:///a/dist/refold-writer.js');
  expect(threadFile('file:///a/bundle.mjs', 'writer').href).toBe('file:///a/refold-writer.js');
});

test('from its sources all of them are there', () => {
  expect(() => requireThreads('x.db')).not.toThrow();
});

test('one file starts the threads of a log; beside it the contract of logs, guests and completion start their own', () => {
  const src = fileURLToPath(new URL('../../src/', import.meta.url));
  const starters = globSync('**/*.ts', { cwd: src }).filter((path) => {
    return /\bnew Worker\(|import \{[^}]*(?<!type )\bWorker\b[^}]*\} from 'node:worker_threads'/.test(
      readFileSync(`${src}${path}`, 'utf8').replaceAll(/^import type .*$/gm, ''),
    );
  });
  expect(starters.sort()).toEqual([
    'cli/completion/facts.ts',
    'log/contract/opening.ts',
    'redis/past/past-thread.ts',
    'studio/open-studio.ts',
    'threads/threads.ts',
  ]);
});

test('a missing file is blamed on the bundler', async () => {
  const from = pathToFileURL(join(temporaryDirectory(), 'nowhere.js')).href;
  const started = Thread.start({ name: 'writer', from, data: undefined, action: 'open', path: 'x.db' });
  await expect(started).rejects.toMatchObject({
    code: 'STORE_FAILED',
    path: 'x.db',
    message: expect.stringMatching(/^Cannot open x\.db: its thread failed: .*refold-writer\.js/),
    hint: expect.stringContaining('external'),
    cause: expect.objectContaining({ code: 'MODULE_NOT_FOUND' }),
  });
});

test('options that cannot be met are told with their cause', async () => {
  const start = { name: 'writer', from: 'file:///x.js', data: undefined, action: 'open', path: 'x.db' } as const;
  const refused = Thread.start({ ...start, execArgv: ['--no-such-flag'] });
  await expect(refused).rejects.toMatchObject({ code: 'STORE_FAILED', hint: expect.stringContaining('cause') });
});

describe('where threads are forbidden', () => {
  const PROGRAM = `
    import { openStore } from 'refold';
    import { cart } from ${JSON.stringify(new URL('../cli/fixtures/cart.ts', import.meta.url).href)};
    const store = await openStore(cart, { path: process.argv[1] }).catch(({ code, message }) => console.log(code, message));
  `;

  test('opening a log says so and leaves nothing behind', async () => {
    const folder = temporaryDirectory();
    const flags = ['--permission', '--allow-fs-read=*', '--allow-fs-write=*', '--allow-addons'];
    const args = [
      ...flags,
      '--conditions=refold-source',
      '--input-type=module',
      '--eval',
      PROGRAM,
      join(folder, 'x.db'),
    ];
    const child = spawn(process.execPath, args, { cwd: process.cwd() });
    const [stdout] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(stdout).toMatch(/^STORE_FAILED Cannot open .*x\.db: its thread failed: .*--allow-worker/);
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});
