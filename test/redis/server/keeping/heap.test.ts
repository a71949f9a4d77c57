/** A server whose heap gets full refuses writes, and lives. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { connectTo, ErrorReply, type Reply } from '../../harness.ts';

const SCRIPT = fileURLToPath(new URL('small-server.ts', import.meta.url));
const HEAP_MIB = 96;
const OUT_OF_MEMORY = new ErrorReply("OOM command not allowed when used memory > 'maxmemory'.");

test('a full heap refuses writes, serves reads, and takes writes again after deletions', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'refold-heap-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const flags = [...process.execArgv, `--max-old-space-size=${HEAP_MIB}`];
  const child = spawn(process.execPath, [...flags, SCRIPT, join(folder, 'redis.db')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  const client = await connectTo({ port: Number(port) });
  const write = (at: number): Promise<Reply> => client.ask('SET', `key:${at}`, `${at}:${'x'.repeat(60_000)}`);

  let written = 0;
  let refusal: Reply | undefined;
  while (refusal === undefined && written < 40_000) {
    const replies = await Promise.all(Array.from({ length: 50 }, (_, at) => write(written + at)));
    refusal = replies.find((reply) => reply !== 'OK');
    written += 50;
  }
  expect(refusal).toEqual(OUT_OF_MEMORY);
  expect(await client.call('GET', 'key:0')).toBe(`0:${'x'.repeat(60_000)}`);
  for (let at = 0; at < 200; at++) await write(written + at);
  expect(child.exitCode).toBe(null);

  const keys = (await client.call('KEYS', '*')) as string[];
  for (let at = 0; at < keys.length / 2; at += 100) await client.call('DEL', ...keys.slice(at, at + 100));
  let again: Reply = OUT_OF_MEMORY;
  for (let at = 0; at < 1_000 && again !== 'OK'; at++) again = await write(at);
  expect(again).toBe('OK');
});
