/** Events in their own time: when each is due, on a clock that the test moves. No test waits. */
import { describe, expect, test } from 'vitest';
import {
  dueAfter,
  LONGEST_IDLE_MS,
  type PlayingClock,
  paced,
  parseSpeed,
} from '../../../src/cli/commands/replaying/pacing.ts';

describe('a speed', () => {
  test.each([
    ['10x', 10],
    ['1x', 1],
    ['0.5x', 0.5],
    ['1,000X', 1_000],
    ['3', 3],
    ['max', Number.POSITIVE_INFINITY],
  ])('%s', (text, speed) => {
    expect(parseSpeed(text)).toBe(speed);
  });

  test.each(['', 'x', '0', '0x', '-1x', '1e3', 'fast', '10 x', '1.5.2', `${'9'.repeat(400)}x`])(
    '%j is refused',
    (text) => {
      expect(() => parseSpeed(text)).toThrow('Give a speed such as 10x, 1x, 0.5x or max.');
    },
  );
});

describe('an event is due', () => {
  const before = { recordedAt: 1_000, dueAt: 50 };

  test.each<[string, Parameters<typeof dueAfter>, number]>([
    ['at once when it is the first', [undefined, 1_000, 7, 1], 7],
    ['as long after the one before as it was recorded', [before, 1_300, 50, 1], 350],
    ['sooner at a higher speed', [before, 1_300, 50, 10], 80],
    ['later at a lower one', [before, 1_300, 50, 0.5], 650],
    ['counted from when the one before was due, and not from now', [before, 1_300, 60, 1], 350],
    ['at once when it was recorded with the one before', [before, 1_000, 50, 1], 50],
    ['at the longest idle time when more came between', [before, 9e9, 50, 1], 50 + LONGEST_IDLE_MS],
    ['just so at the longest idle time itself', [before, 21_000, 50, 10], 50 + LONGEST_IDLE_MS],
    ['never later for a time that goes back', [before, 400, 50, 1], 50],
    ['at once at the speed max', [before, 9e9, 50, Number.POSITIVE_INFINITY], 50],
    ['still by its time when it is a little late', [before, 1_300, 350 + LONGEST_IDLE_MS, 1], 350],
    ['now, when the player has fallen far behind', [before, 1_300, 351 + LONGEST_IDLE_MS, 1], 351 + LONGEST_IDLE_MS],
  ])('%s', (_, args, due) => {
    expect(dueAfter(...args)).toBe(due);
  });
});

describe('paced', () => {
  async function* recorded(times: readonly number[]): AsyncGenerator<{ recordedAt: number }, void> {
    for (const recordedAt of times) yield { recordedAt };
  }

  /** Waits at once, and moves on by what was waited for. */
  function fakeClock(): PlayingClock & { time: number } {
    return {
      time: 0,
      now() {
        return this.time;
      },
      async wait(milliseconds, signal) {
        signal.throwIfAborted();
        this.time += milliseconds;
      },
    };
  }

  test.each([
    ['1x', 1, [0, 100, 100, 2_100, 2_101]],
    ['10x', 10, [0, 10, 10, 2_010, 2_010]],
    ['max', Number.POSITIVE_INFINITY, [0, 0, 0, 0, 0]],
  ])('plays at %s', async (_, speed, expected) => {
    const clock = fakeClock();
    const played: number[] = [];
    const events = recorded([1_000, 1_100, 1_100, 90_000_000, 90_000_001]);
    for await (const _event of paced(events, speed, new AbortController().signal, clock)) played.push(clock.time);
    expect(played).toEqual(expected);
  });

  test('gives nothing more after an abort, also while it waits', async () => {
    const ending = new AbortController();
    const clock = fakeClock();
    const given: number[] = [];
    const reason = new Error('enough');
    const waiting: PlayingClock = {
      now: () => clock.now(),
      async wait(_milliseconds, signal) {
        ending.abort(reason);
        signal.throwIfAborted();
      },
    };
    const playing = (async () => {
      for await (const event of paced(recorded([1, 1, 500]), 1, ending.signal, waiting)) given.push(event.recordedAt);
    })();
    await expect(playing).rejects.toBe(reason);
    expect(given).toEqual([1, 1]);
  });

  test('the real clock stops waiting at an abort', async () => {
    const ending = new AbortController();
    const events = paced(recorded([0, 1e9]), 1, ending.signal);
    await events.next();
    const waiting = events.next();
    setImmediate(() => ending.abort(new Error('enough')));
    await expect(waiting).rejects.toThrow('enough');
  });
});
