/** What starting a server for tests needs: a user that is not root, a port, and an end in order. */
import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync } from 'node:fs';
import { createServer } from 'node:net';

/** The user under whom servers are started: they refuse to run as root. */
export function asPostgres(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

export function giveToPostgres(path: string): void {
  const { uid, gid } = asPostgres();
  if (uid !== undefined) chownSync(path, uid, gid!);
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { readonly port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Ends a server in order, and after 5 s without its consent. */
export async function end(server: ChildProcess | undefined): Promise<void> {
  if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  const late = setTimeout(() => server.kill('SIGQUIT'), 5_000);
  server.kill('SIGINT');
  await ended;
  clearTimeout(late);
}
