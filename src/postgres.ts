/** refold/postgres: a log in PostgreSQL. `docs/guide/a-log-in-postgres.md` shows it. */
export { type PostgresLogOptions, postgresLog } from './log/postgres/postgres-source.ts';
export type { PostgresConnection } from './log/postgres/server/driver.ts';
