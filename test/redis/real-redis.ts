/** Debian's redis-server 7.0, on a free port and in a folder that is deleted afterwards. The gate installs it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { type Reply, TestClient } from './harness.ts';

/** The tests that compare with Redis are skipped without it; the gate refuses skipped tests. */
export const HAS_REDIS: boolean = spawnSync('redis-server', ['--version']).status === 0;

export class RealRedis {
  readonly folder: string;
  readonly port: number;
  readonly client: TestClient;
  readonly #process: ChildProcess;

  private constructor(folder: string, port: number, client: TestClient, process: ChildProcess) {
    this.folder = folder;
    this.port = port;
    this.client = client;
    this.#process = process;
  }

  /** Starts a server that ends with the test. `args` are options such as `--appendonly yes`. */
  static async start(args: readonly string[] = [], folder: string = temporaryFolder()): Promise<RealRedis> {
    const port = await freePort();
    const options = ['--port', String(port), '--dir', folder, '--save', '', '--enable-debug-command', 'yes', ...args];
    const child = spawn('redis-server', options, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C' }, // SORT ALPHA compares as the locale says
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    onTestFinished(() => void child.kill('SIGKILL'));
    for (;;) {
      if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}: ${output}`);
      try {
        const client = await TestClient.open(port);
        onTestFinished(() => client.end());
        const started = new RealRedis(folder, port, client, child);
        while ((await client.ask('PING')) !== 'PONG') await pause(5);
        return started;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error;
        await pause(10);
      }
    }
  }

  call(...args: readonly (string | number)[]): Promise<Reply> {
    return this.client.call(...args);
  }

  async text(...args: readonly (string | number)[]): Promise<string> {
    return String(await this.call(...args));
  }

  /** Ends the server with SIGKILL. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await ended;
  }
}

/** A folder that is deleted after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'refold-redis-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
      .once('error', reject)
      .listen(0, '127.0.0.1', () => {
        const { port } = server.address() as { port: number };
        server.close(() => resolve(port));
      });
  });
}
