/**
 * `stopping.ts URL LOG IDS`: a member that stops itself (SIGSTOP) while the server is sending to it what it asks for in its turn: so many
 * outcomes. Once it goes on, it takes its turn, and prints how that ended.
 */
import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { commitOf, noted } from '../../../src/log/contract/fixtures.ts';
import { postgresLog } from '../../../src/log/postgres/postgres-source.ts';

const [url, name, ids] = process.argv.slice(2) as [string, string, string];
const STOPPED_AFTER_BYTES = 100_000;

const log = await postgresLog(url, { name }).open({ writers: 'many' });
let left = STOPPED_AFTER_BYTES;
const emit = Socket.prototype.emit;
Socket.prototype.emit = function (this: Socket, event: string, ...given: readonly Buffer[]): boolean {
  const isSent = event === 'data' && left > 0;
  if (isSent) left -= given[0]!.length;
  if (isSent && left <= 0) process.kill(process.pid, 'SIGSTOP');
  return Reflect.apply(emit, this, [event, ...given]);
} as typeof emit;

const commandIds = Array.from({ length: Number(ids) }, (_, id) => `${id}`);
const ending = await log.turn!({
  after: 0,
  commandIds,
  decide: ({ outcomes }) => ({ commits: [commitOf([noted(`of ${outcomes.size}`)])], outcomes: [] }),
});
writeSync(1, `${ending}\n`);
await log.close();
process.exit(0);
