/** What a store measures of itself, and what it tells on the channels of diagnostics_channel. */
import { tracingChannel } from 'node:diagnostics_channel';
import { describe, expect, test, vi } from 'vitest';
import { BUCKETS_MS, Histogram } from '../../../src/engine/metrics/histogram.ts';
import { MemoryContents, openMemoryLog, openStore, RefoldError, type StoreMetrics } from '../../../src/index.ts';
import { added, cartModel, note } from '../cart.ts';
import { errorOf, openCarts, temporaryPath } from '../harness.ts';

describe('a histogram', () => {
  test('counts each duration in every bucket that it fits in', () => {
    const histogram = new Histogram();
    for (const ms of [0, 0.05, 0.3, 0.3, 7, 10_000, 99_999]) histogram.add(ms);
    const { count, sum, buckets } = histogram.report();
    expect([count, sum]).toEqual([7, 0.05 + 0.3 + 0.3 + 7 + 10_000 + 99_999]);
    expect(buckets.map(({ le }) => le)).toEqual(BUCKETS_MS);
    const counts = new Map(buckets.map((bucket) => [bucket.le, bucket.count]));
    expect([counts.get(0.05), counts.get(0.2), counts.get(0.5), counts.get(5), counts.get(10)]).toEqual([
      2, 2, 4, 4, 5,
    ]);
    expect(counts.get(10_000)).toBe(6);
  });
});

describe('metrics', () => {
  test('count what became durable, as plain JSON that only grows', async () => {
    const store = await openCarts({ path: await temporaryPath() });
    const empty = store.metrics();
    expect(empty).toMatchObject({ commits: 0, events: 0, failed: false, followers: { count: 0, behind: 0, lag: 0 } });
    await Promise.all(Array.from({ length: 40 }, () => store.append([note('a'), added('b')])));
    await store.execute('addItem', { cart: 'a', sku: 'x', quantity: 1 });
    await store.execute('addItem', { cart: 'a', sku: 'x', quantity: 999 }); // rejected: no commit
    await store.transact((tx) => tx.append(note('c')));
    const metrics = store.metrics();
    expect(JSON.parse(JSON.stringify(metrics))).toEqual(metrics);
    expect(metrics).toMatchObject({ commits: 42, events: 82, sequence: 82, durableSequence: 82 });
    expect(metrics.appendMilliseconds.count).toBe(42);
    expect(metrics.appendMilliseconds.sum).toBeGreaterThan(0);
    expect(metrics.syncMilliseconds.count).toBeGreaterThan(0);
    expect(metrics.syncMilliseconds.count).toBeLessThan(42); // 40 appends at once share blocks
    expect(metrics.characters).toBeGreaterThan(82 * 20);
    expect(metrics.queue).toEqual({ bytes: 0, waitingBytes: 0 });
    expect(metrics.rates.foldedEventsPerSecond).toBeGreaterThan(0);
    expect(metrics.rates.loadedBytesPerSecond).toBeGreaterThan(0);
    expectGrown(empty, metrics);
    await store.close();
    expect(store.metrics().commits).toBe(42);
  });

  test('time an append from its call on, also while it waits for room', async () => {
    const store = await openCarts();
    const large = 'x'.repeat(40 * 1024 * 1024);
    await Promise.all([store.append(note(large)), store.append(note(large)), store.append(note('small'))]);
    const { count, sum } = store.metrics().appendMilliseconds;
    expect(count).toBe(3);
    expect(sum).toBeGreaterThanOrEqual(store.metrics().syncMilliseconds.sum);
  });

  test('say how far followers and projections are behind', async () => {
    const store = await openCarts();
    const view = await store.project({ name: 'view', initialState: () => ({}), reducers: {} });
    const [first, second] = [store.follow(), store.follow({ batches: true })];
    await Promise.all([first.next().then(() => {}), second.next(), store.append(note('a'))]);
    store.subscribe(() => {});
    for (let count = 0; count < 9; count++) await store.append(note('b'));
    await view.catchUp();
    expect(store.metrics()).toMatchObject({
      followers: { count: 2, lag: 10 }, // the second one had its first batch before there was an event
      listeners: 1,
      projections: [{ name: 'view', sequence: 10, lag: 0 }],
      reactors: [],
    });
    await first.return();
    await second.return();
    expect(store.metrics().followers).toEqual({ count: 0, behind: 0, lag: 0 });
  });

  test('say that a store has failed, and go on being given', async () => {
    const log = new Proxy(openMemoryLog(), {
      get(target, key) {
        const value = Reflect.get(target, key, target);
        if (key === 'append') return () => Promise.reject(new Error('no disk'));
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const store = await openStore(cartModel, { log });
    await errorOf(store.append(note('a')));
    expect(store.metrics()).toMatchObject({ failed: true, commits: 0, sequence: 0 });
  });

  test('have the sequence and the followers of a live replica', async () => {
    const contents = new MemoryContents();
    const writer = await openCarts({ log: await contents.open() });
    const replica = await openStore(cartModel, { log: contents, readOnly: true, live: true });
    const next = replica.follow().next();
    await writer.append(note('a'));
    await next;
    expect(replica.metrics()).toMatchObject({ sequence: 1, durableSequence: 1, followers: { count: 1 }, commits: 0 });
    await replica.close();
  });
});

function expectGrown(before: StoreMetrics, after: StoreMetrics): void {
  for (const name of ['uptimeMilliseconds', 'commits', 'events', 'characters'] as const)
    expect(after[name]).toBeGreaterThanOrEqual(before[name]);
  for (const name of ['appendMilliseconds', 'syncMilliseconds'] as const) {
    for (const [index, { count }] of after[name].buckets.entries())
      expect(count).toBeGreaterThanOrEqual(before[name].buckets[index]!.count);
  }
}

describe('traces', () => {
  /** Subscribes to a channel, and keeps what it tells. */
  function listenTo(name: string) {
    const told: [what: string, context: any][] = [];
    const keep = (what: string) => (context: object) => void told.push([what, { ...context }]);
    const [start, end, asyncStart, asyncEnd, error] = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'].map(keep);
    const handlers = { start: start!, end: end!, asyncStart: asyncStart!, asyncEnd: asyncEnd!, error: error! };
    const channel = tracingChannel(`refold:${name}`);
    channel.subscribe(handlers);
    return { told, stop: () => channel.unsubscribe(handlers) };
  }

  test('tell each call, block, open, snapshot and compaction', async () => {
    const channels = ['append', 'commit', 'recovery', 'snapshot', 'compaction'];
    const listening = channels.map((name) => [name, listenTo(name)] as const);
    const path = await temporaryPath();
    const store = await openCarts({ path });
    await store.append(note('a'));
    await store.execute('addItem', { cart: 'a', sku: 'x', quantity: 1 });
    await store.transact((tx) => tx.append(note('b')));
    await store.snapshot();
    await store.compact();
    await store.close();
    const told = Object.fromEntries(listening.map(([name, { told }]) => [name, told]));
    for (const [, { stop }] of listening) stop();
    const begun = (name: string): any[] =>
      told[name]!.filter(([what]) => what === 'start').map(([, context]) => context);
    for (const name of channels) {
      const ends = told[name]!.filter(([what]) => what === 'asyncEnd');
      expect([name, ends.length]).toEqual([name, begun(name).length]);
    }
    expect(begun('append')).toMatchObject([
      { path, call: 'append' },
      { path, call: 'execute', command: 'addItem' },
      { path, call: 'transact' },
    ]);
    expect(begun('commit')[0]).toMatchObject({ path, commits: 1, expectedSequence: 0 });
    expect(begun('recovery')).toMatchObject([{ path, model: 'carts', readOnly: false }]);
    expect(begun('snapshot')[0]).toMatchObject({ path, sequence: 3 });
    expect(begun('compaction')[0]).toMatchObject({ path, automatic: false });
    const answers = told.append!.filter(([what]) => what === 'asyncEnd').map(([, context]) => context.result);
    expect(answers[0]).toMatchObject({ firstSequence: 1, lastSequence: 1 });
  });

  test('tell what failed, and the caller gets the same error', async () => {
    const { told, stop } = listenTo('append');
    const store = await openCarts();
    const error = await errorOf(store.append({ type: 'Unknown' } as never));
    stop();
    expect(error).toBeInstanceOf(RefoldError);
    expect(told.filter(([what]) => what === 'error').map(([, context]) => context.error)).toEqual([error]);
  });

  test('are not made without subscribers', async () => {
    const trace = vi.spyOn(tracingChannel('refold:append').constructor.prototype, 'tracePromise');
    const store = await openCarts();
    await store.append(note('a'));
    expect(trace).not.toHaveBeenCalled();
    trace.mockRestore();
  });
});
