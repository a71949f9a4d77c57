import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { defineModel, isRefoldError, openStore, type RecordedEvent } from '../../src/index.ts';
import { added, cartModel, note } from './cart.ts';
import { errorOf, manualClock, openCarts, temporaryPath } from './harness.ts';

describe('append', () => {
  test('folds at once, resolves when durable, and returns the sequences of the commit', async () => {
    const clock = manualClock();
    const store = await openCarts({ path: await temporaryPath(), clock: clock.read });
    const first = store.append(added('a', 2));
    expect(store.sequence).toBe(1);
    expect(store.state.carts.get('a')).toEqual({ items: [{ sku: 'tea', quantity: 2 }], total: 2 });
    expect(store.durableSequence).toBe(0);
    expect(await first).toEqual({ firstSequence: 1, lastSequence: 1, recordedAt: clock.now });
    expect(store.durableSequence).toBe(1);
    expect(await store.append([added('a'), added('b')])).toEqual({
      firstSequence: 2,
      lastSequence: 3,
      recordedAt: clock.now,
    });
  });

  test('keeps the order of calls for a thousand concurrent appends, in few blocks', async () => {
    const store = await openCarts({ path: await temporaryPath() });
    const commits = await Promise.all(Array.from({ length: 1_000 }, (_, i) => store.append(note(String(i)))));
    expect(commits.map(({ firstSequence }) => firstSequence)).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1));
    expect(store.state.seen.notes[999]).toBe('999');
    const plan = await store.compact({ dryRun: true });
    expect(plan.sealed.blocks).toBeLessThan(100);
  });

  test.each<[string, unknown, string]>([
    ['an unknown type', { type: 'Nonsense', data: {} }, 'UNKNOWN_EVENT_TYPE'],
    ['a schema violation', { type: 'ItemAdded', data: { cart: 'a', sku: 'x', quantity: -1 } }, 'EVENT_REJECTED'],
    ['a forbidden key', { type: 'NoteTaken', data: JSON.parse('{"text":"x","__proto__":{"a":1}}') }, 'EVENT_REJECTED'],
    ['a million levels', { type: 'NoteTaken', data: deep(1_000_000) }, 'EVENT_REJECTED'],
    ['no event at all', null, 'EVENT_REJECTED'],
    ['an empty commit', [], 'EVENT_REJECTED'],
    ['a bad meta', { ...note('x'), meta: { at: new Date() } }, 'EVENT_REJECTED'],
    [
      'a reducer that throws at the tenth of ten events',
      [...Array(9).fill(added('a')), { type: 'Exploded', data: { after: 3 } }],
      'REDUCER_FAILED',
    ],
    [
      'an invalid event after nine valid ones',
      [...Array(9).fill(added('a')), { type: 'NoteTaken', data: {} }],
      'EVENT_REJECTED',
    ],
  ])('refuses %s and changes nothing', async (_name, input, code) => {
    const path = await temporaryPath();
    const store = await openCarts({ path });
    await store.append([added('a'), added('b', 3)]);
    const before = { hash: await store.stateHash(), sequence: store.sequence };
    const error = await errorOf(store.append(input as never));
    expect(error.code).toBe(code);
    expect(error.hint).toBeTruthy();
    expect({ hash: await store.stateHash(), sequence: store.sequence }).toEqual(before);
    await store.append(note('goes on'));
    await store.close();
    const again = await openCarts({ path });
    expect(again.sequence).toBe(3);
    expect((await again.verify()).ok).toBe(true);
  });

  test('names the event of a refused commit', async () => {
    const store = await openCarts();
    const error = await errorOf(
      store.append([note('x'), { type: 'ItemAdded', data: { cart: 'a', sku: 'x', quantity: 0.5 } }]),
    );
    expect(error).toMatchObject({
      code: 'EVENT_REJECTED',
      sequence: 2,
      type: 'ItemAdded',
      issues: [{ path: ['quantity'] }],
    });
  });

  test('refuses a stale expectedSequence, and the error names the last sequence', async () => {
    const store = await openCarts();
    await store.append([note('a'), note('b')], { expectedSequence: 0 });
    const error = await errorOf(store.append(note('c'), { expectedSequence: 1 }));
    expect(error).toMatchObject({
      code: 'SEQUENCE_CONFLICT',
      sequence: 2,
      message: 'Cannot append at sequence 1: the log ends at 2',
    });
    await store.append(note('c'), { expectedSequence: 2 });
    expect(store.sequence).toBe(3);
  });

  test('shares nothing with the caller, and values that readers keep never change', async () => {
    const store = await openCarts();
    const event = added('a', 1);
    await store.append(event);
    event.data.quantity = 99;
    const kept = store.state.carts.get('a')!;
    await store.append(added('a', 5));
    expect(kept.total).toBe(1);
    expect(Object.isFrozen(kept) && Object.isFrozen(kept.items[0])).toBe(true);
    expect(() => (store.state.carts as Map<string, unknown>).set('b', 1)).toThrow();
    expect(store.state.carts.get('a')!.total).toBe(6);
  });

  test('clamps a clock that steps back', async () => {
    const clock = manualClock(5_000);
    const store = await openCarts({ path: ':memory:', clock: clock.read });
    await store.append(note('a'));
    clock.now = 1_000;
    expect((await store.append(note('b'))).recordedAt).toBe(5_000);
    clock.now = 6_000.9;
    expect((await store.append(note('c'))).recordedAt).toBe(6_000);
  });

  test('remembers a commandId, also while the append is pending and after a restart', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path });
    const [one, two] = await Promise.all([1, 2].map(() => store.append(note('once'), { commandId: 'c1' })));
    expect(two).toEqual(one);
    await store.close();
    const again = await openCarts({ path });
    expect(await again.append(note('once'), { commandId: 'c1' })).toEqual(one);
    expect(again.sequence).toBe(1);
  });
});

describe('the direct fold', () => {
  test('gives the same state as the atomic one', async () => {
    const events = Array.from({ length: 50 }, (_, i) =>
      i % 7 === 6 ? { type: 'CartCleared' as const, data: { cart: `c${i % 5}` } } : added(`c${i % 5}`, (i % 3) + 1),
    );
    const clock = manualClock();
    const hashes = await Promise.all(
      (['atomic', 'direct'] as const).map(async (fold) => {
        const store = await openCarts({ path: ':memory:', fold, clock: clock.read });
        for (const event of events) await store.append(event);
        return store.stateHash();
      }),
    );
    expect(hashes[0]).toBe(hashes[1]);
  });

  test('fails the store when a reducer throws, and a reopen restores the acknowledged state', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path, fold: 'direct' });
    await store.append(added('a', 2));
    const hash = await store.stateHash();
    expect((await errorOf(store.append({ type: 'Exploded', data: { after: 1 } }))).code).toBe('REDUCER_FAILED');
    const error = await errorOf(store.append(note('x')));
    expect(error).toMatchObject({ code: 'STORE_FAILED', hint: expect.stringContaining('open it again') });
    await store.close();
    const again = await openCarts({ path });
    expect(await again.stateHash()).toBe(hash);
  });

  test('gives listeners their own copies of the events', async () => {
    const store = await openCarts({ path: ':memory:', fold: 'direct' });
    const heard: RecordedEvent[] = [];
    store.subscribe((events) => heard.push(...events));
    await store.append([added('a', 1), added('a', 4)]);
    expect(heard.map(({ data }) => data)).toEqual([added('a', 1).data, added('a', 4).data]);
  });
});

describe('execute', () => {
  test('accepts with a commit, or rejects with a code', async () => {
    const store = await openCarts();
    expect(await store.execute('addItem', { cart: 'a', sku: 'tea', quantity: 9 })).toMatchObject({
      status: 'accepted',
      commit: { firstSequence: 1, lastSequence: 1 },
      events: await Array.fromAsync(store.events()),
      replayed: false,
    });
    const hash = await store.stateHash();
    expect(await store.execute('addItem', { cart: 'a', sku: 'tea', quantity: 2 })).toEqual({
      status: 'rejected',
      code: 'CART_FULL',
      message: 'a cart holds at most 10',
      data: undefined,
      replayed: false,
    });
    expect(await store.stateHash()).toBe(hash);
    expect(store.sequence).toBe(1);
  });

  test('accepts a command without events, without a commit', async () => {
    const store = await openCarts();
    const outcome = { status: 'accepted', commit: undefined, events: [], result: undefined, replayed: false };
    expect(await store.execute('touch', {})).toStrictEqual(outcome);
  });

  test('decides on the state after the earlier commands, without waiting', async () => {
    const store = await openCarts({ path: await temporaryPath() });
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, () => store.execute('addItem', { cart: 'a', sku: 'tea', quantity: 1 })),
    );
    expect(outcomes.map(({ status }) => status)).toEqual([...Array(10).fill('accepted'), 'rejected', 'rejected']);
  });

  test('remembers acceptances and rejections by commandId, through snapshot, compaction and restart', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path, history: 'discard' });
    const input = { cart: 'a', sku: 'tea', quantity: 7 };
    const accepted = await store.execute('addItem', input, { commandId: 'yes' });
    const rejected = await store.execute('addItem', input, { commandId: 'no' });
    await store.append({ type: 'CartCleared', data: { cart: 'a' } });
    await store.snapshot();
    await store.append(note('x'));
    await store.snapshot();
    await store.compact();
    await store.close();
    const again = await openCarts({ path });
    // The events were dropped.
    const retried = await again.execute('addItem', input, { commandId: 'yes' });
    expect(retried).toEqual({ ...accepted, events: undefined, replayed: true });
    expect(await again.execute('addItem', input, { commandId: 'no' })).toEqual({ ...rejected, replayed: true });
    expect(again.state.carts.size).toBe(0);
  });

  test('puts meta on the events', async () => {
    const store = await openCarts();
    await store.execute('addItem', { cart: 'a', sku: 'tea', quantity: 1 }, { meta: { user: 'u1' } });
    const [event] = await Array.fromAsync(store.events());
    expect(event).toMatchObject({ type: 'ItemAdded', meta: { user: 'u1' } });
  });

  test.each<[string, () => Promise<unknown>, string]>([
    ['an unknown command', async () => (await openCarts()).execute('nope' as never, {} as never), 'INVALID_OPTION'],
    [
      'input that violates its schema',
      async () => (await openCarts()).execute('addItem', { cart: 1 } as never),
      'COMMAND_INPUT_REJECTED',
    ],
    ['a decide that throws', async () => (await openCarts()).execute('crash', {}), 'COMMAND_FAILED'],
    ['an empty commandId', async () => (await openCarts()).execute('touch', {}, { commandId: '' }), 'INVALID_OPTION'],
  ])('refuses %s', async (_name, run, code) => {
    expect((await errorOf(run())).code).toBe(code);
  });
});

describe('subscribe', () => {
  test('calls after durability, per commit, in order, until unsubscribed', async () => {
    const store = await openCarts({ path: await temporaryPath() });
    const heard: number[][] = [];
    const stop = store.subscribe((events) => {
      expect(events.at(-1)!.sequence).toBeLessThanOrEqual(store.durableSequence);
      heard.push(events.map(({ sequence }) => sequence));
    });
    await Promise.all([store.append(note('a')), store.append([note('b'), note('c')])]);
    stop();
    await store.append(note('d'));
    expect(heard).toEqual([[1], [2, 3]]);
  });

  test.each(['atomic', 'direct'] as const)(
    'gives listeners the appended data, whatever a reducer does to it, even if they subscribe meanwhile (%s fold)',
    async (fold) => {
      const labels = defineModel({
        name: 'labels',
        events: { Labelled: z.object({ tags: z.array(z.string()) }) },
        initialState: () => ({ last: { tags: [''] } }),
        reducers: {
          Labelled(state, data) {
            data.tags.push('seen');
            state.last = data;
          },
        },
      });
      await using store = await openStore(labels, { path: ':memory:', fold });
      const heard: unknown[] = [];
      const listen = () => store.subscribe((events) => heard.push(...events.map(({ data }) => data)));
      const onItsWay = store.append({ type: 'Labelled', data: { tags: ['a'] } });
      listen();
      await onItsWay;
      await store.append({ type: 'Labelled', data: { tags: ['b'] } });
      expect(heard).toEqual([{ tags: ['a'] }, { tags: ['b'] }]);
      expect(store.state.last).toEqual({ tags: ['b', 'seen'] });
    },
  );

  test('a listener that throws affects neither the store nor the other listeners', async () => {
    const store = await openCarts();
    const warnings: Error[] = [];
    const keep = (warning: Error): void => void (warning.name === 'RefoldListenerWarning' && warnings.push(warning));
    process.on('warning', keep);
    const heard: number[] = [];
    store.subscribe(() => {
      throw new Error('bad listener');
    });
    store.subscribe((events) => heard.push(events.length));
    await store.append(note('a'));
    expect(heard).toEqual([1]);
    await expect.poll(() => warnings.map(({ message }) => message)).toEqual(['bad listener']);
    process.off('warning', keep);
  });
});

describe('opening and closing', () => {
  test('the direct fold warns of what it does not check, unless strict was decided', async () => {
    const warned: string[] = [];
    const keep = ({ name }: Error): void => void (name === 'RefoldDirectFoldWarning' && warned.push(name));
    process.on('warning', keep);
    onTestFinished(() => void process.off('warning', keep));
    await openCarts({ path: ':memory:', fold: 'direct', strict: false });
    await openCarts({ path: ':memory:', fold: 'direct', strict: true });
    await openCarts({ path: ':memory:', fold: 'direct' });
    await expect.poll(() => warned).toEqual(['RefoldDirectFoldWarning']);
  });

  test('a closed store reports STORE_CLOSED, and may be closed twice', async () => {
    const store = await openCarts();
    await store.close();
    await store.close();
    for (const use of [
      () => store.append(note('x')),
      () => store.at({ sequence: 0 }),
      () => store.stateHash(),
      () => store.snapshot(),
      () => store.flush(),
    ]) {
      expect((await errorOf(use())).code).toBe('STORE_CLOSED');
    }
  });

  test('a close waits for pending appends', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path });
    const pending = Array.from({ length: 100 }, (_, i) => store.append(note(String(i))));
    await store.close();
    await Promise.all(pending);
    expect((await openCarts({ path })).sequence).toBe(100);
  });

  test('a log of another model is a MODEL_MISMATCH', async () => {
    const path = await temporaryPath();
    await (await openCarts({ path })).close();
    const error = await errorOf(openStore({ ...cartModel, name: 'other' }, { path }));
    expect(error).toMatchObject({ code: 'MODEL_MISMATCH', path });
  });

  test('a second writer gets an error that names the holder, and the first continues', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path });
    const error = await errorOf(openCarts({ path }));
    expect(error).toMatchObject({ code: 'LOG_LOCKED', path });
    expect(error.message).toContain(String(process.pid));
    await store.append(note('still here'));
    expect(store.durableSequence).toBe(1);
  });

  test('a read-only store reads beside the writer and refuses to write', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path });
    await store.append(added('a'));
    const reader = await openCarts({ path, readOnly: true });
    expect(await reader.stateHash()).toBe(await store.stateHash());
    expect((await errorOf(reader.append(added('b')))).code).toBe('INVALID_OPTION');
    expect((await errorOf(reader.snapshot())).code).toBe('INVALID_OPTION');
    await reader.close();
    await store.append(added('c'));
    expect(store.sequence).toBe(2);
  });

  test.each<[string, object]>([
    ['no path', {}],
    ['an unknown option', { path: ':memory:', durabilty: 'always' }],
    ['a bad durability', { path: ':memory:', durability: 'never' }],
    ['a bad recoverWithin', { path: ':memory:', recoverWithin: 0 }],
    ['a bad history', { path: ':memory:', history: { maxDays: 3 } }],
    ['a bad save rule', { path: ':memory:', save: [{ seconds: 1 }] }],
    ['a missing folder', { path: '/nowhere/at/all/x.db' }],
    ['a NUL in the path', { path: 'a\0b' }],
  ])('refuses %s', async (_name, options) => {
    const error = await errorOf(openStore(cartModel, options));
    expect(error.code).toBe('INVALID_OPTION');
    expect(error.hint).toBeTruthy();
  });

  test('refuses an invalid model', async () => {
    await expect(openStore({} as never, { path: ':memory:' })).rejects.toSatisfy((error) =>
      isRefoldError(error, 'INVALID_OPTION'),
    );
  });
});

function deep(levels: number): unknown {
  let value: unknown = 'x';
  for (let level = 0; level < levels; level++) value = { text: value };
  return value;
}
