/** What a completion finds in a log and in a model: it is bounded, and no log and no module can disturb it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { openLog, openStore } from 'refold';
import { beforeAll, describe, expect, test } from 'vitest';
import { askFacts, type FactQuestion } from '../../../src/cli/completion/facts.ts';
import { findFacts } from '../../../src/cli/completion/find-facts.ts';
import { ledger } from '../fixtures/ledger.ts';
import { CART, fixture, makeShop, temporaryFolder } from '../support.ts';

const inFolder = temporaryFolder();
const shop = inFolder('shop.db');
const LEDGER = fixture('ledger.ts');
/** The sources, as the thread of the sources runs them. */
const HERE = new URL('../fixtures/cart.ts', import.meta.url).href;

beforeAll(() => makeShop(shop));

const valuesOf = (facts: readonly { readonly value: string }[]): string[] => facts.map(({ value }) => value);

describe('finds', () => {
  test('the types that occur, with their numbers', async () => {
    expect(await findFacts({ fact: 'types', file: shop })).toEqual([
      { value: 'ItemAdded', description: '3 events' },
      { value: 'PriceSet', description: '2 events' },
      { value: 'CartOpened', description: '1 event' },
    ]);
  });

  test('types beyond the newest stretch', async () => {
    const path = inFolder('long.db');
    await using log = await openLog({ path, readOnly: false });
    await log.import([{ type: 'Rare', version: 1, data: {} }]);
    await log.import(Array.from({ length: 100_050 }, () => ({ type: 'Usual', version: 1, data: {} })));
    expect(valuesOf(await findFacts({ fact: 'types', file: path }))).toEqual(['Usual', 'Rare']);
  });

  test('the invariants of the model, also where there is no log yet', async () => {
    expect(valuesOf(await findFacts({ fact: 'invariants', file: shop, model: CART }))).toEqual(['fewItems']);
    expect(valuesOf(await findFacts({ fact: 'invariants', file: inFolder('none.db'), model: CART }))).toEqual([
      'fewItems',
    ]);
  });

  test('the members of the initial state, also for a log of another model', async () => {
    const members = ['carts', 'prices', 'added'];
    expect(valuesOf(await findFacts({ fact: 'paths', file: shop, model: CART }))).toEqual(members);
    expect(valuesOf(await findFacts({ fact: 'paths', model: CART }))).toEqual(members);
    expect(valuesOf(await findFacts({ fact: 'paths', file: shop, model: LEDGER }))).toEqual(['total']);
  });

  test('members that events have made: where few are to fold, or at the newest snapshot', async () => {
    const path = inFolder('ledger.db');
    await using store = await openStore(ledger, { path });
    await store.append([{ type: 'Booked', data: { account: 'cash', amount: 1 } }]);
    expect(valuesOf(await findFacts({ fact: 'paths', file: path, model: LEDGER }))).toEqual(['total', 'cash']);
    await store.append([{ type: 'Booked', data: { account: 'petty cash', amount: 1 } }]);
    await store.snapshot();
    const one = { type: 'Booked', data: { account: 'late', amount: 1 } } as const;
    await store.append(Array.from({ length: 5_001 }, () => one));
    expect(valuesOf(await findFacts({ fact: 'paths', file: path, model: LEDGER }))).toEqual([
      'total',
      'cash',
      '["petty cash"]',
    ]);
  });
});

describe('finds nothing, and says nothing', () => {
  function write(name: string, text: string): string {
    writeFileSync(inFolder(name), text);
    return inFolder(name);
  }

  test.each<[string, () => FactQuestion]>([
    ['a line without a file', () => ({ fact: 'types' })],
    ['a folder', () => ({ fact: 'types', file: inFolder('.') })],
    ['a file that is not a log', () => ({ fact: 'types', file: write('text.db', 'hello') })],
    ['a damaged log', () => ({ fact: 'types', file: write('cut.db', readFileSync(shop, 'latin1').slice(0, 5_000)) })],
    ['a missing module', () => ({ fact: 'invariants', file: shop, model: './nowhere.ts' })],
    ['a module that throws', () => ({ fact: 'paths', file: shop, model: write('throws.mjs', 'throw 1') })],
    ['a module without a model', () => ({ fact: 'paths', file: shop, model: write('none.mjs', 'export default 1') })],
  ])('%s', async (_, question) => {
    expect(await findFacts(question()).catch(() => [])).toEqual([]);
  });

  test.each<[string, () => FactQuestion]>([
    ['a file that is not there', () => ({ fact: 'types', file: inFolder('none.db') })],
    [
      'a module that ends the process',
      () => ({ fact: 'paths', file: shop, model: write('ends.mjs', 'console.log("hi"); process.exit(3)') }),
    ],
    ['a module that never ends', () => ({ fact: 'paths', file: shop, model: write('loops.mjs', 'for (;;);') })],
    [
      'a module that waits for ever',
      () => ({
        fact: 'paths',
        file: shop,
        model: write('waits.mjs', 'setInterval(() => {}, 1e3); await new Promise(() => {})'),
      }),
    ],
  ])('in its thread: %s', async (_, question) => {
    expect(await askFacts(question(), 400)).toEqual([]);
  });
});

test('a module may print and leave timers behind', async () => {
  const source = `console.log('hello'); console.error('oh'); setInterval(() => {}, 1e3); export { default } from ${JSON.stringify(HERE)}`;
  writeFileSync(inFolder('noisy.mjs'), source);
  const found = await askFacts({ fact: 'invariants', file: shop, model: inFolder('noisy.mjs') }, 60_000);
  expect(valuesOf(found)).toEqual(['fewItems']);
});

test('the log stays as it is, also beside its writer, and nothing is waited for', async () => {
  const path = inFolder('kept/shop.db');
  mkdirSync(inFolder('kept'));
  await makeShop(path);
  await using log = await openLog({ path, readOnly: false });
  const before = readFileSync(path);
  expect(valuesOf(await findFacts({ fact: 'types', file: path }))).toContain('ItemAdded');
  expect(valuesOf(await findFacts({ fact: 'paths', file: path, model: CART }))).toContain('carts');
  expect(readFileSync(path).equals(before)).toBe(true);
  expect((await log.info()).lastSequence).toBe(6);
});
