/**
 * Answers of the studio in the longest log of an order book, beside what the library takes for the same: a moment at a random place
 * before and after states for far places are in memory, a step, a tile of the heatmap; and the memory of the server.
 */
import { openPast, type Past } from 'refold';
import { orderBook } from '../../../../examples/orderbook/model/index.ts';
import { preparedBook } from '../../material/book-log.ts';
import { runReported } from '../../measuring/processes.ts';
import { median } from '../../measuring/statistics.ts';
import { type Context, collectGarbage, type Row, timed } from '../../measuring/workload.ts';
import { AskedStudio, BOOK, inOrder, placesOf, row } from './asking.ts';

const ROUNDS = 3;
/** Places of a round. Each is far from the one before it. */
const PLACES = 9;
/** Places that a new server is asked for first, so that its code is compiled. */
const FIRST_PLACES = 9;
/** Steps of a round. */
const STEPS = 100;
/** Columns of a tile, and about how many events are in it. */
const TILE = { columns: 512, events: 100_000 };
/** Moves in which memory must not grow, and those before them that fill what may be kept. */
const MOVES = 400;
const FILLING = 200;

export async function bookRows(context: Context): Promise<Row[]> {
  const { path } = preparedBook(context);
  await using past = await openPast(orderBook, { path });
  const { last } = await past.range();
  const of = `order book, ${last.toLocaleString('en')} events`;
  const cold = await coldRounds(past, path, last);
  await using studio = await AskedStudio.open({ path, ...BOOK });
  await studio.ask('moment?at=1');
  const { ms: warming } = await timed(() => studio.warm());
  const warm = await warmRounds(past, studio, last);
  return [
    row('studio-at', `${of}: at, mean of ${PLACES} places`, cold.at),
    row('studio-cold', `${of}: the studio's answer there, no state for far places in memory`, cold.moment),
    row('studio-warming', `${of}: until states for far places are in memory`, [warming]),
    row('studio-warm-at', `${of}: at, mean of ${PLACES} other places`, warm.at),
    row('studio-warm', `${of}: the studio's answer there, with them`, warm.moment),
    row('studio-step', `${of}: the studio's answer to a step, mean of ${STEPS}`, warm.step),
    ...(await tileRows(past, studio, of)),
    ...(await memoryRows(context, studio, { path, last, of })),
  ];
}

interface Rounds {
  readonly at: number[];
  readonly moment: number[];
}

/** Each round asks another server, without a pause in which it could keep states for far places. */
async function coldRounds(past: Past, path: string, last: number): Promise<Rounds> {
  const rounds: Rounds = { at: [], moment: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const places = placesOf(round, PLACES, last);
    rounds.at.push(await meanAt(past, places));
    await using studio = await AskedStudio.open({ path, ...BOOK });
    await inOrder(placesOf(round + 0.5, FIRST_PLACES, last), (place) => studio.ask(`moment?at=${place}`));
    rounds.moment.push((await timed(() => inOrder(places, (place) => studio.ask(`moment?at=${place}`)))).ms / PLACES);
  }
  return rounds;
}

async function warmRounds(
  past: Past,
  studio: AskedStudio,
  last: number,
): Promise<Rounds & { readonly step: number[] }> {
  const rounds = { at: [] as number[], moment: [] as number[], step: [] as number[] };
  await inOrder(placesOf(-1, FIRST_PLACES, last), (place) => studio.ask(`moment?at=${place}`));
  for (let round = 0; round < ROUNDS; round++) {
    const places = placesOf(ROUNDS + round, PLACES, last, STEPS);
    rounds.at.push(await meanAt(past, places));
    rounds.moment.push((await timed(() => inOrder(places, (place) => studio.ask(`moment?at=${place}`)))).ms / PLACES);
    const steps = Array.from({ length: STEPS }, (_, n) => places.at(-1)! + 1 + n);
    rounds.step.push((await timed(() => inOrder(steps, (place) => studio.ask(`moment?at=${place}`)))).ms / STEPS);
  }
  return rounds;
}

async function meanAt(past: Past, places: readonly number[]): Promise<number> {
  collectGarbage();
  return (await timed(() => inOrder(places, (place) => past.at(place)))).ms / places.length;
}

/** Each round asks for another stretch of time, which the server has not seen. */
async function tileRows(past: Past, studio: AskedStudio, of: string): Promise<Row[]> {
  const [tile, walk]: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round++) {
    const { question, from, to } = await tileOf(past, (round + 0.5) / (ROUNDS + 1));
    const walked = await timed(() => past.walk({ from, to, each: () => {} }));
    const asked = await timed(() => studio.bytes(question));
    const { complete, sampled } = await studio.ask(`${question}&format=json`);
    if (!complete || sampled) throw new Error(`Error: the studio gives only a part of ${question}`);
    if (round === 0) continue; // what is compiled first
    walk.push(walked.ms);
    tile.push(asked.ms);
  }
  return [
    row('studio-walk', `${of}: a walk through about ${TILE.events.toLocaleString('en')} of them`, walk),
    row('studio-tile', `${of}: a tile of the heatmap of the same events, ${TILE.columns} columns`, tile),
  ];
}

/** A tile of so many events about a place of the log, and the sequences of what is in it. */
async function tileOf(past: Past, share: number) {
  const { last } = await past.range();
  const span = Math.min(TILE.events, Math.floor(last / (2 * (ROUNDS + 1))));
  const begin = 1 + Math.floor((last - span) * share);
  const [start, end] = [await timeOf(past, begin), await timeOf(past, begin + span)];
  const step = Math.max(1, Math.ceil((end - start) / TILE.columns));
  const from = (await past.locate({ time: start - 1 })) + 1;
  const to = await past.locate({ time: start + step * TILE.columns - 1 });
  return { question: `tile?view=book&from=${start}&step=${step}&columns=${TILE.columns}`, from, to };
}

async function timeOf(past: Past, sequence: number): Promise<number> {
  for await (const { recordedAt } of past.events({ from: sequence, limit: 1 })) return recordedAt;
  throw new Error(`Error: there is no event ${sequence}`);
}

interface Remembered {
  readonly path: string;
  readonly last: number;
  readonly of: string;
}

/** Far moves, each with some steps after it, and what the server's process has in memory after each. */
async function memoryRows({ folder }: Context, studio: AskedStudio, { path, last, of }: Remembered): Promise<Row[]> {
  const taken: number[] = [];
  await inOrder(placesOf(-2, FILLING, last), (place) => studio.ask(`moment?at=${place}`));
  await inOrder(placesOf(2 * ROUNDS, MOVES, last, 1), async (place) => {
    await studio.ask(`moment?at=${place}`);
    await studio.ask(`moment?at=${place + 1}`);
    taken.push((await studio.memory()).megabytes);
  });
  const quarter = MOVES / 4;
  const { peakMegabytes } = await studio.memory();
  const { megabytes } = await runReported(folder, [...withoutGarbage(), REPLAYING, 'replay', path]);
  const inMegabytes = (name: string, what: string, figure: number): Row => row(name, `${of}: ${what}`, [figure], 'MB');
  return [
    inMegabytes('studio-replay-memory', 'peak memory of a process that replays it', megabytes),
    inMegabytes('studio-memory', 'peak memory of the process that serves the studio', peakMegabytes),
    inMegabytes(
      'studio-memory-first',
      `its memory in the first ${quarter} of ${MOVES} far moves`,
      median(taken.slice(0, quarter)),
    ),
    inMegabytes('studio-memory-last', 'its memory in as many at the end', median(taken.slice(-quarter))),
  ];
}

const REPLAYING = new URL('../reading/looking-work.ts', import.meta.url).pathname;

function withoutGarbage(): string[] {
  return process.execArgv.filter((arg) => arg !== '--expose-gc');
}
