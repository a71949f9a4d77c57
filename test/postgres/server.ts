/**
 * A PostgreSQL server for tests: a new cluster in a folder that is deleted at the end.
 *
 * Debian's own cluster is not used. The server is a child of this process: `pg_ctl` would leave an orphan behind that blocks a
 * restart after a kill.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { LogSource } from '../../src/log/log-source.ts';
import type { LogStore } from '../../src/log/log-store.ts';
import { asPostgres, end, freePort, giveToPostgres } from './starting.ts';

export const PASSWORD = 'only for tests';

/** The folder of the newest PostgreSQL that Debian has installed. */
function postgresPrograms(): string {
  const folders = globSync('/usr/lib/postgresql/*/bin').sort((a, b) => versionIn(a) - versionIn(b));
  const newest = folders.at(-1);
  if (newest === undefined) throw new Error('PostgreSQL is not installed: apt-get install postgresql');
  return newest;
}

function versionIn(folder: string): number {
  return Number(/\d+/.exec(folder)![0]);
}

/** A new cluster, in the folder `data` of a new folder. */
export function makeCluster(): string {
  const folder = newFolder();
  const passwords = `${folder}.pw`;
  writeFileSync(passwords, PASSWORD);
  giveToPostgres(passwords);
  const data = ['-D', join(folder, 'data'), '-U', 'app', '-E', 'UTF8', '--locale=C'];
  const options = [...data, '-A', 'scram-sha-256', '--pwfile', passwords, '--no-sync'];
  execFileSync(join(postgresPrograms(), 'initdb'), options, asPostgres());
  rmSync(passwords);
  return folder;
}

function copyOf(cluster: string): string {
  const folder = newFolder();
  execFileSync('cp', ['-a', join(cluster, 'data'), folder], asPostgres());
  return folder;
}

function newFolder(): string {
  const folder = mkdtempSync('/var/tmp/rfpg-'); // a short path, on a real disk
  giveToPostgres(folder);
  return folder;
}

export class PostgresServer {
  readonly port: number;
  readonly #settings: readonly string[];
  readonly #folder: string;
  #process: ChildProcess | undefined;
  #flags: readonly string[] = [];

  private constructor(folder: string, port: number, settings: readonly string[]) {
    this.#folder = folder;
    this.port = port;
    this.#settings = settings;
  }

  /** @param settings such as `fsync=off` */
  static async start(settings: readonly string[] = []): Promise<PostgresServer> {
    const template = process.env.REFOLD_CLUSTER;
    const folder = template === undefined ? makeCluster() : copyOf(template);
    const server = new PostgresServer(folder, await freePort(), settings);
    await server.#begin();
    return server;
  }

  /** @param port of a proxy. Default: the server's */
  url(port: number = this.port, database = 'postgres'): string {
    return `postgres://app:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${database}`;
  }

  /** Runs one statement as the owner. */
  async sql(text: string, ...values: readonly unknown[]): Promise<readonly any[]> {
    const client = new pg.Client(this.url());
    client.on('error', () => {}); // the server may be killed meanwhile
    await client.connect();
    try {
      return (await client.query(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Resolves once a question has an answer. */
  async until(text: string, ...values: readonly unknown[]): Promise<void> {
    for (const end = Date.now() + 60_000; (await this.sql(text, ...values)).length === 0; ) {
      if (Date.now() > end) throw new Error(`without an answer for a minute: ${text}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Opens a log for writing as if its holder had stopped: its lease is ended early, again where the holder renews it. */
  async takeOver(name: string, source: LogSource): Promise<LogStore> {
    for (;;) {
      await this.sql('update refold.logs set lease_until = clock_timestamp() where name = $1', Buffer.from(name));
      try {
        return await source.open({});
      } catch (error) {
        if ((error as { readonly code?: unknown }).code !== 'LOG_LOCKED') throw error;
      }
    }
  }

  /** A standby that gets what this server writes. @param port of a proxy to this server */
  async standby(port: number = this.port): Promise<PostgresServer> {
    const folder = newFolder();
    const options = ['-d', this.url(port), '-D', join(folder, 'data'), '-R', '-c', 'fast', '-X', 'stream', '--no-sync'];
    await promisify(execFile)(join(postgresPrograms(), 'pg_basebackup'), options, asPostgres());
    const standby = new PostgresServer(folder, await freePort(), []);
    await standby.#begin();
    return standby;
  }

  /** Makes a standby a server that can be written to. */
  async promote(): Promise<void> {
    await this.sql('select pg_promote()');
  }

  async kill(): Promise<void> {
    const killed = this.#process!;
    const ended = once(killed, 'exit');
    killed.kill('SIGKILL');
    await ended;
  }

  /** Kills the server as a power cut would, and starts it again. */
  async crash(): Promise<void> {
    await this.kill();
    await this.#begin();
  }

  async #begin(): Promise<void> {
    const places = [`port=${this.port}`, 'listen_addresses=127.0.0.1', `unix_socket_directories=${this.#folder}`];
    const settings = [...places, ...this.#settings];
    this.#flags = settings.flatMap((setting) => ['-c', setting]);
    this.#spawn();
    await this.#answering();
  }

  #spawn(): void {
    const program = join(postgresPrograms(), 'postgres');
    const options = ['-D', join(this.#folder, 'data'), ...this.#flags];
    this.#process = spawn(program, options, { ...asPostgres(), stdio: 'ignore' });
  }

  async #answering(): Promise<void> {
    for (const end = Date.now() + 60_000; ; ) {
      if (this.#process!.exitCode !== null) this.#spawn(); // processes of a killed server were still ending
      const client = new pg.Client(this.url());
      try {
        await client.connect();
        return;
      } catch (error) {
        if (Date.now() > end) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      } finally {
        await client.end().catch(() => {});
      }
    }
  }

  /** Ends the server, and deletes its files. */
  async stop(): Promise<void> {
    await end(this.#process);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
