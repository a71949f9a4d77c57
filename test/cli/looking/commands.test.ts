/** `diff`, `why`, `bisect` and `rehearse` on one small log: what they print, their JSON, their exit codes, wrong input. */
import { beforeAll, describe, expect, test } from 'vitest';
import { CART, fixture, makeShop, refold, refoldJson, START, temporaryFolder } from '../support.ts';

const inFolder = temporaryFolder();
const shop = inFolder('shop.db');
const MODEL = ['--model', CART];

beforeAll(() => makeShop(shop));

async function printed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await refold([...args, ...MODEL]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

describe('diff', () => {
  test('counts events and entries, and lists the changes', async () => {
    expect(await printed('diff', shop, '1', 'last')).toBe(
      [
        'from    1, 2024-01-31T12:00:00.000Z',
        'to      6, 2024-01-31T12:04:00.000Z',
        'events  5: 3 ItemAdded, 2 PriceSet',
        'carts   1 changed',
        'prices  2 new',
        'added   0 → 6',
        '',
        "carts[1].items[0]  → { sku: 'tea', quantity: 2 }",
        "carts[1].items[1]  → { sku: 'cup', quantity: 1 }",
        "carts[1].items[2]  → { sku: 'tea', quantity: 3 }",
        'prices.cup  → 900',
        'prices.tea  → 450',
        'added  0 → 6',
        '',
      ].join('\n'),
    );
  });

  test('--only, --limit, and positions in either order', async () => {
    const text = await printed('diff', shop, 'last', '3', '--only', 'carts', '--limit', '1');
    expect(text).toContain('… 2 more changes: use --all, --limit or --only\n');
    expect(text).not.toContain('added');
  });

  test('--json has every change, one for each leaf', async () => {
    expect(await refoldJson(['diff', shop, '4', '5', ...MODEL])).toEqual({
      from: 4,
      to: 5,
      events: 1,
      changes: [
        { path: 'carts[1].items[1]', after: { sku: 'cup', quantity: 1 } },
        { path: 'added', before: 2, after: 3 },
      ],
    });
    expect(await refoldJson(['diff', shop, '4', '5', '--limit', '1', ...MODEL])).toMatchObject({ left: 1 });
  });

  test('finds nothing between a moment and itself', async () => {
    expect(await printed('diff', shop, '6', 'last')).toContain('nothing is different\n');
  });
});

describe('why', () => {
  test('gives each change with its event, newest first', async () => {
    const lines = (await printed('why', shop, 'added')).split('\n');
    expect(lines[0]).toBe('added   now 6');
    expect(lines.slice(2, 5).map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['6', '12:04:00.000', '3 → 6', 'ItemAdded', '{"cartId":1,"sku":"tea","quantity":3}'],
      ['5', '12:03:00.000', '2 → 3', 'ItemAdded', '{"cartId":1,"sku":"cup","quantity":1}'],
      ['4', '12:02:00.000', '0 → 2', 'ItemAdded', '{"cartId":1,"sku":"tea","quantity":2}'],
    ]);
    expect(lines[5]).toBe('3 changes in events 1 to 6; these are all');
  });

  test('gives them in the order of the log with --forward', async () => {
    const lines = (await printed('why', shop, 'added', '--forward')).split('\n').slice(2, 5);
    expect(lines.map((line) => line.trim().split(/ {2,}/).at(-1))).toEqual([
      '{"cartId":1,"sku":"tea","quantity":2}',
      '{"cartId":1,"sku":"cup","quantity":1}',
      '{"cartId":1,"sku":"tea","quantity":3}',
    ]);
  });

  test('--limit says that there may be more, and how to go on', async () => {
    const text = await printed('why', shop, 'added', '--limit', '1');
    expect(text).toContain('raise --limit, or add --before 6\n');
    expect(await printed('why', shop, 'added', '--limit', '1', '--before', '6')).toContain('2 → 3');
  });

  test('--json, forward', async () => {
    expect(await refoldJson(['why', shop, 'prices.tea', '--forward', ...MODEL])).toEqual({
      path: 'prices.tea',
      changes: [{ sequence: 2, recordedAt: START + 60_000, type: 'PriceSet', after: 450 }],
      lookedAt: { from: 1, to: 6 },
      complete: true,
    });
  });

  test('finds nothing where nothing ever was', async () => {
    expect(await printed('why', shop, 'carts[7]')).toBe(
      'carts[7]   now there is no carts[7]\n0 changes in events 1 to 6; these are all\n',
    );
  });
});

describe('bisect', () => {
  test('an invariant that holds is exit code 0, and says what it looked at', async () => {
    expect(await printed('bisect', shop, 'fewItems')).toMatch(
      /^not broken: fewItems\nlooked at {2}events 1 to 6\nasked {6}\d+ times.*\nfolded {5}6 events\n/,
    );
  });

  test.each([
    ['--first-true', 'added >= 3'],
    ['--first-false', 'added < 3'],
    ['--js', 'state.added >= 3'],
  ])('%s finds the first event', async (flag, condition) => {
    const found = await refoldJson(['bisect', shop, flag, condition, '--every-event', ...MODEL]);
    expect(found).toMatchObject({ found: true, sequence: 5, type: 'ItemAdded', lookedAt: { from: 1, to: 5 } });
  });

  test('a condition that never holds is exit code 1', async () => {
    const { code, stdout } = await refold(['bisect', shop, '--first-true', 'added > 100', '--json', ...MODEL]);
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 1, found: false });
  });

  test.each(['2001-01-01', 'last-1w'])('--from %s, before the first event, is the first event', async (from) => {
    const found = await refoldJson(['bisect', shop, '--first-true', 'added >= 3', '--from', from, ...MODEL]);
    expect(found).toMatchObject({ found: true, sequence: 5, lookedAt: { from: 1 } });
  });

  test('what is so at the start is said', async () => {
    const text = await printed('bisect', shop, '--first-true', 'added >= 2', '--from', '5');
    expect(text).toContain('added >= 2, at the start of the range already, event 5');
  });
});

describe('rehearse', () => {
  test('the same model makes no difference', async () => {
    expect(await printed('rehearse', shop, '--next', CART)).toMatch(/^no difference\nevents +6 folded, 1 to 6\n/);
  });

  test('another one makes the first difference, with exit code 1', async () => {
    const { code, stdout } = await refold(['rehearse', shop, '--next', fixture('drifted.ts'), '--json', ...MODEL]);
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({
      code: 1,
      equal: false,
      firstDifference: { sequence: 2, type: 'PriceSet', path: 'prices.tea', now: 450, next: 451 },
      next: { brokenInvariants: [] },
    });
    const text = await refold(['rehearse', shop, '--next', fixture('drifted.ts'), ...MODEL]);
    expect(text.stdout).toMatch(/^DIFFERENT\n/);
    expect(text.stdout).toContain('event 2, PriceSet, at prices.tea');
    expect(text.stdout).toMatch(/^prices +2 places differ at the end$/m);
    const one = await refold(['rehearse', shop, '--next', fixture('drifted.ts'), '--to', '2', ...MODEL]);
    expect(one.stdout).toMatch(/^prices +1 place differs at the end$/m);
  });
});

describe('wrong input', () => {
  test.each([
    ['a path that cannot be read', ['why', shop, 'a[']],
    ['a position that does not exist', ['diff', shop, '1', '99']],
    ['a word that is not a position', ['diff', shop, '1', 'soon']],
    ['an invariant of another model', ['bisect', shop, 'crossed']],
    ['no question', ['bisect', shop]],
    ['two questions', ['bisect', shop, 'fewItems', '--js', 'true']],
    ['a condition that cannot be read', ['bisect', shop, '--first-true', 'added >']],
    ['an expression that cannot be read', ['bisect', shop, '--js', 'state.']],
    ['a next model that does not exist', ['rehearse', shop, '--next', './nowhere.ts']],
  ])('%s ends with a hint and exit code 2', async (_what, args) => {
    const { code, stdout, stderr } = await refold([...args, ...MODEL]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^refold: .+\nhint: .+\n$/);
  });
});
