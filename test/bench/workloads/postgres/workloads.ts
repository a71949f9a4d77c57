/** The workloads of the log in PostgreSQL. Its driver is loaded when one of them runs: most runs of the bench have no server. */
import type { Context, Row, Workload } from '../../measuring/workload.ts';

type Appending = typeof import('./appending.ts');
type Standing = typeof import('./standing.ts');

export const postgresWorkloads: readonly Workload[] = [
  appends('append', ({ besideSqlite }) => besideSqlite),
  appends('longer-way', ({ overLongerWay }) => overLongerWay),
  appends('old-snapshot', ({ besideOldSnapshot }) => besideOldSnapshot),
  appends('execute', ({ withIds }) => withIds),
  appends('many-logs', ({ toManyLogs }) => toManyLogs),
  stands('replay', ({ replayed }) => replayed),
  stands('replica', ({ withReplica }) => withReplica),
  stands('takeover', ({ takenOver }) => takenOver),
  { name: 'postgres-sharing', run: async (context) => (await import('./sharing.ts')).shared(context) },
];

type Run = (context: Context) => Promise<readonly Row[]>;

function appends(name: string, choose: (module: Appending) => Run): Workload {
  return { name: `postgres-${name}`, run: async (context) => choose(await import('./appending.ts'))(context) };
}

function stands(name: string, choose: (module: Standing) => Run): Workload {
  return { name: `postgres-${name}`, run: async (context) => choose(await import('./standing.ts'))(context) };
}
