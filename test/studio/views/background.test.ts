/** Long work goes on while it is asked for, one after the other, and ends when it is not. */
import { expect, test } from 'vitest';
import { Background } from '../../../src/studio/views/tiles/background.ts';

/** Work that ends when it is told to, and what happened to it. */
function work() {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const one = { started: 0, signal: undefined as AbortSignal | undefined, resolve, reject };
  return Object.assign(one, {
    run: (signal: AbortSignal) => {
      one.started++;
      one.signal = signal;
      signal.addEventListener('abort', () => reject(signal.reason));
      return promise;
    },
  });
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('work that is asked for twice is done once, and then can be done again', async () => {
  const background = new Background();
  const one = work();
  for (const _ of [1, 2, 3]) background.want('a', one.run);
  expect(one.started).toBe(1);
  one.resolve();
  await turn();
  background.want('a', one.run);
  expect(one.started).toBe(2);
});

test('the waiting work that was asked for last comes first', async () => {
  let now = 0;
  const background = new Background(() => ++now);
  const [a, b, c] = [work(), work(), work()];
  for (const [name, one] of [
    ['a', a],
    ['b', b],
    ['c', c],
    ['b', b],
  ] as const)
    background.want(name, one.run);
  expect([a.started, b.started, c.started]).toEqual([1, 0, 0]);
  a.resolve();
  await turn();
  expect([b.started, c.started]).toEqual([1, 0]);
  b.resolve();
  await turn();
  expect(c.started).toBe(1);
});

test('work that is not asked for any more is aborted, also while it waits', async () => {
  let now = 0;
  const background = new Background(() => now);
  const [a, b] = [work(), work()];
  background.want('a', a.run);
  background.want('b', b.run);
  now = 9_000;
  background.want('a', a.run);
  now = 12_000;
  background.tidy();
  expect(a.signal!.aborted).toBe(false);
  now = 20_000;
  background.tidy();
  expect(a.signal!.aborted).toBe(true);
  await turn();
  expect(b.started).toBe(0);
  background.want('a', a.run); // it was aborted, and did not fail
});

test('what the work has thrown is thrown at the next question, once', async () => {
  const background = new Background();
  const one = work();
  background.want('a', one.run);
  one.reject(new Error('boom'));
  await turn();
  expect(() => background.want('a', one.run)).toThrow('boom');
  const next = work();
  background.want('a', next.run);
  expect(next.started).toBe(1);
});

test('everything ends at once when nothing of it is true any more', async () => {
  const background = new Background();
  const [a, b] = [work(), work()];
  background.want('a', a.run);
  background.want('b', b.run);
  background.clear();
  expect(a.signal!.aborted).toBe(true);
  await turn();
  expect(b.started).toBe(0);
  const again = work();
  background.want('a', again.run);
  expect(again.started).toBe(1);
});
