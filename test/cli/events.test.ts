/** Events as JSON lines: selecting, following, escaping for a terminal, and a reader that stops early. */
import { createInterface } from 'node:readline';
import { openStore } from 'refold';
import { beforeAll, describe, expect, test } from 'vitest';
import { cart } from './fixtures/cart.ts';
import { CART, exitOf, fixture, jsonLines, makeShop, refold, START, startRefold, temporaryFolder } from './support.ts';

const inFolder = temporaryFolder();
const shop = inFolder('shop.db');

beforeAll(() => makeShop(shop));

async function sequences(...args: string[]): Promise<number[]> {
  const { code, stdout, stderr } = await refold(['events', ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return jsonLines(stdout).map(({ sequence }) => sequence);
}

describe('events', () => {
  test('prints each recorded event as one line', async () => {
    const { stdout } = await refold(['events', shop, '--json']);
    const events = jsonLines(stdout);
    expect(events).toHaveLength(6);
    expect(events[0]).toEqual({
      sequence: 1,
      recordedAt: START,
      type: 'CartOpened',
      version: 1,
      data: { cartId: 1, customer: 'Ada' },
      meta: { by: 'web' },
    });
    expect(events[5]).toEqual({
      sequence: 6,
      recordedAt: START + 4 * 60_000,
      type: 'ItemAdded',
      version: 2,
      data: { cartId: 1, sku: 'tea', quantity: 3 },
    });
  });

  test.each([
    ['from', ['--from', '5'], [5, 6]],
    ['to', ['--to', '2'], [1, 2]],
    ['a range inside a commit', ['--from', '3', '--to', '4'], [3, 4]],
    ['a type', ['--type', 'PriceSet'], [2, 3]],
    ['several types', ['--type', 'PriceSet', '--type', 'CartOpened'], [1, 2, 3]],
    ['a limit', ['--limit', '2'], [1, 2]],
    ['a limit of a type', ['--limit', '2', '--type', 'ItemAdded'], [4, 5]],
    ['a start beyond the end', ['--from', '7'], []],
    ['numbers with thousands separators', ['--from', '0,005'], [5, 6]],
    ['times', ['--from', `@${START + 60_000}`, '--to', `@${START + 4 * 60_000 - 1}`], [2, 3, 4, 5]],
    ['in reverse', ['--reverse', '--limit', '2'], [6, 5]],
    ['following to a sequence', ['--follow', '--from', '4', '--to', '5'], [4, 5]],
    ['following to a limit of a type', ['--follow', '--type', 'ItemAdded', '--limit', '1'], [4]],
  ])('selects: %s', async (_, args, expected) => {
    expect(await sequences(shop, ...args)).toEqual(expected);
  });
});

describe('by tag', () => {
  const tagged = inFolder('tagged.db');
  const TAGGED = fixture('tagged.ts');

  test('needs stored tags, and retag stores them', async () => {
    await makeShop(tagged);
    const before = await refold(['events', tagged, '--tag', 'sku:tea']);
    expect(before.code).toBe(2);
    expect(before.stderr).toContain('no model with tags has written to the log');
    const { code, stdout } = await refold(['retag', tagged, '--model', TAGGED, '--json']);
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, events: 6, untaggedEvents: 0, stopped: false });
    expect(await sequences(tagged, '--tag', 'cart:1')).toEqual([1, 4, 5, 6]);
    expect(await sequences(tagged, '--tag', 'cart:1', '--type', 'ItemAdded', '--reverse', '--limit', '1')).toEqual([6]);
    expect((await refold(['info', tagged])).stdout).toMatch(/^format +2$/m);
    const again = await refold(['retag', tagged, '--model', TAGGED]);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('tagged  0 events') });
  });

  test.each(['--tag=a', '--reverse'])('%s cannot follow', async (option) => {
    expect((await refold(['events', shop, '--follow', option])).code).toBe(2);
  });
});

test('--follow prints new events until Ctrl-C', async () => {
  const log = inFolder('followed.db');
  await makeShop(log);
  await using store = await openStore(cart, { path: log });
  const child = startRefold(['events', log, '--follow', '--from', '6']);
  const ended = exitOf(child);
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const nextSequence = async (): Promise<number> => JSON.parse((await lines.next()).value!).sequence;

  expect(await nextSequence()).toBe(6);
  await store.append({ type: 'PriceSet', data: { sku: 'tea', price: 1 } });
  expect(await nextSequence()).toBe(7);
  await store.append([
    { type: 'PriceSet', data: { sku: 'tea', price: 2 } },
    { type: 'PriceSet', data: { sku: 'tea', price: 3 } },
  ]);
  expect([await nextSequence(), await nextSequence()]).toEqual([8, 9]);
  child.kill('SIGINT');
  expect(await ended).toBe(0);
});

test('the command ends quietly when its reader closes the pipe', async () => {
  const log = inFolder('long.db');
  await using store = await openStore(cart, { path: log, fold: 'direct' });
  const many = Array.from({ length: 30_000 }, (_, i) => ({
    type: 'PriceSet' as const,
    data: { sku: `sku ${i}`, price: i },
  }));
  await store.append(many);

  const child = startRefold(['events', log]);
  const ended = exitOf(child);
  let stderr = '';
  child.stderr!.on('data', (text) => (stderr += text));
  child.stdout!.once('data', () => child.stdout!.destroy());
  expect(await ended).toBe(0);
  expect(stderr).toBe('');
});

describe('control characters for a terminal are escaped', () => {
  const log = inFolder('hostile.db');
  const hostile =
    'bell \u0007 escape \u001b[31m csi \u009b31m del \u007f override \u202e isolate \u2066 line \u2028 \nend';
  const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u2028]/;

  beforeAll(async () => {
    await using store = await openStore(cart, { path: log });
    await store.append({ type: 'CartOpened', data: { cartId: 1, customer: hostile }, meta: { [hostile]: hostile } });
  });

  test('in events and export, without changing their meaning', async () => {
    for (const command of ['events', 'export']) {
      const { stdout } = await refold([command, log]);
      expect(stdout).not.toMatch(obeyed);
      expect(JSON.parse(stdout)).toMatchObject({ data: { customer: hostile }, meta: { [hostile]: hostile } });
    }
  });

  test('in states', async () => {
    const human = await refold(['state', log, '--model', CART]);
    expect(human.stdout).toContain('bell \\x07 escape \\x1B[31m csi \\x9B31m');
    expect(human.stdout).not.toMatch(obeyed);
    const json = await refold(['state', log, 'carts[1].customer', '--model', CART, '--json']);
    expect(json.stdout).not.toMatch(obeyed);
    expect(JSON.parse(json.stdout).value).toBe(hostile);
  });

  test('in messages', async () => {
    const { stderr } = await refold(['info', inFolder('no\u001b[31m\u009b\u202e.db')]);
    expect(stderr).toContain('no\\u001b[31m\\u009b\\u202e.db: there is no such file');
    expect(stderr).not.toMatch(obeyed);
  });
});
