/** The source of a log in PostgreSQL: opened by its writer, who takes a lease, or beside it. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { RefoldError } from '../../core/errors.ts';
import { EMPTY_CHAIN } from '../blocks/chain.ts';
import { requireDurability } from '../log-errors.ts';
import type { LogSource, OpenLogOptions } from '../log-source.ts';
import type { LogStore } from '../log-store.ts';
import { DEFAULT_BOUNDS } from '../outcomes.ts';
import { Connections, type Rows } from './connections.ts';
import { AS_ROWS, type PostgresConnection } from './driver.ts';
import { KnownLog } from './known-log.ts';
import { placeText } from './place.ts';
import { PostgresLogStore } from './postgres-log-store.ts';
import { bytesOf, PostgresReader } from './reading.ts';
import { refusalOf } from './refusals.ts';
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

async function openLog(opening: Opening, asked: OpenLogOptions): Promise<LogStore> {
  const { connections, schema, path } = opening;
  const { durability = 'always', readOnly = false, remember = DEFAULT_BOUNDS } = asked;
  const { log, epoch } = await findLog(opening, readOnly);
  const statements = statementsIn(schema, durability === 'always');
  const reader = new PostgresReader(connections, statements, log, path);
  const [state, ordinals, reactors] = await Promise.all([reader.state(), reader.ordinals(), reader.reactors()]);
  const start = { head: state.head, ordinals, reactors };
  const writer =
    epoch === undefined
      ? undefined
      : new PostgresWriter(connections, statements, { log, path, epoch }, start, remember);
  const known = KnownLog.join(path, state);
  const leave = async (): Promise<void> => {
    if (epoch !== undefined) await giveBackLease(opening, log, epoch);
    known.leave(path);
    await connections.leave();
  };
  return new PostgresLogStore({ path, known, reader, writer, remembers: remember, leave });
}

/** A log by its number, and the writer's epoch. */
interface Found {
  readonly log: number;
  readonly epoch: number | undefined;
}

type Ask = (text: string, ...values: readonly unknown[]) => Promise<Rows>;

async function findLog(opening: Opening, readOnly: boolean): Promise<Found> {
  const client = await opening.connections.alone();
  const ask: Ask = async (text, ...values) => (await client.query({ text, values, ...AS_ROWS })).rows;
  try {
    return await (readOnly ? existingLog(opening, ask) : takeLease(opening, ask));
  } catch (error) {
    throw refusalOf(error, opening.path);
  } finally {
    await client.end().catch(() => {});
  }
}

async function existingLog({ schema, name, path }: Opening, ask: Ask): Promise<Found> {
  const [row] = await ask(`select log from ${schema}.logs where name = $1`, bytesOf(name));
  if (row === undefined) throw new RefoldError('INVALID_OPTION', `Cannot read ${path}: there is no such log`, { path });
  return { log: row[0] as number, epoch: undefined };
}

/** Makes the log if it is new, and takes its lease. @throws RefoldError `LOG_LOCKED` */
async function takeLease({ schema, name, lease, path }: Opening, ask: Ask): Promise<Found> {
  await ask(tablesIn(schema));
  await ask(
    `insert into ${schema}.logs (name, log_id, epoch, lease_until, holder, trimmed_through, trimmed_recorded_at,
       trimmed_chain, redactions)
     values ($1, $2, 0, clock_timestamp(), '', 0, 0, $3, 0)
     on conflict (name) do nothing`,
    ...[bytesOf(name), randomBytes(16).toString('hex'), EMPTY_CHAIN],
  );
  const [row] = await ask(
    `update ${schema}.logs
     set epoch = epoch + 1, lease_until = clock_timestamp() + $2 * interval '1 ms', holder = $3
     where name = $1 and lease_until <= clock_timestamp()
     returning log, epoch`,
    ...[bytesOf(name), lease, `${hostname()} ${process.pid}`],
  );
  if (row === undefined) throw locked(path);
  return { log: row[0] as number, epoch: row[1] as number };
}

async function giveBackLease({ connections, schema }: Opening, log: number, epoch: number): Promise<void> {
  await connections
    .ask('write', {
      text: `update ${schema}.logs set lease_until = clock_timestamp() where log = $1 and epoch = $2`,
      values: [log, epoch],
    })
    .catch(() => {}); // the lease runs out by itself
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
