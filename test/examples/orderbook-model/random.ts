/** Random commands over a book small enough that everything meets everything: two symbols, eight prices, twenty ids. */
import fc from 'fast-check';
import type { BookCommand } from '../../../examples/orderbook/model/index.ts';

const orderId = fc.integer({ min: -4, max: 16 });
const price = fc.integer({ min: 1, max: 8 });
const quantity = fc.integer({ min: 1, max: 6 });
const symbol = fc.constantFrom('ACME', 'ACME', 'ACME', 'ZETA');
const account = fc.constantFrom('ann', 'bob', undefined);
const side = fc.constantFrom('buy' as const, 'sell' as const);
const now = fc.integer({ min: 0, max: 60 });

const base = fc.record({ orderId, symbol, side, quantity, account });
const policy = fc.constantFrom('none', 'maker', 'taker', 'both');

const terms = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: fc.constant('limit'), price }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('limit'), price, timeInForce: fc.constantFrom('IOC', 'FOK') }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('limit'), price, postOnly: fc.constant(true) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('market'), timeInForce: fc.constantFrom('GTC', 'FOK') }) },
  { weight: 2, arbitrary: gtt({ type: fc.constant('limit'), price }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('stop'), stopPrice: price }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('stopLimit'), stopPrice: price, price }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('stopLimit'),
      stopPrice: price,
      price,
      timeInForce: fc.constantFrom('GTC', 'IOC', 'FOK'),
      postOnly: fc.constant(false),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('stopLimit'), stopPrice: price, price, postOnly: fc.constant(true) }),
  },
  { weight: 1, arbitrary: gtt({ type: fc.constant('stopLimit'), stopPrice: price, price }) },
);

function gtt(fields: Record<string, fc.Arbitrary<unknown>>) {
  return fc.record({ ...fields, timeInForce: fc.constant('GTT'), expiresAt: now });
}

const placeOrder = fc
  .tuple(base, terms, policy)
  .map(([common, chosen, selfTradePrevention]) =>
    defined({ ...common, ...chosen, ...(common.account === undefined ? {} : { selfTradePrevention }) }),
  );

/** A command of the model with a valid shape; many are refused, as in a real market. */
export const anyCommand: fc.Arbitrary<BookCommand> = fc.oneof(
  { weight: 60, arbitrary: named('placeOrder', placeOrder) },
  { weight: 10, arbitrary: named('cancelOrder', fc.record({ orderId, account }).map(defined)) },
  { weight: 8, arbitrary: named('reduceOrder', fc.record({ orderId, quantity })) },
  { weight: 12, arbitrary: named('replaceOrder', fc.record({ orderId, price, quantity, keepPriority: fc.boolean() })) },
  { weight: 2, arbitrary: named('massCancel', fc.record({ account: fc.constantFrom('ann', 'bob') })) },
  { weight: 1, arbitrary: named('massCancel', fc.record({ account: fc.constantFrom('ann', 'bob'), symbol })) },
  { weight: 1, arbitrary: named('massCancel', fc.record({ symbol })) },
  { weight: 1, arbitrary: named('haltMarket', fc.record({ symbol })) },
  { weight: 1, arbitrary: named('haltMarket', fc.record({ symbol, entries: fc.constant('queue') })) },
  { weight: 3, arbitrary: named('resumeMarket', fc.record({ symbol })) },
  { weight: 4, arbitrary: named('advanceClock', fc.record({ now })) },
  { weight: 1, arbitrary: named('printHidden', fc.record({ symbol, price, quantity, side })) },
);

export const anyCommands: fc.Arbitrary<BookCommand[]> = fc.array(anyCommand, { maxLength: 150, size: 'max' });

function named(name: BookCommand['name'], input: fc.Arbitrary<unknown>): fc.Arbitrary<BookCommand> {
  return input.map((value) => ({ name, input: value }) as BookCommand);
}

function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
