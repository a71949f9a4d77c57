/** Numbers have separators in everything that a command prints for people, messages included. */
import { openStore } from 'refold';
import { beforeAll, expect, test } from 'vitest';
import { cart } from '../fixtures/cart.ts';
import { CART, refold, START, temporaryFolder } from '../support.ts';

const inFolder = temporaryFolder();
const log = inFolder('many.db');
const COMMITS = 1_400;

beforeAll(async () => {
  let now = START;
  await using store = await openStore(cart, { path: log, clock: () => now });
  await store.append({ type: 'CartOpened', data: { cartId: 1, customer: 'Ada' } });
  const price = (n: number) => ({ type: 'PriceSet', data: { sku: `s${n % 100}`, price: n % 900 } }) as const;
  const commits = Array.from({ length: COMMITS }, (_, n) => store.append([price(n), price(n + 1)]));
  await Promise.all(commits);
  now += 1;
  await store.append({ type: 'ItemAdded', data: { cartId: 1, sku: 's1', quantity: 1_000 } }); // breaks `fewItems`
});

/** What is not an amount: times, hashes, paths, JSON of the log, and the one value of the state that is large. */
const OTHERS = /\d{4}-\d\d-\d\dT[\d:.]+Z|\b[0-9a-f]{16,}…?|\/\S+|\{.*\}|\b1000\b/g;

test.each([
  ['info'],
  ['verify', '--model', CART],
  ['replay', '--model', CART, '--verify'],
  ['check', '--model', CART],
  ['doctor', '--model', CART],
  ['at', 'last', 'added', '--model', CART],
  ['at', '2500', 'added', '--model', CART],
  ['diff', 'first', 'last', '--model', CART],
  ['why', 'added', '--model', CART],
  ['bisect', 'fewItems', '--model', CART],
  ['compact', '--plan'],
  ['snapshot', '--model', CART],
  ['export', '--out', inFolder('lines.jsonl')],
  ['backup', inFolder('copy.db')],
  // Messages
  ['at', '99999', '--model', CART],
  ['at', 'last-99999', '--model', CART],
  ['backup', inFolder('never.db'), '--to', '2500'],
  ['backup', inFolder('never.db'), '--to', '99999'],
])('%s', async (command, ...args) => {
  const { stdout, stderr } = await refold([command!, log, ...args]);
  const printed = `${stdout}${stderr}`;
  expect(printed).toMatch(/\d,\d{3}\b/);
  expect(printed.replace(OTHERS, '').match(/\d{4,}/g)).toBeNull();
});
