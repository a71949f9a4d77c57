/**
 * Sockets: bytes in, bytes out, and a client for each.
 *
 * No client may take memory without a bound. A client that does not read its replies is not read from either, until it does.
 * One that lets messages pile up, or sends a request without end, is closed.
 */
import type { Socket } from 'node:net';
import { Client } from '../calls/client.ts';
import type { ClientFacts } from '../calls/contracts/client-parts.ts';
import type { Stats } from '../calls/contracts/stats.ts';
import type { Clients } from '../calls/parts.ts';
import type { Output } from '../protocol/reply.ts';
import { ProtocolError, type RequestLimits, RequestParser } from '../protocol/request-parser.ts';
import { classOf, judgeOutput, type OutputLimit } from './clients/output-limits.ts';

/** What connections tell the server, and ask it. */
export interface ConnectionsHost {
  /** The client has sent something, or may go on. */
  woke(client: Client): void;
  /** The client has output that no turn has taken yet. */
  talks(client: Client): void;
  left(client: Client): void;
  log(message: string): void;
  readonly stats: Stats;
  /** The longest value that a client may send, in bytes. */
  maxBulkBytes(): number;
  /** `client-query-buffer-limit`, in bytes. */
  maxQueryBytes(): number;
  outputLimit(client: Client): OutputLimit;
}

interface Connection {
  readonly socket: Socket;
  readonly parser: RequestParser;
  /** Whether the parser needs more bytes for its next request. */
  isHungry: boolean;
  /** Whether the client waits until its output has drained. */
  isChoked: boolean;
  /** Whether the client will send nothing more. */
  hasEnded: boolean;
  /** Since when it has had more output than the soft limit, in ms since the epoch. */
  softSince: number | undefined;
}

/** Unread bytes beyond which the socket of a client is paused that is not served now. */
const UNREAD_BYTES = 1024 * 1024;
/** Unsent bytes beyond which a client is not served until they have drained. */
const UNSENT_BYTES = 4 * 1024 * 1024;
/** A request may take no more, whatever `client-query-buffer-limit` says. */
const MAX_REQUEST_BYTES = 256 * 1024 * 1024;
/** What a client takes that says nothing, roughly. */
const CLIENT_BYTES = 2_000;

export class Connections implements Clients {
  rejected = 0;
  readonly #host: ConnectionsHost;
  readonly #connections = new Map<Client, Connection>();
  readonly #byId = new Map<number, Client>();
  #lastId = 0;
  #limits: RequestLimits = { isUnknown: true, maxBulkBytes: 0 };
  #bufferBytes = 0;
  #bufferBytesAt = Number.NEGATIVE_INFINITY;

  constructor(host: ConnectionsHost) {
    this.#host = host;
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Bytes that clients have sent and that were not read, or that wait for clients to read them. Up to 50 ms old. */
  get bufferBytes(): number {
    const now = performance.now();
    if (now - this.#bufferBytesAt < 50) return this.#bufferBytes;
    let bytes = 0;
    for (const [client, { socket, parser }] of this.#connections) {
      bytes += parser.pendingBytes + client.reply.size + client.heldBytes + socket.writableLength;
    }
    this.#bufferBytes = bytes;
    this.#bufferBytesAt = now;
    return bytes;
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
    const unsentBytes = connection === undefined ? 0 : unsentOf(client, connection);
    const handle = (connection?.socket as { readonly _handle?: { readonly fd?: number } } | undefined)?._handle;
    const queuedBytes = client.transaction?.bytes ?? 0;
    const memoryBytes = CLIENT_BYTES + unreadBytes + unsentBytes + queuedBytes;
    return { fd: handle?.fd ?? -1, unreadBytes, unsentBytes, memoryBytes };
  }

  accept(socket: Socket): Client {
    const client = new Client(++this.#lastId, Date.now(), ...addressesOf(socket));
    client.isLocalSocket = socket.remoteAddress === undefined;
    const connection: Connection = {
      socket,
      parser: new RequestParser(),
      isHungry: true,
      isChoked: false,
      hasEnded: false,
      softSince: undefined,
    };
    this.#connections.set(client, connection);
    this.#byId.set(client.id, client);
    client.reply.onOutput = () => this.#host.talks(client);
    client.reply.onPile = () => this.checkOutput(client, Date.now());
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#received(client, connection, chunk as Buffer));
    socket.on('end', () => this.#ended(client, connection));
    socket.on('drain', () => this.#drained(client, connection));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#forget(client));
    return client;
  }

  /** The next request of a client. Undefined when none is complete, or the client has to wait or is being closed. */
  next(client: Client): string[] | undefined {
    const connection = this.#connections.get(client);
    if (connection === undefined || client.isClosing) return undefined;
    if (client.isBlocked) return this.#leaveIfEnded(client, connection);
    const { parser, socket } = connection;
    if (unsentOf(client, connection) > UNSENT_BYTES) {
      connection.isChoked = true;
      socket.pause();
      return undefined;
    }
    try {
      const args = parser.next(this.#limitsOf(client));
      connection.isHungry = args === undefined;
      if (socket.isPaused() && (connection.isHungry || parser.pendingBytes <= UNREAD_BYTES)) socket.resume();
      return args ?? this.#leaveIfEnded(client, connection);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      client.reply.error(`ERR ${error.message}`);
      client.isClosing = true;
      return undefined;
    }
  }

  /** Kept from request to request. */
  #limitsOf({ user }: Client): RequestLimits {
    const maxBulkBytes = this.#host.maxBulkBytes();
    const isUnknown = user === undefined;
    if (this.#limits.maxBulkBytes !== maxBulkBytes || this.#limits.isUnknown !== isUnknown) {
      this.#limits = { isUnknown, maxBulkBytes };
    }
    return this.#limits;
  }

  send(client: Client, output: readonly Output[]): void {
    const connection = this.#connections.get(client);
    if (connection === undefined || connection.socket.destroyed) return;
    const { socket } = connection;
    const { stats } = this.#host;
    stats.writes++;
    if (output.length > 1) socket.cork();
    for (const piece of output) {
      client.heldBytes -= piece.length;
      stats.outputBytes += piece.length;
      if (typeof piece === 'string') socket.write(piece, 'latin1');
      else socket.write(piece);
    }
    if (output.length > 1) socket.uncork();
    // Output of a later turn may still be held.
    if (client.isClosing && client.heldBytes + client.reply.size === 0) socket.destroySoon();
    else this.#drained(client, connection);
  }

  close(client: Client, now = false): void {
    client.isClosing = true;
    if (now) {
      this.#connections.get(client)?.socket.destroy();
      this.#forget(client);
    } else {
      // The turn that ends next sends what the client has yet to read, if anything, and closes it.
      this.#host.talks(client);
    }
  }

  /** Closes the client when it has left too much output unread. Called while messages may pile up, and now and then. */
  checkOutput(client: Client, now: number): void {
    const connection = this.#connections.get(client);
    if (connection === undefined) return;
    const limit = this.#host.outputLimit(client);
    const verdict = judgeOutput(client, unsentOf(client, connection), limit);
    if (verdict === 'fine') {
      connection.softSince = undefined;
      return;
    }
    connection.softSince ??= now;
    if (verdict === 'soft' && now - connection.softSince <= limit.softSeconds * 1000) return;
    this.#host.log(
      `Closed client ${client.id} (${client.address}): it left too much output of class ${classOf(client)} unread`,
    );
    this.close(client, true);
  }

  #received(client: Client, connection: Connection, chunk: Buffer): void {
    const { parser, socket } = connection;
    if (client.isClosing) return;
    client.lastSeen = Date.now();
    this.#host.stats.reads++;
    this.#host.stats.inputBytes += chunk.length;
    parser.push(chunk);
    if (parser.pendingBytes > Math.min(this.#host.maxQueryBytes(), MAX_REQUEST_BYTES)) {
      this.#host.log(
        `Closed client ${client.id} (${client.address}): its request was longer than client-query-buffer-limit`,
      );
      this.close(client, true);
      return;
    }
    if (parser.pendingBytes > UNREAD_BYTES && (!connection.isHungry || client.isBlocked)) socket.pause();
    this.#host.woke(client);
  }

  /** The client sends nothing more. It gets the replies to what it has sent, and is closed then. */
  #ended(client: Client, connection: Connection): void {
    connection.hasEnded = true;
    this.#host.woke(client);
  }

  /** Closes a client that has no complete request left, or waits for data, and sends nothing more. */
  #leaveIfEnded(client: Client, { hasEnded }: Connection): undefined {
    if (hasEnded) this.close(client);
  }

  /** A client that was choked goes on. */
  #drained(client: Client, connection: Connection): void {
    if (!connection.isChoked || unsentOf(client, connection) > UNSENT_BYTES / 2) return;
    connection.isChoked = false;
    connection.socket.resume();
    this.#host.woke(client);
  }

  #forget(client: Client): void {
    if (!this.#connections.delete(client)) return;
    this.#byId.delete(client.id);
    this.#bufferBytesAt = Number.NEGATIVE_INFINITY; // what it took is free now
    client.isClosing = true;
    this.#host.left(client);
  }
}

/** Bytes that the client has yet to take: said in this turn, held until they are durable, and given to the system. */
function unsentOf(client: Client, { socket }: Connection): number {
  return client.reply.size + client.heldBytes + socket.writableLength;
}

/** Two addresses: the one of the other end, and ours. Those of a socket of the file system are not known. */
function addressesOf(socket: Socket): readonly [string, string] {
  const address = (host: string, port: number | undefined) =>
    host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined || localAddress === undefined) return ['unix:0', 'unix:0'];
  return [address(remoteAddress, remotePort), address(localAddress, localPort)];
}
