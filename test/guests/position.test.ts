/** Positions as people write them: what each form says, and where that is in a log. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatTime } from '../../src/cli/output/times.ts';
import { fixedPosition, type LogRange, type Place, parsePlace, positionIn } from '../../src/guests/position.ts';
import { instantsOf, isZone, offsetText, wallAt } from '../../src/guests/zones.ts';
import { sample } from '../sample.ts';

const at = (iso: string): number => Date.parse(iso);
const NEW_YORK = 'America/New_York';
const ZONES = ['UTC', NEW_YORK, 'Europe/Berlin', 'Asia/Kathmandu', 'Australia/Lord_Howe', '+02:00'];

describe('a text says', () => {
  const midnight = at('2027-01-31T00:00Z');
  test.each<[string, Place]>([
    ['0', { is: 'sequence', sequence: 0 }],
    ['723', { is: 'sequence', sequence: 723 }],
    ['1,234_567', { is: 'sequence', sequence: 1_234_567 }],
    ['first', { is: 'first' }],
    ['last', { is: 'last', minus: 0 }],
    ['LAST', { is: 'last', minus: 0 }],
    ['last-100', { is: 'last', minus: 100 }],
    ['last-1,000', { is: 'last', minus: 1_000 }],
    ['0%', { is: 'share', percent: 0 }],
    ['12.5%', { is: 'share', percent: 12.5 }],
    ['100%', { is: 'share', percent: 100 }],
    ['last-1h', { is: 'before last', milliseconds: 3_600_000 }],
    ['last-1.5 s', { is: 'before last', milliseconds: 1_500 }],
    ['last-250ms', { is: 'before last', milliseconds: 250 }],
    ['last-2W', { is: 'before last', milliseconds: 14 * 86_400_000 }],
    ['@0', { is: 'instant', time: 0 }],
    ['@1340285467123', { is: 'instant', time: 1_340_285_467_123 }],
    ['1340285467123', { is: 'instant', time: 1_340_285_467_123 }],
    ['2027-01-31T12:00Z', { is: 'instant', time: at('2027-01-31T12:00Z') }],
    ['2027-01-31t12:00:01.5z', { is: 'instant', time: at('2027-01-31T12:00:01.500Z') }],
    ['2012-06-21T10:31:07.123456789-04:00', { is: 'instant', time: at('2012-06-21T14:31:07.123Z') }],
    ['2012-06-21 10:31:07-0400', { is: 'instant', time: at('2012-06-21T14:31:07Z') }],
    ['2012-06-21 10:31+05', { is: 'instant', time: at('2012-06-21T05:31Z') }],
    ['2027-01-31', { is: 'wall', day: midnight, clock: 0, text: '2027-01-31' }],
    ['2027-01-31T12:00', { is: 'wall', day: midnight, clock: 43_200_000, text: '2027-01-31T12:00' }],
    ['2027-01-31 24:00', { is: 'wall', day: midnight, clock: 86_400_000, text: '2027-01-31 24:00' }],
    ['10:31', { is: 'wall', clock: 37_860_000, text: '10:31' }],
    ['10:31:07', { is: 'wall', clock: 37_867_000, text: '10:31:07' }],
    ['9:35', { is: 'wall', clock: 34_500_000, text: '9:35' }],
    ['10:31:07.123', { is: 'wall', clock: 37_867_123, text: '10:31:07.123' }],
  ])('%s', (text, place) => {
    expect(parsePlace(text)).toEqual(place);
  });

  test.each([
    ['', /^Give a sequence, first, last/],
    [' ', /^Give a sequence/],
    ['-1', /^Give a sequence/],
    ['1.5', /^Give a sequence/],
    ['1e3', /^Give a sequence/],
    [',', /^Give a sequence/],
    ['next', /^Give a sequence/],
    ['first-1', /^Give a sequence/],
    ['first+1', /^Give a sequence/],
    ['last+1', /^Give a sequence/],
    ['last-', /^Give a sequence/],
    ['last-1h30m', /^Give a sequence/],
    ['last-1y', /ms, s, m, h, d or w/],
    ['last-1.5', /whole number/],
    ['last-99999999999999999999', /whole number/],
    ['99999999999999999999', /whole number/],
    ['%', /^Give a sequence/],
    ['-5%', /^Give a sequence/],
    ['101%', /between 0% and 100%/],
    ['@', /^Give a sequence/],
    ['@-5', /^Give a sequence/],
    ['@9999999999999999', /There is no such time/],
    ['2027-02-30', /There is no such time/],
    ['2027-13-01', /There is no such time/],
    ['2027-00-01', /There is no such time/],
    ['2027-01-31T24:01Z', /There is no such time/],
    ['2027-01-31T12:60Z', /There is no such time/],
    ['2027-01-31T12:00:60Z', /There is no such time/],
    ['2027-01-31T12:00+24:00', /There is no such time zone/],
    ['25:00', /There is no such time/],
    ['10:31Z', /^Give a sequence/],
    ['2027-1-31', /^Give a sequence/],
    ['yesterday', /^Give a sequence/],
  ])('nothing that is understood: %j', (text, problem) => {
    expect(() => parsePlace(text)).toThrowError(
      expect.objectContaining({ code: 'INVALID_OPTION', hint: expect.stringMatching(problem) }),
    );
  });

  test('any text is a position, or an error with a code', () => {
    const parts = fc.constantFrom('last', 'first', '-', '1', '0', '9', '%', ':', 'T', 'Z', '@', '.', ',', 'h', '2027');
    const text = fc.oneof(
      fc.string(),
      fc.array(parts).map((some) => some.join('')),
    );
    fc.assert(
      fc.property(text, (one) => {
        let place: Place | undefined;
        try {
          place = parsePlace(one);
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_OPTION' });
        }
        for (const value of Object.values(place ?? {})) expect(value).not.toBeNaN();
      }),
      { numRuns: sample(3_000) },
    );
  });
});

describe('in a log', () => {
  const log: LogRange = {
    path: 'book.db',
    firstSequence: 1,
    lastSequence: 1_000,
    firstRecordedAt: at('2012-06-20T23:00Z'),
    lastRecordedAt: at('2012-06-21T20:00Z'),
  };
  const empty: LogRange = { path: 'empty.db', firstSequence: 1, lastSequence: 0 };
  const dropped: LogRange = { ...log, firstSequence: 401 };
  const found = (text: string, zone = 'UTC', range = log) => positionIn(range, parsePlace(text), zone);

  test.each([
    ['first', 1],
    ['last', 1_000],
    ['last-0', 1_000],
    ['last-100', 900],
    ['last-999', 1],
    ['0%', 1],
    ['50%', 500],
    ['99.99%', 999],
    ['100%', 1_000],
    ['723', 723],
    ['5000', 5_000],
  ])('%s is event %i', (text, sequence) => {
    expect(found(text)).toEqual({ sequence });
  });

  test.each([
    ['first', 401],
    ['last-599', 401],
    ['0%', 401],
    ['50%', 700],
  ])('whose history was dropped, %s is event %i', (text, sequence) => {
    expect(found(text, 'UTC', dropped)).toEqual({ sequence });
  });

  test.each(['first', 'last', '0%', '50%', '100%'])('without events, %s is before all', (text) => {
    expect(found(text, 'UTC', empty)).toEqual({ sequence: 0 });
  });

  test.each([
    ['10:31:07', 'UTC', '2012-06-21T10:31:07Z'],
    ['10:31:07', NEW_YORK, '2012-06-21T10:31:07-04:00'],
    ['10:31:07.123', '+02:00', '2012-06-21T10:31:07.123+02:00'],
    ['00:30', 'Asia/Tokyo', '2012-06-22T00:30+09:00'],
    ['2012-06-21', NEW_YORK, '2012-06-21T00:00-04:00'],
    ['2012-12-21 12:00', NEW_YORK, '2012-12-21T12:00-05:00'],
    ['2012-06-21T10:00Z', NEW_YORK, '2012-06-21T10:00Z'],
    ['last-1h', NEW_YORK, '2012-06-21T19:00Z'],
    ['2012-11-04 01:30', NEW_YORK, '2012-11-04T01:30-04:00'],
  ])('%s in %s is %s', (text, zone, time) => {
    expect(found(text, zone)).toEqual({ time: at(time) });
  });

  test.each([
    ['2012-06-20T22:59:59.999Z', 'UTC', log, /Cannot go to 2012-06-20T22:59:59\.999Z .* at 2012-06-20T23:00:00\.000Z$/],
    ['last-30h', 'UTC', log, /its first event was recorded at 2012-06-20T23:00:00\.000Z/],
    ['last-1000', 'UTC', log, /^Cannot go 1,000 events back in book\.db: it has 1,000 events$/],
    ['last-600', 'UTC', dropped, /it has 600 events/],
    ['last-1', 'UTC', empty, /it has 0 events/],
    ['last-1s', 'UTC', empty, /empty\.db: it has no events/],
    ['10:31', 'UTC', empty, /it has no events/],
    ['2012-03-11 02:30', NEW_YORK, log, /^2012-03-11 02:30 does not exist in America\/New_York/],
  ])('%s in %s is refused', (text, zone, range, message) => {
    let thrown: unknown;
    try {
      found(text, zone, range);
    } catch (error) {
      thrown = error;
    }
    const hint = expect.stringMatching(/^Give /);
    expect(thrown).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringMatching(message), hint });
  });

  test('a time before what was dropped is left to the log, which knows what it still has', () => {
    const time = at('2012-06-01T00:00Z');
    expect(found('2012-06-01', 'UTC', dropped)).toEqual({ time });
    expect(found('2012-06-01', 'UTC', empty)).toEqual({ time });
  });

  test('the first event itself is not too early', () => {
    expect(found('2012-06-20T23:00Z')).toEqual({ time: log.firstRecordedAt });
  });

  test('only some places are fixed without a log', () => {
    expect(fixedPosition(parsePlace('7'))).toEqual({ sequence: 7 });
    expect(fixedPosition(parsePlace('2012-06-21 10:00'), NEW_YORK)).toEqual({ time: at('2012-06-21T14:00Z') });
    for (const text of ['first', 'last-1', '50%', '10:31', 'last-1h']) {
      expect(fixedPosition(parsePlace(text))).toBeUndefined();
    }
  });
});

describe('a time zone', () => {
  test('is one that Node knows', () => {
    expect(ZONES.filter(isZone)).toEqual(ZONES);
    expect(['', 'Mars', 'America/Nowhere', '2'].filter(isZone)).toEqual([]);
  });

  test('what its clock shows at an instant is shown at that instant', () => {
    const time = fc.integer({ min: at('1971-01-01T00:00Z'), max: at('2037-12-31T00:00Z') });
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), time, (zone, instant) => {
        const instants = instantsOf(zone, wallAt(zone, instant));
        expect(instants).toContain(instant);
        expect(instants).toEqual([...instants].sort((a, b) => a - b));
        expect(Date.parse(formatTime(instant, { zone }, 0))).toBe(instant);
      }),
      { numRuns: sample(1_500) },
    );
  });

  test('shows an hour twice where clocks are set back, and one not at all where they are set forward', () => {
    const twice = ['2012-11-04T05:30Z', '2012-11-04T06:30Z'].map(at);
    expect(instantsOf(NEW_YORK, at('2012-11-04T01:30Z'))).toEqual(twice);
    expect(instantsOf(NEW_YORK, at('2012-03-11T02:30Z'))).toEqual([]);
  });

  test('has an offset', () => {
    const summer = at('2012-06-21T00:00Z');
    expect(ZONES.map((zone) => offsetText(zone, summer))).toEqual([
      'Z',
      '-04:00',
      '+02:00',
      '+05:45',
      '+10:30',
      '+02:00',
    ]);
  });
});

describe('a time is shown', () => {
  const time = at('2012-06-21T14:31:07.123Z');
  test.each([
    ['2012-06-21T14:31:07.123Z', {}],
    ['2012-06-21T14:31:07.123Z', { style: 'iso' }],
    ['2012-06-21T10:31:07.123-04:00', { zone: NEW_YORK }],
    ['2012-06-21 10:31:07.123', { style: 'local', zone: NEW_YORK }],
    ['1340289067123', { style: 'raw', zone: NEW_YORK }],
    ['2h 5m ago', { style: 'relative' }],
  ] as const)('as %s', (shown, choice) => {
    expect(formatTime(time, choice, time + 7_500_000)).toBe(shown);
  });

  test.each([
    [0, 'now'],
    [-999, 'now'],
    [-59_000, '59s ago'],
    [61_000, 'in 1m 1s'],
    [-86_400_000 * 40, '40d ago'],
  ])('relative to now: %i ms', (difference, shown) => {
    expect(formatTime(time + difference, { style: 'relative' }, time)).toBe(shown);
  });

  test('beyond the range of dates, as a number', () => {
    expect(formatTime(9e15, {}, 0)).toBe('9000000000000000 ms');
    expect(formatTime(9e15, { style: 'local' }, 0)).toBe('9000000000000000 ms');
  });
});
