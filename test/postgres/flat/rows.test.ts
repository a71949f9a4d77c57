/**
 * How many rows the server reads for an operation does not depend on the length of the log, also where the server thinks that the log is
 * small, and keeps what was deleted. Its statistics are taken while another log has all the rows, as they are after its own maintenance,
 * and never again. An old snapshot keeps the dead versions of rows alive.
 */
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  appendCommits,
  collect,
  commitOf,
  noted,
  packForgotten,
  readEvents,
  redactionOf,
  rowOf,
} from '../../../src/log/contract/fixtures.ts';
import type { OpenLogOptions } from '../../../src/log/log-source.ts';
import type { LogStore } from '../../../src/log/log-store.ts';
import { postgresLog } from '../../../src/log/postgres/postgres-source.ts';
import { PostgresServer } from '../server.ts';

const LENGTHS = { short: 200, long: 2_000 };
const REMEMBERED = 50;
const TIMES = 10;
/** A page of blocks more or less. */
const SLACK_ROWS = 300;

let server: PostgresServer;
let oldSnapshot: InstanceType<typeof pg.Client>;
beforeAll(async () => {
  server = await PostgresServer.start(['autovacuum=off', 'fsync=off']);
  const known = await open('known');
  await grow(known, LENGTHS.long);
  await known.close();
  await server.sql('analyze');
  oldSnapshot = new pg.Client(server.url());
  await oldSnapshot.connect();
  await oldSnapshot.query('begin isolation level repeatable read');
  await oldSnapshot.query('select count(*) from refold.logs');
  for (const [name, length] of Object.entries(LENGTHS)) {
    const log = await open(name);
    await grow(log, length);
    await log.close();
  }
});
afterAll(async () => {
  await oldSnapshot.end();
  await server.stop();
});

function open(name: string, options: OpenLogOptions = {}): Promise<LogStore> {
  const quiet = { onWarning: () => {}, remember: { outcomes: REMEMBERED, age: 1e12 } };
  return postgresLog(server.url(), { name, notify: false }).open({ ...quiet, ...options });
}

async function grow(log: LogStore, events: number): Promise<void> {
  for (let left = events; left > 0; left--) await appendOne(log);
}

async function appendOne(log: LogStore): Promise<void> {
  const { sequence } = log.head();
  const commits = [commitOf([noted(sequence + 1)], 10 * (sequence + 1))];
  const outcomes = [0, 1].map((nth) => ({ commandId: `${sequence} ${nth}`, recordedAt: 1, outcome: '{}' }));
  await log.append({ expectedSequence: sequence, epoch: log.epoch, commits, outcomes });
}

type Operation = (log: LogStore) => Promise<unknown>;

/** Each is done ten times: a prepared statement gets its plan for all values with the sixth. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  'appends with outcomes, of which the oldest are forgotten': (log) => grow(log, 60),
  'looks outcomes up': (log) => log.outcome(`${log.head().sequence - 1} 0`) as Promise<unknown>,
  'reads the newest events': (log) => readEvents(log, log.head().sequence - 3),
  'reads events in the middle': (log) => readEvents(log, 100, 103),
  'finds the newest block by time': (log) => log.blockAt(10 * log.head().sequence),
  'lists the newest headers': (log) => collect(log.headers(log.head().sequence - 3)),
  'finds among the newest blocks': (log) =>
    collect(log.find!({ from: log.head().sequence - 3, to: log.head().sequence })),
  'saves a reactor': (log) => log.putReactor({ reactor: 'mail', sequence: log.head().sequence, progress: '{}' }),
  'drops the oldest event': (log) => log.dropThrough(log.firstSequence()),
  'redacts an event': async (log) => {
    const sequence = log.head().sequence - 5;
    await redactionOf(log).stage([await packForgotten(log, sequence, sequence, [sequence])], []);
    await redactionOf(log).apply(rowOf([sequence]), { expectedSequence: log.head().sequence, epoch: log.epoch });
    await appendCommits(log, commitOf([noted('more')], 10 * (log.head().sequence + 1)));
  },
};

test.each(Object.entries(OPERATIONS))('%s', async (_, operation) => {
  const [short, long] = [await rowsRead('short', operation), await rowsRead('long', operation)];
  expect(long).toBeLessThan(1.5 * short + SLACK_ROWS);
});

test('takes turns', async () => {
  const turn: Operation = async (log) => {
    const { sequence } = log.head();
    const commits = [commitOf([noted('turn')], 10 * (sequence + 1))];
    const outcomes = [{ commandId: `turn ${sequence}`, recordedAt: 1, outcome: '{}' }];
    const decide = () => ({ commits, outcomes });
    expect(await log.turn!({ after: sequence - 2, commandIds: [`${sequence}`], decide })).toBe('done');
  };
  const many = { writers: 'many' } as const;
  const [short, long] = [await rowsRead('short', turn, many), await rowsRead('long', turn, many)];
  expect(long).toBeLessThan(1.5 * short + SLACK_ROWS);
});

/** Rows of tables and of indexes, without what opening and closing read. */
async function rowsRead(name: string, operation: Operation, options: OpenLogOptions = {}): Promise<number> {
  const opened = await rowsOf(name, async () => {}, options);
  return (await rowsOf(name, operation, options)) - opened;
}

async function rowsOf(name: string, operation: Operation, options: OpenLogOptions): Promise<number> {
  const start = await counted();
  const log = await open(name, options);
  for (let time = 0; time < TIMES; time++) await operation(log);
  await log.close();
  return (await counted()) - start;
}

/** Connections tell what they have read when they end. */
async function counted(): Promise<number> {
  await server.until("select 1 where not exists (select 1 from pg_stat_activity where application_name = 'refold')");
  const [row] = await server.sql(`select
    (select sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) from pg_stat_user_tables)
      + (select sum(idx_tup_read) from pg_stat_user_indexes) as rows`);
  return Number(row!.rows);
}
