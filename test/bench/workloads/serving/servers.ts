/** The servers that redis-benchmark drives: ours, Debian's Redis, and another one written in TypeScript. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { peerVersion } from '../../measuring/peers.ts';

const COMMAND_LINE = fileURLToPath(new URL('../../../../src/cli/main.ts', import.meta.url));
const PEER = fileURLToPath(new URL('../../peers/node_modules/js-redis-server/dist/cli.js', import.meta.url));

/** When an answer has to survive the death of the machine. */
export type Sync = 'always' | 'everysec';

export interface ServerKind {
  readonly name: 'refold' | 'redis' | 'js';
  readonly by: () => string;
  readonly durability: (sync: Sync) => string;
  readonly start: (port: number, folder: string, sync: Sync) => ChildProcess;
}

const NODE_FLAGS = ['--conditions=refold-source', '--disable-warning=ExperimentalWarning'];

export const REFOLD: ServerKind = {
  name: 'refold',
  by: () => 'refold',
  durability: (sync) => (sync === 'always' ? 'synced' : 'synced each second'),
  start: (port, folder, sync) => {
    const args = ['serve', join(folder, 'redis.db'), '--port', String(port), '--appendfsync', sync];
    return spawn(process.execPath, [...NODE_FLAGS, COMMAND_LINE, ...args], { stdio: 'ignore' });
  },
};

export const REDIS: ServerKind = {
  name: 'redis',
  by: () => `Redis ${/v=([\d.]+)/.exec(spawnSync('redis-server', ['--version'], { encoding: 'utf8' }).stdout)?.[1]}`,
  durability: (sync) => (sync === 'always' ? 'synced (AOF, appendfsync always)' : 'synced each second (AOF)'),
  start: (port, folder, sync) => {
    const args = ['--port', String(port), '--dir', folder, '--save', '', '--appendonly', 'yes', '--appendfsync', sync];
    return spawn('redis-server', args, { stdio: 'ignore' });
  },
};

export const JS_REDIS: ServerKind = {
  name: 'js',
  by: () => `js-redis-server ${peerVersion('js-redis-server')}`,
  durability: () => 'in memory only',
  start: (port) => spawn(process.execPath, [PEER, '--port', String(port)], { stdio: 'ignore' }),
};

/** A server that runs. `await using` ends it. */
export class RunningServer implements AsyncDisposable {
  readonly kind: ServerKind;
  readonly port: number;
  readonly #process: ChildProcess;

  private constructor(kind: ServerKind, port: number, process: ChildProcess) {
    this.kind = kind;
    this.port = port;
    this.#process = process;
  }

  /** Resolves when the server answers. */
  static async start(kind: ServerKind, folder: string, sync: Sync = 'always'): Promise<RunningServer> {
    const port = await freePort();
    const server = new RunningServer(kind, port, kind.start(port, folder, sync));
    await server.untilReady();
    return server;
  }

  /** Until the server answers PING: LOADING is not an answer. */
  async untilReady(): Promise<void> {
    for (let attempt = 0; attempt < 6_000; attempt++) {
      if (this.ask('PING') === 'PONG') return;
      await pause(10);
    }
    throw new Error(`${this.kind.name} did not answer within a minute`);
  }

  /** What redis-cli prints for a command. */
  ask(...command: readonly string[]): string {
    return spawnSync('redis-cli', ['-p', String(this.port), ...command], { encoding: 'utf8' }).stdout.trim();
  }

  /** Runs redis-benchmark, and gives its rate in commands a second. */
  rate(args: readonly string[]): number {
    return this.#benchmark(args).rate;
  }

  /** The same, with the 99th percentile of the latency in ms. */
  measure(args: readonly string[]): { readonly rate: number; readonly p50: number; readonly p99: number } {
    return this.#benchmark(args);
  }

  /** Resident memory in bytes. */
  memory(): number {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    this.#process.kill(signal);
    if (this.#process.exitCode === null && this.#process.signalCode === null) await once(this.#process, 'exit');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill('SIGKILL');
  }

  /** The CSV line is `"SET","65359.48","avg","min","p50","p95","p99","max"`. */
  #benchmark(args: readonly string[]): { readonly rate: number; readonly p50: number; readonly p99: number } {
    const run = spawnSync('redis-benchmark', ['-p', String(this.port), '--csv', ...args], { encoding: 'utf8' });
    const fields = run.stdout
      .trim()
      .split('\n')
      .at(-1)!
      .split('","')
      .map((field) => Number(field.replaceAll('"', '')));
    const [, rate = Number.NaN, , , p50 = Number.NaN, , p99 = Number.NaN] = fields;
    if (!Number.isFinite(rate)) throw new Error(`redis-benchmark said: ${run.stdout}${run.stderr}`);
    return { rate, p50, p99 };
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
