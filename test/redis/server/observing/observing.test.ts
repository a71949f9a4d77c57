/** What the server notes of commands: times, slow ones, spikes. */
import { expect, test, vi } from 'vitest';
import { Client } from '../../../../src/redis/calls/client.ts';
import { drawSparkline } from '../../../../src/redis/commands/observing/sparkline.ts';
import { ServerConfig } from '../../../../src/redis/server/config/server-config.ts';
import { DurationHistogram } from '../../../../src/redis/server/observing/histogram.ts';
import { LatencySpikes } from '../../../../src/redis/server/observing/latency.ts';
import { SlowCommands } from '../../../../src/redis/server/observing/slowlog.ts';

test('a histogram gives percentiles within 2 percent', () => {
  const histogram = new DurationHistogram();
  for (let micros = 1; micros <= 1000; micros++) histogram.add(micros);
  for (const share of [50, 99, 99.9]) {
    const exact = share * 10;
    expect(Math.abs(histogram.percentile(share) / exact - 1)).toBeLessThan(0.02);
  }
});

test('a histogram counts calls within doublings, as Redis names them', () => {
  const histogram = new DurationHistogram();
  for (const micros of [0.5, 1.5, 3, 30, 30, 2_000_000_000]) histogram.add(micros);
  const steps = histogram.doublings();
  expect(steps.slice(0, 4)).toEqual([
    [1, 1],
    [2, 2],
    [4, 3],
    [33, 5],
  ]);
  expect(steps.at(-1)![1]).toBe(6);
});

test('the slow log keeps the newest commands, and cuts long ones', () => {
  const config = new ServerConfig();
  config.preset('slowlog-log-slower-than', '100');
  config.preset('slowlog-max-len', '2');
  const slowlog = new SlowCommands(config);
  const client = new Client(1, 0, '127.0.0.1:1', '127.0.0.1:2');
  slowlog.ran(client, ['fast'], 99);
  slowlog.ran(client, ['a'], 100);
  slowlog.ran(client, ['set', 'x'.repeat(130)], 100);
  slowlog.ran(
    client,
    Array.from({ length: 40 }, (_, at) => String(at)),
    100,
  );
  const [newest, older, ...rest] = slowlog.entries();
  expect(rest).toEqual([]);
  expect(newest!.args).toHaveLength(32);
  expect(newest!.args.at(-1)).toBe('... (9 more arguments)');
  expect(older!.args[1]).toBe(`${'x'.repeat(128)}... (2 more bytes)`);
  expect(older!.id).toBe(1);
});

test('spikes of one second count as one, and 160 are kept', () => {
  const config = new ServerConfig();
  config.preset('latency-monitor-threshold', '10');
  const latency = new LatencySpikes(config);
  vi.useFakeTimers({ now: 1_000_000 });
  latency.observe('command', 9);
  expect(latency.events()).toEqual([]);
  latency.observe('command', 20);
  latency.observe('command', 15);
  expect(latency.event('command')).toEqual({ name: 'command', samples: [{ time: 1000, ms: 20 }], worstMs: 20 });
  for (let second = 1; second <= 200; second++) {
    vi.setSystemTime(1_000_000 + second * 1000);
    latency.observe('command', 11);
  }
  vi.useRealTimers();
  expect(latency.event('command')!.samples).toHaveLength(160);
  expect(latency.event('command')!.worstMs).toBe(20);
  expect([latency.clear('command'), latency.clear('command')]).toEqual([true, false]);
});

test('a sparkline shows heights, and how long ago', () => {
  const samples = [
    { time: 100, ms: 10 },
    { time: 3700, ms: 100 },
  ];
  expect(drawSparkline(samples, 3_720_000)).toBe(' `\n |\n |\n_|\n\n12\nh0\n s\n');
});
