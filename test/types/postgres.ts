/** Types of `refold/postgres`: compiled and never run. */
import { openStore } from 'refold';
import { type PostgresConnection, type PostgresLogOptions, postgresLog } from 'refold/postgres';
import { tally } from '../engine/snapshots/fixtures/tally-model.ts';

const connection: PostgresConnection = {
  host: 'db',
  password: async () => 'secret',
  ssl: { rejectUnauthorized: true },
};
const options: PostgresLogOptions = {
  ...{ name: 'orders', schema: 'shop', lease: 5_000, answerWithin: 1_000, settleWithin: 5_000, pollEvery: 100 },
  ...{ notify: false, migrate: false, witness: 'orders.witness', acceptLoss: true, connection },
};
const log = postgresLog('postgres://app@db/shop', options);
void openStore(tally, { log });
void openStore(tally, { log: postgresLog(undefined) });

// @ts-expect-error: there is no such option
postgresLog(undefined, { table: 'events' });
// @ts-expect-error: ms are a number
postgresLog(undefined, { lease: '5 s' });
// @ts-expect-error: the URL is a text
postgresLog(new URL('postgres://app@db/shop'));
