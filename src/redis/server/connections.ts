/** Sockets: bytes in, bytes out, and a client for each. */
import type { Socket } from 'node:net';
import { Client } from '../calls/client.ts';
import type { ClientFacts } from '../calls/contracts/client-parts.ts';
import type { Clients } from '../calls/parts.ts';
import type { Output } from '../protocol/reply.ts';
import { ProtocolError, RequestParser } from '../protocol/request-parser.ts';

/** What connections tell the server. */
export interface ConnectionsHost {
  /** The client has sent something. */
  woke(client: Client): void;
  /** The client has output that no turn has taken yet. */
  talks(client: Client): void;
  left(client: Client): void;
  /** The longest value that a client may send, in bytes. */
  maxBulkBytes(): number;
}

interface Connection {
  readonly socket: Socket;
  readonly parser: RequestParser;
}

/** Unread bytes of a client beyond which its socket is paused. */
const UNREAD_BYTES = 4 * 1024 * 1024;
/** What a client takes that says nothing, roughly. */
const CLIENT_BYTES = 2_000;

export class Connections implements Clients {
  readonly #host: ConnectionsHost;
  readonly #connections = new Map<Client, Connection>();
  readonly #byId = new Map<number, Client>();
  #lastId = 0;

  constructor(host: ConnectionsHost) {
    this.#host = host;
  }

  get size(): number {
    return this.#connections.size;
  }

  all(): Iterable<Client> {
    return this.#connections.keys();
  }

  byId(id: number): Client | undefined {
    const client = this.#byId.get(id);
    return client?.isClosing ? undefined : client;
  }

  facts(client: Client): ClientFacts {
    const connection = this.#connections.get(client);
    const unreadBytes = connection?.parser.pendingBytes ?? 0;
    const unsentBytes = (connection?.socket.writableLength ?? 0) + client.reply.size;
    const handle = (connection?.socket as { readonly _handle?: { readonly fd?: number } } | undefined)?._handle;
    return { fd: handle?.fd ?? -1, unreadBytes, unsentBytes, memoryBytes: CLIENT_BYTES + unreadBytes + unsentBytes };
  }

  accept(socket: Socket): Client {
    const address = `${socket.remoteAddress}:${socket.remotePort}`;
    const client = new Client(++this.#lastId, Date.now(), address, `${socket.localAddress}:${socket.localPort}`);
    const parser = new RequestParser();
    this.#connections.set(client, { socket, parser });
    this.#byId.set(client.id, client);
    client.reply.onOutput = () => this.#host.talks(client);
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      client.lastSeen = Date.now();
      parser.push(chunk as Buffer);
      if (parser.pendingBytes > UNREAD_BYTES && client.isBlocked) socket.pause();
      this.#host.woke(client);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#forget(client));
    return client;
  }

  /** The next request of a client. Undefined when none is complete, or the client is being closed. */
  next(client: Client): string[] | undefined {
    const connection = this.#connections.get(client);
    if (connection === undefined || client.isClosing || client.isBlocked) return undefined;
    if (connection.socket.isPaused()) connection.socket.resume();
    const limits = { isUnknown: client.user === undefined, maxBulkBytes: this.#host.maxBulkBytes() };
    try {
      return connection.parser.next(limits);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      client.reply.error(`ERR ${error.message}`);
      client.isClosing = true;
      return undefined;
    }
  }

  send(client: Client, output: readonly Output[]): void {
    const socket = this.#connections.get(client)?.socket;
    if (socket === undefined || socket.destroyed) return;
    if (output.length > 1) socket.cork();
    for (const piece of output) {
      if (typeof piece === 'string') socket.write(piece, 'latin1');
      else socket.write(piece);
    }
    if (output.length > 1) socket.uncork();
    if (client.isClosing) socket.destroySoon();
  }

  close(client: Client, now = false): void {
    client.isClosing = true;
    const socket = this.#connections.get(client)?.socket;
    if (now) {
      socket?.destroy();
      this.#forget(client);
    } else if (client.reply.size === 0) {
      socket?.destroySoon();
    }
  }

  #forget(client: Client): void {
    if (!this.#connections.delete(client)) return;
    this.#byId.delete(client.id);
    client.isClosing = true;
    this.#host.left(client);
  }
}
