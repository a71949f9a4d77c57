/**
 * Whether a commit's cost depends on the size of the state: single events into tables of several sizes, atomic fold.
 *
 * Not synced, since the time of a sync would hide what is looked for; and no snapshots, which are another question.
 */
import { join } from 'node:path';
import { Lane } from '../../measuring/lane.ts';
import { type Context, type Row, type Run, summariseRounds, type Workload } from '../../measuring/workload.ts';
import { placeOf } from '../../telling/curves.ts';

const SCRIPT = new URL('table-lane.ts', import.meta.url);

export const tableWorkloads: readonly Workload[] = [{ name: 'table', run: tableRows }];

interface Table {
  readonly entries: number;
  readonly lane: Lane<number, Run>;
  readonly rounds: Run[];
}

async function tableRows(context: Context): Promise<Row[]> {
  const { tableEntries, rounds, appendsPerRound } = context.sizes;
  const tables: Table[] = [];
  try {
    for (const entries of tableEntries) tables.push(await openTable(context, entries));
    for (let round = -1; round < rounds; round++) {
      for (const { lane, rounds: done } of tables) {
        const run = await lane.ask(appendsPerRound);
        if (round >= 0) done.push(run);
      }
    }
  } finally {
    await Promise.all(tables.map(({ lane }) => lane.close()));
  }
  return tables.map((table, index) => rowOf(table, placeOf(index, tables.length)));
}

async function openTable({ folder }: Context, entries: number): Promise<Table> {
  const path = join(folder, `table-${entries}.db`);
  return { entries, lane: await Lane.open(SCRIPT, [path, String(entries)]), rounds: [] };
}

function rowOf({ entries, rounds }: Table, place: string): Row {
  return {
    name: `table-${place}`,
    what: `one event per commit, a table of ${entries.toLocaleString('en')}`,
    by: 'refold, atomic',
    durability: 'not synced (os)',
    unit: 'events/s',
    at: entries,
    ...summariseRounds(rounds),
  };
}
