/** Where the server listens: TCP, TLS and a socket of the file system; and who may come in. */
import { chmodSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { type AddressInfo, createServer, isIP, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer, type TLSSocket, type TlsOptions, type Server as TlsServer } from 'node:tls';
import { RefoldError } from '../../../index.ts';
import type { Config } from '../../calls/parts.ts';
import { pathOf } from '../config/paths.ts';

export interface ListenersHost {
  readonly config: Config;
  /** How many clients there are. */
  clients(): number;
  /** Whether the default user needs no password. */
  isOpen(): boolean;
  /** A client that may come in. */
  accept(socket: Socket): void;
  /** A client was turned away. */
  refused(): void;
  log(message: string): void;
}

/** Why a client may not come in, as the line that it gets; undefined when it may. */
export function refusalOf(host: ListenersHost, remoteAddress: string | undefined): string | undefined {
  const { config } = host;
  if (host.clients() >= config.number('maxclients')) return '-ERR max number of clients reached\r\n';
  if (config.flag('protected-mode') && host.isOpen() && !isLoopback(remoteAddress)) {
    return '-DENIED The server runs in protected mode: the default user has no password, so that only clients of this machine may connect. Set a password with requirepass or ACL SETUSER, or turn protected-mode off if only people that you trust can reach this port.\r\n';
  }
  return undefined;
}

/** @param address undefined for a socket of the file system */
export function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return true;
  const plain = address.replace(/^::ffff:/i, '');
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

/** A client that has said all it wants to say still gets its replies. */
const HALF_OPEN = { allowHalfOpen: true };

export class Listeners {
  readonly #host: ListenersHost;
  readonly #servers: Server[] = [];

  constructor(host: ListenersHost) {
    this.#host = host;
  }

  /** Listens on a TCP port. Gives the port: a free one for 0. @throws the system's error when it is taken */
  async listen(port: number, address?: string): Promise<number> {
    const server = createServer(HALF_OPEN, (socket) => this.#admit(socket));
    await opened(server, () => server.listen({ port, host: address, backlog: this.#backlog() }));
    this.#servers.push(server);
    return (server.address() as AddressInfo).port;
  }

  /** Listens on a TCP port for TLS, with the files that `tls-*` name. @throws RefoldError when a file cannot be used */
  async listenTls(port: number, address?: string): Promise<number> {
    const server = tlsServer(this.#host.config);
    server.on('secureConnection', (socket) => this.#admit(socket));
    // The other end sent something that is not TLS, or has no right certificate.
    server.on('tlsClientError', (_error, socket: TLSSocket) => socket.destroy());
    await opened(server, () => server.listen({ port, host: address, backlog: this.#backlog() }));
    this.#servers.push(server);
    return (server.address() as AddressInfo).port;
  }

  /**
   * Listens on a path. A socket that an earlier process left there is replaced.
   *
   * @param mode 0 leaves it as the system has it
   * @throws RefoldError `INVALID_OPTION` when that does not work
   */
  async listenOnPath(path: string, mode: number): Promise<void> {
    if (statSync(path, { throwIfNoEntry: false })?.isSocket()) rmSync(path);
    const server = createServer(HALF_OPEN, (socket) => this.#admit(socket));
    await opened(server, () => server.listen({ path, backlog: this.#backlog() })).catch((error) => {
      throw new RefoldError('INVALID_OPTION', `Cannot listen on ${path}: ${(error as Error).message}`, {
        type: 'unixsocket',
        hint: 'Name a path in a folder that exists, and that the server may write',
        cause: error,
      });
    });
    if (mode > 0) chmodSync(path, mode);
    this.#servers.push(server);
  }

  /** No new clients come in. */
  close(): void {
    for (const server of this.#servers.splice(0)) server.close();
  }

  #backlog(): number {
    return this.#host.config.number('tcp-backlog');
  }

  #admit(socket: Socket): void {
    const refusal = refusalOf(this.#host, socket.remoteAddress);
    if (refusal !== undefined) {
      socket.on('error', () => socket.destroy());
      socket.end(refusal, 'latin1', () => socket.destroy());
      this.#host.refused();
      return;
    }
    const keepalive = this.#host.config.number('tcp-keepalive');
    if (keepalive > 0) socket.setKeepAlive(true, keepalive * 1000);
    this.#host.accept(socket);
  }
}

function opened(server: Server, listen: () => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.once('listening', () => {
    server.off('error', reject);
    resolve();
  });
  listen();
  return promise;
}

/** @throws RefoldError `INVALID_OPTION` when a file cannot be read, or does not hold what it should */
function tlsServer(config: Config): TlsServer {
  try {
    return createTlsServer({ ...tlsOptions(config), ...HALF_OPEN });
  } catch (error) {
    throw new RefoldError('INVALID_OPTION', `Cannot listen for TLS: ${(error as Error).message}`, {
      type: 'tls-port',
      hint: 'Correct the files that the tls parameters name',
      cause: error,
    });
  }
}

/** What redis.conf says about TLS, as Node wants it. */
export function tlsOptions(config: Config): TlsOptions {
  const file = (name: string) => (config.text(name) === '' ? undefined : readFileSync(pathOf(config, name)));
  const authClients = config.text('tls-auth-clients');
  const authorities = [file('tls-ca-cert-file'), ...certificatesIn(pathOf(config, 'tls-ca-cert-dir'))];
  const versions = config.text('tls-protocols').split(' ').filter(Boolean);
  return {
    cert: file('tls-cert-file'),
    key: file('tls-key-file'),
    passphrase: config.text('tls-key-file-pass') || undefined,
    ca: authorities.filter((each) => each !== undefined),
    requestCert: authClients !== 'no',
    rejectUnauthorized: authClients === 'yes',
    dhparam: file('tls-dh-params-file'),
    minVersion: versions.length === 0 || versions.includes('TLSv1.2') ? 'TLSv1.2' : 'TLSv1.3',
    maxVersion: versions.length === 0 || versions.includes('TLSv1.3') ? 'TLSv1.3' : 'TLSv1.2',
    ciphers: [config.text('tls-ciphersuites'), config.text('tls-ciphers')].filter(Boolean).join(':') || undefined,
    honorCipherOrder: config.flag('tls-prefer-server-ciphers'),
  };
}

function certificatesIn(folder: string): readonly Buffer[] {
  if (folder === '') return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map(({ name }) => readFileSync(join(folder, name)));
}
