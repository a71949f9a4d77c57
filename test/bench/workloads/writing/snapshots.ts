/**
 * How a snapshot affects writers: single appends, synced, atomic fold, with and without a snapshot being written.
 *
 * Measured in turns, with the same number of appends in both. A percentile hides a single long wait, so the longest one
 * has a separate row.
 */
import { join } from 'node:path';
import { Lane } from '../../measuring/lane.ts';
import { type Context, type Row, type Run, summariseRounds, type Workload } from '../../measuring/workload.ts';
import { placeOf } from '../../telling/curves.ts';
import type { SnapshotRound } from './snapshot-lane.ts';

const SCRIPT = new URL('snapshot-lane.ts', import.meta.url);

export const snapshotWorkloads: readonly Workload[] = [{ name: 'snapshot', run: snapshotRows }];

async function snapshotRows(context: Context): Promise<Row[]> {
  const { snapshotEntries } = context.sizes;
  const rows: Row[] = [];
  for (const [index, entries] of snapshotEntries.entries()) {
    rows.push(...rowsOf(entries, placeOf(index, snapshotEntries.length), await measure(context, entries)));
  }
  return rows;
}

async function measure({ folder, sizes }: Context, entries: number): Promise<SnapshotRound[]> {
  const path = join(folder, `state-${entries}.db`);
  const lane = await Lane.open<string, SnapshotRound>(SCRIPT, [path, String(entries)]);
  try {
    await lane.ask('warm-up');
    const rounds: SnapshotRound[] = [];
    for (let round = 0; round < sizes.rounds; round++) rounds.push(await lane.ask('round'));
    return rounds;
  } finally {
    await lane.close();
  }
}

function rowsOf(entries: number, place: string, rounds: readonly SnapshotRound[]): Row[] {
  const size = `a state of ${entries.toLocaleString('en')} entries`;
  const fixed = { by: 'refold, atomic', durability: 'synced (always)', at: entries } as const;
  const appends = (name: string, what: string, runs: readonly Run[]): Row => {
    return { name: `snapshot-${place}-${name}`, what, ...fixed, unit: 'events/s', ...summariseRounds(runs) };
  };
  const time = (name: string, what: string, runs: readonly number[]): Row => {
    return { name: `snapshot-${place}-${name}`, what, ...fixed, unit: 'ms', runs };
  };
  const snapshots = rounds.flatMap((round) => round.snapshots);
  return [
    appends(
      'quiet',
      `one event per commit, ${size}`,
      rounds.map(({ quiet }) => quiet),
    ),
    appends(
      'busy',
      `the same while a snapshot of ${size} is written`,
      rounds.map(({ busy }) => busy),
    ),
    time(
      'longest',
      'the longest of these appends beside one snapshot',
      snapshots.map(({ longest }) => longest),
    ),
    time(
      'time',
      `a snapshot of ${size}, beside these appends`,
      snapshots.map(({ ms }) => ms),
    ),
  ];
}
