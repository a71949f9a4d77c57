/** What `info` prints: at most 25 lines, each within 80 columns. Pure. */
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { ShownInfo } from '../../../src/cli/commands/reading/info.ts';
import { describeInfo, shareLines } from '../../../src/cli/commands/reading/info-text.ts';
import { widthOf } from '../../../src/cli/output/lines.ts';
import { chooseTimes } from '../../../src/cli/output/times.ts';
import { sample } from '../../sample.ts';

afterEach(() => chooseTimes({}));

const LATE = Date.UTC(2026, 0, 5, 8, 50);

function infoOf(some: Partial<ShownInfo> = {}): ShownInfo {
  return {
    path: '/data/book.db',
    format: 2,
    model: 'orderbook',
    events: 12_345_678,
    firstSequence: 1,
    lastSequence: 12_345_678,
    firstRecordedAt: LATE - 7_777_777,
    lastRecordedAt: LATE,
    untaggedEvents: 0,
    openBlocks: 3_000,
    openBytes: 225_000,
    sealedBlocks: 600,
    sealedBytes: 123_456_789,
    snapshots: [],
    projections: [],
    reactors: [],
    redactions: [],
    historyHeldBy: [],
    fileBytes: 125_000_000,
    walBytes: 4_000_000,
    freeBytes: 1_000,
    files: [
      { path: '/data/book.db', bytes: 125_000_000 },
      { path: '/data/book.db-wal', bytes: 4_000_000 },
      { path: '/data/book.db-shm', bytes: 32_768 },
      { path: '/data/book.db-lock', bytes: 8_192 },
      { path: '/data/book.db-witness', bytes: 4_160 },
      { path: '/data/book.db-ballast', bytes: 16_777_216 },
    ],
    totalBytes: 145_822_336,
    recovery: { events: 12_345_678, milliseconds: 61_234, eventsPerSecond: 200_000 },
    chain: '505ed775c2a4f7f4b0ecfef82a72127c',
    epoch: 1_234,
    ...some,
  };
}

const SNAPSHOT = { sequence: 12_345_000, recordedAt: LATE, bytes: 38_123_456, stateHash: 'ab'.repeat(32) };
const redaction = (by: string, scrubbed: boolean): ShownInfo['redactions'][number] => ({
  ...{ recordedAt: LATE, by, events: 1_200, firstSequence: 1, lastSequence: 5_678 },
  ...{ selector: 'ab', scrubbed },
});

function linesOf(info: ShownInfo, listsSnapshots = false): string[] {
  return describeInfo(info, { listsSnapshots }).split('\n').slice(0, -1);
}

describe('lines of info', () => {
  test('show the log, with separators in every number', () => {
    expect(linesOf(infoOf({ snapshots: [SNAPSHOT], types: { Traded: 12_000_000, Cancelled: 345_678 } }))).toEqual([
      'file       /data/book.db',
      'format     2',
      'model      orderbook',
      'events     12,345,678  (1 … 12,345,678)',
      'recorded   2026-01-05T06:40:22.223Z … 2026-01-05T08:50:00.000Z  (2h 9m 37.7s)',
      'type       Traded     12,000,000',
      'type       Cancelled     345,678',
      'open       3,000 blocks, 225 kB',
      'sealed     600 blocks, 123 MB',
      'snapshots  1, the newest at 12,345,000, 2026-01-05T08:50:00.000Z, 38.1 MB',
      'recovery   about 1m 1.2s: 12,345,678 events to fold after the newest snapshot',
      'size       125 MB, write-ahead log 4 MB, 1 kB free inside',
      'all files  146 MB; ballast 16.8 MB, shm 32.8 kB, lock 8.19 kB, witness 4.16 kB',
      'writer     none',
      'epoch      1,234',
      'chain      505ed775c2a4f7f4b0ecfef82a72127c',
    ]);
  });

  test('a span that does not fit beside its times has its own line', () => {
    chooseTimes({ zone: 'America/New_York' });
    const lines = linesOf(infoOf());
    expect(lines).toContain('recorded   2026-01-05T01:40:22.223-05:00 … 2026-01-05T03:50:00.000-05:00');
    expect(lines).toContain('span       2h 9m 37.7s');
  });

  test('many types: the most frequent, and what the others have', () => {
    const types = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`Type${index}`, 3_000 - index * 10]));
    const lines = linesOf(infoOf({ types }));
    expect(lines).toHaveLength(25);
    const shown = lines.filter((line) => line.startsWith('type '));
    expect(shown[0]).toBe('type       Type0    3,000');
    const given = shown.length - 1;
    const rest = Object.values(types)
      .slice(given)
      .reduce((sum, number) => sum + number, 0);
    expect(shown.at(-1)).toBe(`type       ${300 - given} more with ${rest.toLocaleString('en-US')} events: see --json`);
  });

  test('snapshots: counted, or listed with what is known', () => {
    const older = { ...SNAPSHOT, sequence: 5 };
    expect(linesOf(infoOf({ snapshots: [SNAPSHOT, older] }), true).slice(7, 10)).toEqual([
      'snapshots  2; whether they are usable depends on the model: give --model',
      'snapshot   at 12,345,000, 2026-01-05T08:50:00.000Z, 38.1 MB, state abababab…',
      'snapshot   at 5, 2026-01-05T08:50:00.000Z, 38.1 MB, state abababab…',
    ]);
    const judged = [
      { ...SNAPSHOT, isUsable: true },
      { ...older, isUsable: false, reason: 'another shape of state' },
    ];
    expect(linesOf(infoOf({ snapshots: judged }))).toContain(
      'snapshots  2, 1 usable, the newest at 12,345,000, 2026-01-05T08:50:00.000Z, 38.1 MB',
    );
    expect(linesOf(infoOf({ snapshots: judged }), true).slice(7, 10)).toEqual([
      'snapshots  2, 1 usable',
      'snapshot   at 12,345,000, 2026-01-05T08:50:00.000Z, 38.1 MB, state abababab…, usable',
      'snapshot   at 5, 2026-01-05T08:50:00.000Z, 38.1 MB, state abababab…, not usable: another shape of state',
    ]);
  });

  test('redactions whose words may be left are told', () => {
    const lines = linesOf(infoOf({ redactions: [redaction('anna', true), redaction('anna', false)] }));
    expect(lines).toContain('redaction  2026-01-05T08:50:00.000Z, by anna, 1,200 events (1 … 5,678)');
    expect(lines).toContain('           a file may still hold the words of one of these: redact again');
  });

  test('never more than 25 lines, and none beyond 80 columns, whatever lists there are', () => {
    const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });
    const held = fc.record({
      name,
      sequence: fc.integer({ min: 0, max: 10_000_000 }),
      lag: fc.integer({ min: 0, max: 1_000_000 }),
    });
    const lists = fc.record({
      projections: fc.array(held, { maxLength: 40 }),
      reactors: fc.array(
        held.map((one) => ({ ...one, parked: one.lag % 3 })),
        { maxLength: 40 },
      ),
      redactions: fc.array(
        fc.boolean().map((scrubbed) => redaction('anna', scrubbed)),
        { maxLength: 20 },
      ),
      types: fc.option(fc.dictionary(name, fc.integer({ min: 1, max: 9_999_999 }), { maxKeys: 60 }), {
        nil: undefined,
      }),
      untaggedEvents: fc.integer({ min: 0, max: 5 }),
      writer: fc.option(
        name.map((host) => ({ pid: 4_194_304, host, startedAt: LATE })),
        { nil: undefined },
      ),
      zone: fc.constantFrom('UTC', 'Asia/Kolkata'),
    });
    const check = ({ zone, types, writer, ...others }: Partial<ShownInfo> & { zone: string }): void => {
      chooseTimes({ zone });
      const lines = linesOf(
        infoOf({ snapshots: [SNAPSHOT], ...others, ...(types && { types }), ...(writer && { writer }) }),
      );
      expect(lines.length).toBeLessThanOrEqual(25);
      expect(lines.filter((line) => widthOf(line) > 80)).toEqual([]);
    };
    fc.assert(fc.property(lists as fc.Arbitrary<Partial<ShownInfo> & { zone: string }>, check), {
      numRuns: sample(200),
    });
  });
});

test('lines are shared fairly, and none is left while a list has need of it', () => {
  expect(shareLines([5, 0, 2], 6)).toEqual([4, 0, 2]);
  expect(shareLines([9, 9, 9], 2)).toEqual([1, 1, 1]);
  const check = (needs: number[], lines: number): void => {
    const shares = shareLines(needs, lines);
    const given = shares.reduce((sum, share) => sum + share, 0);
    const least = needs.filter((need) => need > 0).length;
    const needed = needs.reduce((sum, need) => sum + need, 0);
    expect(given).toBe(Math.min(needed, Math.max(lines, least)));
    for (const [at, share] of shares.entries()) {
      expect(share).toBeLessThanOrEqual(needs[at]!);
      if (share < needs[at]!) expect(share).toBeGreaterThanOrEqual(Math.max(...shares) - 1);
    }
  };
  fc.assert(fc.property(fc.array(fc.nat(30), { maxLength: 5 }), fc.nat(40), check), { numRuns: sample(200) });
});
