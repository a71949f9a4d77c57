/** The source of a log in PostgreSQL: opened by its writer, who takes a lease, or beside it. This is the door to this folder. */
import { RefoldError } from '../../core/errors.ts';
import { requireDurability, turnsRefused } from '../log-errors.ts';
import type { LogSource, LogThread, OpenLogOptions } from '../log-source.ts';
import type { LogOpening, LogStore } from '../log-store.ts';
import { DEFAULT_BOUNDS } from '../outcomes.ts';
import { LogWitness } from '../witness/log-witness.ts';
import { fillOnServer } from './copying/server-filling.ts';
import { KnownLog } from './known-log.ts';
import { openingOf } from './opening.ts';
import { type PostgresLogOptions, type PostgresSettings, settingsOf } from './options.ts';
import { PostgresLogStore } from './postgres-log-store.ts';
import { PostgresReader } from './reading.ts';
import { Connections, type Rows, type Use } from './server/connections.ts';
import { type Patience, patiently } from './server/patience.ts';
import { placeText } from './server/place.ts';
import { factsOf, type ServerFacts } from './server/server-facts.ts';
import { readsIn } from './tables/read-statements.ts';
import { bytesOf, type LogState } from './tables/rows.ts';
import { POSTGRES_FORMAT, tablesIn } from './tables/schema.ts';
import { writesIn } from './tables/write-statements.ts';
import {
  endLease,
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
  readonly witness: string | undefined;
  readonly acceptLoss: boolean;
  /** Whether another thread can open the log. */
  readonly hasThread: boolean;
}

export type { PostgresLogOptions } from './options.ts';

/**
 * A log in PostgreSQL, not opened yet.
 *
 * @param url such as `postgres://user@host/database`; undefined when `connection` or the environment says it
 * @throws RefoldError `INVALID_OPTION`
 */
export function postgresLog(url: string | undefined, options: PostgresLogOptions = {}): LogSource {
  const settings = settingsOf(url, options);
  const thread = threadOf(url, settings);
  const source = sourceOf(url, settings, { isInThread: false, hasThread: thread !== undefined });
  return thread === undefined ? source : { ...source, thread };
}

/** How another thread opens the log: over one connection, without bells. */
export function postgresLogInThread({ url, settings }: InThread): LogSource {
  const own = { notify: false, pollEvery: Math.min(settings.pollEvery, THREAD_POLLS_MS), witness: undefined };
  return sourceOf(url, { ...settings, ...own }, { isInThread: true, hasThread: true });
}

interface InThread {
  readonly url: string | undefined;
  readonly settings: PostgresSettings;
}

/** A thread hears no bells. */
const THREAD_POLLS_MS = 200;

/** Undefined where an option cannot be copied to another thread, such as a function that gives the password. */
function threadOf(url: string | undefined, settings: PostgresSettings): LogThread | undefined {
  const here: string | undefined = import.meta.url; // a bundle that is not a module does not know where it lies
  if (here === undefined) return undefined;
  try {
    const options: InThread = structuredClone({ url, settings });
    const file = here.endsWith('.ts') ? './postgres-source.ts' : './postgres-refold.js';
    return { module: new URL(file, here).href, export: 'postgresLogInThread', options };
  } catch {
    return undefined;
  }
}

interface Threads {
  readonly isInThread: boolean;
  readonly hasThread: boolean;
}

function sourceOf(url: string | undefined, settings: PostgresSettings, { isInThread, hasThread }: Threads): LogSource {
  const { name, schema, answerWithin, connection, settleWithin, pollEvery, notify } = settings;
  const { hostname: host = 'localhost', port = '', pathname = '/' } = url === undefined ? {} : new URL(url);
  const database = pathname.slice(1);
  const path = placeText({ host, port: Number(port === '' ? 5432 : port), database, schema, name });
  const configuration = {
    connection: { ...connection, ...(url !== undefined && { connectionString: url }) },
    ...{ answerWithin, place: path.slice(0, -name.length - 1), isSingle: isInThread },
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
        const place = { ...settings, connections, path, patience, closing, watching, holder, hasThread };
        return await openLog(place, asked);
      } catch (error) {
        await connections.leave();
        throw error;
      }
    },
    fill: async (asked) => {
      const connections = Connections.join(configuration);
      const leave = (): Promise<void> => connections.leave();
      const patience = { path, within: settleWithin, closing: new AbortController().signal };
      const place = { ...settings, connections, path, patience, holder: newHolder(), leave };
      try {
        const { identity } = await patiently(() => findTables(place, false), patience);
        return await fillOnServer({ ...place, identity }, asked);
      } catch (error) {
        await leave();
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
  const witness =
    place.witness === undefined
      ? undefined
      : LogWitness.read(place.witness, { path, acceptsLoss: place.acceptLoss, isWriter: !readOnly });
  const found = await patiently(() => findLog(place, asked, readOnly), patience);
  const { log, id, taken, opening, membership } = found;
  const bare = new PostgresReader(connections, readsIn(schema), log, patience);
  const [state, ends] = [await bare.state(), await bare.lastEnds()];
  await requireWitness(place, witness, found, bare, state);
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
    ...{ membership, turner, witness },
    get writer() {
      return membership === undefined ? writer : membership.writer;
    },
    onLost: (listener) => (keeper ?? membership)?.onLost(listener),
    holder: async () => (await leaseOf(place)).holder,
    ring: () => watching.ring(log),
    closing,
    leave: async () => {
      unwatch();
      witness?.close();
      turner?.close();
      await membership?.leave();
      await keeper?.giveBack();
      known.leave();
      await connections.leave();
    },
  });
}

/** A writer whose log is refused gives back its lease at once. */
async function requireWitness(
  place: Place,
  witness: LogWitness | undefined,
  { id, taken, membership }: Found,
  reader: PostgresReader,
  { head, epoch }: LogState,
): Promise<void> {
  if (witness === undefined) return;
  const log = { path: place.path, id, head, epoch };
  const chainAt = (sequence: number): Promise<string | undefined> => reader.chainAt(sequence);
  try {
    await witness.require(log, chainAt);
    if (taken !== undefined || membership !== undefined) await witness.begin(log, chainAt);
  } catch (error) {
    if (taken !== undefined) await endLease(place, taken);
    await membership?.leave();
    throw error;
  }
}

type TablesPlace = Pick<Place, 'connections' | 'schema' | 'path' | 'migrate'>;

/** Looks for the tables. A writer makes missing ones. */
async function findTables(place: TablesPlace, readOnly: boolean): Promise<ServerFacts> {
  const { connections, schema, path, migrate } = place;
  const facts = await factsOf(connections, schema, path);
  if (!facts.hasTables) {
    if (readOnly) throw noLog(path);
    if (!migrate) throw noTables(path, schema);
    await connections.ask('write 0', { text: tablesIn(schema), values: [] });
  }
  await requireFormat(place);
  return facts;
}

async function findLog(
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
async function requireFormat(place: TablesPlace): Promise<void> {
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
