/** The source of a log in PostgreSQL: opened by its writer, who takes a lease, or beside it. This is the door to this folder. */
import { requireDurability, turnsRefused } from '../log-errors.ts';
import type { LogSource, LogThread, OpenLogOptions } from '../log-source.ts';
import type { LogStore } from '../log-store.ts';
import { DEFAULT_BOUNDS } from '../outcomes.ts';
import { LogWitness } from '../witness/log-witness.ts';
import { fillOnServer } from './copying/server-filling.ts';
import { type Found, findLog, findTables, letGo, type Place } from './finding.ts';
import { KnownLog } from './known-log.ts';
import { type PostgresLogOptions, type PostgresSettings, settingsOf } from './options.ts';
import { PostgresLogStore } from './postgres-log-store.ts';
import { PostgresReader } from './reading.ts';
import { Connections, type Use } from './server/connections.ts';
import { patiently } from './server/patience.ts';
import { placeText } from './server/place.ts';
import { readsIn } from './tables/read-statements.ts';
import type { LogState } from './tables/rows.ts';
import { writesIn } from './tables/write-statements.ts';
import { LeaseKeeper, leaseOf, newTicket, type TakenLease } from './turns/lease.ts';
import { turnsIn } from './turns/turn-statements.ts';
import { Turner } from './turns/turning.ts';
import { Watching } from './watching.ts';
import { PostgresWriter } from './writing.ts';

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
        const ticket = newTicket();
        const place = { ...settings, connections, path, patience, closing, watching, ticket, hasThread };
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
      const place = { ...settings, connections, path, patience, ticket: newTicket(), leave };
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

/** When it cannot be opened, others do not wait for what was taken. */
async function openLog(place: Place, asked: OpenLogOptions): Promise<LogStore> {
  const { path, patience } = place;
  const { readOnly = false } = asked;
  if (asked.writers === 'many' && readOnly) throw turnsRefused(path, 'it is opened read-only');
  const witness =
    place.witness === undefined
      ? undefined
      : LogWitness.read(place.witness, { path, acceptsLoss: place.acceptLoss, isWriter: !readOnly });
  const found = await patiently(() => findLog(place, asked, readOnly), patience);
  try {
    return await openFound(place, asked, found, witness);
  } catch (error) {
    await letGo(place, found);
    throw error;
  }
}

async function openFound(
  place: Place,
  asked: OpenLogOptions,
  found: Found,
  witness: LogWitness | undefined,
): Promise<LogStore> {
  const { connections, schema, path, patience, watching } = place;
  const { log, taken } = found;
  const bare = new PostgresReader(connections, readsIn(schema), log, patience);
  const [state, ends] = [await bare.state(), await bare.lastEnds()];
  await requireWitness(place, witness, found, bare, state);
  const known = KnownLog.join(path, state, ends, taken !== undefined);
  const reader = bare.beside(known);
  const unwatch = taken === undefined ? watching.watch(log, known, reader) : (): void => {};
  const forget = (): void => {
    unwatch();
    known.leave();
  };
  try {
    return await storeOf(place, asked, { ...found, witness, known, reader, forget });
  } catch (error) {
    forget();
    throw error;
  }
}

/** What an open log works with. */
interface Opened extends Found {
  readonly witness: LogWitness | undefined;
  readonly known: KnownLog;
  readonly reader: PostgresReader;
  /** This process need not know of the log any more. */
  readonly forget: () => void;
}

async function storeOf(
  place: Place,
  { durability = 'always', remember = DEFAULT_BOUNDS }: OpenLogOptions,
  { log, id, taken, opening, membership, witness, known, reader, forget }: Opened,
): Promise<LogStore> {
  const { connections, schema, path, patience, closing, watching } = place;
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
      quiet: () => watching.quiet(log),
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
      witness?.close();
      turner?.close();
      await membership?.leave();
      await keeper?.giveBack();
      forget();
      await connections.leave();
    },
  });
}

/** @throws RefoldError `LOG_CORRUPT` when the log has lost what its witness knows */
async function requireWitness(
  { path }: Place,
  witness: LogWitness | undefined,
  { id, taken, membership }: Found,
  reader: PostgresReader,
  { head, epoch }: LogState,
): Promise<void> {
  if (witness === undefined) return;
  const log = { path, id, head, epoch };
  const chainAt = (sequence: number): Promise<string | undefined> => reader.chainAt(sequence);
  await witness.require(log, chainAt);
  if (taken !== undefined || membership !== undefined) await witness.begin(log, chainAt);
}
