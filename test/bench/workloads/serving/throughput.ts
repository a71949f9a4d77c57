/** Commands a second on three servers, driven by redis-benchmark with 50 clients, run by run in turns. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { peerVersion } from '../../measuring/peers.ts';
import type { Context, Row, Workload } from '../../measuring/workload.ts';
import { fill } from './filling.ts';
import { JS_REDIS, REDIS, REFOLD, RunningServer } from './servers.ts';

/** Entries of the keys that LPUSH, ZADD and HSET work on. */
const ENTRIES = 100_000;
/** The longest that a server may take to make such a key. Refold and Redis take about a second. */
const PATIENCE_MS = 15_000;
/** Different keys of SET, GET and INCR. */
const KEYS = 100_000;

interface Operation {
  readonly name: string;
  /** redis-benchmark's arguments for it. */
  readonly args: readonly string[];
  /** Makes the key that it works on. */
  readonly prepare?: (index: number) => readonly string[];
}

const RANDOM = ['-r', String(KEYS)];

const OPERATIONS: readonly Operation[] = [
  { name: 'SET', args: [...RANDOM, 'SET', 'key:__rand_int__', 'value:0123456789'] },
  {
    name: 'GET',
    args: [...RANDOM, 'GET', 'key:__rand_int__'],
    prepare: (index) => ['SET', `key:${String(index).padStart(12, '0')}`, 'value:0123456789'],
  },
  { name: 'INCR', args: [...RANDOM, 'INCR', 'counter:__rand_int__'] },
  {
    name: 'LPUSH',
    args: ['LPUSH', 'list', 'value:0123456789'],
    prepare: (index) => ['RPUSH', 'list', `value:${index}`],
  },
  {
    name: 'ZADD',
    args: [...RANDOM, 'ZADD', 'board', '__rand_int__', 'member:__rand_int__'],
    prepare: (index) => ['ZADD', 'board', String(index), `member:${String(index).padStart(12, '0')}`],
  },
  {
    name: 'HSET',
    args: [...RANDOM, 'HSET', 'hash', 'field:__rand_int__', 'value:0123456789'],
    prepare: (index) => ['HSET', 'hash', `field:${String(index).padStart(12, '0')}`, 'value'],
  },
];

export const throughputWorkloads: readonly Workload[] = [1, 16].map((pipeline) => ({
  name: `redis-commands-pipeline-${pipeline}`,
  needs: ['redis-server', 'redis-benchmark'],
  wants: ['js-redis-server'],
  run: (context) => compareThroughput(context, pipeline),
}));

async function compareThroughput({ sizes, folder }: Context, pipeline: number): Promise<Row[]> {
  const kinds = [REFOLD, REDIS, ...(peerVersion('js-redis-server') === undefined ? [] : [JS_REDIS])];
  const servers: RunningServer[] = [];
  try {
    for (const kind of kinds) {
      mkdirSync(join(folder, kind.name));
      servers.push(await RunningServer.start(kind, join(folder, kind.name)));
    }
    const rows: Row[] = [];
    for (const operation of OPERATIONS) {
      const ready: RunningServer[] = [];
      for (const server of servers) if (await isPrepared(server, operation)) ready.push(server);
      const runs = ready.map((): number[] => []);
      const counts = ready.map((server) => requestsFor(server, operation, pipeline, sizes.secondsPerRun));
      for (let run = 0; run < sizes.runs; run++) {
        for (const [at, server] of ready.entries())
          runs[at]!.push(server.rate(argsOf(operation, pipeline, counts[at]!)));
      }
      for (const [at, { kind }] of ready.entries()) {
        rows.push({
          name: `serve-${operation.name}-${pipeline}-${kind.name}`,
          what: `${operation.name}, 50 clients, pipeline ${pipeline}`,
          by: kind.by(),
          durability: kind.durability('always'),
          unit: 'commands/s',
          runs: runs[at]!,
        });
      }
    }
    return rows;
  } finally {
    for (const server of servers) await server.kill('SIGKILL');
  }
}

/** False for a server that takes too long to fill: each entry costs it as much as all those before. */
async function isPrepared({ port }: RunningServer, { prepare }: Operation): Promise<boolean> {
  return prepare === undefined || (await fill(port, ENTRIES, prepare, PATIENCE_MS));
}

/** How many requests take about so long. A server without indices may be a thousand times slower than the others. */
function requestsFor(server: RunningServer, operation: Operation, pipeline: number, seconds: number): number {
  const rate = server.rate(argsOf(operation, pipeline, 50 * pipeline * 10));
  return Math.max(50 * pipeline * 4, Math.round(rate * seconds));
}

function argsOf({ args }: Operation, pipeline: number, requests: number): string[] {
  return ['-c', '50', '-P', String(pipeline), '-n', String(requests), ...args];
}
