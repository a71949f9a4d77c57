/** Looking back in the longest log of an order book: walking, stepping, and asking why and when, each beside a replay or `at`. */
import { openPast, type Past, replay } from 'refold';
import { type BookState, orderBook } from '../../../../examples/orderbook/model/index.ts';
import { conservation } from '../../../../examples/orderbook/model/invariants.ts';
import { preparedBook } from '../../material/book-log.ts';
import { median } from '../../measuring/statistics.ts';
import { type Context, collectGarbage, type Row, startClock, timed, type Workload } from '../../measuring/workload.ts';

export const lookingWorkloads: readonly Workload[] = [{ name: 'looking', run: lookingRows }];

/** How often everything is measured, in turns. Each time takes several replays of the whole log. */
const ROUNDS = 3;
/** Steps of the cursor that are measured together. */
const STEPS = 500;
/** Places where the cursor begins. */
const PLACES = 9;

/** Work on the whole log. */
interface Look {
  readonly name: string;
  readonly what: string;
  readonly work: () => Promise<unknown>;
}

async function lookingRows(context: Context): Promise<Row[]> {
  const { path } = preparedBook(context);
  await using past = await openPast(orderBook, { path });
  const { last } = await past.range();
  const row = (name: string, what: string, measured: Pick<Row, 'runs' | 'cpuMicros'>): Row => {
    const fixed = { by: 'refold', durability: 'reads', unit: 'ms', at: last } as const;
    return { name: `looking-${name}`, what: `order book: ${what}`, ...fixed, ...measured };
  };
  const looks = await looksAt(past, path, last);
  const measured = await inTurns(looks, last);
  const stepped = await steps(past, last);
  return [
    ...looks.map(({ name, what }, index) => row(name, what, measured[index]!)),
    row('at', `at, ${PLACES} places`, { runs: stepped.map(({ at }) => at) }),
    row('forward', `a step of a cursor forward, mean of ${STEPS}`, { runs: stepped.map(({ forward }) => forward) }),
    row('back', `a step of a cursor back, mean of ${STEPS}`, { runs: stepped.map(({ back }) => back) }),
  ];
}

async function looksAt(
  past: Pick<Past, 'at' | 'walk' | 'why' | 'bisect'>,
  path: string,
  last: number,
): Promise<Look[]> {
  const book = (await past.at(last)).state as unknown as BookState;
  const quantity = ['orders', lateOrder(book, last), 'quantity'];
  const { lastTradeId } = (await past.at(Math.floor(last * BROKEN_AT))).state as BookState;
  const isSound = (state: BookState): boolean => conservation(state) && state.lastTradeId < lastTradeId;
  const all = `${last.toLocaleString('en')} events`;
  return [
    { name: 'replay', what: `replay of ${all}`, work: () => replay(orderBook, { path }) },
    { name: 'walk', what: `walk through ${all}, event by event`, work: () => walkAll(past) },
    { name: 'why', what: `why, of one quantity, all of ${all}`, work: () => past.why(quantity) },
    {
      name: 'why-often',
      what: 'the same of a price that changes with each trade',
      work: () => past.why(['symbols', [...book.symbols.keys()][0]!, 'lastPrice']),
    },
    {
      name: 'why-newest',
      what: 'the newest change of that quantity, in the last 1 % of the log',
      work: () => past.why(quantity, { limit: 1 }),
    },
    {
      name: 'bisect',
      what: `bisect of an invariant that walks all orders, broken at ${BROKEN_AT * 100} %`,
      work: () => past.bisect({ firstFalse: isSound }),
    },
    {
      name: 'bisect-fast',
      what: 'the same, halving between keyframes',
      work: () => past.bisect({ firstFalse: isSound }, { mode: 'fast' }),
    },
  ];
}

/** Where in the log the invariant is broken: late, so that nearly all of it is asked about. */
const BROKEN_AT = 0.95;

/** The oldest of the orders that came in the last 1 % of the log. */
function lateOrder({ orders }: BookState, last: number): number {
  const [id] = [...orders].find(([, { arrival }]) => arrival > last * 0.99) ?? [...orders].at(-1)!;
  return id;
}

async function walkAll(past: Pick<Past, 'walk'>): Promise<number> {
  let events = 0;
  for await (const block of past.walk()) for (const _ of block) events += 1;
  return events;
}

/** Other load on the machine affects all of them alike. */
async function inTurns(looks: readonly Look[], events: number): Promise<Pick<Row, 'runs' | 'cpuMicros'>[]> {
  const found = looks.map(() => ({ runs: [] as number[], cpu: [] as number[] }));
  for (let round = -1; round < ROUNDS; round++) {
    for (const [index, { work }] of looks.entries()) {
      if (round < 0 && index > 1) continue; // the first two warm up the fold, which is most of all others
      collectGarbage();
      const stop = startClock();
      const { ms } = await timed(work);
      const { cpuMicros } = stop(events);
      if (round < 0) continue;
      found[index]!.runs.push(ms);
      found[index]!.cpu.push(cpuMicros);
    }
  }
  return found.map(({ runs, cpu }) => ({ runs, cpuMicros: median(cpu) }));
}

interface Steps {
  readonly at: number;
  readonly forward: number;
  readonly back: number;
}

async function steps(past: Pick<Past, 'at' | 'cursor'>, last: number): Promise<Steps[]> {
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
