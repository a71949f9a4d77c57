/** Servers in processes of their own: `refold serve`, and Debian's redis-server 7.0. The tests and the fault table share them. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Reply, TestClient } from './test-client.ts';

/** Whether redis-server is installed. */
export const HAS_REDIS: boolean = spawnSync('redis-server', ['--version']).status === 0;

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface ServeOptions {
  readonly path: string;
  /** Default: a free one. */
  readonly port?: number | undefined;
  /** Options of `refold serve`. */
  readonly args?: readonly string[];
  /** Options of Node, for example `--import=…`. */
  readonly nodeOptions?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A folder where processes keep their compiled code, so that each starts faster than the first. */
  readonly cache?: string | undefined;
}

/** A process of a server, and one client of it. */
class ServerProcess {
  readonly port: number;
  readonly client: TestClient;
  readonly process: ChildProcess;

  constructor(port: number, client: TestClient, process: ChildProcess) {
    this.port = port;
    this.client = client;
    this.process = process;
  }

  call(...args: readonly (string | number)[]): Promise<Reply> {
    return this.client.call(...args);
  }

  async text(...args: readonly (string | number)[]): Promise<string> {
    return String(await this.call(...args));
  }

  get hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** Ends the server. Resolves when its process is gone. */
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    if (!this.hasEnded) {
      const ended = new Promise((resolve) => this.process.once('exit', resolve));
      this.process.kill(signal);
      await ended;
    }
    this.client.end();
  }
}

/** `refold serve` on a file. */
export class RefoldProcess extends ServerProcess {
  /** Resolves when the server answers. @throws Error with its output when it ends instead */
  static async start(options: ServeOptions): Promise<RefoldProcess> {
    const port = options.port ?? (await freePort());
    const child = startServe(port, options);
    return new RefoldProcess(port, await firstClient(child, port), child);
  }
}

/** Lets one server end by itself, because only such a process writes the compile cache for the others. */
export async function warmUp(cache: string): Promise<void> {
  const server = await RefoldProcess.start({ path: ':memory:', cache });
  await server.kill('SIGTERM');
}

/** Starts `refold serve`, and waits for nothing. */
export function startServe(
  port: number,
  { path, args = [], nodeOptions = [], env, cache }: ServeOptions,
): ChildProcess {
  const node = ['--conditions=refold-source', '--disable-warning=ExperimentalWarning', ...nodeOptions];
  return spawn(process.execPath, [...node, MAIN, 'serve', path, '--port', String(port), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(cache !== undefined && { NODE_COMPILE_CACHE: cache }), ...env },
  });
}

/** Debian's redis-server 7.0 in a folder. */
export class RealProcess extends ServerProcess {
  readonly folder: string;

  private constructor(folder: string, ...parts: ConstructorParameters<typeof ServerProcess>) {
    super(...parts);
    this.folder = folder;
  }

  /** @param args options such as `--appendonly yes` */
  static async start(folder: string, args: readonly string[] = []): Promise<RealProcess> {
    const port = await freePort();
    const options = ['--port', String(port), '--dir', folder, '--save', '', '--enable-debug-command', 'yes', ...args];
    const child = spawn('redis-server', options, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C' }, // SORT ALPHA compares as the locale says
    });
    return new RealProcess(folder, port, await firstClient(child, port), child);
  }
}

/** The first client of a server that starts: it waits until the server answers PING. @throws Error when the process ends */
export async function firstClient(child: ChildProcess, port: number): Promise<TestClient> {
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk) => (output += chunk));
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`the server ended with ${child.signalCode ?? child.exitCode}: ${output}`);
    }
    try {
      const client = await TestClient.open(port);
      // An earlier process that is just dying may have taken the connection.
      if (await Promise.race([client.closed.then(() => false), answers(client)])) return client;
    } catch (error) {
      if (!['ECONNREFUSED', 'ECONNRESET'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      await pause(10);
    }
  }
}

/** Waits through LOADING. */
async function answers(client: TestClient): Promise<true> {
  while ((await client.ask('PING')) !== 'PONG') await pause(5);
  return true;
}

/** A port that nothing uses now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
      .once('error', reject)
      .listen(0, '127.0.0.1', () => {
        const { port } = server.address() as { port: number };
        server.close(() => resolve(port));
      });
  });
}
