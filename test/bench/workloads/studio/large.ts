/** The studio where the state is large: its first answer, a page of the table, and a drag that must not load the state again. */
import { join } from 'node:path';
import { openPast, openStore, type Past } from 'refold';
import { OrderFlow } from '../../material/order-flow.ts';
import { orders } from '../../material/orders-model.ts';
import { fill } from '../../material/stores.ts';
import { type Context, collectGarbage, type Row, timed } from '../../measuring/workload.ts';
import { AskedStudio, inOrder, ORDERS, row } from './asking.ts';

const ROUNDS = 3;
/** Events for each entry of the state, and how far it is dragged. */
const EVENTS_PER_ENTRY = 3;
const DRAG = 100_000;
/** The part of the way where the place before it is. */
const EARLY = 8;
/** Moves of the drag. */
const MOVES = 20;

type Runs = Record<'at' | 'moment' | 'page' | 'drag', number[]>;

export async function largeRows({ folder, sizes }: Context): Promise<Row[]> {
  const entries = sizes.tableEntries.at(-1)!;
  const path = join(folder, 'large.db');
  const store = await openStore(orders, { path, durability: 'os', fold: 'direct' });
  await fill(store, new OrderFlow(entries), entries * EVENTS_PER_ENTRY);
  await store.snapshot();
  await store.close();
  await using past = await openPast(orders, { path });
  const runs: Runs = { at: [], moment: [], page: [], drag: [] };
  for (let round = 0; round < ROUNDS; round++) await largeRound(past, path, runs);
  const of = `a state of ${entries.toLocaleString('en')} entries`;
  return [
    row('studio-large-at', `${of}: at`, runs.at),
    row('studio-large-moment', `${of}: the studio's answer to a far move`, runs.moment),
    row('studio-large-page', `${of}: a page of its table, in the order of the table`, runs.page),
    row(
      'studio-large-drag',
      `${of}: a drag forward over ${DRAG.toLocaleString('en')} events, in ${MOVES} moves`,
      runs.drag,
    ),
  ];
}

/**
 * Each round opens another studio. It is first asked for a place far before, so that its code is compiled, as that of this process is; no
 * state that it has then helps with the place that is measured.
 */
async function largeRound(past: Past, path: string, runs: Runs): Promise<void> {
  const { last } = await past.range();
  const from = last - Math.min(DRAG, Math.floor(last / 2)) - 1;
  await past.at(Math.floor(from / EARLY));
  collectGarbage();
  runs.at.push((await timed(() => past.at(from))).ms);
  await using studio = await AskedStudio.open({ path, ...ORDERS });
  await studio.ask(`moment?at=${Math.floor(from / EARLY)}`);
  runs.moment.push((await timed(() => studio.ask(`moment?at=${from}`))).ms);
  runs.page.push((await timed(() => studio.ask(`table?path=orders&at=${from}&after=1000&count=100`))).ms);
  const moves = Array.from({ length: MOVES }, (_, n) => from + Math.floor(((n + 1) * (last - from - 1)) / MOVES));
  const drag = await timed(() =>
    inOrder(moves, async (place) => {
      const { cost } = await studio.ask(`moment?at=${place}`);
      if (cost.keyframe !== undefined) throw new Error(`Error: a drag forward loads the state again at ${place}`);
    }),
  );
  runs.drag.push(drag.ms);
}
