/** pgbouncer in transaction mode before a server: each transaction of a client may get another connection. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { PASSWORD, type PostgresServer } from '../server.ts';
import { asPostgres, end, freePort, giveToPostgres } from '../starting.ts';

/** Fewer connections than clients have, so that they get those of others. */
const POOL_SIZE = 4;

export class Pgbouncer {
  readonly port: number;
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(folder: string, port: number, started: ChildProcess) {
    this.#folder = folder;
    this.port = port;
    this.#process = started;
  }

  static async start(server: PostgresServer): Promise<Pgbouncer> {
    const folder = mkdtempSync('/var/tmp/rfbouncer-');
    const port = await freePort();
    const [settings, users] = [join(folder, 'pgbouncer.ini'), join(folder, 'users.txt')];
    writeFileSync(users, `"app" "${PASSWORD}"\n`);
    writeFileSync(
      settings,
      `[databases]
* = host=127.0.0.1 port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
default_pool_size = ${POOL_SIZE}
`,
    );
    for (const path of [folder, settings, users]) giveToPostgres(path);
    const started = spawn('/usr/sbin/pgbouncer', ['-q', settings], { ...asPostgres(), stdio: 'ignore' });
    const bouncer = new Pgbouncer(folder, port, started);
    await answering(server.url(port));
    return bouncer;
  }

  async stop(): Promise<void> {
    await end(this.#process);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function answering(url: string): Promise<void> {
  for (const last = Date.now() + 30_000; ; ) {
    const client = new pg.Client(url);
    client.on('error', () => {});
    try {
      await client.connect();
      return;
    } catch (error) {
      if (Date.now() > last) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      await client.end().catch(() => {});
    }
  }
}
