/** Appends to a log in PostgreSQL beside one in SQLite, with a longer way, beside an old snapshot, with ids, and to many logs. */

import pg from 'pg';
import { postgresLog } from '../../../../src/log/postgres/postgres-source.ts';
import { TcpProxy } from '../../../postgres/proxy.ts';
import type { PostgresServer } from '../../../postgres/server.ts';
import { OrderFlow } from '../../material/order-flow.ts';
import { type OrderStore, withStore } from '../../material/stores.ts';
import { type Context, concurrently, type Row, type Run, untilOver } from '../../measuring/workload.ts';
import { commanded, drive } from '../writing/commands.ts';
import { alternate, row, type There, withServer, withStoreThere } from './stage.ts';

const APPENDERS = [1, 50, 1_000];
const MANY = 1_000;
const LOGS_AT_ONCE = 16;
/** What one answer more takes, in ms. */
const LONGER_WAY_MS = 1;
/** Outcomes that are remembered where old ones are to be forgotten. */
const REMEMBERED = 1_000;
const MOST_IDS = 1_000_000;
/** An old snapshot is held for so many times a run. */
const HELD_RUNS = 10;

function append(appenders: number, seconds: number): (store: OrderStore) => Promise<Run> {
  const flow = new OrderFlow();
  return (store) =>
    concurrently(appenders, seconds, async () => {
      await store.append(flow.next() as never);
      return 1;
    });
}

export function besideSqlite({ sizes, folder }: Context): Promise<Row[]> {
  return withServer(async (server) => {
    const rows: Row[] = [];
    for (const appenders of APPENDERS) {
      const measured = await alternate(sizes, {
        there: (seconds) => withStoreThere({ url: server.url() }, append(appenders, seconds)),
        here: (seconds) => withStore(folder, {}, append(appenders, seconds)),
      });
      const words = appenders === 1 ? 'one appender' : `${appenders.toLocaleString('en')} appenders`;
      rows.push(row(`append-${appenders}`, `${words}, PostgreSQL`, measured.there));
      rows.push(row(`sqlite-append-${appenders}`, `${words}, SQLite`, measured.here));
    }
    return rows;
  });
}

export function overLongerWay({ sizes }: Context): Promise<Row[]> {
  return withServer(async (server) => {
    const [short, long] = [await TcpProxy.start(server.port), await TcpProxy.start(server.port, LONGER_WAY_MS)];
    const over = (proxy: TcpProxy) => (seconds: number) =>
      withStoreThere({ url: server.url(proxy.port) }, append(MANY, seconds));
    const measured = await alternate(sizes, { short: over(short), long: over(long) });
    await short.stop();
    await long.stop();
    return [
      row('way-short', '1,000 appenders, through a proxy', measured.short),
      row('way-long', '1,000 appenders, through a proxy that takes 1 ms', measured.long),
    ];
  });
}

/** What is measured without and with an old snapshot, which keeps dead versions of rows alive. */
export function besideOldSnapshot({ sizes }: Context): Promise<Row[]> {
  const longer = { ...sizes, runs: 1, secondsPerRun: sizes.secondsPerRun * HELD_RUNS };
  return withServer(async (server) => {
    const subjects: Readonly<Record<string, (seconds: number) => Promise<Run>>> = {
      append: (seconds) => withStoreThere({ url: server.url() }, append(1, seconds)),
      ids: (seconds) => {
        const options = { remember: { outcomes: REMEMBERED } };
        return withStoreThere({ url: server.url(), model: commanded as never, store: options }, (store) =>
          drive(store, counting(), seconds),
        );
      },
      checkpoint: (seconds) => checkpoints(server.url(), seconds),
    };
    const quiet = await alternate(longer, subjects);
    const reader = new pg.Client(server.url());
    await reader.connect();
    await reader.query('begin isolation level repeatable read');
    await reader.query('select count(*) from refold.logs');
    const held = await alternate({ ...longer, warmUpSeconds: 0.01 }, subjects);
    await reader.end();
    return Object.keys(subjects).flatMap((name) => [
      row(`${name}-quiet`, `${WORDS[name]!}, nothing else in the database`, quiet[name]!),
      row(`${name}-held`, `${WORDS[name]!}, beside an old snapshot`, held[name]!),
    ]);
  });
}

const WORDS: Readonly<Record<string, string>> = {
  append: 'one appender',
  ids: `commands with ids, ${REMEMBERED.toLocaleString('en')} remembered`,
  checkpoint: 'checkpoints of a reactor',
};

let checkpointLogs = 0;

async function checkpoints(url: string, seconds: number): Promise<Run> {
  const log = await postgresLog(url, { name: `checkpoints ${++checkpointLogs}` }).open({});
  let sequence = 0;
  const run = await untilOver(seconds, async () => {
    await log.putReactor({ reactor: 'mail', sequence: ++sequence, progress: '{}' });
    return 1;
  });
  await log.close();
  return run;
}

export function withIds({ sizes }: Context): Promise<Row[]> {
  return withServer(async (server) => {
    const there = { url: server.url(), model: commanded as never };
    const many = await withManyIds(server, Math.min(MOST_IDS, sizes.logEvents));
    let fillings = 0;
    const measured = await alternate(sizes, {
      without: (seconds) => withStoreThere(there, (store) => drive(store, undefined, seconds)),
      with: (seconds) => withStoreThere(there, (store) => drive(store, counting(), seconds)),
      filling: (seconds) => withStoreThere(many, (store) => drive(store, counting(`filling ${++fillings}`), seconds)),
    });
    return [
      row('execute', '1,000 commands in flight, PostgreSQL', measured.without, 'commands/s'),
      row('execute-ids', '1,000 commands in flight with ids, PostgreSQL', measured.with, 'commands/s'),
      row('execute-filling', 'the same while known ids are still read', measured.filling, 'commands/s'),
    ];
  });
}

/** A log that remembers many ids: they are read in the background of each opening, which takes longer than a run. */
async function withManyIds(server: PostgresServer, count: number): Promise<There> {
  const there = { log: { name: 'many ids' }, store: { remember: { outcomes: 2 * count } } };
  const many = { url: server.url(), model: commanded as never, ...there };
  await withStoreThere(many, async () => {});
  await server.sql(
    `insert into refold.commands (log, command_id, ordinal, recorded_at, outcome, checksum)
    select log, convert_to('earlier ' || id, 'UTF8'), id, $1, '{}', 0 from refold.logs, generate_series(1, $2::bigint) id
    where name = 'many ids'`,
    Date.now(),
    count,
  );
  for (const work of ['vacuum analyze refold.commands', 'checkpoint']) await server.sql(work); // not while it is measured
  return many;
}

function counting(what = 'command'): () => string {
  let last = 0;
  return () => `${what} ${++last}`;
}

export function toManyLogs({ sizes }: Context): Promise<Row[]> {
  return withServer(async (server) => {
    const toAll = (notify: boolean) => async (seconds: number) => {
      const runs: Promise<Run>[] = [];
      const there = { url: server.url(), log: { notify, schema: notify ? 'told' : 'untold' } };
      // A schema that is new is made once.
      await withStoreThere(there, async () => {});
      for (let log = 0; log < LOGS_AT_ONCE; log++) runs.push(withStoreThere(there, append(8, seconds)));
      const done = await Promise.all(runs);
      const sum = (of: (run: Run) => number): number => done.reduce((total, run) => total + of(run), 0);
      return { rate: sum(({ rate }) => rate), cpuMicros: sum(({ cpuMicros }) => cpuMicros) / LOGS_AT_ONCE };
    };
    const measured = await alternate(sizes, { told: toAll(true), untold: toAll(false) });
    return [
      row('logs-told', `${LOGS_AT_ONCE} logs at once, with bells`, measured.told),
      row('logs-untold', `${LOGS_AT_ONCE} logs at once, without bells`, measured.untold),
    ];
  });
}
