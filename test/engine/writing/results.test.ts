/** What a command gives its caller besides its events. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineModel, openStore, reject } from '../../../src/index.ts';
import { specification } from '../../../src/testing.ts';
import { errorOf, temporaryPath } from '../harness.ts';

/** What the command `any` gives next. */
let given: () => unknown = () => [];

const model = defineModel({
  name: 'counters',
  events: { Counted: z.object({ by: z.int() }) },
  initialState: () => ({ sum: 0 }),
  reducers: {
    Counted(state, { by }) {
      state.sum += by;
    },
  },
  commands: {
    count: {
      input: z.object({ by: z.int() }),
      decide: (state, { by }) =>
        by < 0
          ? reject('NEGATIVE', 'count up', { sum: state.sum })
          : { events: { type: 'Counted', data: { by } }, result: { before: state.sum, after: state.sum + by } },
    },
    any: { input: z.object({}), decide: () => given() as never },
  },
});

const KIB = 1024;
/** Stands for a promise that is rejected. */
const LATE = Symbol('late');

describe('the result of a command', () => {
  test('is part of its outcome', async () => {
    await using store = await openStore(model, { path: ':memory:' });
    const outcome = await store.execute('count', { by: 2 });
    expect(outcome).toStrictEqual({
      status: 'accepted',
      commit: { firstSequence: 1, lastSequence: 1, recordedAt: expect.any(Number) },
      events: await Array.fromAsync(store.events()),
      result: { before: 0, after: 2 },
      replayed: false,
    });
    expect(await store.execute('count', { by: -1 })).toStrictEqual({
      status: 'rejected',
      code: 'NEGATIVE',
      message: 'count up',
      data: { sum: 2 },
      replayed: false,
    });
  });

  test.each<[string, unknown, object]>([
    ['an array of events', { events: [event(1), event(2)], result: 'two' }, { events: 2, result: 'two' }],
    ['one event', { events: event(1), result: 0 }, { events: 1, result: 0 }],
    ['no events', { result: null }, { events: 0, result: null }],
    ['an empty array', { events: [], result: [1] }, { events: 0, result: [1] }],
    ['events without a result', { events: [event(1)] }, { events: 1 }],
    ['an undefined result', { events: [event(1)], result: undefined }, { events: 1 }],
    ['a member that is undefined', { result: { a: undefined, b: -0 } }, { events: 0, result: { b: 0 } }],
    ['a text of 64 KiB', { result: 'x'.repeat(64 * KIB - 2) }, { events: 0, result: 'x'.repeat(64 * KIB - 2) }],
  ])('comes with %s', async (_what, decision, { events, ...expected }: any) => {
    await using store = await openStore(model, { path: ':memory:' });
    given = () => decision;
    const outcome = await store.execute('any', {});
    expect(outcome).toMatchObject({ status: 'accepted', commit: events === 0 ? undefined : { lastSequence: events } });
    expect((outcome as any).result).toEqual(expected.result);
    expect((outcome as any).events).toEqual(await Array.fromAsync(store.events()));
    expect(store.sequence).toBe(events);
  });

  test('is a copy, frozen', async () => {
    await using store = await openStore(model, { path: ':memory:' });
    const kept = { list: [1] };
    given = () => ({ result: kept });
    const written = store.execute('any', {});
    kept.list.push(2);
    const { result } = (await written) as { result: { list: number[] } };
    expect(result).toEqual({ list: [1] });
    expect(() => result.list.push(3)).toThrow(TypeError);
  });

  test.each<[string, unknown]>([
    ['a Date', new Date()],
    ['a bigint', 1n],
    ['a function', () => 1],
    ['a Map', new Map()],
    ['NaN', Number.NaN],
    ['a lone surrogate', '\ud800'],
    ['a forbidden key', JSON.parse('{"__proto__":1}')],
    ['a promise', LATE],
    ['65 levels', JSON.parse('['.repeat(65) + ']'.repeat(65))],
    ['more than 64 KiB', 'x'.repeat(64 * KIB - 1)],
    ['more than 64 KiB of UTF-8', 'é'.repeat(33 * KIB)],
  ])('is refused when it is %s, and nothing is appended', async (_what, result) => {
    await using store = await openStore(model, { path: ':memory:' });
    given = () => ({ events: [event(1)], result: result === LATE ? late() : result });
    const error = await errorOf(store.execute('any', {}, { commandId: 'c' }));
    expect([error.code, error.type, store.sequence]).toEqual(['COMMAND_FAILED', 'any', 0]);
    expect(error.hint).toContain('result');
    given = () => [event(1)];
    expect(await store.execute('any', {}, { commandId: 'c' })).toMatchObject({ status: 'accepted' });
  });

  test.each<[string, unknown]>([
    ['what is not an event', { events: [7], result: 1 }],
    ['a promise', { events: LATE, result: 1 }],
    ['a getter that throws', Object.defineProperty({ events: [] }, 'result', { get: () => bad(), enumerable: true })],
  ])('is refused with %s beside it', async (_what, decision) => {
    await using store = await openStore(model, { path: ':memory:' });
    given = () => ((decision as { events: unknown }).events === LATE ? { events: late(), result: 1 } : decision);
    expect(await errorOf(store.execute('any', {}))).toMatchObject({ code: 'COMMAND_FAILED', type: 'any' });
    expect(store.sequence).toBe(0);
  });

  test('an event whose members are called events and result is an event', async () => {
    await using store = await openStore(model, { path: ':memory:' });
    given = () => ({ ...event(3), events: 1, result: 2 });
    expect(await store.execute('any', {})).toMatchObject({ result: undefined });
    expect(store.state.sum).toBe(3);
  });

  test('is repeated to a retry: while the first is on its way, afterwards, and after reopening', async () => {
    const path = await temporaryPath();
    const expected = { status: 'accepted', result: { before: 0, after: 5 } };
    {
      await using store = await openStore(model, { path });
      const both = [
        store.execute('count', { by: 5 }, { commandId: 'c1' }),
        store.execute('count', { by: 5 }, { commandId: 'c1' }),
      ];
      for (const outcome of await Promise.all(both)) expect(outcome).toMatchObject(expected);
      expect(await store.execute('count', { by: 5 }, { commandId: 'c1' })).toMatchObject(expected);
    }
    await using store = await openStore(model, { path });
    const outcome = await store.execute('count', { by: 5 }, { commandId: 'c1' });
    expect(outcome).toMatchObject(expected);
    expect(Object.isFrozen((outcome as { result?: object }).result)).toBe(true);
    expect(store.state.sum).toBe(5);
  });

  test('is missing from outcomes without one', async () => {
    const path = await temporaryPath();
    {
      await using store = await openStore(model, { path });
      given = () => [event(1)];
      await store.execute('any', {}, { commandId: 'a1' });
    }
    await using store = await openStore(model, { path });
    expect(await store.execute('any', {}, { commandId: 'a1' })).toStrictEqual({
      status: 'accepted',
      commit: { firstSequence: 1, lastSequence: 1, recordedAt: expect.any(Number) },
      events: await Array.fromAsync(store.events()),
      result: undefined,
      replayed: true,
    });
  });

  test('can be part of a story', () => {
    const story = specification(model)([event(1)]).when('count', { by: 2 });
    story.then([event(2)]);
    story.then({ events: [event(2)], result: { before: 1, after: 3 } });
    expect(() => story.then({ events: [event(2)], result: { before: 1, after: 4 } })).toThrow('something else');
  });
});

function event(by: number): { readonly type: 'Counted'; readonly data: { readonly by: number } } {
  return { type: 'Counted', data: { by } };
}

function late(): Promise<never> {
  return Promise.reject(new Error('late'));
}

function bad(): never {
  throw new Error('not today');
}
