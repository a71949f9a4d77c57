/**
 * Peak memory of replaying the longest log, beside that of a process that only holds the state it ends in, and of one
 * that folds as many events as they are made: how large the engine's heap grows.
 */

import { preparedLogs } from '../../material/logs.ts';
import { Lane } from '../../measuring/lane.ts';
import type { Context, Row, Workload } from '../../measuring/workload.ts';

const SCRIPT = new URL('memory-lane.ts', import.meta.url);

export const memoryWorkloads: readonly Workload[] = [{ name: 'replay-memory', run: memoryRows }];

async function memoryRows(context: Context): Promise<Row[]> {
  const { path, length } = preparedLogs(context).at(-1)!;
  const events = `${length.toLocaleString('en')} events`;
  return [
    row('replay-memory', `peak memory of a process that replays ${events}`, await peakOf(['replay', path])),
    row(
      'fold-memory',
      `peak memory of a process that folds ${events} without a log`,
      await peakOf(['fold', String(length)]),
    ),
    row('state-memory', 'peak memory of a process that only has the state', await peakOf(['state'])),
  ];
}

async function peakOf(args: readonly string[]): Promise<number> {
  const lane = await Lane.open<string, { readonly megabytes: number }>(SCRIPT, args);
  const { megabytes } = await lane.ask('peak');
  await lane.close();
  return megabytes;
}

function row(name: string, what: string, megabytes: number): Row {
  return { name, what, by: 'refold', durability: 'reads', unit: 'MB', runs: [megabytes] };
}
