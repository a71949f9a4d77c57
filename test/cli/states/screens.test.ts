/** `diff`, `why`, `bisect` and `rehearse` on terminals: what they print fits a screen of 80 columns and 24 lines. In this process. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from 'refold';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { widthOf } from '../../../src/cli/output/lines.ts';
import shelf from '../fixtures/shelf.ts';
import { runHere } from '../screen.ts';

const folder = mkdtempSync(join(tmpdir(), 'refold-screens-'));
const file = join(folder, 'shelf.db');
const shelfModule = fileURLToPath(new URL('../fixtures/shelf.ts', import.meta.url));
const MODEL = ['--model', shelfModule];

/** Events 1 to 60 place an order each. 61 to 90 reprice and cancel, a day later. */
beforeAll(async () => {
  let now = Date.UTC(2024, 0, 31, 12);
  await using store = await openStore(shelf, { path: file, clock: () => (now += 1_000) });
  for (let orderId = 1; orderId <= 60; orderId++) {
    const note = orderId === 60 ? 'a\u202eb\u0007 日本語' : undefined;
    await store.append({ type: 'Placed', data: { orderId, side: 'buy', price: 1_000_000 + orderId, note } });
  }
  now += 86_400_000;
  for (let orderId = 1; orderId <= 15; orderId++) {
    await store.append([
      { type: 'Repriced', data: { orderId, price: orderId } },
      { type: 'Cancelled', data: { orderId } },
    ]);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function screen(args: readonly string[], columns: number | undefined = 80): Promise<string> {
  const { stdout, stderr } = await runHere([args[0]!, file, ...args.slice(1), ...MODEL], { columns });
  expect(stderr).toBe('');
  return stdout;
}

function expectFits(text: string, columns: number): void {
  const lines = text.split('\n');
  expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns);
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
}

describe('diff', () => {
  test.each([80, 120])('fits a screen of %d columns', async (columns) => {
    for (const range of [
      ['0', 'last'],
      ['1', '60'],
      ['60', 'last'],
      ['89', 'last'],
      ['last', 'last'],
    ]) {
      const text = await screen(['diff', ...range], columns);
      expectFits(text, columns);
      expect(text.split('\n').length - 1).toBeLessThanOrEqual(21);
    }
  });

  test('has a line for each entry, where single changes do not fit', async () => {
    const text = await screen(['diff', '1', '60']);
    expect(text).toMatch(/^orders +59 new$/m);
    expect(text).toMatch(/^total +1 → 60$/m);
    expect(text).toMatch(/^orders\[2\] +new +\{ side: 'buy', price: 1000002, /m);
    expect(text).toMatch(/^… \d+ more entries, \d+ changes in all: use --all, --limit or --only$/m);
  });

  test('--all has a line for each change, and cannot be combined with --limit', async () => {
    const text = await screen(['diff', '1', '60', '--all', '--only', 'orders'], undefined);
    expect(text.split('\n').filter((line) => line.startsWith('orders['))).toHaveLength(59);
    const { code } = await runHere(['diff', file, '1', '2', '--all', '--limit', '3', ...MODEL]);
    expect(code).toBe(2);
  });

  test('--only a property that the state does not have is refused', async () => {
    const { code, stderr } = await runHere(['diff', file, '1', '2', '--only', 'ordrs', ...MODEL]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/there is no ordrs in the state\nhint: There are orders, levels/);
    expect(await screen(['diff', '1', '2', '--only', 'orders[777]'])).toContain('nothing is different');
  });

  test('names whole types only, as many as fit', async () => {
    expect(await screen(['diff', '0', 'last'])).toMatch(
      /^events +90: 60 Placed, 15 (Repriced|Cancelled), 15 (Repriced|Cancelled)$/m,
    );
  });
});

describe('why', () => {
  test.each([80, 140, undefined])('aligns its columns and cuts data, with %s columns', async (columns) => {
    const text = await screen(['why', 'orders[15]'], columns);
    expectFits(text, columns ?? 200);
    const [head, heading, ...rows] = text.split('\n');
    expect(head).toBe('orders[15]   now there is no orders[15]');
    const arrows = [heading!, rows[0]!, rows[2]!].map((line) => line.indexOf(' → '));
    expect(new Set(arrows).size).toBe(1);
    expect(heading).toMatch(/^ {2}sequence {2}time \(UTC\) +before → after +event$/);
    expect(rows[1]).toContain('price 1000015 → 15');
    expect(rows[0]).toMatch(/^ +90 {2}2024-02-01 12:01:15\.000 .*→ gone .*Cancelled {2}/);
    expect(rows.at(-2)).toBe('3 changes in events 1 to 90; these are all');
  });

  test('says how to go on in a line that fits', async () => {
    const text = await screen(['why', 'total', '--limit', '2']);
    expectFits(text, 80);
    expect(text).toMatch(/2 changes in events 88 to 90\nthere may be more: raise --limit, or add --before 88\n$/);
    expect((await screen(['why', 'total'])).split('\n').filter((line) => line.includes(' → '))).toHaveLength(21);
  });

  test('tells what stood there before the position', async () => {
    expect(await screen(['why', 'total', '--before', '61'])).toMatch(/^total {3}after event 60: 60\n/);
    expect(await screen(['why', 'total', '--before', '1'])).toBe(
      'total   after event 0: 0\n0 changes in no events; these are all\n',
    );
    expect(await screen(['why', 'orders[1]', '--before', '9999'])).toContain('now there is no orders[1]');
  });

  test.each([
    ['--time', 'raw', 'time', '1706788875000'],
    ['--time', 'iso', 'time', '2024-02-01T13:01:15.000+01:00'],
    ['--zone', 'Europe/Berlin', 'time (Europe/Berlin)', '2024-02-01 13:01:15.000'],
  ])('%s %s', async (option, value, header, shown) => {
    const zone = option === '--time' ? ['--zone', 'Europe/Berlin'] : [];
    const [, heading, row] = (await screen(['why', 'total', '--limit', '1', option, value, ...zone])).split('\n');
    expect(heading).toContain(`sequence  ${header}`);
    expect(row).toContain(`  ${shown}  `);
  });
});

describe('bisect', () => {
  test('says what it looked at, and what it may have missed', async () => {
    expect(await screen(['bisect', 'fewOrders', '--every-event'])).toBe(
      'not broken: fewOrders\nlooked at  events 1 to 90\nasked      91 times\nfolded     90 events\n',
    );
    expect(await screen(['bisect', 'fewOrders', '--fast'])).toBe(
      [
        'not broken: fewOrders',
        'looked at  events 1 to 90',
        'asked      2 times, at most 90 events apart',
        'folded     0 events',
        'missed     maybe what lasted less than 90 events: --every-event is sure',
        'right      only if what is so once stays so: it halved between snapshots',
        '',
      ]
        .join('\n')
        .replace('folded     0', `folded     ${await foldedFast()}`),
    );
  });

  async function foldedFast(): Promise<number> {
    return JSON.parse(await screen(['bisect', 'fewOrders', '--fast', '--json'])).folded;
  }

  test('fits 80 columns', async () => {
    expectFits(
      await screen(['bisect', '--first-true', 'size(orders) > 30 and total > 30 and orders[1].price >= 1000']),
      80,
    );
  });
});

test.each([
  [['why', 'order[7]']],
  [['bisect', '--first-true', 'total > 100 or size(order) > 1']],
  [['bisect', '--first-false', 'order exists']],
])('a path that begins with something else gets a hint: %j', async (args) => {
  const text = await screen(args);
  expectFits(text, 80);
  expect(text).toMatch(
    /\nhint: the state does not have order; it has orders, levels, users, seen, recent,\n {6}lines, total\n$/,
  );
});

describe('rehearse', () => {
  test('says which invariants hold, and fits 80 columns', async () => {
    const same = await screen(['rehearse', '--next', shelfModule]);
    expectFits(same, 80);
    expect(same).toMatch(/^now +state [0-9a-f]{16}…, [\d,]+ events\/s, 1 invariant holds$/m);
    const next = join(folder, 'next.mts');
    writeFileSync(
      next,
      `import shelf from ${JSON.stringify(shelfModule)};
       const { reducers, invariants } = shelf;
       const Cancelled = (state, data) => { reducers.Cancelled(state, data); state.total -= 1; };
       export default { ...shelf, reducers: { ...reducers, Cancelled }, invariants: { ...invariants, noOrders: ({ total }) => total === 0 } };`,
    );
    const { code, stdout } = await runHere(['rehearse', file, '--next', next, ...MODEL], { columns: 80 });
    expect(code).toBe(1);
    expectFits(stdout, 80);
    expect(stdout).toMatch(/^first +event 62, Cancelled, at total\n +now 59, next 58$/m);
    expect(stdout).toMatch(/broken: noOrders$/m);
  });
});
