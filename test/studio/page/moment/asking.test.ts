import { afterEach, expect, test, vi } from 'vitest';
import { askAgain, keepAsking } from '../../../../src/studio/page/moment/asking.ts';
import { inSight } from '../../../../src/studio/page/moment/in-sight.ts';
import { go, log, shown, wanted } from '../../../../src/studio/page/moment/place.ts';
import { settledAt } from '../../../../src/studio/page/moment/settled.ts';
import { settle, stubServer } from '../server-stub.ts';

const LAST = 1_000;

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('each moment is asked for once, also the end, whose sequence the answer tells', async () => {
  const requests = stubServer((_, asked) => ({ sequence: Number(asked.get('at') ?? LAST) }));
  keepAsking();
  log.value = { firstSequence: 1, lastSequence: LAST, generation: 'a' } as never;
  await settle();
  expect([wanted.value, settledAt.value]).toEqual([LAST, LAST]);
  expect(requests).toEqual(['moment?look=%5B%5D']);
  go(500);
  await settle();
  expect(settledAt.value).toBe(500);
  expect(requests).toHaveLength(2);
  inSight('tree', { looks: [{ path: 'orders', from: 0, count: 10 }] });
  await settle();
  expect([requests.length, shown.value?.sequence]).toEqual([3, 500]);
  askAgain();
  await settle();
  expect(requests).toHaveLength(4);
});
