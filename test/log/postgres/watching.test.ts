/** When a log in PostgreSQL is asked for news, over connections that only count. */
import { expect, test } from 'vitest';
import type { KnownLog } from '../../../src/log/postgres/known-log.ts';
import type { PostgresReader } from '../../../src/log/postgres/reading.ts';
import type { Connections } from '../../../src/log/postgres/server/connections.ts';
import { Watching } from '../../../src/log/postgres/watching.ts';
import { pause } from '../../../src/threads/timers.ts';

const [LOG, OTHER] = [7, 8];
/** Longer than a test: only bells are answered. */
const SELDOM = 100_000;

class Counted {
  polls = 0;
  #heard: (text: string) => void = () => {};
  readonly watching: Watching;

  constructor(pollEvery = SELDOM) {
    const ask = async (_: string, { name }: { readonly name?: string }): Promise<[]> => {
      if (name === 'refold poll') this.polls += 1;
      return [];
    };
    const listen = async (_: string, heard: (text: string) => void): Promise<void> => {
      this.#heard = heard;
    };
    this.watching = Watching.over({ ask, listen } as unknown as Connections, {
      ...{ schema: 'refold', pollEvery, notify: true },
    });
    const known = { last: { head: { sequence: 0 } } } as KnownLog;
    for (const log of [LOG, OTHER]) this.watching.watch(log, known, {} as PostgresReader);
  }

  /** Lets a bell be heard, and waits for what it causes. @returns how often the server was asked */
  async after(...logs: readonly number[]): Promise<number> {
    const before = this.polls;
    this.#heard(logs.join(' '));
    await pause(20);
    return this.polls - before;
  }
}

test('a bell of a log that is watched makes one poll', async () => {
  const counted = new Counted();
  expect(await counted.after(LOG)).toBe(1);
  expect(await counted.after(LOG, OTHER)).toBe(1);
  expect(await counted.after(9)).toBe(0);
});

test('in a turn the log itself tells what has come, and bells of other logs count', async () => {
  const counted = new Counted();
  const heed = counted.watching.quiet(LOG);
  expect(await counted.after(LOG)).toBe(0);
  expect(await counted.after(OTHER)).toBe(1);
  expect(await counted.after(LOG, OTHER)).toBe(1);
  heed();
});

test('a bell that was heard in a turn is answered after it, unless the next turn has begun', async () => {
  const counted = new Counted();
  const first = counted.watching.quiet(LOG);
  const second = counted.watching.quiet(LOG); // of another store
  expect(await counted.after(LOG)).toBe(0);
  first();
  await pause(20);
  expect(counted.polls).toBe(0);
  second();
  const third = counted.watching.quiet(LOG); // at once
  await pause(20);
  expect(counted.polls).toBe(0);
  third();
  await pause(20);
  expect(counted.polls).toBe(1);
  expect(await counted.after(LOG)).toBe(1);
});

test('polls go on during a turn', async () => {
  const counted = new Counted(10);
  const heed = counted.watching.quiet(LOG);
  await expect.poll(() => counted.polls, { timeout: 10_000 }).toBeGreaterThan(2);
  heed();
});
