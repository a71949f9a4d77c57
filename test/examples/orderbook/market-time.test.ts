import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FeedTime } from '../../../examples/orderbook/feeds/reading/feed-time.ts';
import {
  Calendar,
  chooseDate,
  MarketClock,
  parseNanoseconds,
  parseSeconds,
  parseTimeOfDay,
} from '../../../examples/orderbook/market-time.ts';

const HOUR = 3_600_000;

describe('a calendar', () => {
  test.each([
    ['in summer', '2012-06-21', 'America/New_York', 9.5 * HOUR, '2012-06-21T13:30:00.000Z'],
    ['in winter', '2012-01-05', 'America/New_York', 9.5 * HOUR, '2012-01-05T14:30:00.000Z'],
    ['before the clocks change', '2012-03-11', 'America/New_York', 1.5 * HOUR, '2012-03-11T06:30:00.000Z'],
    ['after the clocks change', '2012-03-11', 'America/New_York', 3.5 * HOUR, '2012-03-11T07:30:00.000Z'],
    ['after they change back', '2012-11-04', 'America/New_York', 9.5 * HOUR, '2012-11-04T14:30:00.000Z'],
    ['of a session that passes midnight', '2012-06-21', 'UTC', 25 * HOUR, '2012-06-22T01:00:00.000Z'],
    ['with half an hour of offset', '2020-01-01', 'Asia/Kolkata', 9 * HOUR, '2020-01-01T03:30:00.000Z'],
    ['to the millisecond', '2020-01-01', 'UTC', 1.001 * HOUR, '2020-01-01T01:00:03.600Z'],
  ])('gives the moment of a time %s', (_, date, zone, msOfDay, iso) => {
    expect(new Date(new Calendar(date, zone).instant(msOfDay)).toISOString()).toBe(iso);
  });

  test('reads on the wall what it was told, except in the hour that is there twice', () => {
    const day = fc
      .integer({ min: 10, max: 20_000 })
      .map((days) => new Date(days * 24 * HOUR).toISOString().slice(0, 10));
    const zone = fc.constantFrom('America/New_York', 'UTC', 'Europe/Berlin', 'Asia/Tokyo', 'Australia/Lord_Howe');
    fc.assert(
      fc.property(day, zone, fc.integer({ min: 4 * HOUR, max: 24 * HOUR - 1 }), (date, name, msOfDay) => {
        const calendar = new Calendar(date, name);
        const time = new Date(msOfDay).toISOString().slice(11, -1);
        expect(calendar.wallTime(calendar.instant(msOfDay))).toBe(`${date} ${time}`);
      }),
    );
  });

  test.each([
    ['2012-02-30', 'UTC', /"2012-02-30" is not a date/],
    ['1969-12-31', 'UTC', /is not a date/],
    ['21.6.2012', 'UTC', /is not a date/],
    ['2012-06-21', 'Mars/Olympus', /"Mars\/Olympus" is not a time zone/],
  ])('refuses %s in %s', (date, zone, problem) => {
    const error = thrownBy(() => new Calendar(date, zone));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', hint: expect.any(String) });
    expect(error.message).toMatch(problem);
  });

  test('refuses a time before the epoch', () => {
    const error = thrownBy(() => new Calendar('1970-01-01', 'Asia/Tokyo').instant(HOUR));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', type: '--date' });
  });
});

test.each([
  ['the option', '2020-02-02', ['GOOG_2012-06-21_message.csv'], { date: '2020-02-02', origin: 'option' }],
  ['the name', undefined, ['/2011-01-01/GOOG_2012-06-21_3_m.csv'], { date: '2012-06-21', origin: 'name' }],
  ['the second name', undefined, ['tape.csv', 'book.2013-07-08.csv.gz'], { date: '2013-07-08', origin: 'name' }],
  ['no file', undefined, ['m.csv', '12012-06-211.csv', '2012-13-01.csv'], { date: '1970-01-01', origin: 'default' }],
])('the date is that of %s', (_, option, paths, expected) => expect(chooseDate(option, paths)).toEqual(expected));

describe('texts of times', () => {
  test.each([
    ['34200.015105074', { ms: 34_200_015, ns: 105_074 }],
    ['34200', { ms: 34_200_000, ns: 0 }],
    ['34200.1', { ms: 34_200_100, ns: 0 }],
    ['0.000000001', { ms: 0, ns: 1 }],
    ['34200.015105074999', { ms: 34_200_015, ns: 105_074 }],
    ['noon', undefined],
    ['-1', undefined],
    ['1e3', undefined],
  ])('seconds %s', (text, moment) => expect(parseSeconds(text)).toEqual(moment));

  test.each([
    ['34200059901970', { ms: 34_200_059, ns: 901_970 }],
    ['1340285400015105074', { ms: 1_340_285_400_015, ns: 105_074 }],
    ['5', { ms: 0, ns: 5 }],
    ['-5', undefined],
    ['1.5', undefined],
    ['', undefined],
    ['12345678901234567890', undefined],
  ])('nanoseconds %s', (text, moment) => expect(parseNanoseconds(text)).toEqual(moment));

  test.each([
    ['10:31', { ms: 37_860_000, ns: 999_999 }],
    ['10:31:07.123', { ms: 37_867_123, ns: 999_999 }],
    ['9:05:00.1', { ms: 32_700_100, ns: 999_999 }],
    ['10:31:07.1234', { ms: 37_867_123, ns: 400_000 }],
    ['10:31:07.123456789', { ms: 37_867_123, ns: 456_789 }],
    ['24:00', undefined],
    ['10:60', undefined],
    ['10', undefined],
    ['10:31:07.1234567890', undefined],
  ])('time of day %s', (text, moment) => expect(parseTimeOfDay(text)).toEqual(moment));
});

describe("the market's clock", () => {
  test('gives milliseconds to the store, and the rest to the meta', () => {
    const clock = new MarketClock();
    clock.set({ ms: 1_000, ns: 5 });
    expect([clock.read(), clock.meta]).toEqual([1_000, { ns: 5 }]);
    expect(clock.set({ ms: 1_000, ns: 4 })).toBe(true);
    expect([clock.read(), clock.meta, clock.clamped]).toEqual([1_000, { ns: 4 }, 0]);
  });

  test('stays where it is when time goes back, and keeps the time of the feed in the meta', () => {
    const clock = new MarketClock();
    clock.set({ ms: 1_340_285_400_015, ns: 105_074 });
    expect(clock.set({ ms: 1_340_281_800_000, ns: 7 })).toBe(true);
    expect([clock.read(), clock.meta]).toEqual([1_340_285_400_015, { time: '1340281800000000007' }]);
    expect(clock.set({ ms: 1_340_281_800_000, ns: 8 })).toBe(false); // still behind, and not further back
    expect(clock.clamped).toBe(2);
    clock.set({ ms: 1_340_285_400_016, ns: 0 });
    expect([clock.read(), clock.meta]).toEqual([1_340_285_400_016, { ns: 0 }]);
  });
});

describe("a feed's times", () => {
  test('count from midnight if the first is below a day', () => {
    const time = new FeedTime({}, { ms: 34_200_000, ns: 0 }, ['GOOG_2012-06-21.csv']);
    expect(time.report).toEqual({ date: '2012-06-21', dateFrom: 'name', zone: 'America/New_York' });
    expect(time.momentOf({ ms: 34_200_000, ns: 9 })).toEqual({ ms: Date.UTC(2012, 5, 21, 13, 30), ns: 9 });
  });

  test('count from the epoch otherwise, and are shown in UTC', () => {
    const first = { ms: Date.UTC(2026, 7, 7, 20, 4), ns: 1 };
    const time = new FeedTime({}, first, ['GOOG_2012-06-21.csv']);
    expect(time.report).toEqual({ date: '2026-08-07', dateFrom: 'times', zone: 'UTC' });
    expect(time.momentOf(first)).toEqual(first);
    expect(new FeedTime({ zone: 'Asia/Tokyo' }, first, []).report).toMatchObject({ date: '2026-08-08' });
  });
});

function thrownBy(act: () => unknown): { readonly message: string } {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  throw new Error('It did not throw');
}
