/** Replay of a sealed log in PostgreSQL beside SQLite, a live replica beside its writer, and how long a takeover takes. */
import { join } from 'node:path';
import { openStore, type StoreOptions } from 'refold';
import type { LogSource } from '../../../../src/log/log-source.ts';
import { postgresLog } from '../../../../src/log/postgres/postgres-source.ts';
import { sqliteSource } from '../../../../src/log/sqlite/sqlite-source.ts';
import { TcpProxy } from '../../../postgres/proxy.ts';
import type { PostgresServer } from '../../../postgres/server.ts';
import { OrderFlow } from '../../material/order-flow.ts';
import { orders } from '../../material/orders-model.ts';
import { fill } from '../../material/stores.ts';
import { Lane } from '../../measuring/lane.ts';
import { type Context, concurrently, type Row, type Run, startClock, timed } from '../../measuring/workload.ts';
import { type Arrivals, isCounted, sharedTime } from './replica-times.ts';
import { alternate, row, withServer, withStoreThere } from './stage.ts';

const REPLICA = new URL('replica-lane.ts', import.meta.url);
const LEASE_MS = 1_000;
const WRITERS = 50;
const MOST_REPLAYED = 1_000_000;

export function replayed({ sizes, folder }: Context): Promise<Row[]> {
  return withServer(async (server) => {
    const events = Math.min(sizes.logEvents, MOST_REPLAYED);
    const sources = {
      there: postgresLog(server.url(), { name: 'replayed' }),
      here: sqliteSource({ path: join(folder, 'log.db') }),
    };
    for (const log of Object.values(sources)) await fillAndSeal(log, events);
    const measured = await alternate(sizes, { there: () => replay(sources.there), here: () => replay(sources.here) });
    const words = `replay with fold, sealed, ${events.toLocaleString('en')} events`;
    return [
      { ...row('replay', `${words}, PostgreSQL`, measured.there), durability: 'reads' },
      { ...row('sqlite-replay', `${words}, SQLite`, measured.here), durability: 'reads' },
    ];
  });
}

/** Without snapshots, so that opening replays all of it. */
async function fillAndSeal(source: LogSource, events: number): Promise<void> {
  const options: StoreOptions = { durability: 'os', fold: 'direct', strict: false, recoverWithin: 3_600_000 };
  const store = await openStore(orders, { log: source, ...options });
  await fill(store, new OrderFlow(), events);
  await store.compact();
  await store.close();
  const log = await source.open({});
  const snapshots = await log.snapshots('');
  await log.dropSnapshots(
    '',
    snapshots.map(({ sequence }) => sequence),
  );
  await log.close();
}

async function replay(log: LogSource): Promise<Run> {
  const stop = startClock();
  const store = await openStore(orders, { log, readOnly: true });
  const { eventsReplayed, foldMilliseconds } = store.recovery;
  await store.close();
  return { ...stop(eventsReplayed), rate: (eventsReplayed / foldMilliseconds) * 1_000 };
}

/** The replica is another process: it shares with the writer what two machines would not, the processors. */
export function withReplica({ sizes }: Context): Promise<Row[]> {
  return withServer(async (server) => {
    const lags: number[] = [];
    const measured = await alternate(sizes, {
      alone: (seconds) => write(server, seconds),
      followed: (seconds) => write(server, seconds, lags),
    });
    const lag = { runs: [median(lags)] };
    return [
      row('replica-without', `${WRITERS} appenders`, measured.alone),
      row('replica-with', `${WRITERS} appenders, and a live replica in another process`, measured.followed),
      row('replica-lag', 'from an acknowledgement to the replica, p50', lag, 'ms'),
    ];
  });
}

/** @param lags takes how long after each counted append the replica had it, where there is to be one */
async function write(server: PostgresServer, seconds: number, lags?: number[]): Promise<Run> {
  const name = `followed ${performance.now()}`;
  const flow = new OrderFlow();
  return withStoreThere({ url: server.url(), log: { name } }, async (store) => {
    const replica = lags && (await Lane.open<null, Arrivals>(REPLICA, [server.url(), name]));
    const acknowledged = new Map<number, number>();
    const run = await concurrently(WRITERS, seconds, async () => {
      const { lastSequence } = await store.append(flow.next() as never);
      if (isCounted(lastSequence)) acknowledged.set(lastSequence, sharedTime());
      return 1;
    });
    for (const [sequence, ms] of (await replica?.ask(null)) ?? []) {
      if (acknowledged.has(sequence)) lags!.push(ms - acknowledged.get(sequence)!);
    }
    await replica?.close();
    return run;
  });
}

/** From the last renewal of a holder that has stopped to the writer that has taken over. */
export function takenOver({ sizes }: Context): Promise<Row[]> {
  return withServer(async (server) => {
    const times: number[] = [];
    for (let round = 0; round < sizes.runs; round++) {
      const name = `taken ${round}`;
      const proxy = await TcpProxy.start(server.port);
      const old = await postgresLog(server.url(proxy.port), { name, lease: LEASE_MS }).open({});
      proxy.set('half-open');
      const { ms, result } = await timed(() =>
        postgresLog(server.url(), { name, lease: LEASE_MS }).open({ waitForLock: 60 * LEASE_MS }),
      );
      times.push(ms);
      await result.close();
      proxy.set('cut');
      await old.close();
      await proxy.stop();
    }
    return [row('takeover', `a takeover with a lease of ${LEASE_MS.toLocaleString('en')} ms`, { runs: times }, 'ms')];
  });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
