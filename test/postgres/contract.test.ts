import { Client } from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { postgresLog } from '../../src/log/postgres/postgres-source.ts';
import { describeLog } from '../contracts/run-contract.ts';
import { PostgresServer } from './server.ts';

/** A busy machine only takes longer. */
const PATIENCE_MS = 60_000;

let server: PostgresServer;
let logs = 0;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server.stop());

async function alter(sql: string, ...values: unknown[]): Promise<void> {
  const client = new Client(server.url());
  await client.connect();
  await client.query(sql, values);
  await client.end();
}

const LOG = '(select log from refold.logs where name = $1)';
const LAST = `c.log = ${LOG} and s.log = c.log and s.id = c.snapshot_id and s.sequence = $2 and part = s.chunks - 1`;

describeLog('PostgreSQL', {
  create: () => {
    const name = `log ${++logs}`;
    return { source: postgresLog(server.url(), { name, answerWithin: PATIENCE_MS }), name };
  },
  redaction: true,
  scrubs: false,
  threads: true,
  replaceWriter: ({ name }) =>
    alter(
      'update refold.logs set epoch = epoch + 1, lease_until = clock_timestamp() where name = $1',
      Buffer.from(name),
    ),
  damageSnapshot: ({ name }, sequence) =>
    alter(
      `update refold.snapshot_chunks c set data = set_byte(data, 100, get_byte(data, 100) # 1) from refold.snapshots s where ${LAST}`,
      ...[Buffer.from(name), sequence],
    ),
  loseChunk: ({ name }, sequence) =>
    alter(`delete from refold.snapshot_chunks c using refold.snapshots s where ${LAST}`, Buffer.from(name), sequence),
});
