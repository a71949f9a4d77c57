/** What a log needs to know of its server: whether it can be used, how safe it is, and which one it is. */
import { RefoldError } from '../../../core/errors.ts';
import type { Connections } from './connections.ts';
import { ConnectionLost } from './refusals.ts';

/** Which server it is: another one after a failover. */
export interface ServerIdentity {
  readonly systemId: string;
  readonly timeline: number;
}

export interface ServerFacts {
  /** Undefined where the server does not tell it. */
  readonly identity: ServerIdentity | undefined;
  /** Settings that are off and make acknowledged appends unsafe. */
  readonly unsafe: readonly string[];
  /** True where the tables are there. */
  readonly hasTables: boolean;
}

const OLDEST_SERVER = 140_000;

/** @throws RefoldError `INVALID_OPTION` for a server that is too old, or a database whose encoding is not UTF8 */
export async function factsOf(connections: Connections, schema: string, path: string): Promise<ServerFacts> {
  const [row] = await connections.ask('read 0', {
    text: `select current_setting('server_version_num')::integer, current_setting('server_encoding'),
        current_setting('fsync'), current_setting('full_page_writes'), to_regclass($1) is not null`,
    values: [`${schema}.format`],
  });
  const [version, encoding, fsync, pages, hasTables] = row as readonly [number, string, string, string, boolean];
  if (version < OLDEST_SERVER) throw tooOld(path, version);
  if (encoding !== 'UTF8') throw otherEncoding(path, encoding);
  const unsafe = [fsync === 'off' && 'fsync', pages === 'off' && 'full_page_writes'].filter((name) => name !== false);
  return { identity: await identityOf(connections), unsafe, hasTables };
}

/** A managed server may not tell it. */
async function identityOf(connections: Connections): Promise<ServerIdentity | undefined> {
  try {
    const [row] = await connections.ask('read 0', {
      text: `select (select system_identifier::text from pg_control_system()),
        ('x' || lpad(left(pg_walfile_name(pg_current_wal_lsn()), 8), 8, '0'))::bit(32)::integer`,
      values: [],
    });
    const [systemId, timeline] = row as readonly [string, number];
    return { systemId, timeline };
  } catch (error) {
    if (error instanceof ConnectionLost) throw error;
    return undefined;
  }
}

function tooOld(path: string, version: number): RefoldError {
  const message = `Cannot open ${path}: its server is PostgreSQL ${Math.floor(version / 10_000)}`;
  return new RefoldError('INVALID_OPTION', message, { path, type: 'log', hint: 'Use PostgreSQL 14 or newer' });
}

function otherEncoding(path: string, encoding: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot open ${path}: the encoding of its database is ${encoding}`, {
    path,
    type: 'log',
    hint: "Create the database with encoding 'UTF8'",
  });
}
