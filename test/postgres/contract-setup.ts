/** How the contract suite makes, replaces and damages a log in PostgreSQL. */
import type { LogContractSetup, LogUnderTest } from '../../src/log/contract/contract.ts';
import { postgresLog } from '../../src/log/postgres/postgres-source.ts';
import type { PostgresServer } from './server.ts';

/** A busy machine only takes longer. */
const PATIENCE_MS = 60_000;

interface NamedLog extends LogUnderTest {
  readonly name: string;
}

let logs = 0;

const LOG = '(select log from refold.logs where name = $1)';
const LAST = `c.log = ${LOG} and s.log = c.log and s.id = c.snapshot_id and s.sequence = $2 and part = s.chunks - 1`;

/** @param url where the logs are opened; they are damaged without a detour */
export function contractSetup(server: () => PostgresServer, url: () => string): LogContractSetup<NamedLog> {
  const alter = async (sql: string, ...values: unknown[]): Promise<void> => void (await server().sql(sql, ...values));
  return {
    create: () => {
      const name = `log ${++logs}`;
      return { source: postgresLog(url(), { name, answerWithin: PATIENCE_MS }), name };
    },
    redaction: true,
    copies: true,
    turns: true,
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
  };
}
