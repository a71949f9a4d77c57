/** The latency of writes while BGSAVE runs, beside quiet writes; and the memory that keys take, beside Redis. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Context, Row, Workload } from '../../measuring/workload.ts';
import { fill } from './filling.ts';
import { REDIS, REFOLD, RunningServer, type ServerKind } from './servers.ts';

const CLIENTS = 10;

export const savingWorkloads: readonly Workload[] = [
  { name: 'redis-bgsave', needs: ['redis-benchmark'], run: latencyBesideSaving },
  { name: 'redis-memory', needs: ['redis-server'], run: memoryPerKey },
];

/** What the server holds when it saves. */
const CONTENTS: readonly {
  readonly name: string;
  readonly what: string;
  readonly entry: (index: number) => string[];
}[] = [
  { name: 'keys', what: 'keys', entry: (index) => ['SET', `key:${index}`, `value:${index}`] },
  {
    name: 'members',
    what: 'members of one key',
    entry: (index) => ['ZADD', 'board', String(index), `member:${index}`],
  },
];

async function latencyBesideSaving({ sizes, folder }: Context): Promise<Row[]> {
  const entries = sizes.snapshotEntries.at(-1)!;
  const rows: Row[] = [];
  for (const { name, what, entry } of CONTENTS) {
    mkdirSync(join(folder, name));
    await using server = await RunningServer.start(REFOLD, join(folder, name));
    await fill(server.port, entries, entry);
    await untilSaved(server);
    const quiet: number[] = [];
    const saving: number[] = [];
    for (let run = 0; run < sizes.runs; run++) {
      quiet.push(p99(server, sizes.secondsPerRun));
      await untilSaved(server);
      server.ask('BGSAVE');
      saving.push(p99(server, sizes.secondsPerRun));
      await untilSaved(server);
    }
    const row = { by: 'refold', durability: REFOLD.durability('always'), unit: 'ms', at: entries } as const;
    const held = `${entries.toLocaleString('en')} ${what}`;
    rows.push({ ...row, name: `quiet-${name}`, what: `p99 of SET over ${held}`, runs: quiet });
    rows.push({ ...row, name: `bgsave-${name}`, what: `p99 of SET while BGSAVE runs over ${held}`, runs: saving });
  }
  return rows;
}

function p99(server: RunningServer, seconds: number): number {
  const requests = String(Math.round(8_000 * Math.max(1, seconds)));
  return server.measure(['-c', String(CLIENTS), '-n', requests, 'SET', 'key:__rand_int__', 'x']).p99;
}

async function untilSaved(server: RunningServer): Promise<void> {
  while (!server.ask('INFO', 'persistence').includes('rdb_bgsave_in_progress:0')) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Resident memory of many keys, without what an empty server takes. */
async function memoryPerKey({ sizes, folder }: Context): Promise<Row[]> {
  const entries = sizes.snapshotEntries.at(-1)!;
  const rows: Row[] = [];
  for (const kind of [REFOLD, REDIS] satisfies ServerKind[]) {
    mkdirSync(join(folder, kind.name));
    await using server = await RunningServer.start(kind, join(folder, kind.name), 'everysec');
    const empty = server.memory();
    await fill(server.port, entries, (index) => ['SET', `key:${index}`, `value:${index}`]);
    rows.push({
      name: `memory-of-keys-${kind.name}`,
      what: `resident memory of ${entries.toLocaleString('en')} keys with short strings`,
      by: kind.by(),
      durability: kind.durability('everysec'),
      unit: 'MB',
      runs: [(server.memory() - empty) / 1e6],
      at: entries,
    });
  }
  return rows;
}
