/**
 * Preloaded into the victim's writing threads. Counts their calls to SQLite, and ends the process at the planned one.
 *
 * The kill is a real SIGKILL of the whole process; this file only chooses the moment. For `during` it tells the killer,
 * which kills the process while the call runs.
 */
import { threadName } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { standStill, writeMark } from './marks.ts';
import type { Kill, Moment } from './plan.ts';

const plan: Kill | undefined = JSON.parse(process.env.REFOLD_KILL ?? 'null') ?? undefined;
// Other threads, such as the one that seals blocks, only read.
const WRITERS = ['refold writer', 'refold checkpoint'];
if (WRITERS.includes(threadName ?? '') && plan?.at === 'moment') watch(plan);

function watch(planned: Extract<Kill, { at: 'moment' }>): void {
  let isWriter = threadName !== 'refold writer'; // the checkpoint thread starts long after the log was opened
  let calls = 0;

  const around = <T>(sql: string, call: () => T): T => {
    const moment = momentOf(sql, isWriter);
    isWriter ||= /^update log_state set epoch/.test(sql);
    const isDue = moment === planned.moment && ++calls === planned.nth;
    if (isDue && planned.when === 'before') die(planned);
    if (isDue && planned.when === 'during') announce(planned);
    const result = call();
    if (isDue && planned.when === 'after') die(planned);
    return result;
  };

  wrap(Database.prototype, 'exec', (sql) => sql as string, around);
  wrap(Database.prototype, 'pragma', (sql) => sql as string, around);
  const statement = Object.getPrototypeOf(new Database(':memory:').prepare('select 1'));
  for (const method of ['run', 'get', 'all']) wrap(statement, method, (_, { source }) => source!, around);
}

function wrap(
  prototype: any,
  method: string,
  sqlOf: (first: unknown, self: { source?: string }) => string,
  around: <T>(sql: string, call: () => T) => T,
): void {
  const original = prototype[method] as (...values: unknown[]) => unknown;
  prototype[method] = function (this: object, ...values: unknown[]): unknown {
    return around(sqlOf(values[0], this), () => original.apply(this, values));
  };
}

function momentOf(sql: string, isWriter: boolean): Moment | undefined {
  if (!isWriter) return 'recovery';
  return PATTERNS.find(([pattern]) => pattern.test(sql))?.[1];
}

const PATTERNS: readonly (readonly [RegExp, Moment])[] = [
  [/^commit/, 'commit'],
  [/^insert into blocks/, 'append'],
  [/^delete from blocks where first_sequence between/, 'seal'],
  [/^(delete from blocks where first_sequence <=|update log_state set trimmed)/, 'trim'],
  [/^(insert|delete|replace)[^(]* snapshot/, 'snapshot'],
  [/^incremental_vacuum/, 'vacuum'],
  [/^wal_checkpoint/, 'checkpoint'],
];

function announce({ moment, when }: { readonly moment: Moment; readonly when: string }): void {
  writeMark(`now ${moment} ${when}`);
}

function die(planned: { readonly moment: Moment; readonly when: string }): never {
  announce(planned);
  process.kill(process.pid, 'SIGKILL');
  // The signal may take a moment to reach this thread. Until then the thread must do nothing.
  for (;;) standStill(1_000);
}
