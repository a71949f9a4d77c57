/** What projections do when something is wrong, and how they are forgotten. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import {
  ascending,
  defineProjection,
  descending,
  OrderedMap,
  openLog,
  openStore,
  RefoldError,
} from '../../../src/index.ts';
import type { LogStore } from '../../../src/log/log-store.ts';
import { MemoryContents, openMemoryLog } from '../../../src/log/memory.ts';
import { sampleOf } from '../../sample.ts';
import { STRANGE } from '../../strange-values.ts';
import { added, cartModel, note } from '../cart.ts';
import { type CartStore, errorOf, openCarts, temporaryPath } from '../harness.ts';

const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
beforeEach(() => void warn.mockClear());

/** All warnings, but for that of the long array which many notes make in the state of the carts. */
const warnedOfSaving = (): unknown[][] =>
  warn.mock.calls.filter(([, options]) => (options as unknown as { type: string }).type !== 'RefoldShapeWarning');

/** Counts notes twice. While a flag is set it throws between the two counts. */
function halves(fail: { with?: (() => unknown) | undefined }, name = 'halves') {
  return defineProjection<{ before: number; after: number }, typeof cartModel.events>({
    name,
    initialState: () => ({ before: 0, after: 0 }),
    reducers: {
      NoteTaken(state) {
        state.before += 1;
        if (fail.with !== undefined) throw fail.with();
        state.after += 1;
      },
    },
  });
}

describe.each(sampleOf(STRANGE))('after its reducer threw %s', (_name, make) => {
  test('its state throws the error, and it can be started again', async () => {
    const fail: Parameters<typeof halves>[0] = {};
    const store = await openCarts();
    const view = await store.project(halves(fail));
    await store.append(note('fine'));
    await view.catchUp();
    fail.with = make;
    await store.append(note('bad'));
    const failed = { code: 'REDUCER_FAILED', sequence: 2, type: 'NoteTaken' };
    expect(await errorOf(view.catchUp())).toMatchObject(failed);
    expect(view.error).toMatchObject(failed);
    expect(await errorOf(() => view.state)).toMatchObject(failed);
    expect((await errorOf(store.project(halves(fail)))).code).toBe('REDUCER_FAILED');

    fail.with = undefined;
    const again = await store.project(halves(fail));
    expect(again.state).toEqual({ before: 2, after: 2 });
    expect(again.sequence).toBe(2);
    await store.append(note('more'));
    await again.catchUp();
    expect(again.state).toEqual({ before: 3, after: 3 });
    expect(await errorOf(() => view.state)).toMatchObject(failed);
    expect((await errorOf(store.project(halves(fail)))).message).toContain('runs already');
  });
});

test('a second start continues from the checkpoint, and the first failure has no further effect', async () => {
  const path = await temporaryPath();
  const fail: Parameters<typeof halves>[0] = {};
  const store = await openCarts({ path });
  const view = await store.project(halves(fail));
  const other = await store.project(halves({}, 'other'));
  await store.append([note('a'), note('b')]);
  await view.catchUp();
  await view.save();
  fail.with = () => new Error('boom');
  await store.append(note('c'));
  await errorOf(view.catchUp());
  await other.catchUp();
  expect(other.state).toEqual({ before: 3, after: 3 });
  fail.with = undefined;
  expect((await store.project(halves(fail))).state).toEqual({ before: 3, after: 3 });
  await store.close();
  const again = await openCarts({ path });
  expect((await again.project(halves({}))).state).toEqual({ before: 3, after: 3 });
});

test('folds appends during its start once, also on a log whose beginning was dropped', async () => {
  const store = await openCarts({ path: await temporaryPath(), history: 'discard' });
  for (let round = 0; round < 3; round++) {
    await store.append(note('x'));
    await store.snapshot();
    await (await store.project(halves({}, `view ${round}`))).save();
  }
  const view = await store.project(halves({}));
  await view.save();
  for (let round = 0; round < 3; round++) {
    await store.append(note('y'));
    await store.snapshot();
  }
  const starting = store.project(halves({}, 'late'));
  await store.append(note('z'));
  expect((await starting).state.after).toBeGreaterThan(5);
});

test('a projection of a closed store keeps its state', async () => {
  const store = await openCarts();
  const view = await store.project(halves({}));
  await store.append(note('a'));
  await view.catchUp();
  await store.close();
  expect((await errorOf(view.catchUp())).code).toBe('STORE_CLOSED');
  expect(view.state).toEqual({ before: 1, after: 1 });
});

describe('on a read-only store', () => {
  async function written(): Promise<string> {
    const path = await temporaryPath();
    const store = await openCarts({ path });
    await store.append(note('a'));
    await store.close();
    return path;
  }

  test('a projection catches up and saves nothing', async () => {
    const path = await written();
    const store = await openCarts({ path, readOnly: true });
    const view = await store.project(halves({}));
    await view.catchUp();
    expect(view.state).toEqual({ before: 1, after: 1 });
    expect(await errorOf(view.save())).toMatchObject({ code: 'INVALID_OPTION', type: 'readOnly' });
    expect((await errorOf(store.forgetProjection('halves'))).code).toBe('INVALID_OPTION');
    await store.close();
    await using log = await openLog({ path });
    expect((await log.info()).projections).toEqual([]);
    expect(warn).not.toHaveBeenCalled();
  });

  test.each(['a file', 'a log in memory'])(
    'a projection saves nothing even after very many events: %s',
    async (where) => {
      const path = where === 'a file' ? await temporaryPath() : undefined;
      const contents = new MemoryContents();
      const place = () => (path === undefined ? { log: openMemoryLog({ contents }) } : { path });
      const store = await openCarts(place());
      for (let batch = 0; batch < 11; batch++) await store.append(Array.from({ length: 10_000 }, () => note('')));
      await store.close();
      const reader = await openCarts({ ...place(), readOnly: true });
      const view = await reader.project(halves({}));
      expect(view.sequence).toBe(110_000);
      await new Promise((resolve) => setTimeout(resolve, 50));
      await reader.close();
      expect(contents.checkpoints.size).toBe(0);
      expect(contents.snapshots.filter(({ info }) => info.owner !== '')).toEqual([]);
      expect(warnedOfSaving()).toEqual([]);
    },
  );
});

describe('a save that fails', () => {
  /** A log in memory that does not keep snapshots of projections. */
  function refusing(contents: MemoryContents, make: () => unknown): LogStore {
    const log = openMemoryLog({ contents });
    const put = log.putSnapshot.bind(log);
    log.putSnapshot = async (info, chunks) => {
      if (info.owner !== '') throw make();
      return put(info, chunks);
    };
    return log;
  }

  const unsaved = [
    { name: 'RefoldProjectionWarning', message: expect.stringContaining('The projection halves could not be saved') },
    { type: 'RefoldProjectionWarning' },
  ];

  test('warns, and is an error for its caller', async () => {
    const full = new RefoldError('LOG_FULL', 'no room');
    const store = await openStore(cartModel, { log: refusing(new MemoryContents(), () => full) });
    const view = await store.project(halves({}));
    await store.append(note('a'));
    await view.catchUp();
    expect((await errorOf(view.save())).code).toBe('LOG_FULL');
    expect(warn.mock.calls).toMatchObject([unsaved]);
    await store.close();
  });

  test.each(sampleOf(STRANGE))('with %s does not fail a close or a compaction', async (_name, make) => {
    const contents = new MemoryContents();
    const store = await openStore(cartModel, { log: refusing(contents, make) });
    const view = await store.project(halves({}));
    await store.append(note('a'));
    await view.catchUp();
    await store.compact();
    await store.close();
    expect(warn.mock.calls).toMatchObject([unsaved, unsaved]);
    expect((await openStore(cartModel, { log: openMemoryLog({ contents }) })).recovery.snapshot).toBe(1);
  });

  test('that happens automatically after very many events warns once, and the projection continues', async () => {
    const store = await openStore(cartModel, { log: refusing(new MemoryContents(), () => new Error('no')) });
    const view = await store.project(halves({}));
    for (let batch = 0; batch < 12; batch++) {
      await store.append(Array.from({ length: 10_000 }, () => note('')));
      await view.catchUp();
    }
    await expect.poll(() => warnedOfSaving().length).toBe(1);
    expect(view.state.after).toBe(120_000);
    expect(view.error).toBeUndefined();
  });
});

describe('forgetProjection', () => {
  async function saved(path: string, name = 'halves'): Promise<void> {
    const store = await openCarts({ path });
    const view = await store.project(halves({}, name));
    await store.append(note('a'));
    await view.catchUp();
    await store.close();
  }

  test.each(['a file', 'memory'])('drops the checkpoint and the snapshots, in %s', async (where) => {
    const path = where === 'a file' ? await temporaryPath() : undefined;
    const contents = new MemoryContents();
    const open = () => openCarts(path === undefined ? { log: openMemoryLog({ contents }) } : { path });
    const store = await open();
    const view = await store.project(halves({}));
    const kept = await store.project(halves({}, 'kept'));
    await store.append(note('a'));
    await Promise.all([view.catchUp(), kept.catchUp()]);
    await store.close();
    const again = await open();
    await again.forgetProjection('halves');
    expect((await errorOf(again.forgetProjection('halves'))).message).toContain('holds nothing of it');
    // Built again, and saved again.
    expect((await again.project(halves({}))).state).toEqual({ before: 1, after: 1 });
    await again.close();
    const last = await open();
    await last.forgetProjection('kept');
    await last.forgetProjection('halves');
    await last.close();
    expect(last.path === ':memory:' ? contents.checkpoints.size : 0).toBe(0);
  });

  test.each<[string, (store: CartStore) => unknown, RegExp]>([
    ['a running projection', () => 'halves', /is running/],
    ['an unknown name', () => 'halvs', /halvs: .* holds nothing of it/],
    ['the empty name, which is the model', () => '', /holds nothing of it/],
    ['no name at all', () => undefined, /holds nothing of it/],
    ['a number', () => 7, /holds nothing of it/],
    ['an object', () => Object.create(null), /holds nothing of it/],
  ])('refuses %s', async (_name, nameOf, message) => {
    const path = await temporaryPath();
    await saved(path);
    const store = await openCarts({ path });
    await store.project(halves({}));
    await store.snapshot();
    const error = await errorOf(store.forgetProjection(nameOf(store) as string));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringMatching(message) });
    await store.close();
    await using log = await openLog({ path });
    expect(await log.info()).toMatchObject({
      projections: [{ name: 'halves', sequence: 1, lag: expect.any(Number) }],
      snapshots: [{ sequence: 1 }],
    });
  });

  test('forgets a stopped projection, which does not count as running', async () => {
    const fail: Parameters<typeof halves>[0] = {};
    const store = await openCarts({ path: await temporaryPath() });
    const view = await store.project(halves(fail));
    await store.append(note('a'));
    await view.catchUp();
    await view.save();
    fail.with = () => new Error('boom');
    await store.append(note('b'));
    await errorOf(view.catchUp());
    await store.forgetProjection('halves');
    fail.with = undefined;
    expect((await store.project(halves(fail))).state).toEqual({ before: 2, after: 2 });
  });

  test('runs before or after a start of the same name, not at the same time', async () => {
    const path = await temporaryPath();
    await saved(path);
    const store = await openCarts({ path });
    const [forgotten, started] = await Promise.all([store.forgetProjection('halves'), store.project(halves({}))]);
    expect(forgotten).toBeUndefined();
    expect(started.state).toEqual({ before: 1, after: 1 });
    await store.close();
    await using log = await openLog({ path });
    expect((await log.info()).projections).toHaveLength(1);
  });

  test('is refused by a closed store', async () => {
    const store = await openCarts();
    await store.close();
    expect((await errorOf(store.forgetProjection('halves'))).code).toBe('STORE_CLOSED');
  });
});

describe('a projection that holds back history', () => {
  test('is named by compaction and by the log, and no longer holds it back after forgetProjection', async () => {
    const path = await temporaryPath();
    const options = { path, history: 'discard' } as const;
    const first = await openCarts(options);
    const view = await first.project(halves({}, 'abandoned'));
    await first.append([note('a'), note('b')]);
    await view.catchUp();
    await first.close();

    const store = await openCarts(options);
    for (let round = 0; round < 3; round++) {
      await store.append(added('a'));
      await store.snapshot();
    }
    const { heldBack } = await store.compact({ dryRun: true });
    expect(heldBack).toContain('the projection abandoned needs what follows 2');
    await using log = await openLog({ path });
    expect(await log.info()).toMatchObject({
      projections: [{ name: 'abandoned', sequence: 2, lag: expect.any(Number) }],
      historyHeldBy: ['abandoned'],
    });
    await store.forgetProjection('abandoned');
    const report = await store.compact();
    expect(report.dropped.throughSequence).toBe(4);
    expect(report.heldBack).toContain('recovery needs what follows 4');
    await store.close();
  });
});

describe('a definition', () => {
  const good = { name: 'view', initialState: () => ({}), reducers: {} };
  const raising = (member: string) =>
    Object.defineProperty({ ...good }, member, {
      enumerable: true,
      get() {
        throw Object.create(null);
      },
    });
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();

  test.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['a string', 'view'],
    ['without a name', { ...good, name: undefined }],
    ['with an empty name', { ...good, name: '' }],
    ['with a name that is a symbol', { ...good, name: Symbol('view') }],
    ['with a lone surrogate in its name', { ...good, name: 'view \ud800' }],
    ['without initialState', { name: 'view', reducers: {} }],
    ['without reducers', { name: 'view', initialState: () => ({}) }],
    ['with reducers that are null', { ...good, reducers: null }],
    ['with reducers in an array', { ...good, reducers: [] }],
    ['with a reducer that is not a function', { ...good, reducers: { NoteTaken: 1 } }],
    ['with a version that is an object', { ...good, version: {} }],
    ['whose name cannot be read', raising('name')],
    ['whose reducers cannot be read', raising('reducers')],
    ['that is a revoked Proxy', revoked],
  ])('%s is INVALID_OPTION, at its definition and at its start', async (_name, definition) => {
    expect((await errorOf(() => defineProjection(definition as never))).code).toBe('INVALID_OPTION');
    const store = await openCarts();
    expect((await errorOf(store.project(definition as never))).code).toBe('INVALID_OPTION');
  });

  test.each<[string, unknown]>([
    ['for an event type that the model lacks', { ...good, reducers: { NotTaken: () => {} } }],
    ['with an initialState that throws', { ...good, initialState: () => expect.fail() }],
    [
      'with an initialState that gives a promise',
      { ...good, initialState: async () => Promise.reject(new Error('later')) },
    ],
    ['with an initialState that gives nothing', { ...good, initialState: () => {} }],
    ['with an initialState that gives null', { ...good, initialState: () => null }],
    ['with an initialState that gives a number', { ...good, initialState: () => 1 }],
  ])('%s is INVALID_OPTION at its start, and leaves its name free', async (_name, definition) => {
    const store = await openCarts();
    expect((await errorOf(store.project(definition as never))).code).toBe('INVALID_OPTION');
    expect((await store.project(good)).state).toEqual({});
  });

  test('ignores an undefined reducer of any name', async () => {
    const store = await openCarts();
    await store.append(note('a'));
    expect((await store.project({ ...good, reducers: { NotTaken: undefined } as object })).sequence).toBe(1);
  });
});

describe('an ordered table of a projection stays in its property', () => {
  const empty = () => new OrderedMap<number, number>(ascending);
  test.each<[string, (state: any) => void]>([
    ['a new one in its place', (state) => void (state.sizes = empty())],
    ['re-sorted', (state) => void (state.sizes = new OrderedMap<number, number>(descending))],
    ['moved', (state) => void ([state.others, state.sizes] = [state.sizes, 1])],
    ['an additional one', (state) => void (state.others = empty())],
  ])('%s: the projection stops, and the store continues', async (_what, change) => {
    const store = await openCarts();
    await store.append(note('first'));
    const definition = defineProjection<any, typeof cartModel.events>({
      name: 'sizes',
      initialState: () => ({ sizes: empty() }),
      reducers: { NoteTaken: change },
    });
    expect(await errorOf(store.project(definition))).toMatchObject({ code: 'REDUCER_FAILED', type: 'NoteTaken' });
    await store.append(note('second'));
    expect(store.durableSequence).toBe(2);
  });
});
