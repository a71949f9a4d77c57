/** The source of a log in PostgreSQL: opened by its writer, who takes a lease, or beside it. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { RefoldError } from '../../core/errors.ts';
import { EMPTY_CHAIN } from '../blocks/chain.ts';
import { requireDurability } from '../log-errors.ts';
import type { LogSource, OpenLogOptions } from '../log-source.ts';
import type { LogStore } from '../log-store.ts';
import { DEFAULT_BOUNDS } from '../outcomes.ts';
import { Connections } from './connections.ts';
import type { PostgresConnection } from './driver.ts';
import { KnownLog } from './known-log.ts';
import { placeText } from './place.ts';
import { PostgresLogStore } from './postgres-log-store.ts';
import { bytesOf, PostgresReader } from './reading.ts';
import { SCHEMA_NAME, tablesIn } from './schema.ts';
import { statementsIn } from './statements.ts';
import { PostgresWriter } from './writing.ts';

export interface PostgresLogOptions {
  /** Default: `default`. */
  readonly name?: string;
  /** Default: `refold`. */
  readonly schema?: string;
  /** ms; default 10,000. */
  readonly lease?: number;
  /** ms; default 3,000. */
  readonly answerWithin?: number;
  readonly connection?: PostgresConnection;
}

export function postgresLog(url: string | undefined, options: PostgresLogOptions = {}): LogSource {
  const { name = 'default', schema = 'refold', lease = 10_000, answerWithin = 3_000, connection = {} } = options;
  if (!SCHEMA_NAME.test(schema)) throw badSchema(schema);
  const { hostname: host = 'localhost', port = '5432', pathname = '/' } = url === undefined ? {} : new URL(url);
  const database = pathname.slice(1);
  const path = placeText({ host, port: Number(port), database, schema, name });
  const configuration = {
    connection: { ...connection, ...(url !== undefined && { connectionString: url }) },
    ...{ answerWithin, place: `${host}:${port}/${database}/${schema}` },
  };
  return {
    name: path,
    open: async (asked) => {
      requireDurability(asked.durability ?? 'always');
      const connections = Connections.join(configuration);
      try {
        return await openLog({ connections, schema, name, lease, path }, asked);
      } catch (error) {
        await connections.leave();
        throw error;
      }
    },
  };
}

interface Opening {
  readonly connections: Connections;
  readonly schema: string;
  readonly name: string;
  readonly lease: number;
  readonly path: string;
}

async function openLog(
  { connections, schema, name, lease, path }: Opening,
  { durability = 'always', readOnly = false, remember = DEFAULT_BOUNDS }: OpenLogOptions,
): Promise<LogStore> {
  const statements = statementsIn(schema, durability === 'always');
  const client = await connections.alone();
  let log: number;
  let epoch: number | undefined;
  try {
    const ask = async (text: string, ...values: readonly unknown[]) =>
      (await client.query({ text, values, rowMode: 'array' })).rows;
    if (!readOnly) await ask(tablesIn(schema));
    if (!readOnly) {
      await ask(
        `insert into ${schema}.logs (name, log_id, epoch, lease_until, holder, trimmed_through, trimmed_recorded_at,
           trimmed_chain, redactions, is_complete)
         values ($1, $2, 0, clock_timestamp(), '', 0, 0, $3, 0, true)
         on conflict (name) do nothing`,
        ...[bytesOf(name), randomBytes(16).toString('hex'), EMPTY_CHAIN],
      );
      const holder = `${hostname()} ${process.pid}`;
      const [row] = await ask(
        `update ${schema}.logs
         set epoch = epoch + 1, lease_until = clock_timestamp() + $2 * interval '1 ms', holder = $3
         where name = $1 and lease_until <= clock_timestamp()
         returning log, epoch`,
        ...[bytesOf(name), lease, holder],
      );
      if (row === undefined) throw locked(path);
      [log, epoch] = [Number(row[0]), Number(row[1])];
    } else {
      const [row] = await ask(`select log from ${schema}.logs where name = $1`, bytesOf(name));
      if (row === undefined)
        throw new RefoldError('INVALID_OPTION', `Cannot read ${path}: there is no such log`, { path });
      log = Number(row[0]);
    }
  } finally {
    await client.end().catch(() => {});
  }
  const reader = new PostgresReader(connections, statements, log, path);
  const state = await reader.state();
  const known = KnownLog.join(path, state);
  const writer =
    epoch === undefined
      ? undefined
      : new PostgresWriter(
          connections,
          statements,
          { log, path, epoch },
          { head: state.head, ordinals: await reader.ordinals(), reactors: await reader.reactors() },
          remember,
        );
  const leave = async (): Promise<void> => {
    if (epoch !== undefined) {
      await connections
        .ask('write', {
          text: `update ${schema}.logs set lease_until = clock_timestamp() where log = $1 and epoch = $2`,
          values: [log, epoch],
        })
        .catch(() => {}); // the lease runs out by itself
    }
    known.leave(path);
    await connections.leave();
  };
  return new PostgresLogStore({ path, known, reader, writer, remembers: remember, leave });
}

function locked(path: string): RefoldError {
  return new RefoldError('LOG_LOCKED', `Cannot open ${path}: another process has it open for writing`, { path });
}

function badSchema(schema: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot use the schema ${JSON.stringify(schema)}`, {
    type: 'schema',
    hint: 'Give a name of small letters, digits and underscores, at most 63, that begins with a letter or an underscore',
  });
}
