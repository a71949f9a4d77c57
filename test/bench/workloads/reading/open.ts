/**
 * What an open costs after the writing process was killed, for logs of several lengths, and after a clean close.
 *
 * Each open is in a fresh process. Where between two snapshots the kill comes is chance, and decides how much there is
 * to replay: so each log grows from one kill to the next, and the median and the worst are reported. All grow by as
 * many events, so that the process that is killed leaves as much behind, whatever the length of its log.
 */
import { openStore } from 'refold';
import type { CrashedOpen } from '../../material/crashing-writer.ts';
import { crash, type PreparedLog, preparedLogs } from '../../material/logs.ts';
import { orders } from '../../material/orders-model.ts';
import { type Context, type Row, timed, type Workload } from '../../measuring/workload.ts';
import { placeOf } from '../../telling/curves.ts';

export const openWorkloads: readonly Workload[] = [{ name: 'open', run: openRows }];

interface Opened extends PreparedLog {
  readonly opens: CrashedOpen[];
}

async function openRows(context: Context): Promise<Row[]> {
  const { rounds, logLengths } = context.sizes;
  const step = Math.round(logLengths[0]! / 10);
  const logs: Opened[] = preparedLogs(context).map((log) => ({ ...log, opens: [] }));
  // The first opens come after a kill in the midst of full load, and count for the worst alone.
  const all: number[] = [];
  for (let round = -1; round < rounds; round++) {
    for (const { path, length, opens } of logs) {
      const open = crash({ path, length: length + step * (round + 2), fold: 'atomic' });
      all.push(open.ms);
      if (round >= 0) opens.push(open);
    }
  }
  return [
    ...logs.map((log, index) => rowOf(log, placeOf(index, logs.length))),
    row('open-worst', 'the worst of these opens, and of the first after full load', [Math.max(...all)]),
    row('open-promise', 'the promise: recoverWithin', [logs[0]!.opens[0]!.recovery.recoverWithin]),
    await cleanRow(logs.at(-1)!, rounds),
  ];
}

function rowOf({ length, opens }: Opened, place: string): Row {
  const tails = opens.map(({ recovery }) => recovery.eventsReplayed.toLocaleString('en'));
  return {
    ...row(
      `open-${place}`,
      `open after SIGKILL, ${length.toLocaleString('en')} events`,
      opens.map(({ ms }) => ms),
    ),
    at: length,
    note: `events replayed in these opens: ${tails.join(' · ')}`,
  };
}

async function cleanRow({ path, length }: PreparedLog, rounds: number): Promise<Row> {
  const times: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const { ms, result: store } = await timed(() => openStore(orders, { path }));
    await store.close();
    // The first open still finds what the crash left.
    if (round >= 0) times.push(ms);
  }
  return row('open-clean', `open after a clean close, ${length.toLocaleString('en')} events, process warm`, times);
}

function row(name: string, what: string, runs: readonly number[]): Row {
  return { name, what, by: 'refold', durability: 'reads', unit: 'ms', runs };
}
