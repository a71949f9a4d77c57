/**
 * Random commands against the order book and a second, plain engine that shares no code with it.
 *
 * After each command the outcomes must be equal: the same events in the same order, or the same rejection. The queues must
 * be equal, price by price and order by order. At the end of each world the log is matched again by a third engine.
 */
import fc from 'fast-check';
import { rematch } from '../../../examples/orderbook/audit/rematch.ts';
import { type BookCommand, queueAt, type Side } from '../../../examples/orderbook/model/index.ts';
import { Book, lineOf } from '../../examples/orderbook-model/harness.ts';
import { Oracle, type OracleOrder } from '../../examples/orderbook-model/oracle.ts';
import { anyCommand } from '../../examples/orderbook-model/random.ts';
import type { Control, FaultRow, RowOptions, RowReport } from '../row.ts';

const REQUIRED = { short: 200_000, long: 2_000_000 };
/** Commands of a world. The next world begins with an empty book. */
const WORLD = 400;
const SYMBOLS = ['ACME', 'ZETA'];
/** Larger ids than those of `anyCommand`. */
const NEW_IDS = 100;
/** The prices of `anyCommand`. */
const PRICES = [1, 2, 3, 4, 5, 6, 7, 8];
const WORLDS_BETWEEN_REPORTS = 100;
const WORLDS_OF_A_CONTROL = 20;

export const row: FaultRow = {
  name: 'order-book',
  required: REQUIRED,
  missing: () => undefined,
  run,
};

async function run({ long, seed, say }: RowOptions): Promise<RowReport> {
  const worlds = (long ? REQUIRED.long : REQUIRED.short) / WORLD;
  const violations: string[] = [];
  const tally = new Map<string, number>();
  for (let world = 0; world < worlds && violations.length < 10; world++) {
    const problem = await problemOf(seed + world, new Oracle(), tally);
    if (problem !== undefined) violations.push(`world ${seed + world}: ${problem}`);
    if ((world + 1) % WORLDS_BETWEEN_REPORTS === 0) say(`${(world + 1) * WORLD} commands`);
    await new Promise(setImmediate);
  }
  const counts = [...tally].map(([name, count]) => `${count} ${name}`).join(', ');
  return {
    cases: worlds * WORLD,
    violations,
    notes: [counts],
    controls: [await lastComeFirst(seed), await otherMaker(seed)],
  };
}

/** The commands of a world. Every second order has a new id, so that most of them enter. */
function commandsOf(seed: number): BookCommand[] {
  const [commands] = fc.sample(fc.array(anyCommand, { minLength: WORLD, maxLength: WORLD }), { seed, numRuns: 1 });
  return commands!.map((command, at) =>
    command.name === 'placeOrder' && at % 2 === 0
      ? { name: command.name, input: { ...command.input, orderId: NEW_IDS + at } }
      : command,
  );
}

/** Runs a world, and says where the two engines differ first. */
async function problemOf(seed: number, oracle: Oracle, tally = new Map<string, number>()): Promise<string | undefined> {
  const book = openBook();
  const count = (name: string): void => void tally.set(name, (tally.get(name) ?? 0) + 1);
  for (const [at, command] of commandsOf(seed).entries()) {
    const outcome = book.execute(command.name, command.input as never);
    const given = outcome.rejected ?? outcome.events.map(lineOf).join('; ');
    const answer = oracle.run(command);
    const expected = typeof answer === 'string' ? answer : answer.join('; ');
    count(outcome.rejected === undefined ? 'accepted' : 'rejected');
    if (given !== expected) return `command ${at}, ${JSON.stringify(command)}: ${given}, expected ${expected}`;
    const difference = queueDifference(book, oracle);
    if (difference !== undefined) return `after command ${at}, ${JSON.stringify(command)}: ${difference}`;
  }
  for (const { type } of book.log) if (type === 'TradeExecuted') count('trades');
  const again = await rematch(book.log);
  return again === 'equal' ? undefined : `matched again: ${JSON.stringify(again)}`;
}

function openBook(): Book {
  const book = new Book();
  for (const symbol of SYMBOLS) book.execute('listSymbol', { symbol });
  return book;
}

function queueDifference({ state }: Book, oracle: Oracle): string | undefined {
  for (const symbol of SYMBOLS) {
    for (const side of ['buy', 'sell'] as const) {
      const served = oracle.served(symbol, side);
      for (const price of PRICES) {
        const given = queueAt(state, symbol, side, price).map((id) => `${id}:${state.orders.get(id)!.quantity}`);
        const expected = served.filter((order) => order.price === price).map(({ id, open }) => `${id}:${open}`);
        if (given.join() !== expected.join()) {
          return `${symbol} ${side} ${price} has ${given.join()}, expected ${expected.join()}`;
        }
      }
    }
  }
  return undefined;
}

/** A second engine that serves the youngest order of a level first. */
class LastComeFirst extends Oracle {
  override served(symbol: string, side: Side): OracleOrder[] {
    const sign = side === 'buy' ? -1 : 1;
    return super.served(symbol, side).sort((a, b) => sign * (a.price! - b.price!) || b.stamp - a.stamp);
  }
}

async function lastComeFirst(seed: number): Promise<Control> {
  let noticed: string | undefined;
  for (let world = 0; world < WORLDS_OF_A_CONTROL && noticed === undefined; world++) {
    noticed = await problemOf(seed + world, new LastComeFirst());
  }
  return { name: 'an engine that serves the youngest order first', noticed };
}

/** A log in which one trade is with another order than the one that traded. */
async function otherMaker(seed: number): Promise<Control> {
  const book = openBook();
  for (const command of commandsOf(seed)) book.execute(command.name, command.input as never);
  const at = book.log.findIndex(({ type }) => type === 'TradeExecuted');
  const log = book.log.map((event, index) =>
    index === at && event.type === 'TradeExecuted'
      ? { ...event, data: { ...event.data, makerId: event.data.makerId + 1_000 } }
      : event,
  );
  const again = await rematch(log);
  return {
    name: 'a log in which another order traded',
    noticed: again === 'equal' ? undefined : JSON.stringify(again),
  };
}
