/** How long a restart takes after many writes over few keys, beside Redis, which loads its AOF of the same writes. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Context, Row, Workload } from '../../measuring/workload.ts';
import { REDIS, REFOLD, RunningServer } from './servers.ts';

const LIVE_KEYS = 100_000;

export const restartWorkloads: readonly Workload[] = [
  { name: 'redis-restart', needs: ['redis-server', 'redis-benchmark'], run: restart },
];

async function restart({ sizes, folder }: Context): Promise<Row[]> {
  const writes = sizes.logLengths.at(-1)!;
  const rows: Row[] = [];
  for (const kind of [REFOLD, REDIS]) {
    const place = join(folder, kind.name);
    mkdirSync(place);
    const server = await RunningServer.start(kind, place, 'everysec');
    if (kind === REDIS) server.ask('CONFIG', 'SET', 'auto-aof-rewrite-percentage', '0'); // its AOF keeps every write
    server.rate([
      '-P',
      '16',
      '-n',
      String(writes),
      '-r',
      String(LIVE_KEYS),
      'SET',
      'key:__rand_int__',
      'value:0123456789',
    ]);
    await server.kill('SIGKILL');
    const runs: number[] = [];
    for (let run = 0; run < Math.min(3, sizes.runs); run++) {
      const start = performance.now();
      const again = await RunningServer.start(kind, place, 'everysec');
      runs.push(performance.now() - start);
      await again.kill('SIGKILL');
    }
    rows.push({
      name: `restart-${kind.name}`,
      what: `restart after ${writes.toLocaleString('en')} SETs over ${LIVE_KEYS.toLocaleString('en')} keys and SIGKILL`,
      by: kind.by(),
      durability: kind.durability('everysec'),
      unit: 'ms',
      runs,
      at: writes,
    });
  }
  return rows;
}
