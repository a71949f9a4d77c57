import { afterEach, expect, test, vi } from 'vitest';
import { settle, stubServer } from '../server-stub.ts';

const LAST = 1_000;

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('each moment is asked for once, also the end, whose sequence the answer tells', async () => {
  vi.resetModules();
  const { askAgain, keepAsking } = await import('../../../../src/studio/page/moment/asking.ts');
  const { inSight } = await import('../../../../src/studio/page/moment/in-sight.ts');
  const { go, log, shown, wanted } = await import('../../../../src/studio/page/moment/place.ts');
  const { settledAt } = await import('../../../../src/studio/page/moment/settled.ts');
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

test.each([
  ['the page has heard of more events than the answer', 900, 1_000],
  ['the answer is later than what the page has heard of', 1_100, 1_100],
])('the end is the end where %s', async (_what, answered, at) => {
  vi.resetModules();
  const { keepAsking } = await import('../../../../src/studio/page/moment/asking.ts');
  const { log, shown, standsAtEnd, wanted } = await import('../../../../src/studio/page/moment/place.ts');
  stubServer((_, asked) => ({ sequence: Number(asked.get('at') ?? answered) }));
  keepAsking();
  log.value = { firstSequence: 1, lastSequence: LAST, generation: 'a' } as never;
  await settle();
  expect([wanted.value, shown.value?.sequence, standsAtEnd()]).toEqual([at, at, true]);
});
