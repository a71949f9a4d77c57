/**
 * Connections to one database, shared by all logs of one configuration in this process.
 *
 * A connection has a use, such as the writes of some of the logs, and is opened with the first question of this use. It is
 * pipelined: the next question is on its way before the answer to the last. A connection that is lost, or that does not answer in
 * time, is given up with all its questions; the next question opens another.
 */
import zlib from 'node:zlib';
import { later, pause } from '../../../threads/timers.ts';
import {
  AS_ROWS,
  type Cell,
  type Client,
  loadDriver,
  type Notice,
  type PostgresConnection,
  type Question,
} from './driver.ts';
import { ConnectionLost, isStatementLost, refusalOf } from './refusals.ts';

/** A default of the server does not count: each statement of a transaction sees what was committed before it. */
export const BEGIN = 'begin isolation level read committed';

export type Rows = readonly (readonly Cell[])[];

/** Asks one statement of a transaction. */
export type Ask = (text: string, ...values: readonly unknown[]) => Promise<Rows>;

/** What a connection is used for: the writes or reads of some logs, or bells. */
export type Use = `write ${number}` | `read ${number}` | `turn ${number}` | 'bell';

/** One connection, for questions that belong together. Its answers come in order, until it is lost. */
export interface Held {
  /** @throws as `Connections.ask` */
  readonly ask: (question: Question) => Promise<Rows>;
  /** Ends it at once. */
  readonly giveUp: () => void;
  /** Ends it in order. */
  readonly end: () => Promise<void>;
}

/** Logs are spread over so many connections, by their numbers: 200 open logs take up to 9. */
const WRITE_CONNECTIONS = 6;
const READ_CONNECTIONS = 2;

export function useFor(kind: 'write' | 'read', log: number): Use {
  return `${kind} ${log % (kind === 'write' ? WRITE_CONNECTIONS : READ_CONNECTIONS)}`;
}

export interface Configuration {
  readonly connection: PostgresConnection;
  /** ms without an answer after which a connection counts as lost. */
  readonly answerWithin: number;
  /** Names the database and the schema in messages. */
  readonly place: string;
  /** One connection for every use. */
  readonly isSingle: boolean;
  /** Other options that its logs must have in common. */
  readonly shared: string;
}

/** How long a connection may take to end in order. */
const END_MS = 500;

export class Connections {
  static readonly #shared = new Map<unknown, Connections>();
  readonly #configuration: Configuration;
  readonly #key: unknown;
  readonly #open = new Map<Use, Promise<Client>>();
  /** How many questions are under way on each connection. */
  readonly #asked = new WeakMap<Client, number>();
  /** Connections whose last answer does not count: the server had stopped waiting for its standby. */
  readonly #doubtful = new WeakSet<Client>();
  /** Gets what other connections told with `pg_notify` on the channel. */
  #listening: { readonly channel: string; readonly heard: (payload: string) => void } | undefined;
  #users = 0;
  /** Behind a pool that changes connections between transactions, statements cannot be prepared. */
  #isPooled = false;

  /** The connections of a configuration. The caller leaves them with `leave`. */
  static join(configuration: Configuration): Connections {
    const key = keyOf(configuration);
    let connections = Connections.#shared.get(key);
    if (connections === undefined) {
      connections = new Connections(configuration, key);
      Connections.#shared.set(key, connections);
    }
    connections.#users += 1;
    return connections;
  }

  private constructor(configuration: Configuration, key: unknown) {
    this.#configuration = configuration;
    this.#key = key;
  }

  /**
   * @throws ConnectionLost, ServerBusy; RefoldError for what the server refuses
   */
  async ask(use: Use, question: Question): Promise<Rows> {
    const client = await this.#client(use);
    try {
      return await this.#answer(client, question);
    } catch (error) {
      if (error instanceof ConnectionLost) this.#giveUp(client);
      throw error;
    }
  }

  /** The connection of a use. */
  async hold(use: Use): Promise<Held> {
    const client = await this.#client(use);
    return {
      ask: (question) => this.#answer(client, question),
      giveUp: () => this.#giveUp(client),
      end: () => {
        this.#forget(client);
        return endClient(client);
      },
    };
  }

  /**
   * A transaction of several statements, on a connection that no other question shares.
   *
   * @param kept the use of a connection that stays for the next transaction. Default: a new one, which ends
   * @throws as `ask`
   */
  async transact<T>(work: (ask: Ask) => Promise<T>, kept?: `turn ${number}`): Promise<T> {
    const client = await (kept === undefined ? this.#connect(false) : this.#client(kept));
    let isDone = false;
    try {
      const ask: Ask = (text, ...values) => this.#answer(client, { text, values });
      await ask(BEGIN);
      const result = await work(ask);
      await ask('commit');
      isDone = true;
      return result;
    } finally {
      // The server takes back what was not committed.
      if (kept === undefined) await endClient(client);
      else if (!isDone) this.#giveUp(client);
    }
  }

  async #answer(client: Client, question: Question): Promise<Rows> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const patience = this.#configuration.answerWithin + workFor(question);
    const takeBack = later(patience, () => reject(new ConnectionLost('the server does not answer')));
    this.#count(client, 1);
    const answer = client.query({ ...question, ...(this.#isPooled ? UNNAMED : namedByText(question)), ...AS_ROWS });
    answer.catch(() => {}); // the race may be over
    try {
      const { rows } = await Promise.race([answer, late]);
      if (this.#doubtful.has(client)) throw new ConnectionLost('the server did not wait for its standby');
      return rows;
    } catch (error) {
      if (isStatementLost(error)) this.#isPooled = true;
      throw refusalOf(error, this.#configuration.place);
    } finally {
      takeBack();
      this.#count(client, -1);
    }
  }

  /** Hears what is told on a channel, until the connection is lost. To be called again from time to time. */
  async listen(channel: string, heard: (payload: string) => void): Promise<void> {
    this.#listening = { channel, heard };
    await this.#client('bell');
  }

  async leave(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0) return;
    if (Connections.#shared.get(this.#key) === this) Connections.#shared.delete(this.#key);
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.allSettled(open.map(async (client) => endClient(await client)));
  }

  #client(asked: Use): Promise<Client> {
    const use = this.#configuration.isSingle ? 'read 0' : asked;
    let client = this.#open.get(use);
    if (client === undefined) {
      client = this.#connectFor(use);
      this.#open.set(use, client);
      client.catch(() => this.#open.get(use) === client && this.#open.delete(use));
    }
    return client;
  }

  async #connectFor(use: Use): Promise<Client> {
    const client = await this.#connect(true);
    if (use === 'bell' && this.#listening !== undefined) {
      const { channel, heard } = this.#listening;
      client.on('notification', ({ payload }) => heard(payload));
      await client.query({ text: `listen "${channel}"` }).catch((error) => {
        throw refusalOf(error, this.#configuration.place);
      });
    }
    this.#count(client, 0);
    return client;
  }

  async #connect(pipeline: boolean): Promise<Client> {
    const { Client: Connection } = await loadDriver();
    const { connection, answerWithin, place } = this.#configuration;
    const client = new Connection({
      ...connection,
      ...{ pipeline, application_name: 'refold', connectionTimeoutMillis: answerWithin },
    });
    client.on('error', () => {}); // the questions under way hear of it
    client.on('end', () => this.#forget(client));
    client.on('notice', (notice) => this.#note(client, notice));
    try {
      await client.connect();
    } catch (error) {
      throw refusalOf(error, place);
    }
    return client;
  }

  /** A commit whose wait for a synchronous standby was cancelled is there, but not acknowledged. */
  #note(client: Client, { routine }: Notice): void {
    if (routine === 'SyncRepWaitForLSN') this.#doubtful.add(client);
  }

  /** A connection keeps the process alive while a question is under way. */
  #count(client: Client, more: number): void {
    const asked = (this.#asked.get(client) ?? 0) + more;
    this.#asked.set(client, asked);
    if (asked > 0) client.ref();
    else client.unref();
  }

  #giveUp(client: Client): void {
    client.connection.stream.destroy();
    this.#forget(client);
  }

  #forget(ended: Client): void {
    for (const [use, client] of this.#open) {
      void client
        .then((open) => open === ended && this.#open.get(use) === client && this.#open.delete(use))
        .catch(() => {});
    }
  }
}

const UNNAMED = { name: undefined };

/**
 * The name of a prepared statement, with a checksum of its text: a pool may have prepared another text under the same name, such as
 * that of another schema or release.
 */
function namedByText({ name, text }: Question): { readonly name?: string } {
  if (name === undefined) return {};
  let full = fullNames.get(text);
  if (full === undefined) fullNames.set(text, (full = `${name} ${zlib.crc32(text).toString(16)}`));
  return { name: full };
}

const fullNames = new Map<string, string>();

/** The same for equal configurations; one that holds a function is equal to no other. */
function keyOf(configuration: Configuration): unknown {
  let hasFunctions = false;
  const text = JSON.stringify(configuration, (_, value: unknown) => {
    hasFunctions ||= typeof value === 'function';
    return value;
  });
  return hasFunctions ? Symbol('connections') : text;
}

/** Ends a connection in order, or at once where the server does not answer. */
export async function endClient(client: Client): Promise<void> {
  await Promise.race([client.end().catch(() => {}), pause(END_MS)]);
  client.connection.stream.destroy();
}

/** ms that the server may take for each row, and for each byte, on top of a short question: a large append is not a lost one. */
const MS_A_ROW = 0.2;
const MS_A_BYTE = 0.001;

function workFor({ values }: Question): number {
  let ms = 0;
  for (const value of values) {
    if (Array.isArray(value)) ms = Math.max(ms, value.length * MS_A_ROW) + value.reduce(bytesMs, 0);
    else ms = bytesMs(ms, value);
  }
  return ms;
}

function bytesMs(ms: number, value: unknown): number {
  return typeof value === 'string' || Buffer.isBuffer(value) ? ms + value.length * MS_A_BYTE : ms;
}
