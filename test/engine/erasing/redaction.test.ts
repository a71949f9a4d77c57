/** Redaction through the door of the store: what it changes, what it refuses, and what goes on beside it. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import {
  defineModel,
  defineReactor,
  MemoryContents,
  openLog,
  openStore,
  type RecordedEvent,
  type RedactionSelector,
  type RefoldError,
  type StoreOptions,
} from '../../../src/index.ts';
import { openSqliteLog } from '../../../src/log/sqlite/sqlite-log.ts';
import { errorOf, temporaryPath } from '../harness.ts';
import { clinic, names } from './clinic.ts';

const open = async (options: StoreOptions) => {
  const store = await openStore(clinic, options);
  onTestFinished(() => store.close());
  return store;
};
type ClinicStore = Awaited<ReturnType<typeof open>>;

/** A clinic with three patients, one commit each, and two notes about the first. */
async function filled(options: StoreOptions = { log: new MemoryContents() }): Promise<ClinicStore> {
  const store = await open(options);
  for (const [id, name] of ['Anna', 'Ben', 'Cleo'].entries())
    await store.append({ type: 'Admitted', data: { id, name } });
  await store.append([
    { type: 'Noted', data: { id: 0, text: 'Anna coughs' }, meta: { by: 'Dr Doe' } },
    { type: 'Visited', data: { count: 2 } },
  ]);
  await store.append({ type: 'Noted', data: { id: 0, text: 'Anna is well' } });
  return store;
}

const ANNA = { tag: 'patient:0' };

async function textOf(store: ClinicStore): Promise<string> {
  const events = await Array.fromAsync(store.events());
  return JSON.stringify([events, [...store.state.patients], store.state]);
}

describe('a redaction', () => {
  test('takes the words out of events, meta and state, and keeps the rest', async () => {
    const store = await filled();
    const before = await Array.fromAsync(store.events());
    const report = await store.redact(ANNA, { by: 'the clerk' });
    expect(report).toMatchObject({
      dryRun: false,
      events: 3,
      blocks: 3,
      snapshots: 0,
      outcomes: 0,
      pending: undefined,
    });
    expect(report).not.toHaveProperty('differences');
    const after = await Array.fromAsync(store.events());
    const placeOf = ({ sequence, recordedAt, type, version }: RecordedEvent) => [sequence, recordedAt, type, version];
    expect(after.map(placeOf)).toEqual(before.map(placeOf));
    expect(await textOf(store)).not.toMatch(/Anna|Doe/);
    expect(await textOf(store)).toMatch(/Ben/);
    expect(store.state.patients.get(0)).toEqual({ name: '', notes: [' ()', ' (nobody)'] });
    expect(store.state.longest).toBe(4);
    expect(await store.verify()).toMatchObject({ ok: true });
  });

  test('computes tags again', async () => {
    const store = await filled();
    const tagged = async (tag: string) =>
      (await Array.fromAsync(store.events({ tag }))).map(({ sequence }) => sequence);
    expect(await tagged('name:Anna')).toEqual([1]);
    await store.redact({ sequences: [1] });
    expect(await tagged('name:Anna')).toEqual([]);
    expect(await tagged('name:erased')).toEqual([1]);
    expect(await tagged('patient:0')).toEqual([1, 4, 6]);
  });

  test('changes nothing the second time, and is recorded once', async () => {
    const contents = new MemoryContents();
    const store = await filled({ log: contents });
    await store.redact(ANNA, { by: 'the clerk' });
    expect(await store.redact(ANNA, { by: 'another' })).toMatchObject({
      events: 0,
      blocks: 0,
      snapshots: 0,
      outcomes: 0,
    });
    await using log = await openLog({ log: contents });
    const { redactions } = await log.info();
    expect(redactions).toEqual([
      {
        ...{
          recordedAt: expect.any(Number),
          by: 'the clerk',
          events: 3,
          firstSequence: 1,
          lastSequence: 6,
          scrubbed: true,
        },
        selector: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
  });

  test('as a plan says where the state will differ, and changes nothing', async () => {
    const store = await filled();
    await store.snapshot();
    const before = await textOf(store);
    const plan = await store.redact({ sequences: [1] }, { dryRun: true });
    expect(plan).toMatchObject({ dryRun: true, events: 1, blocks: 1, snapshots: 1, blockedMilliseconds: 0 });
    expect(plan.differences?.map(({ path }) => path)).toEqual(['patients[0].name']);
    expect(await textOf(store)).toBe(before);
    expect((await store.redact({ sequences: [2, 3] }, { dryRun: true })).differences).toHaveLength(2);
  });

  test.each<[string, RedactionSelector<any, any>, number[]]>([
    ['sequences, in any order and twice', { sequences: [6, 1, 1] }, [1, 6]],
    ['types', { types: ['Noted'] }, [4, 6]],
    [
      'types that a function picks',
      { types: ['Noted', 'Admitted'], where: (e: RecordedEvent) => e.sequence < 3 },
      [1, 2],
    ],
    ['no sequences at all', { sequences: [] }, []],
    ['a tag that no event has', { tag: 'patient:99' }, []],
  ])('selects %s', async (_name, selector, expected) => {
    const store = await filled();
    const before = await Array.fromAsync(store.events());
    await store.redact(selector);
    const after = await Array.fromAsync(store.events());
    const changed = after.filter((event, index) => JSON.stringify(event) !== JSON.stringify(before[index]));
    expect(changed.map(({ sequence }) => sequence)).toEqual(expected);
  });

  test('makes snapshots and keyframes again', async () => {
    const contents = new MemoryContents();
    const store = await filled({ log: contents });
    await store.snapshot();
    await store.append({ type: 'Visited', data: { count: 1 } });
    await store.snapshot();
    await store.append({ type: 'Admitted', data: { id: 9, name: 'Zoe' } });
    const report = await store.redact(ANNA);
    expect(report.snapshots).toBe(2);
    expect(contents.snapshots.map(({ info }) => info.sequence).sort()).toEqual([6, 7, 8]);
    const stored = contents.snapshots.flatMap(({ chunks }) =>
      chunks.map(({ bytes }) => Buffer.from(bytes).toString('latin1')),
    );
    expect(stored.join()).not.toMatch(/Anna|Doe/);
    expect(await store.verify()).toMatchObject({
      ok: true,
      snapshots: Array(3).fill(expect.objectContaining({ verdict: 'equal' })),
    });
  });

  test('leaves snapshots from before the first event alone', async () => {
    const contents = new MemoryContents();
    const store = await filled({ log: contents });
    await store.snapshot();
    await store.append({ type: 'Admitted', data: { id: 9, name: 'Zoe' } });
    const { recordedAt } = contents.snapshots[0]!.info;
    expect((await store.redact({ tag: 'patient:9' })).snapshots).toBe(0);
    expect(contents.snapshots.map(({ info }) => info)).toEqual([expect.objectContaining({ sequence: 6, recordedAt })]);
  });

  test('takes results out of outcomes, and a retry is still answered', async () => {
    const store = await filled();
    const first = await store.execute('admit', { id: 7, name: 'Dora' }, { commandId: 'one' });
    await store.append({ type: 'Admitted', data: { id: 7, name: 'Dora the second' } }, { commandId: 'two' });
    await store.execute('admit', { id: 8, name: 'Emil' }, { commandId: 'three' });
    expect(first).toMatchObject({ result: { greeting: 'Welcome, Dora' } });
    expect(await store.redact({ tag: 'patient:7' })).toMatchObject({ events: 2, outcomes: 2 });
    const again = await store.execute('admit', { id: 7, name: 'Dora' }, { commandId: 'one' });
    if (first.status !== 'accepted') throw new Error('it was refused');
    expect(again).toMatchObject({ status: 'accepted', commit: first.commit, result: undefined, replayed: true });
    expect(again).toMatchObject({ events: [{ data: { id: 7, name: '' }, commandId: 'one' }] });
    const appended = await store.append(
      { type: 'Admitted', data: { id: 7, name: 'Dora the second' } },
      { commandId: 'two' },
    );
    expect(appended.firstSequence).toBe(8);
    const other = await store.execute('admit', { id: 8, name: 'Emil' }, { commandId: 'three' });
    expect(other).toMatchObject({ result: { greeting: 'Welcome, Emil' } });
  });

  test('redacts a type that became others: as a retired one', async () => {
    const contents = new MemoryContents();
    const Moved = z.object({ from: z.string(), to: z.string() });
    const counting = (state: { count: number }): void => {
      state.count += 1;
    };
    const initialState = () => ({ count: 0 });
    const before = defineModel({ name: 'ledger', events: { Moved }, initialState, reducers: { Moved: counting } });
    const first = await openStore(before, { log: contents });
    await first.append({ type: 'Moved', data: { from: 'Anna', to: 'Ben' } });
    await first.close();
    const Posted = {
      schema: z.object({ name: z.string() }),
      from: { Moved: (d: any) => [{ name: d.from }, { name: d.to }] },
    };
    const reducers = { Posted: counting };
    await using later = await openStore(defineModel({ name: 'ledger', events: { Posted }, initialState, reducers }), {
      log: contents,
    });
    const error = await errorOf(later.redact({ types: ['Posted'] }));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', sequence: 1, type: 'Moved' });
    await later.close();
    const retired = { schema: Moved, retired: true, redact: () => ({ from: '', to: '' }) } as const;
    const last = defineModel({
      name: 'ledger',
      events: { Moved: retired, Posted },
      initialState,
      reducers: { ...reducers, Moved: () => {} },
    });
    await using store = await openStore(last, { log: contents });
    expect(await store.redact({ types: ['Posted'], where: ({ data }) => data.name === 'Ben' })).toMatchObject({
      events: 1,
    });
    const events = await Array.fromAsync(store.events());
    expect(events.map(({ type, data }) => [type, data])).toEqual([
      ['Posted', { name: '' }],
      ['Posted', { name: '' }],
    ]);
    expect(await store.verify()).toMatchObject({ ok: true });
  });

  test('finds outcomes of earlier releases, whose events do not name the command', async () => {
    const contents = new MemoryContents();
    const store = await filled({ log: contents });
    const [{ recordedAt }] = (await Array.fromAsync(store.events({ to: 1 }))) as [RecordedEvent];
    const outcomeOf = (sequence: number) => {
      const commit = { firstSequence: sequence, lastSequence: sequence, recordedAt };
      return JSON.stringify({ status: 'accepted', commit, result: `Welcome to ${sequence}` });
    };
    for (const [commandId, sequence] of [
      ['first', 1],
      ['second', 2],
    ] as const) {
      contents.outcomes.set(commandId, { commandId, recordedAt, outcome: outcomeOf(sequence) });
    }
    expect(await store.redact(ANNA)).toMatchObject({ events: 3, outcomes: 1 });
    expect(contents.outcomes.get('first')?.outcome).not.toMatch('Welcome');
    const again = await store.execute('admit', { id: 0, name: 'Anna' }, { commandId: 'first' });
    expect(again).toMatchObject({
      status: 'accepted',
      commit: { firstSequence: 1 },
      result: undefined,
      replayed: true,
    });
    const other = await store.execute('admit', { id: 1, name: 'Ben' }, { commandId: 'second' });
    expect(other).toMatchObject({ result: 'Welcome to 2' });
  });

  test('stores an old event as the present version, also when redact changes nothing', async () => {
    const contents = new MemoryContents();
    const old = defineModel({
      name: 'people',
      events: { Born: z.object({ full: z.string(), secret: z.string() }) },
      initialState: () => ({ all: [] as string[] }),
      reducers: { Born: (state, { full }) => void state.all.push(full) },
    });
    const before = await openStore(old, { log: contents });
    await before.append({ type: 'Born', data: { full: 'Ada', secret: 'a spy' } });
    await before.close();
    const now = defineModel({
      name: 'people',
      events: {
        Born: {
          version: 2,
          schema: z.object({ name: z.string() }),
          upcast: { 1: ({ full }) => ({ name: full }) },
          redact: (data) => data,
        },
      },
      initialState: () => ({ all: [] as string[] }),
      reducers: { Born: (state, { name }) => void state.all.push(name) },
    });
    await using store = await openStore(now, { log: contents });
    expect(await store.redact({ types: ['Born'] })).toMatchObject({ events: 1 });
    expect(await store.redact({ types: ['Born'] })).toMatchObject({ events: 0 });
    await using log = await openLog({ log: contents });
    const [event] = await Array.fromAsync(log.events());
    expect(event).toMatchObject({ version: 2, data: { name: 'Ada' } });
    expect(JSON.stringify(event)).not.toMatch('spy');
  });
});

describe('in a file', () => {
  const wordsIn = (path: string): string[] => {
    const files = readdirSync(dirname(path)).filter((file) => file.startsWith(basename(path)));
    return files.filter((file) => /Secret/.test(readFileSync(join(dirname(path), file), 'latin1')));
  };

  test('no word is left, also of what was sealed, snapshotted and deleted before', async () => {
    const path = await temporaryPath();
    const store = await open({ path });
    const view = await store.project(names);
    for (let id = 0; id < 40; id++) {
      const name = `Secret ${id} ${'x'.repeat(id === 20 ? 300_000 : 10)}`;
      await store.execute('admit', { id, name: id === 20 ? 'Secret' : name }, { commandId: `command ${id}` });
      if (id === 20) await store.append({ type: 'Noted', data: { id, text: name }, meta: { by: 'Secret' } });
      if (id % 8 === 0) await store.snapshot();
      if (id % 9 === 0) await view.save();
      if (id === 25) await store.compact();
    }
    expect(wordsIn(path)).not.toEqual([]);
    const report = await store.redact({ types: ['Admitted', 'Noted'] });
    expect(report).toMatchObject({ events: 41, outcomes: 40, pending: undefined });
    expect(report.snapshots).toBeGreaterThan(5);
    expect(wordsIn(path)).toEqual([]);
    expect(await store.verify()).toMatchObject({ ok: true });
    await store.append({ type: 'Visited', data: { count: 1 } });
    await store.close();
    const again = await open({ path });
    expect(wordsIn(path)).toEqual([]);
    expect(again.state.patients.get(20)).toEqual({ name: '', notes: [' ()'] });
    expect(await again.redact({ types: ['Admitted', 'Noted'] })).toMatchObject({ events: 0 });
  });

  test('what a redaction could not clean is cleaned at the next open', async () => {
    const path = await temporaryPath();
    const log = await openSqliteLog({ path });
    const { redaction } = log.care!;
    redaction!.scrub = async () => ({ pending: 'a reader', milliseconds: 0 });
    const store = await filled({ log });
    await store.append({ type: 'Admitted', data: { id: 4, name: 'Secret' } });
    expect(await store.redact({ tag: 'patient:4' })).toMatchObject({ events: 1, pending: 'a reader' });
    await store.close();
    // A store that only reads leaves the files alone, even on a log that is open for writing.
    const reader = await open({ log: await openSqliteLog({ path }), readOnly: true });
    await reader.close();
    await using untouched = await openLog({ path });
    expect((await untouched.info()).redactions).toMatchObject([{ scrubbed: false }]);
    await untouched.close();
    const again = await open({ path });
    await again.close();
    expect(wordsIn(path)).toEqual([]);
    await using reading = await openLog({ path });
    expect((await reading.info()).redactions).toMatchObject([{ scrubbed: true }]);
  });
});

describe('a redaction that is refused changes nothing', () => {
  const Person = z.object({ id: z.int(), name: z.string() });
  /** People whose `redact` is what a test gives. */
  const people = (redact: unknown, schema: z.ZodType = Person, reduce: (name: string) => void = () => {}) =>
    defineModel({
      name: 'people',
      events: { Came: { schema, redact: redact as () => unknown }, Left: z.object({ id: z.int() }) },
      initialState: () => ({ all: new Map<number, string>() }),
      reducers: {
        Came: (state, data) => {
          const { id, name } = data as { id: number; name: string };
          reduce(name);
          state.all.set(id, name);
        },
        Left: (state, { id }) => void state.all.delete(id),
      },
    });

  async function refusal(model: ReturnType<typeof people>, ...given: unknown[]): Promise<RefoldError> {
    const selector = (given.length === 0 ? { types: ['Came'] } : given[0]) as RedactionSelector<any, any>;
    const contents = new MemoryContents();
    await using store = await openStore(model, { log: contents });
    await store.append({ type: 'Left', data: { id: 3 } });
    await store.append({ type: 'Came', data: { id: 1, name: 'Anna' } });
    await store.append({ type: 'Came', data: { id: 2, name: 'Ben' } });
    await store.snapshot();
    const before = [await store.stateHash(), JSON.stringify(await Array.fromAsync(store.events()))];
    const plan = await errorOf(store.redact(selector, { dryRun: true }));
    const error = await errorOf(store.redact(selector));
    expect([plan.code, plan.message]).toEqual([error.code, error.message]);
    expect(error.hint).toBeTruthy();
    expect([await store.stateHash(), JSON.stringify(await Array.fromAsync(store.events()))]).toEqual(before);
    expect([contents.redactions, contents.snapshots.length]).toEqual([[], 1]);
    await store.append({ type: 'Left', data: { id: 1 } });
    expect(await store.verify()).toMatchObject({ ok: true });
    return error;
  }

  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const thrower = {
    next: () => {
      throw undefined;
    },
  };
  const throwing = {
    get id(): number {
      throw new Error('a getter');
    },
  };

  test.each<[string, unknown]>([
    ['throws', () => JSON.parse('{')],
    ['throws something that is not an error', () => thrower.next()],
    ['gives a promise', async (data: object) => data],
    ['gives a promise that rejects', async () => JSON.parse('{')],
    ['gives undefined', () => undefined],
    ['gives null', () => null],
    ['gives a text', () => 'erased'],
    ['gives another shape', ({ id }: { id: number }) => ({ id })],
    ['gives a wrong type', (data: object) => ({ ...data, name: 5 })],
    ['gives a proxy that was revoked', () => revoked.proxy],
    ['gives a getter that throws', () => throwing],
    ['gives an object with toJSON', (data: object) => ({ ...data, toJSON: () => 'x' })],
    ['gives __proto__', () => JSON.parse('{"id":1,"name":"","__proto__":{"a":1}}')],
    ['gives a number that is not finite', (data: object) => ({ ...data, id: Number.NaN })],
    ['changes what it is given', (data: { name: string }) => Object.assign(data, { name: '' })],
    ['has two parameters and gives data alone', (data: object, _meta: unknown) => data],
    ['has two parameters and gives a meta that is a text', (data: object, _meta: unknown) => ({ data, meta: 'x' })],
    ['has two parameters and gives nothing', (_data: object, _meta: unknown) => undefined],
    ['has two parameters and throws', (_data: object, meta: any) => meta.by.name],
  ])('when redact %s', async (_name, redact) => {
    expect(await refusal(people(redact))).toMatchObject({ code: 'EVENT_REJECTED', sequence: 2, type: 'Came' });
  });

  test('when the type has no redact', async () => {
    const error = await refusal(people(undefined));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', sequence: 2, type: 'Came' });
    expect(await refusal(people(undefined), { sequences: [1] })).toMatchObject({ sequence: 1, type: 'Left' });
  });

  test('when the schema changes what was recorded already', async () => {
    const doubling = z.object({ id: z.int().transform((id) => id * 2), name: z.string() });
    const error = await refusal(people((data: object) => ({ ...data, name: '' }), doubling));
    expect(error).toMatchObject({ code: 'EVENT_REJECTED', sequence: 2 });
    expect(error.message).toContain('its schema changes data that was recorded already');
  });

  test('when a reducer throws on the redacted log', async () => {
    const picky = (name: string): void => {
      if (name === '') throw new Error('a name, please');
    };
    const error = await refusal(
      people((data: object) => ({ ...data, name: '' }), Person, picky),
      { sequences: [3] },
    );
    expect(error).toMatchObject({ code: 'REDUCER_FAILED', sequence: 3, type: 'Came' });
  });

  test('when where throws, or gives no answer', async () => {
    const model = people((data: object) => data);
    const wheres = [() => JSON.parse('{'), async () => true, () => 'yes', () => undefined];
    for (const where of wheres) {
      const error = await refusal(model, { types: ['Came'], where });
      expect(error).toMatchObject({ code: 'INVALID_OPTION', sequence: 2, type: 'Came' });
    }
    const changing = ({ data }: any): boolean => Boolean((data.name = 'X'));
    expect(await refusal(model, { types: ['Came'], where: changing })).toMatchObject({ code: 'INVALID_OPTION' });
  });

  test.each<[string, unknown, string]>([
    ['no selector', undefined, 'INVALID_OPTION'],
    ['null', null, 'INVALID_OPTION'],
    ['an empty selector', {}, 'INVALID_OPTION'],
    ['two kinds', { tag: 'a', sequences: [1] }, 'INVALID_OPTION'],
    ['where alone', { where: () => true }, 'INVALID_OPTION'],
    ['where beside a tag', { tag: 'a', where: () => true }, 'INVALID_OPTION'],
    ['an unknown member', { tags: 'a' }, 'INVALID_OPTION'],
    ['an empty tag', { tag: '' }, 'INVALID_OPTION'],
    ['no types', { types: [] }, 'INVALID_OPTION'],
    ['an unknown type', { types: ['Came', 'Gone'] }, 'UNKNOWN_EVENT_TYPE'],
    ['a text as types', { types: 'Came' }, 'INVALID_OPTION'],
    ['sequence 0', { sequences: [0] }, 'INVALID_OPTION'],
    ['half a sequence', { sequences: [1.5] }, 'INVALID_OPTION'],
    ['a sequence that is not there yet', { sequences: [2, 4] }, 'INVALID_OPTION'],
    ['a proxy that was revoked', revoked.proxy, 'INVALID_OPTION'],
  ])('for %s', async (_name, selector, code) => {
    const error = await refusal(
      people((data: object) => data),
      selector,
    );
    expect(error.code).toBe(code);
  });

  test.each([{ by: '' }, { by: 7 }, { by: 'x'.repeat(201) }, { dryRun: 1 }, { signal: {} }, { dryrun: true }, 'yes'])(
    'for the options %j',
    async (options) => {
      const store = await filled();
      expect(await errorOf(store.redact(ANNA, options as never))).toMatchObject({ code: 'INVALID_OPTION' });
    },
  );

  test('when the log cannot redact', async () => {
    const contents = new MemoryContents();
    const source = {
      name: 'plain',
      open: async (options: object) => {
        const log = await contents.open(options);
        Object.assign(log.care as object, { redaction: undefined });
        return log;
      },
    };
    const store = await filled({ log: source });
    expect(await errorOf(store.redact(ANNA))).toMatchObject({ code: 'INVALID_OPTION', type: 'log' });
  });

  test('on a read-only store, which may only plan', async () => {
    const contents = new MemoryContents();
    await filled({ log: contents });
    const reader = await open({ log: contents, readOnly: true });
    expect(await errorOf(reader.redact(ANNA))).toMatchObject({ code: 'INVALID_OPTION', type: 'readOnly' });
    expect(await reader.redact(ANNA, { dryRun: true })).toMatchObject({ events: 3 });
  });

  test('on a read-only store, for options that cannot be read', async () => {
    const contents = new MemoryContents();
    await filled({ log: contents });
    const reader = await open({ log: contents, readOnly: true });
    for (const options of [
      revoked.proxy,
      {
        get dryRun(): boolean {
          return JSON.parse('{');
        },
      },
      null,
    ]) {
      expect(await errorOf(reader.redact(ANNA, options as never))).toMatchObject({
        code: 'INVALID_OPTION',
        type: 'options',
      });
    }
  });

  test('on a store that has failed or is closed', async () => {
    const contents = new MemoryContents();
    const store = await filled({ log: contents });
    await contents.open(); // another writer
    await errorOf(store.append({ type: 'Visited', data: { count: 1 } }));
    expect(await errorOf(store.redact(ANNA))).toMatchObject({ code: 'NOT_WRITER' });
    await store.close();
    expect(await errorOf(store.redact(ANNA))).toMatchObject({ code: 'STORE_CLOSED' });
  });

  test('when another writer has taken over', async () => {
    const contents = new MemoryContents();
    const store = await filled({ log: contents });
    await contents.open();
    expect(await errorOf(store.redact(ANNA))).toMatchObject({ code: 'NOT_WRITER' });
    expect(contents.redactions).toEqual([]);
    expect(await errorOf(() => store.state)).toBe(store.failure);
  });

  test('from inside a reducer', async () => {
    let store: { redact(selector: { tag: string }): Promise<unknown> };
    let refused: Promise<RefoldError> | undefined;
    const model = people(
      (data: object) => data,
      Person,
      () => {
        refused ??= errorOf(store.redact(ANNA));
      },
    );
    const opened = await openStore(model, { path: ':memory:' });
    store = opened;
    await opened.append({ type: 'Came', data: { id: 1, name: 'Anna' } });
    expect(await refused).toMatchObject({ code: 'REENTRANT_WRITE' });
    await opened.close();
  });

  test('when its signal aborts', async () => {
    const store = await filled();
    const before = await textOf(store);
    await expect(store.redact(ANNA, { signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
    const stopping = new AbortController();
    const onProgress = ({ phase }: { phase: string }): void => {
      if (phase === 'replay') stopping.abort('enough');
    };
    await expect(store.redact(ANNA, { signal: stopping.signal, onProgress })).rejects.toBe('enough');
    expect(await textOf(store)).toBe(before);
    expect(await store.redact(ANNA)).toMatchObject({ events: 3 });
  });
});

describe('where history was dropped', () => {
  async function dropped(
    prepare: (store: ClinicStore) => Promise<unknown> = async () => {},
  ): Promise<{ store: ClinicStore; contents: MemoryContents }> {
    const contents = new MemoryContents();
    const store = await filled({ log: contents, history: 'discard' });
    await store.snapshot();
    await store.append({ type: 'Admitted', data: { id: 5, name: 'Eve' } });
    await store.snapshot();
    await store.append({ type: 'Admitted', data: { id: 6, name: 'Fay' } });
    await prepare(store);
    await store.compact();
    return { store, contents };
  }

  test('a snapshot may hold the words: HISTORY_GONE', async () => {
    const { store, contents } = await dropped();
    const first = store.stats().firstSequence;
    expect(first).toBe(7);
    for (const selector of [ANNA, { types: ['Admitted' as const] }, { sequences: [1] }, { sequences: [6, 8] }]) {
      const error = await errorOf(store.redact(selector));
      expect(error).toMatchObject({ code: 'HISTORY_GONE' });
      expect(error.hint).toMatch(/^Append an event that erases it, then compact/);
    }
    expect(contents.redactions).toEqual([]);
  });

  test('events after the oldest snapshot can be redacted', async () => {
    const { store } = await dropped();
    expect(await store.redact({ sequences: [7, 8] })).toMatchObject({ events: 2, snapshots: 1 });
    expect(await textOf(store)).not.toMatch(/Eve|Fay/);
    expect(store.state.patients.get(0)?.name).toBe('Anna');
    expect(await store.verify()).toMatchObject({ ok: true });
  });

  test.each([true, false])('a projection that could not be built again is named; it runs: %s', async (runs) => {
    const { store, contents } = await dropped(async (one) => (await one.project(names)).save());
    if (!runs) await store.close();
    const later = runs ? store : await open({ log: contents });
    const error = await errorOf(later.redact({ sequences: [7] }));
    expect(error).toMatchObject({ code: 'HISTORY_GONE', type: 'names' });
    expect(contents.redactions).toEqual([]);
    expect(contents.checkpoints.get('names')).toBe(8);
  });
});

describe('beside a redaction', () => {
  test('projections become those of the redacted log, also those that do not run', async () => {
    const contents = new MemoryContents();
    const store = await filled({ log: contents });
    const view = await store.project(names);
    await view.save();
    expect((await store.redact(ANNA)).snapshots).toBe(1);
    expect(view.state).toEqual({ all: ['', 'Ben', 'Cleo'] });
    await store.append({ type: 'Admitted', data: { id: 4, name: 'Dan' } });
    await view.catchUp();
    expect(view.state).toEqual({ all: ['', 'Ben', 'Cleo', 'Dan'] });
    await store.close();
    const later = await open({ log: contents });
    expect(await later.redact({ sequences: [2] })).toMatchObject({ events: 1 });
    expect((await contents.checkpoints.get('names')) ?? 0).toBe(0); // history stays until it runs again
    const again = await later.project(names);
    expect(again.state).toEqual({ all: ['', '', 'Cleo', 'Dan'] });
  });

  test('a projection whose reducer throws on the redacted log refuses it', async () => {
    const store = await filled();
    const view = await store.project({
      name: 'picky',
      initialState: () => ({ count: 0 }),
      reducers: {
        Admitted: (state: { count: number }, { name }: { name: string }) => {
          if (name === '') throw new Error('a name, please');
          state.count += 1;
        },
      },
    });
    expect(await errorOf(store.redact({ sequences: [2] }))).toMatchObject({ code: 'REDUCER_FAILED', sequence: 2 });
    expect(view.error).toBeUndefined();
    expect(view.state).toEqual({ count: 3 });
    expect(store.state.patients.get(1)?.name).toBe('Ben');
  });

  test('appends go on, in order, and reads give the state from before', async () => {
    const store = await filled();
    let isOver = false;
    const redacting = store.redact(ANNA).finally(() => {
      isOver = true;
    });
    const appended: Promise<{ firstSequence: number }>[] = [];
    while (!isOver) {
      const { name } = store.state.patients.get(0)!;
      expect(['Anna', '']).toContain(name);
      appended.push(store.append({ type: 'Admitted', data: { id: 100 + appended.length, name: 'Gus' } }));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const report = await redacting;
    expect(report.events).toBe(3);
    expect(report.blockedMilliseconds).toBeGreaterThan(0);
    const commits = await Promise.all(appended);
    expect(commits.map(({ firstSequence }) => firstSequence)).toEqual(commits.map((_, index) => 7 + index));
    expect(store.state.patients.size).toBe(3 + commits.length);
    expect(store.state.patients.get(0)?.name).toBe('');
    expect(await store.verify()).toMatchObject({ ok: true });
  });

  test('live replicas and readers of this process have the redacted state when it resolves', async () => {
    const contents = new MemoryContents();
    const store = await filled({ log: contents });
    await store.snapshot();
    const replica = await open({ log: contents, readOnly: true, live: true });
    const reader = await open({ log: contents, readOnly: true });
    const heard: number[] = [];
    replica.subscribe((events) => heard.push(...events.map(({ sequence }) => sequence)));
    const view = await replica.project(names);
    expect(replica.state.patients.get(0)?.name).toBe('Anna');
    await store.append({ type: 'Visited', data: { count: 1 } });
    await store.redact(ANNA);
    for (const one of [replica, reader]) {
      expect(one.state.patients.get(0)?.name).toBe('');
      expect(JSON.stringify((await one.at({ sequence: 6 })).state)).not.toMatch(/Anna|Doe/);
    }
    expect(view.state).toEqual({ all: ['', 'Ben', 'Cleo'] });
    await store.append({ type: 'Visited', data: { count: 5 } });
    await replica.waitFor(8);
    expect(heard).toEqual([7, 8]);
    expect(await replica.stateHash()).toBe(await store.stateHash());
    expect(reader.sequence).toBe(6);
  });

  test('a follower gets no event with words after it', async () => {
    const store = await filled();
    const followers = [store.follow(), store.follow({ types: ['Noted', 'Admitted'] })];
    const batches = store.follow({ batches: true });
    for (const follower of followers) expect((await follower.next()).value).toMatchObject({ sequence: 1 });
    await store.redact({ types: ['Noted', 'Admitted'] });
    const rest = [await taken(followers[0]!, 5), await taken(followers[1]!, 4)];
    expect(rest.map((events) => events.map(({ sequence }) => sequence))).toEqual([
      [2, 3, 4, 5, 6],
      [2, 3, 4, 6],
    ]);
    expect(JSON.stringify(rest)).not.toMatch(/Anna|Ben|Cleo|Doe/);
    expect(JSON.stringify(await batches.next())).not.toMatch(/Anna|Ben|Cleo|Doe/);
    await store.append({ type: 'Visited', data: { count: 1 } });
    expect((await followers[0]!.next()).value).toMatchObject({ sequence: 7 });
  });

  test('two redactions come one after the other, and a close waits for both', async () => {
    const contents = new MemoryContents();
    const store = await filled({ log: contents });
    const both = [store.redact(ANNA), store.redact({ sequences: [2, 3] })];
    await store.close();
    expect((await Promise.all(both)).map(({ events }) => events)).toEqual([3, 2]);
    const again = await open({ log: contents });
    expect(await textOf(again)).not.toMatch(/Anna|Ben|Cleo|Doe/);
    expect(contents.redactions).toHaveLength(2);
  });

  test('compactions, snapshots and retagging come before or after it', async () => {
    const store = await filled();
    const results = await Promise.all([
      ...[store.compact(), store.redact(ANNA), store.snapshot(), store.retag()],
      ...[store.redact({ sequences: [2] }), store.compact(), store.verify()],
    ]);
    expect(results.at(-1)).toMatchObject({ ok: true });
    expect(await textOf(store)).not.toMatch(/Anna|Ben|Doe/);
    expect(await store.verify()).toMatchObject({ ok: true });
  });

  test('what the errors of parked events said is forgotten', async () => {
    const contents = new MemoryContents();
    const store = await filled({ log: contents });
    const mail = defineReactor(clinic, {
      name: 'mail',
      on: {
        Admitted: ({ data }) => {
          throw new Error(`No address of ${data.name}`);
        },
      },
      retry: { attempts: 1 },
      onExhausted: 'park',
    });
    const running = await store.react(mail);
    await running.caughtUp();
    expect(running.parked.map(({ message }) => message)).toEqual(
      ['Anna', 'Ben', 'Cleo'].map((name) => `No address of ${name}`),
    );
    await store.redact(ANNA);
    expect(running.parked.map(({ message }) => message)).toEqual(['', 'No address of Ben', 'No address of Cleo']);
    expect(contents.reactors.get('mail')?.progress).not.toMatch('Anna');
    await running.stop();
    await store.redact({ sequences: [2] });
    expect(contents.reactors.get('mail')?.progress).not.toMatch('Ben');
  });

  test('a message that cannot be forgotten is pending', async () => {
    const contents = new MemoryContents();
    const log = await contents.open();
    const store = await filled({ log });
    const running = await store.react({
      name: 'mail',
      on: {
        Admitted: ({ data }) => {
          throw new Error(`No address of ${data.name}`);
        },
      },
      retry: { attempts: 1 },
      onExhausted: 'park',
    });
    await running.caughtUp();
    const putReactor = log.putReactor.bind(log);
    log.putReactor = () => Promise.reject(new Error('not now'));
    expect((await store.redact(ANNA)).pending).toMatch('not now');
    log.putReactor = putReactor;
    expect((await store.redact(ANNA)).pending).toBeUndefined();
    expect(contents.reactors.get('mail')?.progress).not.toMatch('Anna');
    await running.stop();
  });

  test('progress is told, also in fractions for the files', async () => {
    const store = await filled();
    const phases = new Set<string>();
    await store.redact(ANNA, { onProgress: ({ phase }) => phases.add(phase) });
    expect([...phases]).toEqual(['redact', 'replay', 'scrub']);
    await store.redact({ sequences: [2] }, { onProgress: () => JSON.parse('{') });
    expect(store.state.patients.get(1)?.name).toBe('');
  });

  test.each<StoreOptions>([{ fold: 'direct', strict: false }, { strict: true }])('works with %j', async (options) => {
    const store = await filled({ log: new MemoryContents(), ...options });
    await store.redact(ANNA);
    await store.append({ type: 'Noted', data: { id: 0, text: 'new' } });
    expect(store.state.patients.get(0)).toEqual({ name: '', notes: [' ()', ' (nobody)', 'new (nobody)'] });
    expect(await store.verify()).toMatchObject({ ok: true });
  });
});

async function taken(events: AsyncIterator<RecordedEvent>, count: number): Promise<RecordedEvent[]> {
  const list: RecordedEvent[] = [];
  while (list.length < count) list.push((await events.next()).value as RecordedEvent);
  return list;
}
