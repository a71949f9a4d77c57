/** `refold replay --verify` and `--speed`, as users run them. */
import { once } from 'node:events';
import { openStore } from 'refold';
import { beforeAll, describe, expect, test } from 'vitest';
import { cart } from '../fixtures/cart.ts';
import {
  CART,
  exitOf,
  fixture,
  jsonLines,
  refold,
  refoldJson,
  START,
  startRefold,
  temporaryFolder,
} from '../support.ts';

const inFolder = temporaryFolder();
const broken = inFolder('broken.db');
const days = inFolder('days.db'); // an event a day

beforeAll(async () => {
  let now = START;
  await using store = await openStore(cart, { path: broken, clock: () => now });
  const add = async (quantity: number): Promise<void> => {
    now += 60_000;
    await store.append({ type: 'ItemAdded', data: { cartId: 1, sku: 'tea', quantity } });
  };
  await store.append({ type: 'CartOpened', data: { cartId: 1, customer: 'Ada' } });
  for (const quantity of [400, 400, 300, 1]) await add(quantity); // the invariant `fewItems` breaks at 4
  await using other = await openStore(cart, { path: days, clock: () => (now += 86_400_000) });
  for (const sku of ['tea', 'cup', 'jug']) await other.append({ type: 'PriceSet', data: { sku, price: 1 } });
});

describe('--verify', () => {
  test('names the first event after which an invariant is broken, and ends with 1', async () => {
    const { code, stdout, stderr } = await refold(['replay', broken, '--model', CART, '--verify']);
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(
      /^events {7}5 {2}\(1 … 5\)\ntook {9}.*\nstate hash {3}[0-9a-f]{64}\ninvariants {3}1 of 1 broken\n/,
    );
    expect(stdout).toContain('broken       fewItems after event 4, 2024-01-31T12:03:00.000Z, ItemAdded\n');
    expect(stdout).toContain('asked        after every event, from 1 to 5\n');
    expect(stdout).toContain(`look closer  refold bisect ${broken} --model ${CART} fewItems --every-event\n`);
  });

  test('--json has the same, and the state hash of a replay', async () => {
    const { code, stdout } = await refold(['replay', broken, '--model', CART, '--verify', '--json']);
    const { stateHash } = await refoldJson(['replay', broken, '--model', CART]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      model: 'cart',
      events: 5,
      stateHash,
      invariants: ['fewItems'],
      brokenInvariants: [{ name: 'fewItems', sequence: 4, recordedAt: START + 180_000, type: 'ItemAdded' }],
      lookedAt: { from: 1, to: 5 },
      grid: 1,
      mayHaveMissed: false,
    });
  });

  test('--from and --to bound where it asks', async () => {
    const asked = (...range: string[]) => refold(['replay', broken, '--model', CART, '--verify', '--json', ...range]);
    const [before, after] = await Promise.all([asked('--from', '2', '--to', '3'), asked('--from', 'last')]);
    expect(before.code).toBe(0);
    expect(JSON.parse(before.stdout)).toMatchObject({
      brokenInvariants: [],
      lookedAt: { from: 2, to: 3 },
      sequence: 3,
    });
    expect(after.code).toBe(1);
    expect(JSON.parse(after.stdout).brokenInvariants).toMatchObject([
      { name: 'fewItems', sequence: 5, isAtStart: true },
    ]);
  });

  test('says that a place is not there before it folds', async () => {
    const args = ['replay', broken, '--model', fixture('throwing.ts'), '--verify'];
    const [folded, misplaced] = await Promise.all([refold(args), refold([...args, '--from', 'last-99'])]);
    expect(folded.stderr).toContain('no more tea');
    expect(misplaced.code).toBe(2);
    expect(misplaced.stderr).toContain('Cannot go 99 events back');
  });
});

describe('--speed', () => {
  test('prints what events prints, without a model', async () => {
    const [played, events] = await Promise.all([
      refold(['replay', days, '--speed', 'max', '--from', '2']),
      refold(['events', days, '--from', '2']),
    ]);
    expect(played).toEqual(events);
    expect(jsonLines(played.stdout).map(({ sequence }) => sequence)).toEqual([2, 3]);
  });

  test('Ctrl-C ends it at once, with 130', async () => {
    const playing = startRefold(['replay', days, '--speed', '1x']);
    const ended = exitOf(playing);
    await once(playing.stdout!, 'data'); // the first event; the second one waits
    playing.kill('SIGINT');
    expect(await ended).toBe(130);
  });
});

test.each([
  [['--speed', 'fast'], /Give a speed such as 10x, 1x, 0\.5x or max\./],
  [['--speed', '1x', '--verify'], /cannot be used with option '--verify'/],
  [['--from', '2'], /a replay folds from the beginning/],
])('%j is refused', async (args, message) => {
  const { code, stdout, stderr } = await refold(['replay', days, ...args]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(message);
});
