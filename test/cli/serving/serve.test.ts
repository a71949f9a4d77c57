/** `refold serve`: its options, its ready line, its end, and what it refuses. */
import { type ChildProcess, execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { TestClient } from '../../redis/harness.ts';
import { exitOf, refold, startRefold } from '../support.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'refold-serve-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A port that nothing uses now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { readonly port: number };
  await new Promise((resolve) => void server.close(resolve));
  return port;
}

interface Serving {
  readonly child: ChildProcess;
  readonly port: number;
  readonly ready: string;
}

async function serve(cwd: string, port: number, ...args: readonly string[]): Promise<Serving> {
  const child = startRefold(['serve', ...args, '--port', String(port)], { cwd });
  onTestFinished(() => void child.kill('SIGKILL'));
  let out = '';
  let errors = '';
  child.stderr!.on('data', (chunk) => (errors += chunk));
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`The server has ended: ${errors}`)));
    child.stdout!.on('data', (chunk) => {
      out += chunk;
      if (out.includes('Ready to accept')) resolve();
    });
  });
  return { child, port, ready: out };
}

async function ask({ port }: Serving, ...args: readonly string[]): Promise<unknown> {
  const client = await TestClient.open(port);
  try {
    return await client.ask(...args);
  } finally {
    client.end();
  }
}

describe('refold serve', () => {
  test('says when it is ready, keeps its process id, and ends on SIGTERM with what it has kept', async () => {
    const cwd = folder();
    const port = await freePort();
    const first = await serve(cwd, port, '--max-heap', '512mb', '--save', '100', '1');
    expect(first.ready).toContain(` PID: ${first.child.pid}\n`);
    expect(await ask(first, 'INFO', 'server')).toContain(`process_id:${first.child.pid}\r\n`);
    expect(await ask(first, 'CONFIG', 'GET', 'save')).toEqual(['save', '100 1']);
    await ask(first, 'SET', 'kept', 'value');
    first.child.kill('SIGTERM');
    expect(await exitOf(first.child)).toBe(0);
    const again = await serve(cwd, port);
    expect(again.ready).toContain(join(cwd, 'redis.db'));
    expect(await ask(again, 'GET', 'kept')).toBe('value');
  });

  test('right after SIGKILL takes the lock, and has all that was acknowledged', async () => {
    const cwd = folder();
    const port = await freePort();
    const first = await serve(cwd, port, 'my.db', '--durability', 'always');
    await ask(first, 'SET', 'kept', 'value');
    first.child.kill('SIGKILL');
    const again = await serve(cwd, port, 'my.db');
    expect(await ask(again, 'GET', 'kept')).toBe('value');
  });

  test('takes the command line before the file', async () => {
    const cwd = folder();
    writeFileSync(join(cwd, 'redis.conf'), 'port 1\nmaxmemory 5mb\ntimeout 7\nrequirepass secret\n');
    const server = await serve(cwd, await freePort(), '--config', 'redis.conf', '--timeout', '9', '--requirepass', '');
    expect(await ask(server, 'CONFIG', 'GET', 'timeout')).toEqual(['timeout', '9']);
    expect(await ask(server, 'CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', '5242880']);
  });

  test('shows a past moment beside the running server, and takes no writes there', async () => {
    const cwd = folder();
    const first = await serve(cwd, await freePort(), 'my.db', '--durability', 'always');
    await ask(first, 'SET', 'a', '1');
    await ask(first, 'SET', 'a', '2');
    const past = await serve(cwd, await freePort(), 'my.db', '--at', 'last-1', '--read-only');
    expect(past.ready).toContain('my.db as of sequence 1, recorded 20');
    expect(await ask(past, 'GET', 'a')).toBe('1');
    expect(await ask(past, 'SET', 'a', '3')).toMatchObject({ message: expect.stringMatching(/^READONLY /) });
    past.child.kill('SIGTERM');
    expect(await exitOf(past.child)).toBe(0);
  });

  test('answers redis-cli', async () => {
    const { port } = await serve(folder(), await freePort());
    const { stdout } = await promisify(execFile)('redis-cli', ['-p', String(port), 'ping']);
    expect(stdout).toBe('PONG\n');
  });

  test('says which port is taken', async () => {
    const cwd = folder();
    const { port } = await serve(cwd, await freePort());
    const { code, stderr } = await refold(['serve', 'other.db', '--port', String(port)], { cwd });
    expect(code).toBe(3);
    expect(stderr).toContain(`refold: Failed listening on port ${port}\n`);
    expect(stderr).toContain('--port');
  });

  test.each([
    [['--prot', '7000'], 'Did you mean port?'],
    [['--port', 'x'], 'Correct the value of port'],
    [['--durability', 'os', '--appendfsync', 'always'], 'Give only one of the two'],
    [['--history', 'some'], 'Give keep, discard, a time such as 90d or a size such as 10gb'],
    [['a.db', 'b.db'], 'Give one file before the options'],
    [['--config', 'missing.conf'], 'Correct the file, or name another one with --config'],
    [['--at', '3'], 'Give --read-only as well'],
    [['--at', 'yesterday', '--read-only'], 'Give a sequence such as 1200'],
    [['--at', '--read-only'], 'Write --at VALUE'],
    [['--max-heap', 'much'], 'Give a size such as 4gb'],
  ])('refuses %j with a hint', async (args, hint) => {
    const { code, stderr } = await refold(['serve', ...args], { cwd: folder() });
    expect(code).toBe(2);
    expect(stderr).toContain(`hint: ${hint}`);
  });
});
