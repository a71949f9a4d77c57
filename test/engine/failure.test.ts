/** A store that has failed says so: at once, everywhere, and before any promise rejects. */
import { globSync, readFileSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import {
  closeOnSignal,
  defineModel,
  defineReactor,
  isRefoldError,
  MemoryContents,
  openMemoryLog,
  openStore,
  RefoldError,
  type StoreOptions,
  type StoreWarning,
} from '../../src/index.ts';
import type { LogStore } from '../../src/log/log-store.ts';
import { STRANGE } from '../strange-values.ts';
import { added, cartModel, note } from './cart.ts';
import { errorOf, openCarts, temporaryPath } from './harness.ts';

afterEach(() => void vi.restoreAllMocks());

/** A state with a large array, which every commit copies. */
const wide = defineModel({
  name: 'wide',
  events: { Written: { schema: z.number(), version: 1 } },
  initialState: () => ({ values: Array<number>(5_000).fill(0) }),
  reducers: { Written: (state, value) => void (state.values[0] = value) },
});

/** A log in memory whose named calls fail from the moment on that the test wants them to. */
function failingLog(...calls: readonly (keyof LogStore)[]) {
  const state: { error: unknown } = { error: undefined };
  const log = new Proxy(openMemoryLog(), {
    get(target, key) {
      const value = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) =>
        state.error !== undefined && calls.includes(key as keyof LogStore)
          ? Promise.reject(state.error)
          : value.apply(target, args);
    },
  });
  return { log, failWith: (error: unknown) => void (state.error = error) };
}

const FAILURES: [name: string, error: unknown, code: string][] = [
  ['a full disk', new RefoldError('LOG_FULL', 'full', {}), 'LOG_FULL'],
  ['an unknown outcome', new RefoldError('OUTCOME_UNKNOWN', 'unknown', {}), 'OUTCOME_UNKNOWN'],
  ['another writer', new RefoldError('SEQUENCE_CONFLICT', 'replaced', {}), 'NOT_WRITER'],
  ['something else', new TypeError('a defect'), 'OUTCOME_UNKNOWN'],
];

describe.each(FAILURES)('when an append meets %s', (_name, thrown, code) => {
  async function failed(options: StoreOptions = {}) {
    const { log, failWith } = failingLog('append');
    const store = await openCarts({ log, ...options });
    await store.append([added('a'), note('durable')]);
    failWith(thrown);
    return store;
  }

  test('the failure is there before any promise rejects, and onFailure has heard it once', async () => {
    const heard: unknown[] = [];
    const store = await failed({
      onFailure: (failure) => heard.push(failure, store.failure, store.stats().failure, store.sequence),
    });
    expect(store.failure).toBe(undefined);
    expect(store.stats().failure).toBe(undefined);
    const seen: unknown[] = [];
    const look = (error: unknown): void => void seen.push((error as RefoldError).code, store.failure, heard.length);
    await Promise.all([store.append(note('x')).catch(look), store.append(note('y')).catch(look)]);
    const failure = store.failure!;
    const found = code === 'NOT_WRITER' ? { code, cause: thrown } : { code: 'STORE_FAILED', cause: { code } };
    expect(failure).toMatchObject(found);
    expect(seen).toEqual([code, failure, 4, code, failure, 4]);
    expect(heard).toEqual([failure, failure, failure, 2]);
    expect(await errorOf(store.append(note('z')))).toBe(failure);
    expect(heard).toHaveLength(4);
  });

  test('sequence is durableSequence, and state throws the failure', async () => {
    const store = await failed();
    const lost = store.append(note('lost'));
    expect(store.sequence).toBe(3);
    expect(store.state.seen.notes).toEqual(['durable', 'lost']);
    await errorOf(lost);
    expect([store.sequence, store.durableSequence]).toEqual([2, 2]);
    expect(await errorOf(() => store.state)).toBe(store.failure);
    expect(await errorOf(() => store.watch())).toBe(store.failure);
    expect(store.stats()).toMatchObject({ sequence: 2, durableSequence: 2, failure: store.failure, lag: 0 });
    await store.close();
    expect([store.sequence, store.durableSequence]).toEqual([2, 2]);
  });

  test('a follower gets everything durable, then the failure', async () => {
    const store = await failed();
    const heard: number[] = [];
    const follow = async (options: object): Promise<RefoldError> =>
      errorOf(
        (async () => {
          for await (const item of store.follow(options)) heard.push((item as { sequence: number }).sequence);
        })(),
      );
    const ends = [follow({}), follow({ from: 3 }), follow({ batches: true }), follow({ types: ['CartCleared'] })];
    await vi.waitFor(() => expect(heard).toEqual([1, 2, 2]));
    await errorOf(store.append(note('lost')));
    for (const end of ends) expect(await end).toBe(store.failure);
    expect(heard).toEqual([1, 2, 2]);
    expect(await errorOf(store.follow().next())).toBe(store.failure);
  });

  test('a watcher hears it too', async () => {
    const store = await failed();
    const { events } = store.watch();
    const next = errorOf(events.next());
    await errorOf(store.append(note('lost')));
    expect(await next).toBe(store.failure);
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });
});

describe('other failures', () => {
  test('a reducer fails under the direct fold: no later state is served, and earlier writes become durable', async () => {
    const heard: RefoldError[] = [];
    const store = await openCarts({
      path: ':memory:',
      fold: 'direct',
      onWarning: () => {},
      onFailure: (failure) => heard.push(failure),
    });
    const before = store.append(note('fine'));
    const refused = errorOf(store.append({ type: 'Exploded', data: { after: 1 } }));
    expect(store.failure).toMatchObject({ code: 'STORE_FAILED', cause: { code: 'REDUCER_FAILED' } });
    expect([store.sequence, store.durableSequence]).toEqual([0, 0]);
    expect(await errorOf(() => store.state)).toBe(store.failure);
    await before;
    expect([store.sequence, store.durableSequence]).toEqual([1, 1]);
    expect((await refused).code).toBe('REDUCER_FAILED');
    expect(heard).toEqual([store.failure]);
  });

  test('a flush fails, and the log takes no more writes', async () => {
    const { log, failWith } = failingLog('flush');
    const store = await openCarts({ log });
    failWith(new RefoldError('OUTCOME_UNKNOWN', 'the sync failed', {}));
    let seen: unknown;
    await store.flush().catch(() => (seen = store.failure));
    expect(seen).toMatchObject({ code: 'STORE_FAILED', cause: { code: 'OUTCOME_UNKNOWN' } });
  });

  test('the thread of the log dies while nothing is written: onFailure hears it at once', async () => {
    let thread: Worker | undefined;
    const keep = (worker: Worker): void => void (thread ??= worker);
    process.on('worker', keep);
    const heard: RefoldError[] = [];
    const store = await openCarts({ path: await temporaryPath(), onFailure: (failure) => heard.push(failure) });
    process.off('worker', keep);
    await store.append(note('a'));
    const following = errorOf(Array.fromAsync(store.follow()));
    await thread!.terminate();
    expect(heard).toEqual([store.failure]);
    expect(store.failure).toMatchObject({ code: 'STORE_FAILED', cause: { code: 'OUTCOME_UNKNOWN' } });
    expect([store.sequence, store.durableSequence, store.stats().sequence]).toEqual([1, 1, 1]);
    expect(await following).toBe(store.failure);
    await store.close().catch(() => {});
  });

  test('a background snapshot after which the log takes no more writes', async () => {
    const { log, failWith } = failingLog('putSnapshot');
    const store = await openCarts({ log, onWarning: () => {} });
    await store.append(note('a'));
    failWith(new RefoldError('OUTCOME_UNKNOWN', 'an I/O error', {}));
    let seen: unknown;
    await store.snapshot().catch(() => (seen = store.failure));
    expect(seen).toMatchObject({ code: 'STORE_FAILED', cause: { code: 'OUTCOME_UNKNOWN' } });
  });

  test('a live replica fails: onFailure hears it, and its state of whole commits is still served', async () => {
    const contents = new MemoryContents();
    const writer = await openCarts({ log: await contents.open() });
    const heard: RefoldError[] = [];
    const { ItemAdded: _, ...others } = cartModel.reducers;
    const broken = { ...cartModel, reducers: { ...others, ItemAdded: () => expect.fail('broken here') } };
    await writer.append(note('fine'));
    const replica = await openStore(broken as unknown as typeof cartModel, {
      log: contents,
      readOnly: true,
      live: true,
      onWarning: () => {},
      onFailure: (failure) => heard.push(failure),
    });
    const following = errorOf(Array.fromAsync(replica.follow()));
    const waiting = replica.waitFor(2).catch(() => heard.length);
    await writer.append(added('a'));
    expect(await waiting).toBe(1);
    expect(heard).toEqual([replica.failure]);
    expect(replica.failure).toMatchObject({ code: 'STORE_FAILED', cause: { code: 'REDUCER_FAILED' } });
    expect(await following).toBe(replica.failure);
    expect([replica.sequence, replica.durableSequence]).toEqual([1, 1]);
    expect(replica.state.seen.notes).toEqual(['fine']);
    expect(replica.stats()).toMatchObject({ failure: replica.failure, lag: 1 });
    await replica.close();
  });

  test('stats answer although the log cannot say any more where it ends', async () => {
    const { log, failWith } = failingLog('append');
    let isGone = false;
    const gone = new Proxy(log, {
      get(target, key) {
        const value = Reflect.get(target, key, target);
        if (key !== 'head' && key !== 'firstSequence') return value;
        return () => (isGone ? expect.fail('the file is not there any more') : value());
      },
    });
    const store = await openCarts({ log: gone });
    await store.append(note('a'));
    failWith(new RefoldError('OUTCOME_UNKNOWN', 'unknown', {}));
    await errorOf(store.append(note('b')));
    isGone = true;
    expect(store.stats()).toMatchObject({ sequence: 1, failure: store.failure, firstSequence: 0, lag: 0 });
    expect([store.sequence, store.durableSequence]).toEqual([1, 1]);
    isGone = false;
  });
});

describe('a listener of failures', () => {
  test.each(STRANGE)('that throws %s, or rejects with it, harms nothing', async (_name, make) => {
    for (const onFailure of [
      () => {
        throw make();
      },
      async () => {
        throw make();
      },
    ]) {
      const warnings: StoreWarning[] = [];
      const { log, failWith } = failingLog('append');
      const store = await openCarts({ log, onFailure, onWarning: (warning) => warnings.push(warning) });
      failWith(new RefoldError('LOG_FULL', 'full', {}));
      expect((await errorOf(store.append(note('x')))).code).toBe('LOG_FULL');
      await new Promise(setImmediate);
      expect(warnings.map(({ name }) => name)).toEqual(['RefoldListenerWarning']);
    }
  });

  test('may close the store, and what it writes is refused', async () => {
    const { log, failWith } = failingLog('append');
    let answer: Promise<RefoldError> | undefined;
    let closed: Promise<void> | undefined;
    const store = await openCarts({
      log,
      onFailure: () => {
        answer = errorOf(store.append(note('again')));
        closed = store.close();
      },
    });
    failWith(new RefoldError('LOG_FULL', 'full', {}));
    await errorOf(store.append(note('x')));
    expect(await answer).toBe(store.failure);
    await closed;
  });
});

describe('warnings', () => {
  const heard: StoreWarning[] = [];
  const onWarning = (warning: StoreWarning): void => void heard.push(warning);
  afterEach(() => void (heard.length = 0));

  const PATHS: Record<string, () => Promise<unknown>> = {
    RefoldListenerWarning: async () => {
      const store = await openCarts({ path: ':memory:', onWarning });
      store.subscribe(() => expect.fail('a listener'));
      await store.append(note('a'));
    },
    RefoldProgressWarning: async () => {
      await openCarts({ path: ':memory:', onWarning, onProgress: () => expect.fail('progress') });
    },
    RefoldShapeWarning: async () => {
      await using store = await openStore(wide, { path: ':memory:', onWarning });
      for (const value of [0, 1, 2]) await store.append({ type: 'Written', data: value });
    },
    RefoldProjectionWarning: async () => {
      const { log, failWith } = failingLog('putCheckpoint');
      const store = await openCarts({ log, onWarning });
      const view = await store.project({ name: 'view', initialState: () => ({}), reducers: {} });
      await store.append(note('a'));
      failWith(new Error('no checkpoint'));
      await view.catchUp();
      await view.save().catch(() => {});
    },
    RefoldReactorWarning: async () => {
      const store = await openCarts({ path: ':memory:', onWarning });
      const on = { NoteTaken: () => expect.fail('an effect') };
      const retry = { attempts: 1 };
      await store.react(defineReactor(cartModel, { name: 'r', from: 'start', on, retry, onExhausted: 'skip' }));
      await store.append(note('a'));
    },
    RefoldRecoveryWarning: () => openCarts({ path: ':memory:', onWarning, recoverWithin: 1e-9 }),
    RefoldReplicaWarning: async () => {
      const contents = new MemoryContents();
      const writer = await openCarts({ log: await contents.open() });
      const broken = { ...cartModel, reducers: { ...cartModel.reducers, NoteTaken: () => expect.fail('broken') } };
      const options = { log: contents, readOnly: true, live: true, onWarning } as const;
      const replica = await openStore(broken as typeof cartModel, options);
      await writer.append(note('a'));
      await replica.catchUp().catch(() => {});
      await replica.close();
    },
    RefoldReplayWarning: async () => {
      const contents = new MemoryContents();
      await (await openCarts({ log: await contents.open() })).append(note('a'));
      contents.meta.delete('uncheckedThrough'); // as an earlier release has left it
      const renewing = { ...cartModel.reducers, NoteTaken: (state: object) => ({ ...state }) };
      const older = { ...cartModel, reducers: renewing } as unknown as typeof cartModel;
      const store = await openStore(older, { log: await contents.open(), onWarning });
      await store.close().catch(() => {});
    },
    RefoldHousekeepingWarning: async () => {
      const { log, failWith } = failingLog('putSnapshot');
      const store = await openCarts({ log, onWarning, save: [{ seconds: 1e-9, changes: 1 }] });
      failWith(new Error('no snapshot'));
      await store.append(note('a'));
      await new Promise((resolve) => setTimeout(resolve, 5)); // the rule wants time to pass
      await store.append(note('b'));
    },
    RefoldSnapshotWarning: async () => {
      const { log } = failingLog();
      const store = await openCarts({ log, onWarning, recoverWithin: 1e-9 });
      await store.append(note('a'));
      await store.snapshot();
    },
    RefoldDurabilityWarning: () => openWarned('RefoldDurabilityWarning'),
    RefoldFailoverWarning: () => openWarned('RefoldFailoverWarning'),
    RefoldDirectFoldWarning: () => openCarts({ path: ':memory:', onWarning, fold: 'direct' }),
    RefoldClockWarning: async () => {
      const store = await openCarts({ path: ':memory:', onWarning, clock: () => 8e15 });
      await store.append(note('a'));
    },
    RefoldCloseWarning: async () => {
      const { log, failWith } = failingLog('close');
      const store = await openCarts({ log, onWarning });
      closeOnSignal(store);
      const stay = (): void => {};
      process.on('SIGTERM', stay);
      failWith(new Error('cannot close'));
      process.emit('SIGTERM');
      await vi.waitFor(() => expect(heard.length).toBeGreaterThan(0));
      process.off('SIGTERM', stay);
    },
  };

  /** Opens a store on a log that has found something out. */
  async function openWarned(name: 'RefoldDurabilityWarning' | 'RefoldFailoverWarning'): Promise<void> {
    const opening = { failover: undefined, warnings: [{ name, message: 'found at opening', detail: 'look at it' }] };
    await openCarts({ log: Object.assign(openMemoryLog(), { opening }), onWarning });
  }

  test.each(Object.entries(PATHS))('%s reaches onWarning, and not the process', async (name, provoke) => {
    const emit = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    await provoke();
    await vi.waitFor(() => expect(heard.map((warning) => warning.name)).toContain(name));
    const warning = heard.find((each) => each.name === name)!;
    expect(warning).toBeInstanceOf(Error);
    expect(warning.message).not.toBe('');
    expect(emit).not.toHaveBeenCalled();
  });

  test('have all kinds that the sources name', () => {
    const sources = globSync('src/engine/**/*.ts').map((path) => readFileSync(path, 'utf8'));
    const named = new Set(sources.flatMap((text) => text.match(/Refold[A-Z][a-z]\w*Warning\b/g) ?? []));
    const ofImports = 'RefoldImportWarning'; // no store is open then
    expect([...Object.keys(PATHS), ofImports].toSorted()).toEqual([...named].toSorted());
  });

  test('leave the engine in one place', () => {
    const places = globSync('src/engine/**/*.ts').filter((path) =>
      readFileSync(path, 'utf8').includes('process.emitWarning('),
    );
    expect(places).toEqual(['src/engine/calls/warn.ts']);
  });

  test.each(STRANGE)('are not lost when onWarning throws %s, or rejects with it', async (_name, make) => {
    for (const broken of [
      () => {
        throw make();
      },
      async () => {
        throw make();
      },
    ]) {
      const emit = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
      await openCarts({ path: ':memory:', fold: 'direct', onWarning: broken });
      await new Promise(setImmediate);
      const names = emit.mock.calls.map(([, options]) => (options as unknown as { type: string }).type);
      expect(names).toEqual(['RefoldDirectFoldWarning', 'RefoldListenerWarning']);
      emit.mockRestore();
    }
  });

  test('carry what was thrown as their cause', async () => {
    const store = await openCarts({ path: ':memory:', onWarning });
    const thrown = new RefoldError('LOG_FULL', 'mine', {});
    store.subscribe(() => {
      throw thrown;
    });
    await store.append(note('a'));
    expect(heard[0]).toMatchObject({ name: 'RefoldListenerWarning', message: 'mine' });
    expect(heard[0]!.cause).toBe(thrown);
    expect(isRefoldError(heard[0])).toBe(false);
  });
});
