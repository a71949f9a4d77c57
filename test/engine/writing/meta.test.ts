/** The schema of meta: every way into the log is checked against it. And `model.event`, which makes typed events. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineModel, defineProjection, importEvents, openStore } from '../../../src/index.ts';
import { checkModel, specification } from '../../../src/testing.ts';
import { errorOf } from '../harness.ts';

const notes = defineModel({
  name: 'notes',
  meta: z.object({ actor: z.string(), at: z.int().default(7) }),
  events: { Noted: z.object({ text: z.string() }) },
  initialState: () => ({ actors: [] as string[] }),
  reducers: { Noted: (state, _data, { meta }) => void state.actors.push(`${meta.actor}${meta.at}`) },
  commands: {
    note: {
      input: z.object({ text: z.string(), actor: z.string().optional() }),
      decide: (_state, { text, actor }) => ({
        type: 'Noted',
        data: { text },
        ...(actor === undefined ? {} : { meta: { actor } }),
      }),
    },
  },
});

const noted = (meta?: unknown) => ({ type: 'Noted', data: { text: 'x' }, meta }) as never;

describe('a schema of meta', () => {
  test('gives the meta that reducers get, from append, execute, transact and an import', async () => {
    await using store = await openStore(notes, { path: ':memory:' });
    await store.append({ type: 'Noted', data: { text: 'x' }, meta: { actor: 'a', at: 1 } });
    await store.execute('note', { text: 'x' }, { meta: { actor: 'b' } });
    await store.execute('note', { text: 'x', actor: 'c' }, { meta: { actor: 'b' } });
    await store.execute('note', { text: 'x', actor: 'd' });
    await store.transact((tx) => tx.append({ type: 'Noted', data: { text: 'x' }, meta: { actor: 'e' } }));
    expect(store.state.actors).toEqual(['a1', 'b7', 'c7', 'd7', 'e7']);
    const metas = (await Array.fromAsync(store.events())).map(({ meta }) => meta);
    expect(metas.at(-1)).toEqual({ actor: 'e', at: 7 });
    expect((await store.verify()).ok).toBe(true);
  });

  test.each<[string, unknown]>([
    ['is missing', undefined],
    ['does not fit', { actor: 5 }],
    ['is not an object', 'ada'],
    ['has a forbidden key', JSON.parse('{"actor":"a","__proto__":{}}')],
  ])('refuses a meta that %s, and leaves no trace', async (_what, meta) => {
    await using store = await openStore(notes, { path: ':memory:' });
    const calls = [
      () => store.append(noted(meta)),
      () => store.append(noted(meta), { commandId: 'a' }),
      () => store.execute('note', { text: 'x' }, { meta: meta as never }),
      () => store.transact((tx) => tx.append(noted(meta))),
    ];
    for (const call of calls) expect(['EVENT_REJECTED', 'INVALID_OPTION']).toContain((await errorOf(call())).code);
    expect(store.sequence).toBe(0);
    const imported = importEvents(notes, { path: ':memory:' }, [
      { ...(noted(meta) as object), recordedAt: 1 } as never,
    ]);
    expect((await errorOf(imported)).code).toBe('EVENT_REJECTED');
  });

  test('that throws, or gives what is not plain JSON, is EVENT_REJECTED', async () => {
    const throwing = z.object({}).transform((): object => {
      throw new Error('not today');
    });
    for (const meta of [throwing, z.object({}).transform(() => new Date()), z.object({}).transform(() => [1])]) {
      const model = defineModel({ ...notes, name: 'odd', commands: {}, meta } as never);
      await using store = await openStore(model, { path: ':memory:' });
      expect((await errorOf(store.append(noted({})))).code).toBe('EVENT_REJECTED');
    }
  });

  test('that is not a schema is INVALID_OPTION', async () => {
    const error = await errorOf(() => defineModel({ ...notes, meta: { actor: 'string' } } as never));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', type: 'meta' });
  });

  test('may be optional: then events without meta stay without', async () => {
    const model = defineModel({
      name: 'optional',
      meta: z.object({ actor: z.string() }).optional(),
      events: { Noted: z.object({}) },
      initialState: () => ({ actors: [] as (string | undefined)[] }),
      reducers: { Noted: (state, _data, { meta }) => void state.actors.push(meta?.actor) },
    });
    await using store = await openStore(model, { path: ':memory:' });
    await store.append({ type: 'Noted', data: {} });
    await store.append(model.event('Noted', {}, { actor: 'a' }));
    expect(store.state.actors).toEqual([undefined, 'a']);
    expect(await Array.fromAsync(store.events())).toMatchObject([{ type: 'Noted' }, { meta: { actor: 'a' } }]);
  });

  test('does not stand in the way of stories', () => {
    specification(notes)([]).when('note', { text: 'x' }).then([noted()]);
    expect(() => checkModel(notes, [[notes.event('Noted', { text: 'x' }, { actor: 'a' })]])).not.toThrow();
  });
});

describe('model.event', () => {
  test('makes an event of the model', () => {
    const events = [notes.event('Noted', { text: 'a' }, { actor: 'a' })];
    expect(events).toEqual([{ type: 'Noted', data: { text: 'a' }, meta: { actor: 'a' } }]);
  });

  test('refuses a type that the model does not have', async () => {
    const error = await errorOf(() => (notes as any).event('Notd', {}));
    expect(error).toMatchObject({ code: 'UNKNOWN_EVENT_TYPE', type: 'Notd', hint: expect.stringContaining('Noted') });
  });
});

describe('defineProjection with the model', () => {
  test('folds, and refuses a reducer for a type that the model does not have', async () => {
    const counted = defineProjection(notes, {
      name: 'counted',
      initialState: () => ({ byActor: {} as Record<string, number> }),
      reducers: {
        Noted({ byActor }, { text }, { meta: { actor } }) {
          byActor[actor] = (byActor[actor] ?? 0) + text.length;
        },
      },
    });
    await using store = await openStore(notes, { path: ':memory:' });
    await store.append(notes.event('Noted', { text: 'abc' }, { actor: 'a' }));
    expect((await store.project(counted)).state.byActor).toEqual({ a: 3 });
    const stray = { name: 'stray', initialState: () => ({}), reducers: { Nope: () => {} } };
    expect((await errorOf(() => defineProjection(notes, stray as never))).code).toBe('INVALID_OPTION');
    expect((await errorOf(() => defineProjection({} as never, stray as never))).code).toBe('INVALID_OPTION');
  });
});
