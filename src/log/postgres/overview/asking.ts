/** Asks a server about its logs, without opening one: over one connection, which ends with the answer. */
import { Connections, type Rows } from '../server/connections.ts';
import type { PostgresConnection } from '../server/driver.ts';
import { patiently } from '../server/patience.ts';

/** The options of questions to a server. */
export interface OverviewOptions {
  /** Where the tables are. Default: `refold`. */
  readonly schema?: string;
  /** What else the package `pg` takes. */
  readonly connection?: PostgresConnection;
}

const OVERVIEW_ANSWER_MS = 10_000;

export type Question = (text: string, ...values: readonly unknown[]) => Promise<Rows>;

/** @param place names the server in messages @throws RefoldError `STORE_FAILED` with the server's words */
export async function askServer<T>(
  url: string | undefined,
  connection: PostgresConnection | undefined,
  place: string,
  work: (ask: Question) => Promise<T>,
): Promise<T> {
  const connections = Connections.join({
    connection: { ...connection, ...(url !== undefined && { connectionString: url }) },
    ...{ answerWithin: OVERVIEW_ANSWER_MS, place, isSingle: true, shared: 'overview' },
  });
  const patience = { path: place, within: OVERVIEW_ANSWER_MS, closing: new AbortController().signal };
  try {
    return await work((text, ...values) => patiently(() => connections.ask('read 0', { text, values }), patience));
  } finally {
    await connections.leave();
  }
}
