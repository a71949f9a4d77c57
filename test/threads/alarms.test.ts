/** Alarms, compared with a list that is looked through at every moment. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from 'vitest';
import { Alarms } from '../../src/threads/alarms.ts';
import { later, pause } from '../../src/threads/timers.ts';
import { chanceOf } from '../faults/judging/chance.ts';

/** A clock that stands still until it is moved. */
class Clock {
  time = 0;
  /** Timers that were set, ever. */
  timers = 0;
  readonly #waiting: { readonly at: number; readonly look: () => void }[] = [];
  /** By how many ms a timer of more than that may ring too early. */
  readonly #early: number;

  constructor(early = 0) {
    this.#early = early;
  }

  readonly now = (): number => this.time;

  readonly wake = (ms: number, look: () => void): void => {
    this.timers += 1;
    this.#waiting.push({ at: this.time + (ms > this.#early ? ms - this.#early : ms), look });
  };

  /** Moves to a time, and lets everything happen that is due by then, in its order. */
  async moveTo(time: number): Promise<void> {
    for (;;) {
      this.#waiting.sort((one, other) => one.at - other.at);
      if (this.#waiting.length === 0 || this.#waiting[0]!.at > time) break;
      const { at, look } = this.#waiting.shift()!;
      this.time = Math.max(this.time, at);
      look();
      await pastMicrotasks();
    }
    this.time = time;
  }
}

async function pastMicrotasks(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await undefined;
}

describe('alarms', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('ring in time, once, unless they are taken back (seed %i)', async (seed) => {
    const chance = chanceOf(seed);
    const clock = new Clock();
    const alarms = new Alarms(clock);
    const expected: string[] = [];
    const rung: string[] = [];
    const open = new Map<string, { readonly at: number; readonly takeBack: () => void }>();
    for (let step = 0; step < 400; step++) {
      const name = `alarm ${step}`;
      const ms = chance.hit(0.5) ? 3_000 : chance.below(500);
      open.set(name, { at: clock.time + ms, takeBack: alarms.set(ms, () => rung.push(name)) });
      for (const [other, { takeBack }] of open) {
        if (!chance.hit(0.1)) continue;
        takeBack();
        open.delete(other);
      }
      await clock.moveTo(clock.time + chance.below(40));
      const due = [...open].filter(([, { at }]) => at <= clock.time);
      for (const [other] of due.toSorted(([, one], [, two]) => one.at - two.at)) {
        expected.push(other);
        open.delete(other);
      }
      expect(rung).toEqual(expected);
    }
    expect(expected.length).toBeGreaterThan(20);
    expect(clock.timers).toBeLessThan(400);
  });

  test('ring in time where a timer rings a little too early', async () => {
    const clock = new Clock(0.5);
    const alarms = new Alarms(clock);
    const rung: number[] = [];
    for (const ms of [10, 20, 15]) alarms.set(ms, () => rung.push(clock.time));
    await clock.moveTo(30);
    expect(rung).toEqual([10, 15, 20]);
  });

  test('that are all taken back set few timers', async () => {
    const clock = new Clock();
    const alarms = new Alarms(clock);
    for (let question = 0; question < 10_000; question++) {
      const takeBack = alarms.set(3_000, () => expect.unreachable());
      await clock.moveTo(clock.time + 1);
      takeBack();
    }
    expect(clock.timers).toBeLessThan(10);
  });

  test('do not keep each other from ringing, and may take each other back', async () => {
    const clock = new Clock();
    const alarms = new Alarms(clock);
    const rung: string[] = [];
    let takeBack = (): void => {};
    alarms.set(5, () => {
      rung.push('first');
      takeBack();
      alarms.set(0, () => rung.push('set by the first'));
    });
    takeBack = alarms.set(5, () => rung.push('taken back'));
    alarms.set(5, () => rung.push('last'));
    await clock.moveTo(5);
    expect(rung).toEqual(['first', 'last', 'set by the first']);
  });
});

test('work runs in the asynchronous context in which it was asked for', async () => {
  const context = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  context.run('one', () => later(15, () => seen.push(context.getStore())));
  context.run('two', () => later(10, () => seen.push(context.getStore())));
  later(12, () => seen.push(context.getStore()));
  await pause(60);
  expect(seen).toEqual(['two', undefined, 'one']);
});
