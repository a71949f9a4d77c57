import { batch } from '@preact/signals';
import { afterEach, expect, test, vi } from 'vitest';
import { eventsOf } from '../../../../src/studio/page/timeline/layer.ts';
import type { LiveLine, TimelineAnswer } from '../../../../src/studio/wire.ts';
import { settle, stubServer } from '../server-stub.ts';

const logOf = (events: number, generation: string) =>
  ({ ...{ firstSequence: 1, lastSequence: events, events, generation }, problems: [] }) as never;

const counted = (to: number): TimelineAnswer => ({
  ...{ from: 1, to, events: to, types: { Added: to } },
  buckets: [{ first: 1, last: to, events: to, types: { Added: to } }],
});

const lineOf = (to: number, events = 1) =>
  ({ last: to, events, types: { Added: events }, recordedAt: to, generation: 'a' }) as unknown as LiveLine;

/** The modules as they are when the page begins. */
async function timeline() {
  vi.resetModules();
  const { log } = await import('../../../../src/studio/page/moment/place.ts');
  const { latest } = await import('../../../../src/studio/page/moment/live.ts');
  const { keepCounting } = await import('../../../../src/studio/page/timeline/counting.ts');
  const { wholeLayer, width } = await import('../../../../src/studio/page/timeline/view.ts');
  width.value = 900;
  return { log, latest, keepCounting, width, eventsCounted: () => wholeLayer.value && eventsOf(wholeLayer.value) };
}

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('all of the log is counted once for a generation and for a step of the width; new events are added', async () => {
  const { log, latest, keepCounting, width, eventsCounted } = await timeline();
  const requests = stubServer((_, asked) => counted(Number(asked.get('to'))));
  log.value = logOf(1_000, 'a');
  const stop = keepCounting();
  await settle();
  expect(requests).toEqual(['timeline?by=sequence&from=1&to=1000&buckets=512']);
  for (let to = 1_001; to <= 1_005; to++) {
    batch(() => {
      log.value = logOf(to, 'a');
      latest.value = lineOf(to);
    });
  }
  await settle();
  expect(eventsCounted()).toBe(1_005);
  for (const px of [901, 950, 1_000]) width.value = px;
  await settle();
  expect(requests).toHaveLength(1);
  width.value = 1_100;
  await settle();
  expect(requests).toHaveLength(2);
  log.value = logOf(1_005, 'b');
  await settle();
  expect(requests).toHaveLength(3);
  stop();
});

test('events that no line told are counted later, also when they come while the log is counted', async () => {
  const { log, keepCounting, eventsCounted } = await timeline();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const requests = stubServer((_, asked) => counted(Number(asked.get('to'))));
  log.value = logOf(1_000, 'a');
  const stop = keepCounting();
  log.value = logOf(1_200, 'a');
  await settle();
  expect([requests.length, eventsCounted()]).toEqual([1, 1_000]);
  vi.runAllTimers();
  await settle();
  expect([requests.length, eventsCounted()]).toEqual([2, 1_200]);
  log.value = logOf(1_300, 'a');
  vi.runAllTimers();
  await settle();
  expect([requests.length, eventsCounted()]).toEqual([3, 1_300]);
  stop();
});

test('events that came at once are counted by themselves, and then fine enough', async () => {
  const { log, latest, keepCounting, eventsCounted } = await timeline();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const requests = stubServer((_, asked) => {
    const [from, to] = [Number(asked.get('from')), Number(asked.get('to'))];
    const size = (to - from + 1) / 10;
    const buckets = Array.from({ length: 10 }, (_none, n) => {
      const [first, last] = [from + n * size, from + (n + 1) * size - 1];
      return { first, last, events: size, types: { Added: size } };
    });
    return { from, to, events: to - from + 1, types: { Added: to - from + 1 }, buckets };
  });
  log.value = logOf(10_000, 'a');
  const stop = keepCounting();
  await settle();
  batch(() => {
    log.value = logOf(10_100, 'a');
    latest.value = lineOf(10_100, 100);
  });
  vi.runAllTimers();
  await settle();
  expect(requests).toEqual([
    'timeline?by=sequence&from=1&to=10000&buckets=512',
    'timeline?by=sequence&from=10001&to=10100&buckets=6',
  ]);
  expect(eventsCounted()).toBe(10_100);
  vi.runAllTimers();
  await settle();
  expect(requests).toHaveLength(2);
  stop();
});
