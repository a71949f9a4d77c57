import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventLog, openLog, openStore } from 'refold';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { countTimeline } from '../../../src/studio/jobs/log.ts';
import { listTimes, sampleTimeline, scaled } from '../../../src/studio/jobs/times.ts';
import { Troubles } from '../../../src/studio/jobs/troubles.ts';
import { shop } from '../shop.ts';

const folder = mkdtempSync(join(tmpdir(), 'refold-times-'));
const never = new AbortController().signal;
const EVENTS = 5_000;
let log: EventLog;
let listed: { readonly log: EventLog; readonly troubles: Troubles };

const ask = (text: string) => new URLSearchParams(text);

beforeAll(async () => {
  const path = join(folder, 'shop.db');
  vi.useFakeTimers({ now: 1_000_000, toFake: ['Date'] });
  await using store = await openStore(shop, { path });
  // Commits of one, two and three events: the third is an hour after the second.
  for (let id = 1, size = 1; id <= EVENTS; id += size, size = (size % 3) + 1) {
    vi.advanceTimersByTime(size === 3 ? 3_600_000 : 7);
    const events = Array.from({ length: Math.min(size, EVENTS + 1 - id) }, (_, at) =>
      at === 1
        ? ({ type: 'Taken', data: { id: id - 1 } } as const)
        : ({ type: 'Put', data: { id: id + at, word: `w${id + at}` } } as const),
    );
    await store.append(events);
  }
  vi.useRealTimers();
  log = await openLog({ path });
  listed = { log, troubles: new Troubles(path) };
});
afterAll(async () => {
  await log?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a sampled timeline has as many events as the log, and begins and ends when it does', async () => {
  const sampled = await sampleTimeline(listed, ask('buckets=10&by=time'), never);
  const counted = await countTimeline(listed, ask('buckets=10&by=time'), never);
  expect(sampled).toMatchObject({ sampled: true, from: 1, to: EVENTS, events: EVENTS });
  expect(sampled.buckets).toHaveLength(10);
  expect(sampled.buckets[0]!.start).toBe(counted.buckets[0]!.start);
  expect(sampled.buckets.at(-1)!.end).toBe(counted.buckets.at(-1)!.end);
  for (const [index, { first, last, start, end, events, types }] of sampled.buckets.entries()) {
    expect([first, last]).toEqual([index * 500 + 1, index * 500 + 500]);
    expect(end).toBe(sampled.buckets[index + 1]?.start ?? end);
    expect(end).toBeGreaterThan(start!);
    expect(Object.values(types).reduce((sum, count) => sum + count, 0)).toBe(events);
  }
  expect(Object.values(sampled.types).reduce((sum, count) => sum + count, 0)).toBe(EVENTS);
});

test('a sampled part keeps to its bounds, and there are never more buckets than events', async () => {
  const part = await sampleTimeline(listed, ask('from=11&to=13&buckets=64'), never);
  expect(part.buckets.map(({ first, last }) => [first, last])).toEqual([
    [11, 11],
    [12, 12],
    [13, 13],
  ]);
  expect(part.buckets[0]).not.toHaveProperty('start');
  expect((await sampleTimeline(listed, ask('from=9000'), never)).events).toBe(0);
  await expect(sampleTimeline(listed, ask('buckets=9999'), never)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
});

test('counts of a sample are scaled to whole numbers with the right sum', () => {
  expect(scaled({ a: 2, b: 1 }, 300)).toEqual({ a: 200, b: 100 });
  for (const events of [1, 2, 3, 7, 256, 999]) {
    const { a, b, c } = scaled({ a: 5, b: 3, c: 1 }, events) as { a: number; b: number; c: number };
    expect(a + b + c).toBe(events);
    expect(Math.min(a, b, c)).toBeGreaterThanOrEqual(0);
  }
});

test('times are told in runs of neighbours, up to the end of the log', async () => {
  const { from, runs } = await listTimes(log, ask('from=4&count=6'), never);
  expect(from).toBe(4);
  expect(runs.map(([events]) => events)).toEqual([3, 1, 2]);
  expect(runs[2]![1] - runs[1]![1]).toBe(7);
  const end = await listTimes(log, ask(`from=${EVENTS - 1}&count=100`), never);
  expect(end.runs.reduce((sum, [events]) => sum + events, 0)).toBe(2);
  expect((await listTimes(log, ask('from=1&count=0'), never)).runs).toEqual([]);
  await expect(listTimes(log, ask('from=1&count=10001'), never)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
});

test('a place is found as the command line finds it', async () => {
  const at = async (from: string) => (await listTimes(log, new URLSearchParams({ from, count: '0' }), never)).from;
  expect(await at('last')).toBe(EVENTS);
  expect(await at('last-10')).toBe(EVENTS - 10);
  expect(await at('50%')).toBe(EVENTS / 2);
  expect(await at('0')).toBe(0);
  await expect(at('nonsense')).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  await expect(at(String(EVENTS + 1))).rejects.toMatchObject({ code: 'INVALID_OPTION' });
});
