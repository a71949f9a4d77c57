/**
 * `refold/postgres`: a log in PostgreSQL, for `openStore(model, { log: postgresLog(url, { name }) })` and every other call that takes
 * a log source.
 *
 * The package `pg` is loaded when a log is opened. `docs/guide/a-log-in-postgres.md` shows it.
 */
export type { OverviewOptions } from './log/postgres/overview/asking.ts';
export { type ExaminedLog, examineLog } from './log/postgres/overview/examine-log.ts';
export { type ListedLog, listLogs } from './log/postgres/overview/list-logs.ts';
export { type PostgresLogOptions, postgresLog } from './log/postgres/postgres-source.ts';
export type { PostgresConnection } from './log/postgres/server/driver.ts';
export { SCHEMA_NAME as POSTGRES_SCHEMA_NAME, tablesIn } from './log/postgres/tables/schema.ts';
