/**
 * Whether a commit's cost depends on the size of the state: single events into tables of several sizes, atomic fold.
 *
 * Not synced, since the time of a sync would hide what is looked for; and no snapshots, which are another question.
 */
import { OrderFlow } from '../order-flow.ts';
import { fill, withStore } from '../stores.ts';
import { type Context, type Row, repeat, untilOver, type Workload } from '../workload.ts';

export const tableWorkloads: readonly Workload[] = [{ name: 'table', run: tableRows }];

async function tableRows(context: Context): Promise<Row[]> {
  const rows: Row[] = [];
  const { tableEntries } = context.sizes;
  for (const [index, entries] of tableEntries.entries()) {
    const place = index === 0 ? 'smallest' : index === tableEntries.length - 1 ? 'largest' : String(entries);
    rows.push(await tableRow(context, entries, `table-${place}`));
  }
  return rows;
}

function tableRow({ sizes, folder }: Context, entries: number, name: string): Promise<Row> {
  return withStore(folder, { durability: 'os', recoverWithin: 3_600_000 }, async (store) => {
    const flow = new OrderFlow(entries);
    await fill(store, flow, entries);
    const measured = await repeat(sizes, (seconds) =>
      untilOver(seconds, async () => {
        await store.append(flow.next() as never);
        return 1;
      }),
    );
    return {
      name,
      what: `one event per commit, a table of ${entries.toLocaleString('en')}`,
      by: 'refold, atomic',
      durability: 'not synced (os)',
      unit: 'events/s',
      ...measured,
    };
  });
}
