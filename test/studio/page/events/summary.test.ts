import { expect, test } from 'vitest';
import { summaryOf } from '../../../../src/studio/page/events/summary.ts';

test.each([
  [{ price: 100, side: 'buy' }, 'price: 100, side: "buy"'],
  [{ a: { b: [1, null] }, c: true }, 'a: {"b":[1,null]}, c: true'],
  [{}, ''],
  [undefined, ''],
  [null, 'null'],
  [[1, 2], '[1,2]'],
  ['<b>', '"<b>"'],
  [{ '\u202ex': 'a\nb\u0000' }, '\\u202ex: "a\\nb\\u0000"'],
])('%j is shown as %s', (data, line) => {
  expect(summaryOf({ data })).toBe(line);
});

test('a long member and a long line are cut, between characters', () => {
  expect(summaryOf({ data: { say: 'x'.repeat(500) } })).toMatch(/^say: "x{59}…$/);
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`name${n}`, n]));
  expect(summaryOf({ data: many })).toMatch(/^name0: 0, .{190,}…$/);
  expect(summaryOf({ data: '😀'.repeat(200) })).not.toMatch(/\\ud|\p{Surrogate}/u);
  expect(summaryOf({ long: { data: { beginning: '{"say":"xx', length: 99_999 } } })).toMatch(/^\{"say":"xx/);
});
