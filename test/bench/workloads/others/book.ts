/** The example's order book: bare, and through the engine into a durable log; beside it `nodejs-order-book`. */
import type { Transaction } from 'refold';
import { Gateway } from '../../../../examples/orderbook/gateway.ts';
import { type BookCommand, orderBook } from '../../../../examples/orderbook/model/index.ts';
import { BareBook, hasTape, limitCommands, tapeCommands } from '../../material/book-commands.ts';
import { withStore } from '../../material/stores.ts';
import { loadPeer } from '../../measuring/peers.ts';
import { type Run, startClock, type Workload } from '../../measuring/workload.ts';
import { bookWorkload, COMMIT, type Drive, driversOf, PEER } from './book-drivers.ts';

/** Commits on their way at once. */
const IN_FLIGHT = 8;

const DRIVERS = driversOf<BookCommand>({ bare: driveBare, inCommits, single: throughEngine, peer: drivePeer });

export const bookWorkloads: readonly Workload[] = DRIVERS.flatMap(([name, driver]) => [
  bookWorkload(`book-limit-${name}`, 'limit orders', 'commands/s', driver, ({ sizes }) =>
    limitCommands(sizes.flowCommands),
  ),
  ...(hasTape() ? [bookWorkload(`book-tape-${name}`, 'GOOG tape', 'commands/s', driver, () => tapeCommands())] : []),
]);

async function driveBare(commands: readonly BookCommand[]): Promise<Run> {
  const book = new BareBook();
  const stop = startClock();
  for (const { name, input } of commands) book.run(name, input);
  return stop(commands.length);
}

/** Commands decided as `execute` does it, a thousand in one commit. */
function inCommits(fold: 'atomic' | 'direct'): Drive<BookCommand> {
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

function throughEngine(fold: 'atomic' | 'direct'): Drive<BookCommand> {
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
