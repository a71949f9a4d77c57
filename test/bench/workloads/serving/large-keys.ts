/** Whether a command slows down when its key grows: a key of a million entries beside one of a thousand. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Context, Row, Workload } from '../../measuring/workload.ts';
import { fill } from './filling.ts';
import { REFOLD, RunningServer } from './servers.ts';

const SMALL = 1_000;
const PIPELINE = 16;

interface Growing {
  readonly name: string;
  readonly entry: (key: string, index: number) => readonly string[];
  /** Works on a random one of `entries`. */
  readonly args: (key: string) => readonly string[];
}

const GROWING: readonly Growing[] = [
  {
    name: 'HSET',
    entry: (key, index) => ['HSET', key, `field:${String(index).padStart(12, '0')}`, 'value'],
    args: (key) => ['HSET', key, 'field:__rand_int__', 'other'],
  },
  {
    name: 'ZADD',
    entry: (key, index) => ['ZADD', key, String(index), `member:${String(index).padStart(12, '0')}`],
    args: (key) => ['ZADD', key, '__rand_int__', 'member:__rand_int__'],
  },
  {
    name: 'ZRANK',
    entry: (key, index) => ['ZADD', key, String(index), `member:${String(index).padStart(12, '0')}`],
    args: (key) => ['ZRANK', key, 'member:__rand_int__'],
  },
  {
    name: 'LPUSH',
    entry: (key, index) => ['RPUSH', key, `value:${index}`],
    args: (key) => ['LPUSH', key, 'value'],
  },
  {
    name: 'SRANDMEMBER',
    entry: (key, index) => ['SADD', key, `member:${index}`],
    args: (key) => ['SRANDMEMBER', key],
  },
];

export const largeKeyWorkloads: readonly Workload[] = [
  { name: 'redis-large-keys', needs: ['redis-benchmark'], run: compareSizes },
];

async function compareSizes({ sizes, folder }: Context): Promise<Row[]> {
  const large = sizes.tableEntries.at(-1)!;
  mkdirSync(join(folder, 'refold'));
  await using server = await RunningServer.start(REFOLD, join(folder, 'refold'), 'everysec');
  const rows: Row[] = [];
  for (const { name, entry, args } of GROWING) {
    const keys = [SMALL, large].map((entries) => ({ entries, key: `${name}:${entries}` }));
    for (const { entries, key } of keys) await fill(server.port, entries, (index) => entry(key, index));
    const runs = keys.map((): number[] => []);
    for (let run = 0; run < sizes.runs; run++) {
      for (const [at, { entries, key }] of keys.entries()) {
        const requests = String(Math.round(40_000 * Math.max(1, sizes.secondsPerRun)));
        runs[at]!.push(server.rate(['-P', String(PIPELINE), '-n', requests, '-r', String(entries), ...args(key)]));
      }
    }
    for (const [at, { entries }] of keys.entries()) {
      rows.push({
        name: `large-${name}-${at === 0 ? 'small' : 'large'}`,
        what: `${name} on a key of ${entries.toLocaleString('en')} entries, pipeline ${PIPELINE}`,
        by: 'refold',
        durability: REFOLD.durability('everysec'),
        unit: 'commands/s',
        runs: runs[at]!,
        at: entries,
      });
    }
  }
  return rows;
}
