/** Listeners are application code that runs while a block completes. The store continues, whatever they do. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineModel, openStore, type RecordedEvent } from '../../../src/index.ts';
import { STRANGE } from '../../strange-values.ts';
import { added, note } from '../cart.ts';
import { openCarts } from '../harness.ts';

const warnings: Error[] = [];
const keep = (warning: Error): void => {
  if (warning.name === 'RefoldListenerWarning') warnings.push(warning);
};

beforeEach(() => {
  warnings.length = 0;
  process.on('warning', keep);
});

afterEach(() => void process.off('warning', keep));

const nextTurn = () => new Promise(setImmediate);

describe.each(['atomic', 'direct'] as const)('with the %s fold', (fold) => {
  test('one that subscribes again does not loop, and the new one gets later commits only', async () => {
    const store = await openCarts({ path: ':memory:', fold });
    const heard: string[] = [];
    let depth = 0;
    const subscribe = () => {
      const name = String(depth++);
      store.subscribe((events) => {
        heard.push(`${name}:${events[0]!.sequence}`);
        subscribe();
      });
    };
    subscribe();
    await Promise.all([store.append(note('a')), store.append(note('b'))]);
    expect(heard).toEqual(['0:1', '0:2', '1:2']);
  });

  test('one that is unsubscribed by another in the same commit is not called', async () => {
    const store = await openCarts({ path: ':memory:', fold });
    const heard: string[] = [];
    const stops = [
      store.subscribe(() => {
        heard.push('first');
        stops[1]!();
      }),
      store.subscribe(() => heard.push('second')),
    ];
    await store.append(note('a'));
    expect(heard).toEqual(['first']);
  });

  test.each(STRANGE)('one that throws %s, or rejects with it, becomes a warning', async (_name, make) => {
    const store = await openCarts({ path: ':memory:', fold });
    const heard: number[] = [];
    store.subscribe(() => {
      throw make();
    });
    store.subscribe(async () => {
      throw make();
    });
    store.subscribe(async () => {
      await nextTurn();
      throw make();
    });
    store.subscribe((events) => heard.push(events.length));
    await store.append(note('a'));
    await store.append(note('b'));
    await nextTurn();
    await nextTurn();
    expect(heard).toEqual([1, 1]);
    expect(warnings.length).toBe(6);
  });

  test('one that returns a strange value harms nothing', async () => {
    const store = await openCarts({ path: ':memory:', fold });
    const returned = [
      ...STRANGE.map(([, make]) => make),
      // biome-ignore lint/suspicious/noThenProperty: a listener may return it
      () => ({ then: (_: unknown, refuse: (reason: Error) => void) => refuse(new Error('x')) }),
      () => Object.defineProperty({}, 'then', { get: () => expect.fail('not to be seen') }),
    ];
    for (const make of returned) store.subscribe((() => make()) as never);
    await store.append(note('a'));
    await store.append(note('b'));
    await nextTurn();
    expect(store.durableSequence).toBe(2);
  });

  test('events are one frozen copy, apart from the state, for early and late listeners', async () => {
    const model = defineModel({
      name: 'kept',
      events: { Kept: z.object({ tags: z.array(z.object({ name: z.string() })) }) },
      initialState: () => ({ kept: [] as unknown[] }),
      reducers: {
        Kept(state, data) {
          state.kept.push(data.tags);
        },
      },
    });
    await using store = await openStore(model, { path: ':memory:', fold });
    const heard: RecordedEvent[] = [];
    const listen = () =>
      store.subscribe((events) => {
        for (const event of events) {
          const data = event.data as { tags: { name: string }[] };
          expect(() => Object.assign(data.tags[0]!, { name: 'changed' })).toThrow(TypeError);
          expect(() => data.tags.push({ name: 'more' })).toThrow(TypeError);
          expect(() => Object.assign(event, { sequence: 0 })).toThrow(TypeError);
          expect(data.tags).not.toBe(store.state.kept[event.sequence - 1]);
        }
        expect(() => (events as unknown[]).pop()).toThrow(TypeError);
        heard.push(...events);
      });
    const event = { type: 'Kept' as const, data: { tags: [{ name: 'a' }] }, meta: { by: { id: 1 } } };
    const onItsWay = store.append(event);
    listen();
    listen();
    await onItsWay;
    await store.append([event, event]);
    expect(warnings).toEqual([]);
    expect(heard).toHaveLength(6);
    expect(heard[0]).toEqual({ sequence: 1, recordedAt: expect.any(Number), version: 1, ...event });
    expect((await store.verify()).ok).toBe(true);
  });

  test('may append, and what it appends comes later', async () => {
    const store = await openCarts({ path: ':memory:', fold });
    const heard: number[] = [];
    store.subscribe((events) => {
      heard.push(events[0]!.sequence);
      if (store.sequence < 5) void store.append(added('a'));
    });
    await store.append(note('a'));
    await expect.poll(() => heard).toEqual([1, 2, 3, 4, 5]);
  });
});

/** A reducer must get the same with and without listeners. Otherwise a reducer that changes its event folds differently. */
describe.each(['atomic', 'direct'] as const)('what a reducer gets with the %s fold', (fold) => {
  test.each([true, false])('is a separate copy, with and without a listener: %s', async (listens) => {
    const seen: string[] = [];
    const model = defineModel({
      name: 'own',
      events: {
        Flat: z.object({ n: z.int() }),
        Deep: z.object({ list: z.array(z.int()) }),
        Bare: z.array(z.int()),
      },
      initialState: () => ({ n: 0 }),
      reducers: {
        Flat: look,
        Deep(state, data, event) {
          look(state, data, event);
          data.list.push(1);
          if (event.data !== data) seen.push('two objects');
        },
        Bare: look,
      },
    });
    function look(state: { n: number }, data: object, event: { data: unknown; meta?: { by?: unknown } }): void {
      state.n += 1;
      if (event.data !== data) seen.push('two objects');
      if (Object.isFrozen(data) || Object.isFrozen(event.data)) seen.push('frozen data');
      if (!Object.isFrozen(event.meta) || !Object.isFrozen(event.meta?.by)) seen.push('meta not frozen');
    }
    await using store = await openStore(model, { path: ':memory:', fold });
    if (listens) store.subscribe(() => {});
    const meta = { by: { id: 1 } };
    await store.append({ type: 'Flat', data: { n: 1 }, meta });
    await store.append({ type: 'Deep', data: { list: [1] }, meta });
    await store.append({ type: 'Bare', data: [1], meta });
    expect(seen).toEqual([]);
  });
});
