/** The example's order book: bare, and through the engine into a durable log; beside it `nodejs-order-book`. */
import type { Transaction } from 'refold';
import { Gateway } from '../../../../examples/orderbook/gateway.ts';
import { type BookCommand, orderBook } from '../../../../examples/orderbook/model/index.ts';
import { BareBook, hasTape, limitCommands, tapeCommands } from '../../material/book-commands.ts';
import { withStore } from '../../material/stores.ts';
import { loadPeer } from '../../measuring/peers.ts';
import {
  type Context,
  collectGarbage,
  type Row,
  type Run,
  startClock,
  summarise,
  type Workload,
} from '../../measuring/workload.ts';

const PEER = 'nodejs-order-book';
/** Commands of a commit, and commits on their way at once. */
const COMMIT = 1_000;
const IN_FLIGHT = 8;

/** Runs all commands once. */
type Drive = (commands: readonly BookCommand[], context: Context) => Promise<Run>;

interface Driver {
  readonly by: string;
  readonly durability: string;
  readonly drive: Drive;
  readonly needs?: readonly string[];
  /** How many commands a commit has, unless it is the usual number. */
  readonly commit?: string;
}

const DRIVERS: Readonly<Record<string, Driver>> = {
  bare: { by: 'the model alone', durability: 'memory only', drive: driveBare },
  direct: { by: 'refold, direct', durability: 'synced (always)', drive: inCommits('direct') },
  atomic: { by: 'refold, atomic', durability: 'synced (always)', drive: inCommits('atomic') },
  'direct-single': {
    by: 'refold, direct',
    durability: 'synced (always)',
    drive: throughEngine('direct'),
    commit: ', one a commit',
  },
  'atomic-single': {
    by: 'refold, atomic',
    durability: 'synced (always)',
    drive: throughEngine('atomic'),
    commit: ', one a commit',
  },
  peer: { by: PEER, durability: 'memory only', drive: drivePeer, needs: [PEER] },
};

export const bookWorkloads: readonly Workload[] = Object.entries(DRIVERS).flatMap(([name, driver]) => [
  workload(`book-limit-${name}`, 'limit orders', driver, ({ sizes }) => limitCommands(sizes.flowCommands)),
  ...(hasTape() ? [workload(`book-tape-${name}`, 'GOOG tape', driver, () => tapeCommands())] : []),
]);

function workload(
  name: string,
  words: string,
  { by, durability, drive, needs = [], commit = '' }: Driver,
  load: (context: Context) => BookCommand[] | Promise<BookCommand[]>,
): Workload {
  const run = async (context: Context): Promise<Row[]> => {
    const commands = (await load(context)).slice(0, context.sizes.flowCommands);
    const runs: Run[] = [];
    for (let round = -1; round < context.sizes.runs; round++) {
      collectGarbage();
      const run = await drive(commands, context);
      if (round >= 0) runs.push(run);
    }
    const what = `${words}, ${commands.length.toLocaleString('en')} commands${commit}`;
    return [{ name, what, by, durability, unit: 'commands/s', ...summarise(runs) }];
  };
  return { name, needs, run };
}

async function driveBare(commands: readonly BookCommand[]): Promise<Run> {
  const book = new BareBook();
  const stop = startClock();
  for (const { name, input } of commands) book.run(name, input);
  return stop(commands.length);
}

/** Commands decided as `execute` does it, a thousand in one commit. */
function inCommits(fold: 'atomic' | 'direct'): Drive {
  return (commands, { folder }) =>
    withStore(
      folder,
      { fold },
      async (store) => {
        const inFlight = new Set<Promise<unknown>>();
        const stop = startClock();
        for (let at = 0; at < commands.length; at += COMMIT) {
          const commit = store.transact((tx) => {
            const end = Math.min(at + COMMIT, commands.length);
            for (let index = at; index < end; index++) decideIn(tx, commands[index]!);
          });
          inFlight.add(commit);
          void commit.finally(() => inFlight.delete(commit));
          if (inFlight.size >= IN_FLIGHT) await Promise.race(inFlight);
        }
        await Promise.all(inFlight);
        return stop(commands.length);
      },
      orderBook,
    );
}

function decideIn(tx: Transaction, { name, input }: BookCommand): void {
  const command = orderBook.commands![name];
  const context = { now: tx.now, sequence: tx.sequence, fold: noFold, event: orderBook.event as never };
  const decided = command.decide(tx.state as never, command.input.parse(input) as never, context);
  if (!('rejected' in decided)) tx.append(decided as never);
}

/** No command of these books wakes a stop order. */
function noFold(): never {
  throw new Error('there is no fold inside a commit');
}

function throughEngine(fold: 'atomic' | 'direct'): Drive {
  return (commands, { folder }) =>
    withStore(
      folder,
      { fold },
      async (store) => {
        const gateway = new Gateway(store as never);
        const stop = startClock();
        for (const command of commands) {
          gateway.send(command);
          const room = gateway.room();
          if (room !== undefined) await room;
        }
        await gateway.drain();
        return stop(commands.length);
      },
      orderBook,
    );
}

interface PeerBook {
  limit(order: { id: string; side: string; size: number; price: number; timeInForce: string }): unknown;
  cancel(id: string): unknown;
  modify(id: string, update: { size: number }): unknown;
  order(id: string): { readonly size: number } | undefined;
}

/** Hidden prints, listings and halts have no counterpart there and are passed over; a reduction is a `modify`. */
async function drivePeer(commands: readonly BookCommand[]): Promise<Run> {
  const { OrderBook } = loadPeer<{ OrderBook: new () => PeerBook }>(PEER);
  const book = new OrderBook();
  const stop = startClock();
  for (const command of commands) runOnPeer(book, command);
  return stop(commands.length);
}

function runOnPeer(book: PeerBook, { name, input }: BookCommand): void {
  switch (name) {
    case 'placeOrder': {
      const { orderId, side, quantity: size, price = 0, timeInForce = 'GTC' } = input;
      book.limit({ id: String(orderId), side, size, price, timeInForce });
      return;
    }
    case 'cancelOrder':
      book.cancel(String(input.orderId));
      return;
    case 'reduceOrder': {
      const id = String(input.orderId);
      const order = book.order(id);
      if (order !== undefined) book.modify(id, { size: order.size - input.quantity });
      return;
    }
  }
}
