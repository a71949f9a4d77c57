/**
 * Connections to one database, shared by all logs of one configuration in this process.
 *
 * Questions of appends share a pipelined connection: the next one is on its way before the answer to the last. Others share a
 * second one. A connection that is lost, or that does not answer in time, is given up with all its questions; the next question
 * opens another.
 */
import { later } from '../../threads/timers.ts';
import { AS_ROWS, type Cell, type Client, loadDriver, type PostgresConnection, type Question } from './driver.ts';
import { ConnectionLost, refusalOf } from './refusals.ts';

export type Rows = readonly (readonly Cell[])[];

/** What a connection is used for. */
export type Use = 'write' | 'read';

export interface Configuration {
  readonly connection: PostgresConnection;
  /** ms without an answer after which a connection counts as lost. */
  readonly answerWithin: number;
  /** Names the database in messages. */
  readonly place: string;
}

export class Connections {
  static readonly #shared = new Map<string, Connections>();
  readonly #configuration: Configuration;
  readonly #key: string;
  readonly #open = new Map<Use, Promise<Client>>();
  #users = 0;

  /** The connections of a configuration. The caller leaves them with `leave`. */
  static join(configuration: Configuration): Connections {
    const key = JSON.stringify(configuration);
    let connections = Connections.#shared.get(key);
    if (connections === undefined) {
      connections = new Connections(configuration, key);
      Connections.#shared.set(key, connections);
    }
    connections.#users += 1;
    return connections;
  }

  private constructor(configuration: Configuration, key: string) {
    this.#configuration = configuration;
    this.#key = key;
  }

  /**
   * @throws ConnectionLost; RefoldError for what the server refuses
   */
  async ask(use: Use, question: Question): Promise<Rows> {
    const client = await this.#client(use);
    const { promise: late, reject } = Promise.withResolvers<never>();
    const patience = this.#configuration.answerWithin + workFor(question);
    const takeBack = later(patience, () => reject(new ConnectionLost('no answer')));
    const answer = client.query({ ...question, ...AS_ROWS });
    answer.catch(() => {}); // the race may be over
    try {
      return (await Promise.race([answer, late])).rows;
    } catch (error) {
      if (error instanceof ConnectionLost) this.#giveUp(use, client);
      throw refusalOf(error, this.#configuration.place);
    } finally {
      takeBack();
    }
  }

  /** A connection for one caller alone, such as a transaction of several statements. The caller ends it. */
  async alone(): Promise<Client> {
    return await this.#connect(false);
  }

  async leave(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0) return;
    Connections.#shared.delete(this.#key);
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.allSettled(open.map(async (client) => (await client).end()));
  }

  #client(use: Use): Promise<Client> {
    let client = this.#open.get(use);
    if (client === undefined) {
      client = this.#connect(true);
      this.#open.set(use, client);
      client.catch(() => this.#open.get(use) === client && this.#open.delete(use));
    }
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
    try {
      await client.connect();
    } catch (error) {
      throw refusalOf(error, place);
    }
    return client;
  }

  #giveUp(use: Use, client: Client): void {
    client.connection.stream.destroy();
    this.#open.delete(use);
  }

  #forget(ended: Client): void {
    for (const [use, client] of this.#open) {
      void client
        .then((open) => open === ended && this.#open.get(use) === client && this.#open.delete(use))
        .catch(() => {});
    }
  }
}

/** ms that the server may take for each row, and for each byte, on top of a short question: a large append is not a lost one. */
const MS_A_ROW = 0.2;
const MS_A_BYTE = 0.001;

function workFor({ values }: Question): number {
  let ms = 0;
  for (const value of values) {
    if (Array.isArray(value)) ms = Math.max(ms, value.length * MS_A_ROW);
    else if (typeof value === 'string' || Buffer.isBuffer(value)) ms += value.length * MS_A_BYTE;
  }
  return ms;
}
