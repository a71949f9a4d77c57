/** Conditions as people type them: what each means, and that no text does more than be refused. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ascending, Deque, formatPath, isRefoldError, OrderedMap, parseCondition } from '../../../../src/index.ts';
import { sample } from '../../../sample.ts';

const state = {
  count: 3,
  name: 'ada lovelace',
  nothing: null,
  absent: undefined,
  open: true,
  big: 12_345_678_901_234_567_890n,
  ratio: -0.5,
  since: new Date(Date.UTC(2026, 0, 5, 14, 30)),
  at: Date.UTC(2026, 0, 5, 14, 30),
  tags: new Set(['red', 'green']),
  list: [1, 2, 'three'],
  line: new Deque(['a', 'b']),
  orders: new Map<number | string, unknown>([
    [42, { price: 5_800_000, side: 'buy' }],
    ['x y', { price: 1 }],
    ['7', 'text'],
  ]),
  ranks: new OrderedMap<number, string>(ascending, [
    [1, 'one'],
    [2, 'two'],
  ]),
  and: { or: 1 },
  size: 9,
};

const TRUE: readonly string[] = [
  'count = 3',
  'count=3',
  'count != 4',
  'count < 3.5',
  'count <= 3',
  'count > -1',
  'count >= 3e0',
  'name = "ada lovelace"',
  "name = 'ada lovelace'",
  'name contains love',
  'name contains "a l"',
  'name < b',
  'nothing = null',
  'nothing exists',
  'absent exists',
  'absent = undefined',
  'open = true',
  'open != false',
  'big > 12345678901234567889',
  'big = 12345678901234567890',
  'big = 12345678901234567890n',
  'count = 3n',
  'ratio < 0',
  'ratio = -.5',
  'since = 2026-01-05T14:30:00Z',
  'since = 2026-01-05T14:30',
  'since >= 2026-01-05',
  'since < 2026-01-05T15:31:00+01:00',
  'at >= 2026-01-05T14:30:00.000Z',
  'since = 1767623400000',
  'tags contains red',
  'list contains 2',
  'list contains three',
  'line contains b',
  'orders contains 42',
  'orders contains 7',
  'ranks contains 2',
  'and contains or',
  'orders[42].price >= 5800000',
  'orders.42.side = buy',
  'orders["x y"].price = 1',
  'orders.7 = text',
  'orders.43 missing',
  'orders[43].price missing',
  'size(orders) = 3',
  'size( orders ) >= 3',
  'size(tags) = 2',
  'size(list) = 3',
  'size(line) = 2',
  'size(ranks) = 2',
  'size(name) = 12',
  'size(orders[42]) = 2',
  'size(count) missing',
  'size = 9',
  'and.or = 1',
  'count = 3 and open = true',
  'count = 4 or open = true',
  'count = 4 and count = 4 or count = 3',
  'count = 3 or count = 4 and count = 5',
  '(count = 3 or count = 4) and (open = true)',
  '((count=3))and(open=true)',
  'count = "3" or count = 3',
];

const FALSE: readonly string[] = [
  'count = "3"',
  'count = 4',
  'count != 3',
  'count < three',
  'name > 3',
  'orders.43.price = 1',
  'orders.43.price != 1',
  'orders.43.price < 1',
  'orders.42 missing',
  'nothing missing',
  'name contains grace',
  'tags contains blue',
  'orders contains 43',
  'open = 1',
  'since < 2026-01-05T14:30:00Z',
  'count = 4 or count = 5',
  '(count = 3 or count = 4) and open = false',
  'big = 12345678901234567891',
];

const REFUSED: readonly [text: string, problem: string][] = [
  ['', 'it is empty'],
  ['  ', 'it is empty'],
  ['count', 'expected =, !=, <, <=, >, >=, contains, exists or missing, at column 6'],
  ['count =', 'expected a value: a number, a text, true, false or null, at column 8'],
  ['count == 3', 'expected a value: equality is written =, at column 8'],
  ['count = 3 and', 'expected and, or, or the end'],
  ['count = 3 count = 4', 'expected and, or, or the end, at column 11'],
  ['(count = 3', 'expected ), at column 11'],
  ['count = 3)', 'expected and, or, or the end, at column 10'],
  ['= 3', 'expected a path, such as orders[42].price, at column 1'],
  ['size(orders', 'expected ), at column 12'],
  ['size() = 1', 'expected a path'],
  ['orders[ = 1', 'expected =, !='],
  ['name = "ada', 'expected a value'],
  ['state.orders.clear()', 'expected =, !='],
  ['a = 1; b = 2', 'expected and, or, or the end'],
  ['('.repeat(200), 'it is nested too deeply'],
  ['a = 1 or '.repeat(2_000), 'it is longer than'],
];

describe('a condition', () => {
  test.each(TRUE)('holds: %s', (text) => expect(parseCondition(text).holds(state)).toBe(true));
  test.each(FALSE)('does not hold: %s', (text) => expect(parseCondition(text).holds(state)).toBe(false));

  test.each(REFUSED)('is refused: %s', (text, problem) => {
    expect(() => parseCondition(text)).toThrow(problem);
    expect(() => parseCondition(text)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', type: 'condition' }));
  });

  test('names the places that it looks at, and keeps its text', () => {
    const condition = parseCondition('size(orders) > 1 and orders[42].price = 3');
    expect(condition.paths.map(formatPath)).toEqual(['orders', 'orders[42].price']);
    expect(condition.text).toBe('size(orders) > 1 and orders[42].price = 3');
  });

  test('reads events as it reads states', () => {
    const event = { sequence: 5, recordedAt: 1_000, type: 'OrderAccepted', version: 1, data: { price: 5_800_001 } };
    expect(parseCondition('data.price >= 5800000 and type = OrderAccepted').holds(event)).toBe(true);
    expect(parseCondition('meta.user exists').holds(event)).toBe(false);
  });

  test('never throws, whatever it is asked of', () => {
    const bad = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
        getOwnPropertyDescriptor: () => {
          throw new Error('no');
        },
      },
    );
    for (const text of TRUE) {
      for (const root of [undefined, null, 7, 'text', [], bad, { count: bad }]) {
        expect(typeof parseCondition(text).holds(root)).toBe('boolean');
      }
    }
    expect(() => parseCondition(7 as never)).toThrow('Cannot read the condition (number)');
  });

  test('is refused with a typed error or reads the same again, whatever is typed', () => {
    const word = fc.constantFrom(
      ...[
        'count',
        '=',
        '!=',
        '<',
        '(',
        ')',
        'and',
        'or',
        'size(',
        '"',
        "'",
        '[',
        ']',
        '.',
        '3',
        'exists',
        ' ',
        'missing',
        'contains',
        '\\',
        '\u202e',
      ],
    );
    const text = fc.oneof(
      fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
      fc.array(word).map((words) => words.join('')),
      fc.string(),
    );
    fc.assert(
      fc.property(text, (typed) => {
        try {
          const condition = parseCondition(typed);
          expect(parseCondition(condition.text).holds(state)).toBe(condition.holds(state));
        } catch (error) {
          expect(isRefoldError(error, 'INVALID_OPTION')).toBe(true);
        }
      }),
      { numRuns: sample(3_000) },
    );
  });
});
