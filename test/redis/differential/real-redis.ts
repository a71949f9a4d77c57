/** Debian's redis-server, for comparison. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Starts redis-server on a free port and an empty folder. It ends with the test. */
export async function startRealRedis(
  ...options: readonly string[]
): Promise<{ readonly port: number; readonly folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'redis-server-'));
  const port = await freePort();
  const args = ['--port', String(port), '--dir', folder, '--save', '', '--enable-debug-command', 'yes', ...options];
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(async () => {
    server.kill('SIGKILL');
    await once(server, 'exit');
    rmSync(folder, { recursive: true, force: true });
  });
  for await (const chunk of server.stdout.setEncoding('utf8')) if (chunk.includes('Ready to accept connections')) break;
  server.stdout.resume();
  return { port, folder };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
