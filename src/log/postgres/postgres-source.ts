/** The source of a log in PostgreSQL: opened by its writer, who takes a lease, or beside it. This is the door to this folder. */
import { RefoldError } from '../../core/errors.ts';
import { requireDurability, turnsRefused } from '../log-errors.ts';
import type { LogSource, OpenLogOptions } from '../log-source.ts';
import type { LogOpening, LogStore } from '../log-store.ts';
import { DEFAULT_BOUNDS } from '../outcomes.ts';
import { KnownLog } from './known-log.ts';
import { openingOf } from './opening.ts';
import { type PostgresLogOptions, settingsOf } from './options.ts';
import { PostgresLogStore } from './postgres-log-store.ts';
import { PostgresReader } from './reading.ts';
import { Connections, type Rows, type Use } from './server/connections.ts';
import { type Patience, patiently } from './server/patience.ts';
import { placeText } from './server/place.ts';
import { factsOf } from './server/server-facts.ts';
import { readsIn } from './tables/read-statements.ts';
import { bytesOf } from './tables/rows.ts';
import { POSTGRES_FORMAT, tablesIn } from './tables/schema.ts';
import { writesIn } from './tables/write-statements.ts';
import {
  LeaseKeeper,
  type LeasePlace,
  leaseOf,
  lockedBy,
  makeRow,
  newHolder,
  type TakenLease,
  takeLease,
  tryToTake,
} from './turns/lease.ts';
import { Membership } from './turns/membership.ts';
import { turnsIn } from './turns/turn-statements.ts';
import { Turner } from './turns/turning.ts';
import { Watching } from './watching.ts';
import { PostgresWriter } from './writing.ts';

/** What is known of a log before it is opened. */
interface Place extends LeasePlace {
  readonly patience: Patience;
  readonly closing: AbortController;
  readonly watching: Watching;
  readonly migrate: boolean;
}

export type { PostgresLogOptions } from './options.ts';

/**
 * A log in PostgreSQL, not opened yet.
 *
 * @param url such as `postgres://user@host/database`; undefined when `connection` or the environment says it
 * @throws RefoldError `INVALID_OPTION`
 */
export function postgresLog(url: string | undefined, options: PostgresLogOptions = {}): LogSource {
  const { name, schema, lease, answerWithin, connection, settleWithin, pollEvery, notify, migrate } = settingsOf(
    url,
    options,
  );
  const { hostname: host = 'localhost', port = '', pathname = '/' } = url === undefined ? {} : new URL(url);
  const database = pathname.slice(1);
  const path = placeText({ host, port: Number(port === '' ? 5432 : port), database, schema, name });
  const configuration = {
    connection: { ...connection, ...(url !== undefined && { connectionString: url }) },
    ...{ answerWithin, place: path.slice(0, -name.length - 1) },
    shared: JSON.stringify([pollEvery, notify]),
  };
  return {
    name: path,
    open: async (asked) => {
      requireDurability(asked.durability ?? 'always');
      const connections = Connections.join(configuration);
      const closing = new AbortController();
      const patience = { path, within: settleWithin, closing: closing.signal };
      const watching = Watching.over(connections, { schema, pollEvery, notify });
      try {
        const holder = newHolder();
        const place = { connections, schema, name, lease, path, patience, closing, watching, migrate, holder };
        return await openLog(place, asked);
      } catch (error) {
        await connections.leave();
        throw error;
      }
    },
  };
}

/** Each has a connection to itself. */
let turners = 0;

/** What opening has found out, for writer and reader. */
interface Found extends Pick<TakenLease, 'log' | 'id'> {
  readonly taken: TakenLease | undefined;
  readonly opening: LogOpening;
  readonly membership?: Membership<PostgresWriter>;
}

async function openLog(place: Place, asked: OpenLogOptions): Promise<LogStore> {
  const { connections, schema, path, patience, closing, watching } = place;
  const { durability = 'always', readOnly = false, remember = DEFAULT_BOUNDS } = asked;
  if (asked.writers === 'many' && readOnly) throw turnsRefused(path, 'it is opened read-only');
  const found = await patiently(() => findLog(place, asked, readOnly), patience);
  const { log, id, taken, opening, membership } = found;
  const bare = new PostgresReader(connections, readsIn(schema), log, patience);
  const [state, ends] = [await bare.state(), await bare.lastEnds()];
  const known = KnownLog.join(path, state, ends, taken !== undefined);
  const reader = bare.beside(known);
  const synced = writesIn(schema, true);
  const statements = durability === 'always' ? synced : writesIn(schema, false);
  const makeWriter = async (epoch: number): Promise<PostgresWriter> => {
    const writer = new PostgresWriter({
      ...{ connections, statements, synced, log, epoch, patience, known, reader, bounds: remember },
      outcomes: await reader.ordinals(),
      reactors: await reader.reactors(),
    });
    await writer.discard();
    return writer;
  };
  const keeperFor = (lease: TakenLease): LeaseKeeper =>
    new LeaseKeeper(place, lease, synced.renew, () => known.requireKept(reader));
  const writer = taken && (await makeWriter(taken.epoch));
  const keeper = taken && keeperFor(taken);
  const unwatch = writer === undefined ? watching.watch(log, known, reader) : (): void => {};
  membership?.onTaken(async (lease) => {
    const own = await makeWriter(lease.epoch);
    const kept = keeperFor(lease);
    return { writer: own, giveBack: () => kept.giveBack(), onLost: (listener) => kept.onLost(listener) };
  });
  const own: Use = `turn ${++turners}`;
  const turner =
    membership &&
    new Turner({
      ...{ log, patience },
      statements: { ...turnsIn(schema), append: statements.append, fate: readsIn(schema).fate },
      hold: () => connections.hold(own),
      requireKept: () => known.requireKept(reader),
      isAnother: (sequence, chain) => known.chainAt(sequence, chain) === 'another',
    });
  await membership?.begin();
  return new PostgresLogStore({
    ...{ path, id, schema, log, connections, known, reader, patience, opening, remembers: remember },
    ...{ membership, turner },
    get writer() {
      return membership === undefined ? writer : membership.writer;
    },
    onLost: (listener) => (keeper ?? membership)?.onLost(listener),
    holder: async () => (await leaseOf(place)).holder,
    ring: () => watching.ring(log),
    closing,
    leave: async () => {
      unwatch();
      turner?.close();
      await membership?.leave();
      await keeper?.giveBack();
      known.leave();
      await connections.leave();
    },
  });
}

async function findLog(
  place: Place,
  { waitForLock, signal, writers }: OpenLogOptions,
  readOnly: boolean,
): Promise<Found> {
  const { connections, schema, path, migrate } = place;
  const facts = await factsOf(connections, schema, path);
  if (!facts.hasTables) {
    if (readOnly) throw noLog(path);
    if (!migrate) throw noTables(path, schema);
    await connections.ask('write 0', { text: tablesIn(schema), values: [] });
  }
  await requireFormat(place);
  if (writers === 'many') {
    await makeRow(place);
    const membership = new Membership<PostgresWriter>({
      ...{ place, statements: turnsIn(schema) },
      take: () => tryToTake(place, facts.identity, 'many'),
      locked: () => lockedBy(place),
    });
    await membership.join(waitForLock, signal);
    const { log, id } = membership;
    return { log, id, taken: undefined, opening: openingOf(facts, undefined, path), membership };
  }
  const taken = readOnly ? undefined : await takeLease(place, facts.identity, waitForLock, signal);
  const opening = openingOf(facts, taken, path);
  if (taken !== undefined) return { log: taken.log, id: taken.id, taken, opening };
  const [row] = await ask(place, `select log, log_id from ${schema}.logs where name = $1`, bytesOf(place.name));
  if (row === undefined) throw noLog(path);
  return { log: row[0] as number, id: row[1] as string, taken, opening };
}

/** @throws RefoldError `FORMAT_TOO_NEW` */
async function requireFormat(place: Place): Promise<void> {
  const { schema } = place;
  const [row] = await ask(place, `select version from ${schema}.format`);
  const version = row?.[0] as number;
  if (version <= POSTGRES_FORMAT) return;
  throw new RefoldError(
    'FORMAT_TOO_NEW',
    `Cannot open ${place.path}: its tables have format ${version}, and this refold reads formats up to ${POSTGRES_FORMAT}`,
    { path: place.path, hint: 'Update refold' },
  );
}

function ask({ connections }: Place, text: string, ...values: readonly unknown[]): Promise<Rows> {
  return connections.ask('read 0', { text, values });
}

function noLog(path: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot read ${path}: there is no such log`, {
    path,
    type: 'log',
    hint: 'Check the name and the schema, or open it without readOnly to make it',
  });
}

function noTables(path: string, schema: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot open ${path}: the schema ${schema} has no tables of refold`, {
    path,
    type: 'migrate',
    hint: 'Make the tables first, or leave migrate out',
  });
}
