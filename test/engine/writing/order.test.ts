/** The order of calls is the order of sequences, also when calls have to wait. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineModel, type LogStore, openMemoryLog, openStore, reject, type Store } from '../../../src/index.ts';
import { sampleOf } from '../../sample.ts';
import { errorOf, manualClock, temporaryPath } from '../harness.ts';

const model = defineModel({
  name: 'order',
  events: { Put: z.object({ name: z.string(), text: z.string().default('') }) },
  initialState: () => ({ names: [] as string[] }),
  reducers: { Put: (state, { name }) => void state.names.push(name) },
  commands: {
    put: {
      input: z.object({ name: z.string(), tags: z.array(z.string()).default([]), at: z.date().optional() }),
      decide: (state, { name, tags, at }) =>
        state.names.includes(name)
          ? reject('TAKEN', `${name} is taken`)
          : { type: 'Put', data: { name: [name, ...tags, ...(at ? [String(at.getTime())] : [])].join('+') } },
    },
  },
});

const MIB = 'x'.repeat(1024 * 1024);
const put = (name: string, text = '') => ({ type: 'Put' as const, data: { name, text } });

/** A log in memory whose appends wait until the test opens a gate. */
function gatedLog(overrides: Partial<LogStore> = {}): { log: LogStore; open: () => void } {
  const log = openMemoryLog();
  const gate = Promise.withResolvers<void>();
  const append = log.append.bind(log);
  Object.assign(log, { append: (request: never) => gate.promise.then(() => append(request)) }, overrides);
  return { log, open: gate.resolve };
}

/** A store with so much queued that every further call has to wait. */
async function openFull(options: object = {}): Promise<{ store: Store; open: () => void; filling: Promise<unknown> }> {
  const { log, open } = gatedLog();
  const store = await openStore(model, { log, ...options });
  const filling = Promise.all(Array.from({ length: 64 }, (_, index) => store.append(put(`fill${index}`, MIB))));
  expect(store.sequence).toBe(64);
  return { store, open, filling };
}

describe.each(sampleOf(['atomic', 'direct'] as const))('held back by a full queue, %s fold', (fold) => {
  test('calls of every kind keep their order, and none overtakes another', async () => {
    const { store, open, filling } = await openFull({ fold });
    const written = [
      store.append(put('a')),
      store.execute('put', { name: 'b' }),
      store.append(put('c'), { commandId: 'c' }),
      store.execute('put', { name: 'd' }, { commandId: 'd' }),
      store.append(put('e'), { expectedSequence: 68 }),
      store.append([put('f'), put('g')]),
    ];
    expect(store.sequence).toBe(64);
    expect(store.stats().waitingBytes).toBeGreaterThan(0);
    open();
    await filling;
    await Promise.all(written);
    expect(store.state.names.slice(64)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
    expect(store.stats()).toMatchObject({ waitingBytes: 0, queuedBytes: 0 });
    expect((await store.verify()).ok).toBe(true);
    await store.close();
  });

  test('a small call does not overtake a large one that waits, also not from a listener', async () => {
    const { store, open, filling } = await openFull({ fold });
    const large = Array.from({ length: 80 }, (_, index) => store.append(put(`large${index}`, MIB)));
    const small = store.append(put('small'));
    const heard: Promise<unknown>[] = [];
    const stop = store.subscribe(() => {
      stop();
      heard.push(store.append(put('from a listener')));
    });
    open();
    await Promise.all([filling, ...large, small, ...heard]);
    expect(store.state.names.slice(-2)).toEqual(['small', 'from a listener']);
    expect(store.state.names.slice(64, -2)).toEqual(large.map((_, index) => `large${index}`));
    await store.close();
  });

  test('what is recorded is the input as it was at the call', async () => {
    const { store, open, filling } = await openFull({ fold });
    const event = { type: 'Put' as const, data: { name: 'before', text: '' }, meta: { by: 'me' } };
    const batch = [event];
    const input = { name: 'in', tags: ['before'], at: new Date(5) };
    const meta = { by: 'you' };
    const written = [store.append(event), store.append(batch), store.execute('put', input, { meta })];
    Object.assign(event.data, { name: 'after' });
    event.meta.by = meta.by = 'nobody';
    batch.push(put('more') as never);
    input.name = 'out';
    input.tags[0] = 'after';
    input.at.setTime(9);
    open();
    await filling;
    await Promise.all(written);
    expect(store.state.names.slice(64)).toEqual(['before', 'before', 'in+before+5']);
    const events = await Array.fromAsync(store.events({ from: 65 }));
    expect(events.map((recorded) => recorded.meta?.by)).toEqual(['me', 'me', 'you']);
    await store.close();
  });

  test('bad input is refused during the call; what depends on the state is refused in its turn', async () => {
    const { store, open, filling } = await openFull({ fold });
    expect((await errorOf(store.append({ type: 'Put', data: { name: 5 } } as never))).code).toBe('EVENT_REJECTED');
    expect((await errorOf(store.append({ type: 'Nope', data: {} } as never))).code).toBe('UNKNOWN_EVENT_TYPE');
    expect((await errorOf(store.execute('put', {} as never))).code).toBe('COMMAND_INPUT_REJECTED');
    expect((await errorOf(store.execute('none' as never, {} as never))).code).toBe('INVALID_OPTION');
    expect(store.stats().waitingBytes).toBe(0);
    const conflict = errorOf(store.append(put('a'), { expectedSequence: 3, commandId: 'x' }));
    const twice = [store.execute('put', { name: 'b' }), store.execute('put', { name: 'b' })];
    open();
    await filling;
    expect((await conflict).code).toBe('SEQUENCE_CONFLICT');
    expect(await Promise.all(twice)).toMatchObject([{ status: 'accepted' }, { status: 'rejected', code: 'TAKEN' }]);
    // A refused call may be tried again with its commandId.
    expect(await store.append(put('a'), { commandId: 'x' })).toMatchObject({ firstSequence: 66 });
    await store.close();
  });

  test('one commandId is done once, however it waits', async () => {
    const { store, open, filling } = await openFull({ fold });
    const input = { name: 'once' };
    const calls = Array.from({ length: 5 }, () => store.execute('put', input, { commandId: 'once' }));
    open();
    await filling;
    const outcomes = await Promise.all(calls);
    expect(outcomes.map(({ replayed }) => replayed)).toEqual([false, true, true, true, true]);
    expect(new Set(outcomes.map((outcome) => JSON.stringify({ ...outcome, replayed: false }))).size).toBe(1);
    expect(store.sequence).toBe(65);
    expect(await store.execute('put', input, { commandId: 'once' })).toEqual(outcomes[1]);
    await store.close();
  });

  test('flush, at and snapshot wait for what was called before', async () => {
    const { store, open, filling } = await openFull({ fold });
    const written = Array.from({ length: 100 }, (_, index) => store.append(put(`n${index}`, MIB)));
    const flushed = store.flush().then(() => store.durableSequence);
    const past = store.at({ sequence: 164 });
    const snapshot = store.snapshot();
    const last = store.append(put('last'));
    open();
    await filling;
    expect(await flushed).toBeGreaterThanOrEqual(164);
    expect((await past).state.names.at(-1)).toBe('n99');
    expect((await snapshot).sequence).toBeGreaterThanOrEqual(164);
    await Promise.all(written);
    expect(await last).toMatchObject({ firstSequence: 165 });
    await store.close();
  });
});

test('of 100 appends of 1 MiB none is refused by a close, in a file', async () => {
  const path = await temporaryPath();
  const store = await openStore(model, { path });
  const written = Array.from({ length: 100 }, (_, index) => store.append(put(`n${index}`, MIB)));
  const closed = store.close();
  expect((await errorOf(store.append(put('late')))).code).toBe('STORE_CLOSED');
  await closed;
  const commits = await Promise.all(written);
  expect(commits.map(({ firstSequence }) => firstSequence)).toEqual(commits.map((_, index) => index + 1));
  const again = await openStore(model, { path });
  expect(again.state.names).toEqual(commits.map((_, index) => `n${index}`));
  await again.close();
});

test('a failing log refuses the calls that wait, and a close does not hang', async () => {
  const log = openMemoryLog();
  const gate = Promise.withResolvers<void>();
  Object.assign(log, { append: () => gate.promise });
  const store = await openStore(model, { log });
  const filling = Array.from({ length: 64 }, (_, index) => store.append(put(`fill${index}`, MIB)));
  const held = [store.append(put('a')), store.execute('put', { name: 'b' }, { commandId: 'b' }), store.flush()];
  const codes = Promise.all([...filling, ...held].map(async (call) => (await errorOf(call)).code));
  gate.reject(new Error('the disk failed'));
  expect(new Set(await codes)).toEqual(new Set(['OUTCOME_UNKNOWN', 'STORE_FAILED']));
  expect(store.stats().waitingBytes).toBe(0);
  await store.close().catch(() => {});
});

test('a clock that fails for a waiting call refuses only that call', async () => {
  const clock = manualClock();
  const { store, open, filling } = await openFull({ clock: clock.read });
  const written = [store.append(put('a')), store.append(put('b'))];
  clock.now = Number.NaN;
  open();
  expect((await errorOf(written[0]!)).code).toBe('INVALID_OPTION');
  clock.now = 2_000_000;
  await Promise.allSettled([filling, ...written]);
  await store.append(put('c'));
  expect(store.state.names.at(-1)).toBe('c');
  expect((await store.verify()).ok).toBe(true);
  await store.close();
});

describe('on a log that looks up a commandId asynchronously', () => {
  function slowLookup(milliseconds: number): LogStore {
    const log = openMemoryLog();
    const outcome = log.outcome.bind(log);
    const later = async (commandId: string) => {
      await new Promise((resolve) => setTimeout(resolve, commandId === 'slow' ? milliseconds : 1));
      if (commandId === 'broken') throw new Error('cannot look');
      return outcome(commandId);
    };
    return Object.assign(log, { outcome: later });
  }

  test('later calls do not overtake', async () => {
    const store = await openStore(model, { log: slowLookup(30) });
    const written = [
      store.execute('put', { name: 'a' }, { commandId: 'slow' }),
      store.append(put('b')),
      store.append(put('c'), { commandId: 'fast' }),
      store.execute('put', { name: 'd' }),
    ];
    const flushed = store.flush().then(() => store.durableSequence);
    await Promise.all(written);
    expect(store.state.names).toEqual(['a', 'b', 'c', 'd']);
    expect(await flushed).toBe(4);
    await store.close();
  });

  test('a known command is answered, a refused one is forgotten, a failed look-up is reported', async () => {
    const store = await openStore(model, { log: slowLookup(5) });
    const first = await store.execute('put', { name: 'a' }, { commandId: 'known' });
    const again = store.execute('put', { name: 'a' }, { commandId: 'known' });
    const other = store.execute('put', { name: 'b' }, { commandId: 'known' });
    expect((await errorOf(other)).code).toBe('COMMAND_ID_REUSED');
    expect(await again).toEqual({ ...first, replayed: true });
    expect((await errorOf(store.execute('put', { name: 'b' }, { commandId: 'known' }))).code).toBe('COMMAND_ID_REUSED');
    const refused = [{ commandId: 'known' }, { commandId: 'new' }].map((options) =>
      errorOf(store.execute('put', {} as never, options)),
    );
    for (const error of await Promise.all(refused)) expect(error.code).toBe('COMMAND_INPUT_REJECTED');
    expect(await store.execute('put', { name: 'b' }, { commandId: 'new' })).toMatchObject({ status: 'accepted' });
    await expect(store.append(put('c'), { commandId: 'broken' })).rejects.toThrow('cannot look');
    expect(await store.append(put('c'))).toMatchObject({ firstSequence: 3 });
    await store.close();
  });

  test('a close waits for the look-up', async () => {
    const store = await openStore(model, { log: slowLookup(20) });
    const written = store.execute('put', { name: 'a' }, { commandId: 'slow' });
    await store.close();
    expect(await written).toMatchObject({ status: 'accepted' });
  });
});

test('an outcome has the time of its commit, to the millisecond, with a clock that moves at each reading', async () => {
  let now = 1_000;
  const path = await temporaryPath();
  const store = await openStore(model, { path, clock: () => now++ });
  const commit = await store.append(put('a'), { commandId: 'a' });
  const outcome = await store.execute('put', { name: 'b' }, { commandId: 'b' });
  const events = await Array.fromAsync(store.events());
  await store.close();
  const again = await openStore(model, { path });
  expect(await again.append(put('a'), { commandId: 'a' })).toEqual(commit);
  expect(await again.execute('put', { name: 'b' }, { commandId: 'b' })).toEqual({ ...outcome, replayed: true });
  expect(events.map(({ recordedAt }) => recordedAt)).toEqual([
    commit.recordedAt,
    outcome.status === 'accepted' ? outcome.commit?.recordedAt : -1,
  ]);
  await again.close();
});

test('what a reducer and a decide get is the same whether the call waited or not', async () => {
  class Money {
    readonly cents: number;
    constructor(cents: number) {
      this.cents = cents;
    }
  }
  const seen: unknown[] = [];
  const looking = defineModel({
    name: 'looking',
    events: { Seen: z.object({ deep: z.object({ list: z.array(z.int()) }), text: z.string() }) },
    initialState: () => ({ n: 0 }),
    reducers: {
      Seen(state, data, event) {
        state.n += 1;
        const frozen = [Object.isFrozen(data), Object.isFrozen(data.deep), Object.isFrozen(event.meta)];
        if (data.text === '') seen.push([frozen, data, event.meta, event.data === data]);
      },
    },
    commands: {
      look: {
        input: z.object({
          price: z.int().transform((cents) => new Money(cents)),
          when: z.date(),
          bag: z.map(z.string(), z.set(z.int())),
          bytes: z.instanceof(Uint8Array),
        }),
        decide: (_state, input) => {
          seen.push(input, input.price instanceof Money, input.bytes);
          return { type: 'Seen', data: { deep: { list: [input.price.cents] }, text: '' } };
        },
      },
    },
  });
  const ask = async (store: Store): Promise<unknown[]> => {
    const input = { price: 5, when: new Date(7), bag: new Map([['a', new Set([1])]]), bytes: new Uint8Array([1, 2]) };
    const event = { type: 'Seen', data: { deep: { list: [1] }, text: '' }, meta: { by: { id: 1 } } };
    const written = [store.append(event), store.execute('look', input, { meta: { by: { id: 2 } } })];
    input.bytes[0] = seen.length === 0 ? 9 : 1; // a call that does not wait has been decided by now
    input.bag.get('a')!.add(2);
    await Promise.all(written);
    return seen.splice(0);
  };
  await using direct = await openStore(looking, { path: ':memory:' });
  const atOnce = await ask(direct);
  const { log, open } = gatedLog();
  const store = await openStore(looking, { log });
  const filling = Array.from({ length: 64 }, () =>
    store.append({ type: 'Seen', data: { deep: { list: [] }, text: MIB } }),
  );
  setTimeout(open, 10);
  const waited = await ask(store);
  await Promise.all(filling);
  expect((atOnce[0] as unknown[])[0]).toEqual([false, false, true]);
  expect(waited[0]).toEqual(atOnce[0]);
  expect(waited.at(-1)).toEqual(atOnce.at(-1));
  expect(waited[1]).toMatchObject({ when: new Date(7), bag: new Map([['a', new Set([1])]]) });
  expect(waited[2]).toBe(true);
  expect(waited[3]).toEqual(new Uint8Array([1, 2]));
  await store.close();
});
