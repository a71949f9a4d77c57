/** Many stores in one process, a file each: with a thread each, and with two threads for all of them. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Lane } from '../../measuring/lane.ts';
import type { Context, Row, Unit, Workload } from '../../measuring/workload.ts';
import type { ManyStores } from './many-stores-lane.ts';

const SCRIPT = new URL('many-stores-lane.ts', import.meta.url);
const STORES = 100;

export const manyStoresWorkloads: readonly Workload[] = [{ name: 'many-stores', run: manyStoresRows }];

async function manyStoresRows({ folder }: Context): Promise<Row[]> {
  return [
    ...rowsOf('own', 'a thread each', await measureWith(join(folder, 'own'), 0)),
    ...rowsOf('shared', 'two threads for all', await measureWith(join(folder, 'shared'), 2)),
    ...stallRows('beside-one', 'one thread for all', await measureWith(join(folder, 'one'), 1, 2)),
  ];
}

async function measureWith(folder: string, threads: number, count = STORES): Promise<ManyStores> {
  mkdirSync(folder);
  const lane = await Lane.open<string, ManyStores>(SCRIPT, [folder, String(count), String(threads)]);
  const found = await lane.ask('measure');
  await lane.close();
  return found;
}

function rowsOf(name: string, how: string, { megabytes, descriptors, openMs }: ManyStores): Row[] {
  const each = `of ${STORES} stores, each on a file, ${how}`;
  return [
    row(`many-stores-${name}-memory`, `resident memory per store ${each}`, 'MB', megabytes),
    row(`many-stores-${name}-descriptors`, `descriptors per store ${each}`, 'descriptors', descriptors),
    row(`many-stores-${name}-open`, `opening each ${each}`, 'ms', openMs),
  ];
}

function stallRows(name: string, how: string, { stallMs, idleMs }: ManyStores): Row[] {
  const what = `the longest append of a store, ${how}`;
  return [
    row(`many-stores-${name}-idle`, `${what}, while its neighbours rest`, 'ms', idleMs),
    row(
      `many-stores-${name}-stall`,
      `${what}, while a neighbour writes, waits for a lock, takes a snapshot and compacts`,
      'ms',
      stallMs,
    ),
  ];
}

function row(name: string, what: string, unit: Unit, figure: number): Row {
  return { name, what, by: 'refold', durability: 'synced (always)', unit, runs: [figure] };
}
