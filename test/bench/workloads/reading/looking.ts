/** Looking back: walking, stepping, and asking why and when, each beside what it is compared with, in the longest log. */
import { openPast, type Past, replay } from 'refold';
import { preparedLogs } from '../../material/logs.ts';
import { orders } from '../../material/orders-model.ts';
import { type Context, type Row, timed, type Workload } from '../../measuring/workload.ts';

export const lookingWorkloads: readonly Workload[] = [{ name: 'looking', run: lookingRows }];

/** Steps of the cursor that are measured together. */
const STEPS = 500;
/** Places where the cursor begins. */
const PLACES = 3;

type Orders = Past<ReturnType<typeof orders.initialState>>;

async function lookingRows(context: Context): Promise<Row[]> {
  const { path, length } = preparedLogs(context).at(-1)!;
  await using past = (await openPast(orders, { path })) as Orders;
  const { last } = await past.range();
  const row = (name: string, what: string, unit: Row['unit'], ...runs: number[]): Row => ({
    ...{ name: `looking-${name}`, what, by: 'refold', durability: 'reads', unit, runs, at: length },
  });
  const all = `${length.toLocaleString('en')} events`;

  const replayed = await timed(() => replay(orders, { path }));
  const walked = await timed(() => walkAll(past));
  const stepped = await steps(past, last);
  const recent = await recentOrder(past, last);
  const why = await timed(() => past.why(['orders', recent, 'quantity']));
  const newest = await timed(() => past.why(['orders', recent, 'quantity'], { limit: 1 }));
  const isSound = (state: { readonly orders: ReadonlyMap<number, { readonly quantity: number }> }): boolean =>
    state.orders.values().every(({ quantity }) => quantity > -1_000_000);
  const bisected = await timed(() => past.bisect({ firstFalse: isSound }));
  const halved = await timed(() => past.bisect({ firstFalse: isSound }, { mode: 'fast' }));

  return [
    row('replay', `replay of ${all}`, 'ms', replayed.ms),
    row('walk', `walk through ${all}, event by event`, 'ms', walked.ms),
    row('at', `at, ${PLACES} places in ${all}`, 'ms', ...stepped.map(({ at }) => at)),
    row('forward', `a step of a cursor forward, mean of ${STEPS}`, 'ms', ...stepped.map(({ forward }) => forward)),
    row('back', `a step of a cursor back, mean of ${STEPS}`, 'ms', ...stepped.map(({ back }) => back)),
    row('why', `why, of one quantity, all of ${all}`, 'ms', why.ms),
    row('why-newest', 'the newest change of it, among the last events', 'ms', newest.ms),
    row('bisect', `bisect of a look at all orders, in ${all}`, 'ms', bisected.ms),
    row('bisect-fast', 'the same, halving between keyframes', 'ms', halved.ms),
  ];
}

async function walkAll(past: Orders): Promise<number> {
  let events = 0;
  for await (const block of past.walk()) for (const _ of block) events += 1;
  return events;
}

/** An order that has come lately. */
async function recentOrder(past: Orders, last: number): Promise<number> {
  const { state } = await past.at(last);
  return [...state.orders.keys()].at(-3)!;
}

interface Steps {
  readonly at: number;
  readonly forward: number;
  readonly back: number;
}

async function steps(past: Orders, last: number): Promise<Steps[]> {
  const found: Steps[] = [];
  for (let place = 0; place < PLACES; place++) {
    const sequence = Math.floor((last * (place + 1)) / (PLACES + 1));
    const at = await timed(() => past.at(sequence));
    const cursor = await past.cursor(sequence);
    const move = async (by: number): Promise<void> => {
      for (let step = 0; step < STEPS; step++) {
        await cursor.step(by);
        if (cursor.state.orders.size === 0) throw new Error('the state is empty'); // the state is made when it is read
      }
    };
    const forward = await timed(() => move(1));
    const back = await timed(() => move(-1));
    found.push({ at: at.ms, forward: forward.ms / STEPS, back: back.ms / STEPS });
  }
  return found;
}
