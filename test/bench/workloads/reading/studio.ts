/**
 * The studio's server, asked over HTTP: a moment at a random place and a step beside `at`, in the longest log of an order book and where
 * the state is large; and how long the command takes until it prints its address, beside an import of the package. No browser takes part.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { openPast, openStore, type Past } from 'refold';
import { orderBook } from '../../../../examples/orderbook/model/index.ts';
import { openStudio } from '../../../../src/studio/open-studio.ts';
import { preparedBook } from '../../material/book-log.ts';
import { buildPackage } from '../../material/built-package.ts';
import { OrderFlow } from '../../material/order-flow.ts';
import { orders } from '../../material/orders-model.ts';
import { fill } from '../../material/stores.ts';
import { runProcess } from '../../measuring/processes.ts';
import { type Context, collectGarbage, type Row, timed, type Workload } from '../../measuring/workload.ts';

export const studioWorkloads: readonly Workload[] = [
  { name: 'studio', run: bookRows },
  { name: 'studio-large', run: largeRows },
  { name: 'studio-address', run: addressRows },
];

const ROUNDS = 3;
/** Places of a round. Each is far from the one before it. */
const PLACES = 9;
/** Steps of a round. */
const STEPS = 100;
/** Events for each entry of the large state, and how far it is dragged. */
const EVENTS_PER_ENTRY = 3;
const DRAG = 100_000;

const BOOK = {
  module: new URL('../../../../examples/orderbook/model/index.ts', import.meta.url).href,
  export: 'orderBook',
};
const ORDERS = { module: new URL('../../material/orders-model.ts', import.meta.url).href, export: 'orders' };

type Ask = (question: string) => Promise<any>;

/** A studio without its page, and a way to ask it. */
async function asking(options: Parameters<typeof openStudio>[0]): Promise<{ ask: Ask; close: () => Promise<void> }> {
  const studio = await openStudio({ ...options, port: 0 }, new Map());
  const { origin, hash } = new URL(studio.url);
  const headers = { authorization: `Bearer ${hash.slice('#key='.length)}` };
  const ask: Ask = async (question) => {
    const response = await fetch(`${origin}/api/${question}`, { headers });
    const answer = await response.json();
    if (!response.ok) throw new Error(`Error: the studio answers ${question} with ${JSON.stringify(answer)}`);
    return answer;
  };
  return { ask, close: () => studio.close() };
}

async function bookRows(context: Context): Promise<Row[]> {
  const { path } = preparedBook(context);
  await using past = await openPast(orderBook, { path });
  const { last } = await past.range();
  const { ask, close } = await asking({ path, model: BOOK });
  const [at, moment, step]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round++) {
    collectGarbage();
    const places = placesOf(round, last);
    at.push((await timed(() => inOrder(places, (place) => past.at(place)))).ms / PLACES);
    moment.push((await timed(() => inOrder(places, (place) => ask(`moment?at=${place}`)))).ms / PLACES);
    const from = places.at(-1)!;
    const steps = Array.from({ length: STEPS }, (_, n) => from + 1 + n);
    step.push((await timed(() => inOrder(steps, (place) => ask(`moment?at=${place}`)))).ms / STEPS);
  }
  await close();
  const of = `order book, ${last.toLocaleString('en')} events`;
  return [
    row('studio-at', `${of}: at, mean of ${PLACES} places`, at),
    row('studio-moment', `${of}: the studio's answer there`, moment),
    row('studio-step', `${of}: the studio's answer to a step, mean of ${STEPS}`, step),
  ];
}

/** The same places in every run, in an order that jumps. */
function placesOf(round: number, last: number): number[] {
  return Array.from(
    { length: PLACES },
    (_, n) => 1 + Math.floor((last - STEPS - 1) * (((n + 1) * 0.618 + round * 0.137) % 1)),
  );
}

async function inOrder(places: readonly number[], work: (place: number) => Promise<unknown>): Promise<void> {
  for (const place of places) await work(place);
}

async function largeRows({ folder, sizes }: Context): Promise<Row[]> {
  const entries = sizes.tableEntries.at(-1)!;
  const path = join(folder, 'large.db');
  const store = await openStore(orders, { path, durability: 'os', fold: 'direct' });
  await fill(store, new OrderFlow(entries), entries * EVENTS_PER_ENTRY);
  await store.snapshot();
  await store.close();
  await using past = await openPast(orders, { path });
  const { last } = await past.range();
  const runs: { at: number[]; moment: number[]; page: number[]; drag: number[] } = {
    at: [],
    moment: [],
    page: [],
    drag: [],
  };
  for (let round = 0; round < ROUNDS; round++) {
    collectGarbage();
    await largeRound(past, { path, last, runs });
  }
  const of = `a state of ${entries.toLocaleString('en')} entries`;
  return [
    row('studio-large-at', `${of}: at`, runs.at),
    row('studio-large-moment', `${of}: the studio's first answer`, runs.moment),
    row('studio-large-page', `${of}: a page of its table, in the order of the table`, runs.page),
    row('studio-large-drag', `${of}: a drag forward over a tenth of its events, in 20 moves`, runs.drag),
  ];
}

interface LargeRound {
  readonly path: string;
  readonly last: number;
  readonly runs: Record<'at' | 'moment' | 'page' | 'drag', number[]>;
}

/** Each round opens another studio, which holds no state yet. */
async function largeRound(past: Past, { path, last, runs }: LargeRound): Promise<void> {
  const far = Math.min(DRAG, Math.floor(last / 10));
  const from = last - far - 1;
  runs.at.push((await timed(() => past.at(from))).ms);
  const { ask, close } = await asking({ path, model: ORDERS });
  runs.moment.push((await timed(() => ask(`moment?at=${from}`))).ms);
  runs.page.push((await timed(() => ask(`table?path=orders&at=${from}&after=1000&count=100`))).ms);
  const moves = Array.from({ length: 20 }, (_, n) => from + Math.floor(((n + 1) * far) / 20));
  const drag = await timed(() =>
    inOrder(moves, async (place) => {
      const { cost } = await ask(`moment?at=${place}`);
      if (cost.keyframe !== undefined) throw new Error(`Error: a drag forward loads the state again at ${place}`);
    }),
  );
  runs.drag.push(drag.ms);
  await close();
}

/** The time until the address is there, and an import of the package, in turns. */
async function addressRows(context: Context): Promise<Row[]> {
  const { path } = preparedBook(context);
  const { importing, commandLine } = buildPackage(join(context.folder, 'package'));
  const [address, importMs]: [number[], number[]] = [[], []];
  for (let round = -1; round < context.sizes.imports; round++) {
    const imported = await runProcess([importing]);
    const printed = await untilPrinted([commandLine, 'studio', path, '--port', '0']);
    if (round < 0) continue;
    importMs.push(imported.ms);
    address.push(printed);
  }
  return [
    row('studio-import', 'a process that imports the built package', importMs),
    row('studio-address', 'refold studio, from its start until the address is printed', address),
  ];
}

async function untilPrinted(args: readonly string[]): Promise<number> {
  const start = performance.now();
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], cwd: '/' });
  for await (const text of child.stdout!.setEncoding('utf8')) if (String(text).includes('#key=')) break;
  const ms = performance.now() - start;
  const ended = once(child, 'close');
  child.kill('SIGKILL');
  await ended;
  return ms;
}

function row(name: string, what: string, runs: readonly number[]): Row {
  return { name, what, by: 'refold', durability: 'reads', unit: 'ms', runs };
}
