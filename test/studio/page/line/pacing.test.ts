import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventsAhead, LONGEST_GAP, nextStride, playTo, type Run } from '../../../../src/studio/page/line/pacing.ts';

const start = { sequence: 10, recordedAt: 1_000, dueAt: 0 };
const ahead: readonly Run[] = [
  [1, 1_100],
  [3, 1_300],
  [1, 90_000],
  [1, 90_010],
];
const at = (now: number, speed: number) => playTo(now, start, ahead, speed).played.sequence;

test('events are due as they were recorded, divided by the speed; a commit is due as a whole', () => {
  expect([0, 99, 100, 299, 300].map((now) => at(now, 1))).toEqual([10, 10, 11, 11, 14]);
  expect([9, 10, 29, 30].map((now) => at(now, 10))).toEqual([10, 11, 11, 14]);
});

test('idle time is cut to a second of recorded time', () => {
  expect([1_299, 1_300, 1_309, 1_310].map((now) => at(now, 1))).toEqual([14, 15, 15, 16]);
  expect([129, 130, 131].map((now) => at(now, 10))).toEqual([14, 15, 16]);
});

test('what is left lies ahead, and playing goes on from there', () => {
  const first = playTo(100, start, ahead, 1);
  expect(first).toEqual({ played: { sequence: 11, recordedAt: 1_100, dueAt: 100 }, ahead: ahead.slice(1) });
  expect(playTo(300, first.played, first.ahead, 1).played).toEqual({ sequence: 14, recordedAt: 1_300, dueAt: 300 });
});

test('a player that was hidden goes on from now, and does not catch up', () => {
  const { played } = playTo(60_000, start, ahead, 1);
  expect(played).toEqual({ sequence: 10, recordedAt: 1_000, dueAt: 60_000 });
});

test('however often it is asked, the same events are due at the same time', () => {
  const runs = fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 3_000 })), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(
      runs,
      fc.constantFrom(1, 10, 100),
      fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 60 }),
      (gaps, speed, waits) => {
        let recordedAt = 1_000;
        const all: readonly Run[] = gaps.map(([events, gap]) => [events, (recordedAt += gap)]);
        let [step, now] = [{ played: start, ahead: all }, 0];
        for (const wait of waits) {
          now += wait;
          step = playTo(now, step.played, step.ahead, speed);
          expect(step.played.sequence + eventsAhead(step.ahead)).toBe(10 + eventsAhead(all));
          let due = 0;
          let [sequence, before] = [10, 1_000];
          for (const [events, time] of all) {
            due += Math.min(LONGEST_GAP, time - before) / speed;
            if (due > now + 1e-6) break;
            [sequence, before] = [sequence + events, time];
          }
          expect(Math.abs(step.played.sequence - sequence)).toBeLessThanOrEqual(
            step.played.sequence === sequence ? 0 : 5,
          );
        }
      },
    ),
    { verbose: 1 },
  );
});

test.each([
  [1, 0.2, 2],
  [64, 9.9, 128],
  [64, 20, 64],
  [64, 41, 32],
  [1, 500, 1],
  [90_000, 1, 100_000],
])('after a step of %d events that took %d ms, the next one takes %d', (stride, ms, next) =>
  expect(nextStride(stride, ms)).toBe(next),
);
