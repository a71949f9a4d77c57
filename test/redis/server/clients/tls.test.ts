/** TLS, and the socket of the file system. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { Listeners } from '../../../../src/redis/server/clients/listeners.ts';
import { ServerConfig } from '../../../../src/redis/server/config/server-config.ts';

/** Listeners that answer whatever they get, and a folder with an authority, a server's and a client's certificate. */
function answering(...settings: readonly (readonly [string, string])[]): {
  readonly listeners: Listeners;
  readonly folder: string;
} {
  const folder = mkdtempSync(join(tmpdir(), 'refold-tls-'));
  const config = new ServerConfig();
  for (const [name, value] of settings) config.preset(name, value.replace('FOLDER', folder));
  const listeners = new Listeners({
    config,
    clients: () => 0,
    isOpen: () => true,
    accept: (socket) => void socket.on('error', () => undefined).end('+PONG\r\n'),
    refused: () => undefined,
    log: () => undefined,
  });
  onTestFinished(() => {
    listeners.close();
    rmSync(folder, { recursive: true });
  });
  return { listeners, folder };
}

function makeCertificates(folder: string): void {
  const run = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  run('req', '-x509', ...curve, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=authority');
  for (const name of ['server', 'client']) {
    run('req', ...curve, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', '/CN=localhost');
    run(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'ca.crt',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-out',
      `${name}.crt`,
    );
  }
}

const FILES: readonly (readonly [string, string])[] = [
  ['tls-cert-file', 'FOLDER/server.crt'],
  ['tls-key-file', 'FOLDER/server.key'],
  ['tls-ca-cert-file', 'FOLDER/ca.crt'],
];

/** What a client reads, and '' when it is turned away. */
function readOver(port: number, folder: string, name?: string): Promise<string> {
  const file = (path: string) => readFileSync(join(folder, path));
  const own = name === undefined ? {} : { cert: file(`${name}.crt`), key: file(`${name}.key`) };
  const socket = connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca: file('ca.crt'), ...own });
  let text = '';
  socket.on('data', (chunk) => (text += chunk));
  socket.on('error', () => undefined);
  return new Promise((resolve) => socket.once('close', () => resolve(text)));
}

test('a client comes in over TLS with a certificate of the authority, and not without one', async () => {
  const { folder, listeners } = answering(...FILES);
  makeCertificates(folder);
  const port = await listeners.listenTls(0, '127.0.0.1');
  expect(await readOver(port, folder, 'client')).toBe('+PONG\r\n');
  expect(await readOver(port, folder)).toBe('');
});

test('with tls-auth-clients no a client needs no certificate', async () => {
  const { folder, listeners } = answering(...FILES, ['tls-auth-clients', 'no']);
  makeCertificates(folder);
  const port = await listeners.listenTls(0, '127.0.0.1');
  expect(await readOver(port, folder)).toBe('+PONG\r\n');
});

test('something that is not TLS is turned away', async () => {
  const { folder, listeners } = answering(...FILES);
  makeCertificates(folder);
  const port = await listeners.listenTls(0, '127.0.0.1');
  const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.resume().once('close', resolve));
  expect(await readOver(port, folder, 'client')).toBe('+PONG\r\n');
});

test('a socket of the file system has its mode, and replaces the one of an earlier process', async () => {
  const { folder, listeners } = answering();
  const path = join(folder, 'redis.sock');
  await listeners.listenOnPath(path, 0o700);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  const read = () =>
    new Promise((resolve) => {
      const socket = connect(path);
      socket.once('data', (chunk) => resolve(chunk.toString()));
    });
  expect(await read()).toBe('+PONG\r\n');
  const { listeners: others } = answering();
  await others.listenOnPath(path, 0);
  expect(await read()).toBe('+PONG\r\n');
});
