/** The model in a store: both folds agree, the log replays and matches again, nonsense is refused. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { openStore } from 'refold';
import { expect, test } from 'vitest';
import { rematch } from '../../../examples/orderbook/audit/rematch.ts';
import { type BookCommand, bookTop, orderBook } from '../../../examples/orderbook/model/index.ts';
import { sample } from '../../sample.ts';
import { checkInvariants, checkSettled } from './harness.ts';
import { anyCommands } from './random.ts';

async function openBook(fold: 'atomic' | 'direct') {
  const store = await openStore(orderBook, { path: ':memory:', fold });
  for (const symbol of ['ACME', 'ZETA']) await store.execute('listSymbol', { symbol });
  return store;
}

type Store = Awaited<ReturnType<typeof openBook>>;

async function outcomeOf(store: Store, { name, input }: BookCommand): Promise<string> {
  const outcome = await store.execute(name, input as never);
  return outcome.status === 'rejected' ? outcome.code : `${outcome.status} ${store.sequence}`;
}

/** Tables as arrays, iteration order included. */
function entriesOf(state: object): unknown {
  return Object.entries(state).map(([key, value]) => [
    key,
    typeof value === 'object' && value !== null ? [...value] : value,
  ]);
}

test('random commands: the atomic and the direct fold give one state, and the log matches again', async () => {
  await fc.assert(
    fc.asyncProperty(anyCommands, async (commands) => {
      const atomic = await openBook('atomic');
      const direct = await openBook('direct');
      for (const command of commands) expect(await outcomeOf(atomic, command)).toBe(await outcomeOf(direct, command));
      expect(isDeepStrictEqual(entriesOf(atomic.state), entriesOf(direct.state))).toBe(true);
      expect(await atomic.stateHash()).toBe(await direct.stateHash());
      checkInvariants(atomic.state as never);
      checkSettled(atomic.state as never);
      expect(await rematch(atomic.events())).toBe('equal');
      await Promise.all([atomic.close(), direct.close()]);
    }),
    { numRuns: sample(40) },
  );
});

test('time travel may stop in the middle of a commit: every invariant holds there too', async () => {
  const store = await openBook('atomic');
  for (let orderId = 1; orderId <= 5; orderId++) {
    await store.execute('placeOrder', {
      orderId,
      symbol: 'ACME',
      side: 'sell',
      type: 'limit',
      price: 100,
      quantity: 2,
    });
  }
  const sweep = { orderId: 9, symbol: 'ACME', side: 'buy', type: 'limit', price: 100, quantity: 12 } as const;
  await store.execute('placeOrder', sweep);
  expect(bookTop(store.state, 'ACME', 1)).toEqual([[null, 0, 100, 2]]);
  for (let sequence = 0; sequence <= store.sequence; sequence++) {
    const { state } = await store.at({ sequence });
    checkInvariants(state as never);
  }
  await store.close();
});

test('events that no command would decide are refused, and leave the book as it was', async () => {
  const store = await openBook('atomic');
  await store.execute('placeOrder', {
    orderId: 1,
    symbol: 'ACME',
    side: 'sell',
    type: 'limit',
    price: 100,
    quantity: 2,
  });
  const before = structuredClone(entriesOf(store.state));
  const trade = {
    tradeId: 1,
    symbol: 'ACME',
    price: 100,
    quantity: 2,
    makerId: 1,
    takerId: 2,
    takerSide: 'buy' as const,
  };
  await expect(store.append({ type: 'TradeExecuted', data: trade })).rejects.toMatchObject({ code: 'REDUCER_FAILED' });
  await expect(store.append({ type: 'OrderRested', data: { orderId: 1 } })).rejects.toMatchObject({
    code: 'REDUCER_FAILED',
  });
  const negative = { orderId: 1, quantity: -1 };
  await expect(store.append({ type: 'OrderReduced', data: negative })).rejects.toMatchObject({
    code: 'EVENT_REJECTED',
  });
  expect(isDeepStrictEqual(entriesOf(store.state), before)).toBe(true);
  await store.close();
});

test('a command that has nothing to do is accepted and adds nothing to the log', async () => {
  const store = await openBook('direct');
  const { sequence } = store;
  expect(await store.execute('massCancel', { account: 'nobody' })).toMatchObject({
    status: 'accepted',
    commit: undefined,
    events: [],
  });
  expect(store.sequence).toBe(sequence);
  await store.close();
});

test('bad shapes and bad terms answer alike: rejected, with a code, and nothing changes', async () => {
  const store = await openBook('atomic');
  const order = { orderId: 1, symbol: 'ACME', side: 'buy', type: 'limit', price: 100, quantity: 2 };
  const { sequence } = store;
  for (const [input, code] of [
    [{ ...order, price: undefined }, 'INVALID_TERMS'],
    [{ ...order, price: -3763 }, 'PRICE_OUT_OF_RANGE'],
    [{ ...order, quantity: '2' }, 'INVALID_INPUT'],
    [{ ...order, quantity: 2n }, 'INVALID_INPUT'],
    [{ ...order, fee: 1 }, 'INVALID_INPUT'],
    [undefined, 'INVALID_INPUT'],
    ['buy', 'INVALID_INPUT'],
  ] as const) {
    expect(await store.execute('placeOrder', input as never)).toMatchObject({ status: 'rejected', code });
  }
  expect(store.sequence).toBe(sequence);
  await store.close();
});
