/** `refold check`: before a deploy. */
import { readFileSync } from 'node:fs';
import { openStore } from 'refold';
import { beforeAll, describe, expect, test } from 'vitest';
import { cart } from './fixtures/cart.ts';
import { CART, fixture, makeShop, refold, refoldJson, temporaryFolder } from './support.ts';

const inFolder = temporaryFolder();
const shop = inFolder('shop.db');
beforeAll(() => makeShop(shop));

describe('check', () => {
  test('says that the log opens, and changes nothing', async () => {
    const before = readFileSync(shop);
    const report = await refoldJson(['check', shop, '--model', CART]);
    expect(report).toMatchObject({ opens: true, model: 'cart', events: 0, lastSequence: 6, unfit: [] });
    const { code, stdout } = await refold(['check', shop, '--model', CART]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/opens with cart/);
    expect(stdout).toMatch(/refolds +nothing/);
    expect(readFileSync(shop).equals(before)).toBe(true);
  });

  test('while the application writes the log', async () => {
    await using store = await openStore(cart, { path: inFolder('written.db') });
    await store.append({ type: 'CartOpened', data: { cartId: 1, customer: 'ada' } });
    expect(await refoldJson(['check', store.path, '--model', CART])).toMatchObject({ opens: true, lastSequence: 1 });
  });

  test('ends with 1 if it does not open, and says why', async () => {
    const next = fixture('next-cart.ts');
    const { code, stdout, stderr } = await refold(['check', shop, '--model', `${next}#without`]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/DOES NOT OPEN with cart/);
    expect(stdout).toMatch(/UNKNOWN_EVENT_TYPE/);
    const json = await refold(['check', shop, '--model', `${next}#other`, '--json']);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ opens: false, problem: { code: 'MODEL_MISMATCH' } });
  });

  test('checks the projections of the module', async () => {
    const next = fixture('next-cart.ts');
    const report = await refoldJson(['check', shop, '--model', `${next}#renamed`]);
    expect(report).toMatchObject({ opens: true, renames: 'cart', projections: [{ name: 'carts', events: 6 }] });
    const { stdout } = await refold(['check', shop, '--model', `${next}#renamed`]);
    expect(stdout).toMatch(/renames +from cart, at the first commit/);
    expect(stdout).toMatch(/carts: refolds 6 events/);
  });

  test.each([
    ['no file', ['check', 'missing.db', '--model', CART], 2],
    ['a file that is not a log', ['check', CART, '--model', CART], 4],
    ['no model', ['check', shop], 2],
  ])('%s', async (_name, args, code) => {
    expect((await refold(args)).code).toBe(code);
  });
});
