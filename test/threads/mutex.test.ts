/** One piece of work at a time. */
import { expect, test } from 'vitest';
import { Mutex } from '../../src/threads/mutex.ts';
import { nextTurn } from '../../src/threads/timers.ts';

test('work is done one after the other, first in, first out', async () => {
  const mutex = new Mutex();
  const order: string[] = [];
  const work = (name: string) => async () => {
    order.push(`${name} begins`);
    await nextTurn();
    order.push(`${name} ends`);
  };
  await Promise.all(['a', 'b', 'c'].map((name) => mutex.run(work(name))));
  expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});

test('each call gets what its own work came to, and a failure holds up nothing', async () => {
  const mutex = new Mutex();
  const failing = mutex.run(() => Promise.reject(new Error('no')));
  const throwing = mutex.run(() => {
    throw new Error('not this either');
  });
  const working = mutex.run(() => 3);
  await expect(failing).rejects.toThrow('no');
  await expect(throwing).rejects.toThrow('not this either');
  expect(await working).toBe(3);
});

test('it is busy from the call until the work is over', async () => {
  const mutex = new Mutex();
  expect(mutex.isBusy).toBe(false);
  const done = mutex.run(() => nextTurn());
  expect(mutex.isBusy).toBe(true);
  await done;
  expect(mutex.isBusy).toBe(false);
});

test('drained waits for all work so far and does not reject', async () => {
  const mutex = new Mutex();
  const over: string[] = [];
  const failing = mutex.run(async () => {
    await nextTurn();
    over.push('first');
    throw new Error('no');
  });
  failing.catch(() => {});
  void mutex.run(() => over.push('second'));
  await mutex.drained();
  expect(over).toEqual(['first', 'second']);
});
