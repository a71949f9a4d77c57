/** `refold serve` as a separate process, which the demo kills and starts again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { extname } from 'node:path';
import { Redis } from 'ioredis';

/** The command line beside the library: TypeScript in the sources, JavaScript in the package. */
const LIBRARY = import.meta.resolve('refold');
const COMMAND_LINE = new URL(`cli/main${extname(LIBRARY)}`, LIBRARY);

export class ServerProcess implements AsyncDisposable {
  readonly path: string;
  #child: ChildProcess | undefined;
  #port = 0;

  private constructor(path: string) {
    this.path = path;
  }

  static async start(path: string): Promise<ServerProcess> {
    const server = new ServerProcess(path);
    server.#port = await freePort();
    await server.restart();
    return server;
  }

  get port(): number {
    return this.#port;
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  /** Starts the process on the same file and the same port. Resolves when it is ready. */
  async restart(): Promise<void> {
    const args = [COMMAND_LINE.pathname, 'serve', this.path, '--port', String(this.#port), '--appendfsync', 'always'];
    const child = spawn(process.execPath, [...process.execArgv, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    let printed = '';
    for await (const chunk of child.stdout.setEncoding('utf8')) {
      printed += chunk;
      if (printed.includes('Ready to accept connections')) return;
    }
    throw new Error(`The server did not start: ${printed}`);
  }

  /** Ends the process as a power cut of its machine would end it: without a chance to do anything. */
  async kill(): Promise<void> {
    const child = this.#child!;
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }

  /** A client of the server. */
  connect(): Redis {
    const redis = new Redis(this.port, '127.0.0.1', { retryStrategy: () => 20, maxRetriesPerRequest: null });
    redis.on('error', () => {}); // it connects again by itself
    return redis;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child?.kill('SIGTERM');
    if (this.#child?.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
