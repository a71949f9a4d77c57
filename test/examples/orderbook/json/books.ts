/** The files that the calls are about: a small book with accounts and trades, and feeds. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MarketClock } from '../../../../examples/orderbook/market-time.ts';
import type { BookCommand } from '../../../../examples/orderbook/model/index.ts';
import { openBook } from '../../../../examples/orderbook/workspace.ts';
import { makeLobsterDay } from '../lobster-day.ts';

const OPENING = Date.UTC(2026, 0, 5, 14, 30);
const ORIGIN = { feed: 'test', source: 'made up', date: '2026-01-05', zone: 'America/New_York' };

const ACME = { symbol: 'ACME', type: 'limit' } as const;

/** Two orders in line, a trade with both of them, a replacement, a cancel, a stop that is triggered, a refusal. */
const COMMANDS: readonly BookCommand[] = [
  { name: 'listSymbol', input: { symbol: 'ACME' } },
  { name: 'placeOrder', input: { ...ACME, orderId: 1, side: 'buy', price: 100, quantity: 10, account: 'ann' } },
  { name: 'placeOrder', input: { ...ACME, orderId: 2, side: 'buy', price: 100, quantity: 5, account: 'ben' } },
  { name: 'placeOrder', input: { ...ACME, orderId: 3, side: 'sell', price: 105, quantity: 30, account: 'cat' } },
  { name: 'placeOrder', input: { ...ACME, orderId: 4, side: 'sell', price: 100, quantity: 12, account: 'cat' } },
  { name: 'replaceOrder', input: { orderId: 3, price: 104, quantity: 20 } },
  { name: 'placeOrder', input: { ...ACME, orderId: 5, side: 'buy', price: 99, quantity: 7 } },
  { name: 'cancelOrder', input: { orderId: 5 } },
  { name: 'placeOrder', input: { ...ACME, orderId: 6, side: 'buy', price: 104, quantity: 4, account: 'ann' } },
];

/** A tape whose last command is refused, and the rows that show its book. */
const TAPE =
  'row,ts_ns,cmd,id,side,price,qty\n0,1,N,1,1,100,10\n0,2,N,2,-1,105,30\n1,3,X,1,-1,100,4\n1,4,C,77,1,100,1\n';
const ROWS = '105,30,100,10\n105,30,100,6\n';
const WRONG_ROWS = '105,30,100,10\n105,30,100,7\n';
const CONSENSUS = 'seq,cmd,id,side,price,qty,tif\n0,new,1,buy,100,10,gtc\n1,new,2,sell,100,4,ioc\n2,cancel,9,,,,\n';

/** Makes all files of a folder. */
export async function makeFiles(folder: string): Promise<void> {
  const inFolder = (name: string): string => join(folder, name);
  const day = makeLobsterDay({ seed: 3, symbol: 'GOOG', commands: 400, levels: 3 });
  writeFileSync(inFolder('GOOG_2012-06-21_message.csv'), `${day.messages.join('\n')}\n`);
  writeFileSync(inFolder('GOOG_2012-06-21_orderbook.csv'), `${day.rows.join('\n')}\n`);
  writeFileSync(inFolder('tape.csv'), TAPE);
  writeFileSync(inFolder('rows.csv'), ROWS);
  writeFileSync(inFolder('wrong-rows.csv'), WRONG_ROWS);
  writeFileSync(inFolder('consensus.csv'), CONSENSUS);
  await makeBook(inFolder('book.db'));
}

/** Each command comes a second after the one before. */
async function makeBook(path: string): Promise<void> {
  const clock = new MarketClock();
  await using store = await openBook(path, { clock: clock.read });
  for (const [index, { name, input }] of COMMANDS.entries()) {
    clock.set({ ms: OPENING + index * 1_000, ns: 500 });
    await store.execute(name, input as never, { meta: index === 0 ? { ...ORIGIN, ...clock.meta } : clock.meta });
  }
}
