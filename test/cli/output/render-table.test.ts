/** Tables of a state as text: columns, what is cut, and cells that could be taken for something else. */
import { ascending, Deque, OrderedMap } from 'refold';
import { expect, test } from 'vitest';
import { widthOf } from '../../../src/cli/output/lines.ts';
import { tableOf } from '../../../src/cli/output/states/entries.ts';
import { keyText, renderTable } from '../../../src/cli/output/states/render-table.ts';
import { describeTable, renderPart, selectRows } from '../../../src/cli/output/states/selection.ts';

function rendered(value: unknown, width = 80): string {
  const table = tableOf(value)!;
  return renderTable(table, table.entries(0, 1_000).toArray(), width).text;
}

test('numbers stand to the right, text to the left, and absent members leave a gap', () => {
  const orders = new Map([
    [1, { side: 'buy', price: 100 }],
    [20, { side: 'sell', price: 7, note: 'x' }],
  ]);
  expect(rendered(orders)).toBe(['key  side  price  note', '  1  buy     100', ' 20  sell      7  x', ''].join('\n'));
});

test.each([
  ['text', 'text'],
  ['two words', 'two words'],
  ['42', "'42'"],
  ['-1.5', "'-1.5'"],
  ['12n', "'12n'"],
  ['true', "'true'"],
  ['null', "'null'"],
  ['NaN', "'NaN'"],
  ['', "''"],
  [' left', "' left'"],
  ['right ', "'right '"],
  ["'quoted'", `"'quoted'"`],
  ['[ 1 ]', "'[ 1 ]'"],
  [42, '42'],
  [42n, '42n'],
  [null, 'null'],
  [undefined, 'undefined'],
  [Number.NaN, 'NaN'],
  [true, 'true'],
  [[1, [2]], '[ 1, [ 2 ] ]'],
  [new Date(0), '1970-01-01T00:00:00.000Z'],
  [new OrderedMap(ascending, [[1, 2]]), 'OrderedMap(1) { 1 => 2 }'],
  ['a\nb\u202ec', String.raw`a\u000ab\u202ec`],
])('the cell of %o reads %s', (value, text) => {
  const lines = rendered(new Map([['k', value]])).split('\n');
  expect(lines[1]!.replace(/^k +/, '')).toBe(text);
});

test.each([
  [42, '42'],
  [42n, '42'],
  ['42', '"42"'],
  ['name', 'name'],
  ['größe-2', 'größe-2'],
  ['a.b', '"a.b"'],
  ['', '""'],
  ['a\u202eb', String.raw`"a\u202eb"`],
  [{ a: 1 }, '{ a: 1 }'],
])('the key %o reads %s', (key, text) => expect(keyText(key)).toBe(text));

test('every table fits every width: cells are cut, then columns are left out and named', () => {
  const wide = Array.from({ length: 12 }, (_, id) =>
    Object.fromEntries(
      Array.from({ length: 20 }, (_, column) => [`column${column}`, column % 3 === 0 ? id : '日本'.repeat(id)]),
    ),
  );
  for (const value of [wide, new Map(wide.entries()), new Set(wide), new Deque(wide)]) {
    for (let width = 40; width <= 1_000; width += 31) {
      const { text, isWhole } = renderTable(tableOf(value)!, tableOf(value)!.entries(0, 99).toArray(), width);
      expect(Math.max(...text.split('\n').map(widthOf))).toBeLessThanOrEqual(width);
      const [, left] = /^… (\d+) more columns: column\d+/m.exec(text) ?? [];
      if (isWhole) expect([left, text.includes('…')]).toEqual([undefined, false]);
      else expect(text).toContain('…');
    }
  }
  expect(rendered(wide, 80)).toMatch(/^… \d+ more columns: column\d+, .*\(--json has all\)$/m);
});

test.each<[unknown, string | undefined]>([
  [new Map([[1, { a: 1 }]]), 'Map, 1 entry'],
  [new Map([[1, 7]]), 'Map, 1 entry'],
  [new OrderedMap(ascending, [[1, 2]]), 'OrderedMap, 1 entry'],
  [[{ a: 1 }, { a: 2, b: 3 }], 'array, 2 items'],
  [new Deque([{ a: 1 }]), 'Deque, 1 item'],
  [{ one: { a: 1 }, other: { a: 2 } }, 'object, 2 members'],
  // what is read better in another way
  [{ one: { a: 1 } }, undefined],
  [{ a: 1, b: 2 }, undefined],
  [[1, 2, 3], undefined],
  [[{ a: 1 }, { b: 1 }, { c: 1 }], undefined],
  [[{}, {}], undefined],
  [new Map(), undefined],
  [new Set([1]), undefined],
  [7, undefined],
  [null, undefined],
  [new Date(0), undefined],
  [new Map([[1, { a: 'x'.repeat(300) }]]), undefined],
])('%o is shown as %s', (value, table) => {
  const shown = renderPart(value);
  expect(shown.table).toBe(table);
  expect(shown.text).toMatch(/\n$/);
});

test('rows of a table are named by their place', () => {
  const table = new Map(Array.from({ length: 1_200 }, (_, key) => [key, key]));
  const select = (from: number, to: number): string => describeTable(selectRows(table, { from, to }, 'rows', 'table'));
  expect([select(1, 1_200), select(1_000, 5_000), select(3, 3)]).toEqual([
    'Map, 1,200 entries',
    'Map, rows 1,000 to 1,200 of 1,200',
    'Map, row 3 of 1,200',
  ]);
  expect(describeTable(selectRows([], { from: 1, to: 9 }, 'rows', 'list'))).toBe('array, 0 items');
  expect(() => selectRows([], { from: 2, to: 9 }, 'rows', 'list')).toThrow('it has 0 items');
});
