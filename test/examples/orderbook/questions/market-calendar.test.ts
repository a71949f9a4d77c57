/** Intervals and times of the market's wall clock, also on the days on which clocks change. */
import { describe, expect, test } from 'vitest';
import { MarketCalendar, parseEvery } from '../../../../examples/orderbook/questions/books/market-calendar.ts';

const HOUR = 3_600_000;

/** What the wall clock shows, by the platform. */
function wallOf(instant: number, zone: string): string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  return format.format(instant);
}

describe.each([
  ['2012-06-21', 'America/New_York'],
  ['2012-03-11', 'America/New_York'], // an hour is missing
  ['2012-11-04', 'America/New_York'], // an hour comes twice
  ['2026-04-05', 'Australia/Lord_Howe'], // half an hour comes twice
  ['2026-01-05', 'Asia/Kathmandu'], // not a whole hour from UTC
  ['2026-01-05', 'UTC'],
])('on %s in %s', (date, zone) => {
  const calendar = new MarketCalendar(date, zone);
  const noon = Date.parse(`${date}T12:00:00Z`);

  test.each(['1s', '1m', '7m', '30m', '1h', '90m', '2h', '5h', '12h'])(
    'intervals of %s follow each other without gaps',
    (text) => {
      const length = parseEvery(text);
      for (let at = noon - 30 * HOUR; at < noon + 30 * HOUR; at += 977_353) {
        const { start, end } = calendar.intervalAt(at, length);
        expect(start).toBeLessThanOrEqual(at);
        expect(end).toBeGreaterThan(at);
        expect(end - start).toBeLessThanOrEqual(length > HOUR ? length + HOUR : length);
        // Everyone in it agrees on it, and the next one begins where it ends.
        expect(calendar.intervalAt(start, length)).toEqual({ start, end });
        expect(calendar.intervalAt(end - 1, length)).toEqual({ start, end });
        expect(calendar.intervalAt(end, length).start).toBe(end);
      }
    },
  );

  test('days begin at midnight of the wall clock', () => {
    for (let at = noon - 50 * HOUR; at < noon + 50 * HOUR; at += 1_234_567) {
      const { start, end } = calendar.intervalAt(at, 24 * HOUR);
      expect(wallOf(start, zone)).toBe(`${wallOf(at, zone).slice(0, 10)} 00:00:00`);
      expect([start <= at, at < end, calendar.intervalAt(end, 24 * HOUR).start]).toEqual([true, true, end]);
    }
  });

  test('times are shown on the wall clock, with an offset that leads back to the moment', () => {
    for (let at = noon - 30 * HOUR; at < noon + 30 * HOUR; at += 977_353) {
      const text = calendar.format({ ms: at, ns: 42 }, 'iso');
      expect(Date.parse(text)).toBe(at);
      expect(text.slice(0, 19)).toBe(wallOf(at, zone).replace(' ', 'T'));
      expect(text).toMatch(/\.\d{3}000042(Z|[+-]\d\d:\d\d)$/);
      expect(calendar.format({ ms: at, ns: 42 }, 'ns')).toBe(String(BigInt(at) * 1_000_000n + 42n));
    }
  });
});

describe('positions', () => {
  const calendar = new MarketCalendar('2012-06-21', 'America/New_York');
  const at = (text: string, end: 'from' | 'to') => calendar.parse('--at', text, end);
  const ms = Date.parse('2012-06-21T14:31:07.123Z');

  test.each([
    ['42', { sequence: 42 }, { sequence: 42 }],
    [String(ms), { moment: { ms, ns: 0 } }, { moment: { ms, ns: 999_999 } }],
    ['10:31:07.123', { moment: { ms, ns: 0 } }, { moment: { ms, ns: 999_999 } }],
    ['10:31:07.123456789', { moment: { ms, ns: 456_789 } }, { moment: { ms, ns: 456_789 } }],
    ['2012-06-21T10:31:07.123', { moment: { ms, ns: 0 } }, { moment: { ms, ns: 999_999 } }],
    ['2012-06-21T14:31:07.123456Z', { moment: { ms, ns: 456_000 } }, { moment: { ms, ns: 456_000 } }],
    ['2012-06-21 10:31:07.123-04:00', { moment: { ms, ns: 0 } }, { moment: { ms, ns: 999_999 } }],
  ])('%s', (text, from, to) => {
    expect([at(text, 'from'), at(text, 'to')]).toEqual([from, to]);
  });

  test.each([
    '',
    'noon',
    '25:00',
    '2012-13-01',
    '2012-02-30',
    '10:31:07,5',
    '1e3',
    '-1',
    '2012-06-21T',
    '12:00:00.1234567890',
  ])('not %j', (text) => {
    expect(() => at(text, 'from')).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });

  test('a time of day needs a day', () => {
    expect(() => new MarketCalendar(undefined, undefined).parse('--from', '10:31', 'from')).toThrow(/which day/);
  });

  test.each(['', '1', 'm', '0s', '-1s', '25h', '1.5s', '86400001ms', '1 s', '1M'])('%j is not an interval', (text) => {
    expect(() => parseEvery(text)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', type: '--every' }));
  });
});
