/** Events as a table and as JSON lines: alignment, width, and text that a terminal must not obey. Pure. */
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { eventLines } from '../../../src/cli/output/events/json-lines.ts';
import { EventTable } from '../../../src/cli/output/events/table.ts';
import { widthOf } from '../../../src/cli/output/lines.ts';
import { chooseTimes } from '../../../src/cli/output/times.ts';
import type { RecordedEvent } from '../../../src/index.ts';
import { sample } from '../../sample.ts';

afterEach(() => chooseTimes({}));

const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

function event(sequence: number, type: string, data: unknown): RecordedEvent {
  return { sequence, recordedAt: Date.UTC(2012, 5, 21, 14, 31, 7, 123), type, version: 1, data };
}

function linesOf(events: readonly RecordedEvent[], width = 80, types: readonly string[] = []): string[] {
  const table = new EventTable(() => width, { sequence: 0, types });
  return [...table.lines(events)].join('').split('\n').slice(0, -1);
}

describe('as a table', () => {
  test('aligns the columns, and ends where the terminal does', () => {
    const events = [
      event(1_153, 'OrderCancelled', { orderId: 723, side: 'buy', price: 5_796_500 }),
      event(1_154, 'Tick', { at: 1 }),
    ];
    expect(linesOf(events, 80, ['OrderCancelled', 'Tick'])).toEqual([
      'sequence  time                      type            data',
      '   1,153  2012-06-21T14:31:07.123Z  OrderCancelled  {"orderId":723,"side":"buy"…',
      '   1,154  2012-06-21T14:31:07.123Z  Tick            {"at":1}',
    ]);
  });

  test('shows times as it is asked to', () => {
    chooseTimes({ style: 'local', zone: 'America/New_York' });
    expect(linesOf([event(1, 'Tick', {})])[1]).toBe('       1  2012-06-21 10:31:07.123  Tick  {}');
  });

  test('prints its head once, and nothing without events', () => {
    const table = new EventTable(() => 80, { sequence: 1_000_000, types: [] });
    expect([...table.lines([])]).toEqual([]);
    const lists = [[event(1, 'Tick', {})], [event(2, 'Tick', {})]];
    expect(lists.flatMap((list) => [...table.lines(list)]).map((line) => line.slice(0, 9))).toEqual([
      ' sequence',
      '        1',
      '        2',
    ]);
  });

  test('a column grows, and a very long type is cut', () => {
    const lines = linesOf([event(1, 'A', 1), event(2, 'Longer', 2), event(3, 'B', 3), event(4, 'x'.repeat(200), 4)]);
    expect(lines.slice(1).map((line) => line.slice(36))).toEqual([
      'A     1',
      'Longer  2',
      'B       3',
      `${'x'.repeat(31)}…  4`,
    ]);
  });

  test('no line is wider than the terminal, or has what a terminal obeys', () => {
    const strange = fc.string({ unit: 'binary' });
    const check = (type: string, data: unknown, width: number): void => {
      for (const line of linesOf([event(1, type, data), event(2, 'Tick', { type })], width)) {
        expect(widthOf(line)).toBeLessThanOrEqual(width);
        expect(line).not.toMatch(OBEYED);
      }
    };
    const property = fc.property(
      strange,
      fc.jsonValue({ stringUnit: 'binary' }),
      fc.integer({ min: 40, max: 200 }),
      check,
    );
    fc.assert(property, { numRuns: sample(300) });
  });

  test('a wide character counts twice', () => {
    const [, line] = linesOf([event(1, '注文', { 名前: '東京'.repeat(20) })], 60);
    expect(widthOf(line!)).toBeGreaterThan(57);
    expect(widthOf(line!)).toBeLessThanOrEqual(60);
  });
});

describe('as JSON lines', () => {
  test('each event is a line that parses to the same event, without what a terminal obeys', () => {
    const meta = fc.option(fc.dictionary(fc.string(), fc.string({ unit: 'binary' })), { nil: undefined });
    const events = fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' }), meta));
    const check = (given: [string, unknown, { [key: string]: string } | undefined][]): void => {
      const list = given.map(([type, data, extra], index) => ({
        ...event(index + 1, type, data),
        ...(extra && { meta: extra }),
      }));
      const text = [...eventLines(list)].join('');
      expect(text).not.toMatch(OBEYED);
      const lines = text.split('\n');
      expect(lines.pop()).toBe('');
      expect(lines.map((line) => JSON.stringify(JSON.parse(line)))).toEqual(list.map((one) => JSON.stringify(one)));
    };
    fc.assert(fc.property(events, check), { numRuns: sample(200) });
  });

  test('joins many lines to texts of some size, each ending with its line', () => {
    const many = Array.from({ length: 5_000 }, (_, index) => event(index + 1, 'Tick', { index }));
    const texts = [...eventLines(many)];
    expect(texts.length).toBeGreaterThan(2);
    expect(texts.length).toBeLessThan(20);
    expect(texts.every((text) => text.endsWith('}\n'))).toBe(true);
    expect(texts.join('').split('\n')).toHaveLength(5_001);
  });
});
