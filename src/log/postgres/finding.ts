/** Finds a log on its server: the tables, its row, and for a writer the lease, or a place among its members. */
import { RefoldError } from '../../core/errors.ts';
import type { OpenLogOptions } from '../log-source.ts';
import type { LogOpening } from '../log-store.ts';
import { openingOf } from './opening.ts';
import type { Rows } from './server/connections.ts';
import { type Patience, patiently } from './server/patience.ts';
import { factsOf, type ServerFacts } from './server/server-facts.ts';
import { bytesOf } from './tables/rows.ts';
import { POSTGRES_FORMAT, tablesIn } from './tables/schema.ts';
import { endLease, type LeasePlace, lockedBy, makeRow, type TakenLease, takeLease, tryToTake } from './turns/lease.ts';
import { Membership } from './turns/membership.ts';
import { turnsIn } from './turns/turn-statements.ts';
import type { Watching } from './watching.ts';
import type { PostgresWriter } from './writing.ts';

/** What is known of a log before it is opened. */
export interface Place extends LeasePlace {
  readonly patience: Patience;
  readonly closing: AbortController;
  readonly watching: Watching;
  readonly migrate: boolean;
  readonly witness: string | undefined;
  readonly acceptLoss: boolean;
  /** Whether another thread can open the log. */
  readonly hasThread: boolean;
}

/** What opening has found out, for writer and reader. */
export interface Found extends Pick<TakenLease, 'log' | 'id'> {
  readonly taken: TakenLease | undefined;
  readonly opening: LogOpening;
  readonly membership?: Membership<PostgresWriter>;
}

/** A report that reads the tables makes the statements wait, and all appends behind them: after a second they are asked again. */
const IN_STEPS = "select set_config('lock_timeout', '1000', true);";

type TablesPlace = Pick<Place, 'connections' | 'schema' | 'path' | 'migrate' | 'patience'>;

/** Looks for the tables. A writer makes missing ones. */
export async function findTables(place: TablesPlace, readOnly: boolean): Promise<ServerFacts> {
  const { connections, schema, path, migrate } = place;
  const facts = await factsOf(connections, schema, path);
  if (!facts.hasTables && readOnly) throw noLog(path);
  if (!facts.hasTables && !migrate) throw noTables(path, schema);
  const format = facts.hasTables ? await formatOf(place) : 0;
  if (format === POSTGRES_FORMAT || readOnly) return facts; // older tables can be read, only more slowly
  if (!migrate) throw oldTables(path, format);
  const text = IN_STEPS + tablesIn(schema);
  await patiently(() => connections.ask('write 0', { text, values: [] }), place.patience);
  return facts;
}

export async function findLog(
  place: Place,
  { waitForLock, signal, writers }: OpenLogOptions,
  readOnly: boolean,
): Promise<Found> {
  const { schema, path } = place;
  const facts = await findTables(place, readOnly);
  if (writers === 'many') {
    await makeRow(place);
    const membership = new Membership<PostgresWriter>({
      ...{ place, statements: turnsIn(schema) },
      take: () => tryToTake(place, facts.identity, 'many'),
      locked: () => lockedBy(place),
    });
    await membership.join(waitForLock, signal);
    const { log, id } = membership;
    const isDeaf = await place.watching.isDeaf();
    const opening = openingOf({ ...facts, hasThread: place.hasThread, isDeaf }, undefined, path);
    return { log, id, taken: undefined, opening, membership };
  }
  const taken = readOnly ? undefined : await takeLease(place, facts.identity, waitForLock, signal);
  const { log, id } = taken ?? (await logOf(place));
  const isDeaf = readOnly && (await place.watching.isDeaf());
  return { log, id, taken, opening: openingOf({ ...facts, hasThread: place.hasThread, isDeaf }, taken, path) };
}

/** @throws RefoldError `INVALID_OPTION` when there is no such log */
async function logOf(place: Place): Promise<Pick<TakenLease, 'log' | 'id'>> {
  const { schema, path } = place;
  const [row] = await ask(place, `select log, log_id from ${schema}.logs where name = $1`, bytesOf(place.name));
  if (row === undefined) throw noLog(path);
  return { log: row[0] as number, id: row[1] as string };
}

/** @throws RefoldError `FORMAT_TOO_NEW` */
async function formatOf(place: TablesPlace): Promise<number> {
  const { schema } = place;
  const [row] = await ask(place, `select version from ${schema}.format`);
  const version = row?.[0] as number;
  if (version <= POSTGRES_FORMAT) return version;
  throw new RefoldError(
    'FORMAT_TOO_NEW',
    `Cannot open ${place.path}: its tables have format ${version}, and this refold reads formats up to ${POSTGRES_FORMAT}`,
    { path: place.path, hint: 'Update refold' },
  );
}

function ask({ connections }: Pick<Place, 'connections'>, text: string, ...values: readonly unknown[]): Promise<Rows> {
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

function oldTables(path: string, format: number): RefoldError {
  const message = `Cannot open ${path}: its tables have format ${format}, and this refold writes format ${POSTGRES_FORMAT}`;
  return new RefoldError('INVALID_OPTION', message, {
    path,
    type: 'migrate',
    hint: 'Run what refold schema --postgres prints, or leave migrate out',
  });
}

/** Gives back what was taken to write, at once: otherwise it keeps others out until it runs out. */
export async function letGo(place: Place, { taken, membership }: Found): Promise<void> {
  if (taken !== undefined) await endLease(place, taken);
  await membership?.leave();
}
