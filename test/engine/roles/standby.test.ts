/** A standby follows its log, takes over when the log is free, and steps down when another writer has taken over. */
import { describe, expect, test, vi } from 'vitest';
import {
  defineProjection,
  defineReactor,
  MemoryContents,
  openMemoryLog,
  openStore,
  type StoreRole,
} from '../../../src/index.ts';
import { cartModel, note } from '../cart.ts';
import { errorOf, openCarts, temporaryPath } from '../harness.ts';
import { HeldLog, heardBy, roleOf, standBy, takeOver } from './stand.ts';

const counting = () =>
  defineProjection({
    name: 'count',
    initialState: () => ({ texts: [] as string[] }),
    reducers: {
      NoteTaken(state: { texts: string[] }, data: unknown) {
        state.texts.push((data as { text: string }).text);
      },
    },
  });

describe.each(['memory', 'file'] as const)('on a log in %s', (kind) => {
  const place = async () => (kind === 'memory' ? { log: new MemoryContents() } : { path: await temporaryPath() });

  test('the first opens as the writer, and the second as a replica that takes over', async () => {
    const where = await place();
    const first = await standBy(where);
    await first.append([note('a'), note('b')]);
    const second = await standBy(where);
    expect([first.role, second.role]).toEqual(['writer', 'replica']);
    expect(second.sequence).toBe(2);
    const roles: StoreRole[] = [];
    second.onRole((role) => void roles.push(role));
    const heard = heardBy(second);
    await first.append(note('c'));
    await second.waitFor(3);
    const hash = await first.stateHash();
    await first.close();
    await roleOf(second, 'writer');
    expect(roles).toEqual(['writer']);
    expect(await second.stateHash()).toBe(hash);
    await second.append(note('d'));
    expect(second.durableSequence).toBe(4);
    expect(heard).toEqual([3, 4]);
    expect(await second.verify()).toMatchObject({ ok: true, problems: [], lastSequence: 4 });
    expect(await Array.fromAsync(second.events(), ({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
  });

  test('a replica refuses every write, and names the writer', async () => {
    const where = await place();
    const first = await standBy(where);
    const second = await standBy(where);
    const calls = [
      () => second.append(note('x')),
      () => second.execute('addItem' as never, {} as never),
      () => second.transact((tx) => tx.append(note('x'))),
      () => second.snapshot(),
      () => second.compact(),
      () => second.retag(),
      () => second.forgetProjection('count'),
      () => second.forgetReactor('send'),
    ];
    for (const call of calls) {
      const error = await errorOf(call);
      expect(error.code).toBe('NOT_WRITER');
      expect(error.message).toContain(`is a replica now. The writer is process ${process.pid} on`);
    }
    expect(second.failure).toBeUndefined();
    await first.append(note('still'));
    await second.catchUp();
    expect(second.state.seen.notes).toEqual(['still']);
  });

  test('subscribers, followers, projections and calls that wait go through a takeover', async () => {
    const where = await place();
    const first = await standBy(where);
    await first.append(note('1'));
    const second = await standBy(where);
    const view = await second.project(counting());
    const followed: number[] = [];
    const ending = new AbortController();
    const following = (async () => {
      for await (const { sequence } of second.follow({ signal: ending.signal })) followed.push(sequence);
    })();
    const { sequence, events } = second.watch({ signal: ending.signal });
    const watched: number[] = [];
    const watching = (async () => {
      for await (const event of events) watched.push(event.sequence);
    })();
    const later = second.waitFor(4);
    await first.append(note('2'));
    await first.close();
    await roleOf(second, 'writer');
    await second.append(note('3'));
    await second.append(note('4'));
    await later;
    await second.catchUp();
    await view.catchUp();
    await vi.waitFor(() =>
      expect([followed, watched]).toEqual([
        [1, 2, 3, 4],
        [2, 3, 4],
      ]),
    );
    ending.abort();
    await Promise.all([following, watching]);
    expect(sequence).toBe(1);
    expect(view.state).toEqual({ texts: ['1', '2', '3', '4'] });
    await view.save();
  });

  test('a reactor waits on the replica, and goes on from the checkpoint', async () => {
    const where = await place();
    const first = await standBy(where);
    const second = await standBy(where);
    const effects: string[] = [];
    const sending = (by: string) =>
      defineReactor(cartModel, {
        name: 'send',
        on: { NoteTaken: ({ data }) => void effects.push(`${by} ${data.text}`) },
      });
    const [here, there] = [await first.react(sending('first')), await second.react(sending('second'))];
    await first.append(note('a'));
    await here.caughtUp();
    expect((await errorOf(there.retry(1))).code).toBe('NOT_WRITER');
    expect([first.metrics().reactors.length, second.metrics().reactors.length]).toEqual([1, 0]);
    expect(effects).toEqual(['first a']);
    await first.close();
    await roleOf(second, 'writer');
    await second.append(note('b'));
    await there.caughtUp();
    expect(effects).toEqual(['first a', 'second b']);
    expect(there).toMatchObject({ sequence: 2, error: undefined, isStopped: false });
    await second.close();
    expect(there.isStopped).toBe(true);
  });

  test('a reactor that cannot begin at the takeover says so, and leaves its progress as it was', async () => {
    const where = await place();
    const warnings: string[] = [];
    const onWarning = ({ name, message }: { name: string; message: string }) =>
      void warnings.push(`${name} ${message}`);
    const [first, second] = [await standBy(where), await standBy({ ...where, onWarning })];
    const effects: string[] = [];
    const on = { NoteTaken: ({ data }: { data: { text: string } }) => void effects.push(data.text) };
    const here = await first.react(defineReactor(cartModel, { name: 'send', on }));
    const load = (): never => {
      throw new Error('not there');
    };
    const broken = defineReactor(cartModel, { name: 'send', on, checkpoint: { load, save: () => {} } });
    const there = await second.react(broken);
    await first.append(note('a'));
    await here.caughtUp();
    await first.close();
    await roleOf(second, 'writer');
    await vi.waitFor(() => expect(there.isStopped).toBe(true));
    expect(there.error).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining('not there') });
    expect(warnings).toEqual([expect.stringMatching(/^RefoldReactorWarning Cannot start the reactor send/)]);
    await there.stop();
    const mended = await second.react(defineReactor(cartModel, { name: 'send', on }));
    expect(mended.sequence).toBe(1);
    await second.append(note('b'));
    await mended.caughtUp();
    expect(effects).toEqual(['a', 'b']);
  });

  test('closes while it waits, and leaves the writer alone', async () => {
    const where = await place();
    const first = await standBy(where);
    const second = await standBy(where);
    const waiting = errorOf(second.waitFor(9));
    await second.close();
    expect((await waiting).code).toBe('STORE_CLOSED');
    await first.append(note('a'));
    expect(first.sequence).toBe(1);
  });

  test('snapshots of a replica that took over carry where each type occurred first', async () => {
    const where = await place();
    const first = await standBy(where);
    const second = await standBy(where);
    await first.append(note('a'));
    await second.waitFor(1);
    await first.close();
    await roleOf(second, 'writer');
    await second.append({ type: 'CartCleared', data: { cart: 'x' } });
    await second.snapshot();
    await second.close();
    const third = await openCarts(where);
    expect(third.recovery).toMatchObject({ snapshot: 2, eventsReplayed: 0, passedOver: [] });
  });
});

describe('another writer takes over', () => {
  test('the store steps down, recovers, follows, and takes the log back when it is free', async () => {
    const log = new MemoryContents();
    const store = await standBy({ log });
    const heard = heardBy(store);
    await store.append(note('mine'));
    const roles: StoreRole[] = [];
    store.onRole((role) => void roles.push(role));
    const other = await openStore(cartModel, { log });
    await other.append(note('theirs'));
    const error = await errorOf(store.append(note('lost')));
    expect(error).toMatchObject({ code: 'NOT_WRITER', cause: { code: 'SEQUENCE_CONFLICT' } });
    expect((await errorOf(() => store.state)).code).toBe('NOT_WRITER');
    await roleOf(store, 'replica');
    await store.catchUp();
    expect(store.state.seen.notes).toEqual(['mine', 'theirs']);
    expect(store.failure).toBeUndefined();
    await other.close();
    await roleOf(store, 'writer');
    await store.append(note('again'));
    expect(heard).toEqual([1, 2, 3]);
    expect(roles).toEqual(['replica', 'writer']);
    expect(await store.stateHash()).toBe((await store.verify()).stateHash);
  });

  test('an idle writer hears of it by itself', async () => {
    const log = new MemoryContents();
    const store = await standBy({ log });
    await takeOver(log);
    await roleOf(store, 'replica');
    expect(store.failure).toBeUndefined();
  });

  test('what was sent gets the answer of the log, and what waits is refused', async () => {
    const log = new HeldLog();
    const store = await standBy({ log });
    const heard = heardBy(store);
    log.held = [];
    const sent = store.append(note('sent'));
    await vi.waitFor(() => expect(log.held).toHaveLength(1));
    const waits = errorOf(store.append(note('waits')));
    // It is written before the takeover, and its answer comes after.
    log.held[0]!.go('write');
    expect(await sent).toMatchObject({ firstSequence: 1 });
    await vi.waitFor(() => expect(log.held).toHaveLength(2));
    await takeOver(log.contents);
    log.held[1]!.go('write');
    expect((await waits).code).toBe('NOT_WRITER');
    log.held = undefined;
    await roleOf(store, 'replica');
    expect(store.sequence).toBe(1);
    expect(heard).toEqual([1]);
  });

  test('what waits is refused at once when the store hears of the takeover, and what was sent may still succeed or be unknown', async () => {
    for (const answer of ['write', 'fail'] as const) {
      const log = new HeldLog();
      const store = await standBy({ log });
      log.held = [];
      const sent = store.append(note('sent')).then(
        () => 'done',
        (error) => error.code,
      );
      await vi.waitFor(() => expect(log.held).toHaveLength(1));
      const waits = errorOf(store.append(note('waits')));
      await takeOver(log.contents);
      expect((await waits).code).toBe('NOT_WRITER');
      expect((await errorOf(store.append(note('later')))).code).toBe('NOT_WRITER');
      log.held[0]!.go(answer);
      expect(await sent).toBe(answer === 'write' ? 'NOT_WRITER' : 'OUTCOME_UNKNOWN');
      await roleOf(store, 'replica');
      expect(store.failure).toBeUndefined();
      await store.close();
    }
  });

  test('a state that was watched before it was durable ends with an error', async () => {
    const log = new HeldLog();
    const store = await standBy({ log });
    log.held = [];
    const lost = errorOf(store.append(note('lost')));
    const early = store.watch();
    const plain = store.follow({ from: 1 });
    expect(early.sequence).toBe(1);
    await vi.waitFor(() => expect(log.held).toHaveLength(1));
    const other = await openStore(cartModel, { log: log.contents });
    log.held[0]!.go('write');
    log.held = undefined;
    expect((await lost).code).toBe('NOT_WRITER');
    await other.append(note('other'));
    await other.append(note('second'));
    const error = await errorOf(early.events.next());
    expect(error).toMatchObject({ code: 'NOT_WRITER', sequence: 1 });
    expect((await plain.next()).value).toMatchObject({ sequence: 1, data: { text: 'other' } });
    await plain.return();
    await other.close();
  });

  test('a reactor is aborted, and what its effect did not finish is done by the next writer', async () => {
    const log = new MemoryContents();
    const [first, second] = [await standBy({ log }), await standBy({ log })];
    const aborted = Promise.withResolvers<void>();
    const began = Promise.withResolvers<void>();
    const done: string[] = [];
    const slow = await first.react(
      defineReactor(cartModel, {
        name: 'send',
        on: {
          NoteTaken: (_, { signal }) => {
            began.resolve();
            return new Promise((resolve) => signal.addEventListener('abort', () => resolve(aborted.resolve())));
          },
        },
      }),
    );
    await second.react(
      defineReactor(cartModel, { name: 'send', on: { NoteTaken: ({ data }) => void done.push(data.text) } }),
    );
    await first.append(note('a'));
    await began.promise;
    const other = await takeOver(log);
    await aborted.promise;
    await roleOf(first, 'replica');
    expect(slow).toMatchObject({ error: undefined, isStopped: false });
    await first.close();
    await other.close();
    await roleOf(second, 'writer');
    await vi.waitFor(() => expect(done).toEqual(['a']));
  });

  test('without standby the store fails with NOT_WRITER', async () => {
    const log = new MemoryContents();
    const failures: string[] = [];
    const store = await openCarts({ log, onFailure: ({ code }) => void failures.push(code) });
    await store.append(note('a'));
    await takeOver(log);
    expect(store.role).toBe('writer');
    expect((await errorOf(store.append(note('b')))).code).toBe('NOT_WRITER');
    expect(store.failure?.code).toBe('NOT_WRITER');
    expect((await errorOf(() => store.state)).code).toBe('NOT_WRITER');
    expect((await errorOf(store.append(note('c')))).code).toBe('NOT_WRITER');
    expect(failures).toEqual(['NOT_WRITER']);
  });

  test.each([false, true])('an idle store warns of it at the close, with a projection: %s', async (isProjecting) => {
    const log = new MemoryContents();
    const told: string[] = [];
    const store = await openCarts({
      log,
      onFailure: ({ code }) => void told.push(code),
      onWarning: ({ name, cause }) => void told.push(`${name} ${(cause as { code: string }).code}`),
    });
    await store.append(note('a'));
    if (isProjecting) await (await store.project(counting())).catchUp();
    await takeOver(log);
    await store.close();
    expect(told).toEqual(['NOT_WRITER', 'RefoldHousekeepingWarning NOT_WRITER']);
  });

  test('a call that was under way is NOT_WRITER', async () => {
    const log = new MemoryContents();
    const store = await standBy({ log });
    await store.append(note('a'));
    await takeOver(log);
    expect((await errorOf(store.snapshot())).code).toBe('NOT_WRITER');
    await roleOf(store, 'replica');
  });
});

describe('a reducer that throws', () => {
  test('stops a standby that follows, which never takes over then', async () => {
    const log = new MemoryContents();
    const broken = { on: false };
    const model = {
      ...cartModel,
      reducers: {
        ...cartModel.reducers,
        CartCleared: () => {
          if (broken.on) throw new Error('broken');
        },
      },
    };
    const writer = await openStore(cartModel, { log });
    await writer.append(note('a'));
    const store = await openStore(model as typeof cartModel, { log, standby: true, onWarning: () => {} });
    broken.on = true;
    await writer.append([note('b'), { type: 'CartCleared', data: { cart: 'x' } }]);
    expect((await errorOf(store.waitFor(3))).code).toBe('STORE_FAILED');
    expect(store.failure).toMatchObject({ code: 'STORE_FAILED', sequence: 3 });
    expect([store.sequence, store.state.seen.notes]).toEqual([1, ['a']]);
    expect((await errorOf(store.catchUp())).code).toBe('STORE_FAILED');
    await writer.close();
    expect(log.writer).toBeUndefined();
    await store.close();
  });
});

describe('listeners', () => {
  test('one that throws harms nothing, and one that was ended hears nothing', async () => {
    const log = new MemoryContents();
    const warnings: string[] = [];
    const first = await standBy({ log });
    const second = await standBy({ log, onWarning: ({ name }) => void warnings.push(name) });
    const heard: StoreRole[] = [];
    second.onRole(() => {
      throw new Error('a listener');
    });
    second.onRole((role) => heard.push(role))();
    expect(await errorOf(() => second.onRole('x' as never))).toMatchObject({ code: 'INVALID_OPTION' });
    await first.close();
    await roleOf(second, 'writer');
    expect([heard, warnings]).toEqual([[], ['RefoldListenerWarning']]);
  });
});

describe('the option standby is refused', () => {
  test.each([
    ['with readOnly', () => ({ path: 'x.db', readOnly: true })],
    ['with live', () => ({ path: 'x.db', live: true, readOnly: true })],
    ['with live: false', () => ({ path: 'x.db', live: false })],
    ['with an open log', () => ({ log: openMemoryLog() })],
  ])('%s', async (_, options) => {
    const error = await errorOf(openStore(cartModel, { ...options(), standby: true }));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', type: 'standby' });
  });

  test.each([1, 'yes', null])('when it is %s', async (standby) => {
    const error = await errorOf(openStore(cartModel, { path: ':memory:', standby: standby as never }));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', type: 'standby' });
  });
});
