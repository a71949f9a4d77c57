import { expect, test } from 'vitest';
import { type Entry, isCondition, matching, placeIn, quoted } from '../../../../src/studio/page/help/entries.ts';

const ENTRIES: readonly Entry[] = [
  { id: 'back', title: 'Go one event back', kind: 'move', label: ',', run: () => {} },
  { id: 'commit-back', title: 'Go one commit back', kind: 'move', label: '<', run: () => {} },
  { id: 'mark', title: 'Mark this moment, or take its mark away', kind: 'mark', label: 'm', run: () => {} },
  { id: 'type', title: 'List only TradeExecuted', kind: 'type', run: () => {} },
  { id: 'path', title: 'Select orders["a.b"].price', kind: 'table', run: () => {} },
];

const found = (text: string, most = 10) => matching(ENTRIES, text, most).map(({ id }) => id);

test.each([
  ['', ['back', 'commit-back', 'mark', 'type', 'path']],
  ['back go', ['back', 'commit-back']],
  ['COMMIT', ['commit-back']],
  ['executed', ['type']],
  ['mo', ['back', 'commit-back', 'mark']],
  ['m', ['commit-back', 'mark', 'back'].sort()],
  ['price table', ['path']],
  ['<', ['commit-back']],
  ['nothing here', []],
])('the words %j find %j', (text, ids) => {
  const ordered = text === 'm' ? found(text).sort() : found(text);
  expect(ordered).toEqual(ids);
});

test('words that begin words come first, and no more than asked for', () => {
  expect(found('ark')).toEqual(['mark']);
  const entries = [
    { id: 'within', title: 'Remark', kind: '', run: () => {} },
    { id: 'begins', title: 'Set a mark', kind: '', run: () => {} },
  ];
  expect(matching(entries, 'mark', 10).map(({ id }) => id)).toEqual(['begins', 'within']);
  expect(found('', 2)).toEqual(['back', 'commit-back']);
});

test.each([
  ['1,015', '1015'],
  [' 42 ', '42'],
  ['end', 'end'],
  ['10:31:07.123', '10:31:07.123'],
  ['2012-06-21T10:00', '2012-06-21T10:00'],
  ['last-1h', 'last-1h'],
  ['-10', '-10'],
  ['50%', '50%'],
  ['ending', undefined],
  ['mark', undefined],
  ['', undefined],
])('%j names the place %j', (text, place) => {
  expect(placeIn(text)).toBe(place);
});

test.each([
  ['size(orders) > 700', true],
  ['orders[723].price=5', true],
  ['orders[723] missing', true],
  ['accounts contains "ann"', true],
  ['orders[723]', false],
  ['>', false],
  ['orders >', false],
  ['what exists here', false],
  ['', false],
])('%j is a condition: %j', (text, is) => {
  expect(isCondition(text)).toBe(is);
});

test('a condition is one word of a shell', () => {
  expect(quoted(`name = "it's"`)).toBe(`'name = "it'\\''s"'`);
});
