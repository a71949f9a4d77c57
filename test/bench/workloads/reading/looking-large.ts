/** Looking back where the state is large: a keyframe then takes about as long to load as the whole log to fold. */
import { join } from 'node:path';
import { openPast, openStore, replay } from 'refold';
import { OrderFlow } from '../../material/order-flow.ts';
import { orders } from '../../material/orders-model.ts';
import { fill } from '../../material/stores.ts';
import { type Context, collectGarbage, type Row, timed, type Workload } from '../../measuring/workload.ts';

export const lookingLargeWorkloads: readonly Workload[] = [{ name: 'looking-large', run: largeRows }];

const ROUNDS = 3;
/** So many events for each entry of the state. */
const EVENTS_PER_ENTRY = 3;

async function largeRows({ folder, sizes }: Context): Promise<Row[]> {
  const entries = sizes.tableEntries.at(-1)!;
  const path = join(folder, 'large.db');
  const store = await openStore(orders, { path, durability: 'os', fold: 'direct' });
  await fill(store, new OrderFlow(entries), entries * EVENTS_PER_ENTRY);
  await store.compact();
  await store.close();

  await using past = await openPast(orders, { path });
  const { last } = await past.range();
  const newest = [...(await past.at(last)).state.orders.keys()].at(-3)!;
  const replays: number[] = [];
  const whys: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    collectGarbage();
    replays.push((await timed(() => replay(orders, { path }))).ms);
    collectGarbage();
    whys.push((await timed(() => past.why(['orders', newest, 'quantity']))).ms);
  }
  const row = (name: string, what: string, runs: readonly number[]): Row => {
    const of = `${last.toLocaleString('en')} events, with a state of ${entries.toLocaleString('en')} entries`;
    const fixed = { by: 'refold', durability: 'reads', unit: 'ms' } as const;
    return { name: `looking-large-${name}`, what: `${what} ${of}`, ...fixed, runs };
  };
  return [row('replay', 'replay of', replays), row('why', 'why, of one quantity, all of', whys)];
}
