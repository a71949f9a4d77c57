/** Application code may throw anything anywhere. It ends in a typed error or a warning, and leaves log and state unchanged. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import {
  defineModel,
  type ErrorCode,
  OrderedMap,
  openLog,
  openStore,
  RefoldError,
  repairLog,
  replay,
  type StoreOptions,
  stateAt,
} from '../../../src/index.ts';
import { MemoryContents, openMemoryLog } from '../../../src/log/memory.ts';
import { checkModel } from '../../../src/testing.ts';
import { STRANGE } from '../../strange-values.ts';
import { errorOf, temporaryPath } from '../harness.ts';

/** The place where the application's code throws, if the test sets one. */
type Place =
  | 'reducer'
  | 'decide'
  | 'schema'
  | 'input schema'
  | 'comparator'
  | 'initialState'
  | 'invariant'
  | 'clock'
  | 'progress'
  | 'getter';

let throwing: Place | undefined;
let make: () => unknown = () => undefined;

function mayThrow(place: Place): void {
  if (throwing === place) throw make();
}

const model = defineModel({
  name: 'throwing',
  version: 1,
  events: {
    Put: z.object({ key: z.int() }).refine(() => {
      mayThrow('schema');
      return true;
    }),
  },
  initialState: () => {
    mayThrow('initialState');
    const compare = (a: number, b: number): number => {
      mayThrow('comparator');
      return a - b;
    };
    return { count: 0, table: new OrderedMap<number, number>(compare) };
  },
  reducers: {
    Put(state, { key }) {
      state.count += 1;
      state.table.set(key, key);
      mayThrow('reducer');
    },
  },
  commands: {
    put: {
      input: z.object({ key: z.int() }).refine(() => {
        mayThrow('input schema');
        return true;
      }),
      decide: (_state, { key }) => {
        mayThrow('decide');
        return { type: 'Put', data: { key } };
      },
    },
  },
  invariants: {
    steady: () => {
      mayThrow('invariant');
      return true;
    },
  },
});

const put = (key: number) => ({ type: 'Put', data: { key } }) as const;

function inputWithGetter(key: number) {
  return {
    type: 'Put' as const,
    get data() {
      mayThrow('getter');
      return { key };
    },
  };
}

function open(options: Partial<StoreOptions> = {}) {
  const clock = (): number => {
    mayThrow('clock');
    return 1_000_000;
  };
  return openStore(model, { log: openMemoryLog(), clock, onProgress: () => mayThrow('progress'), ...options });
}

type OpenStore = Awaited<ReturnType<typeof open>>;

/** Does something while `place` throws. */
async function during<T>(place: Place, act: () => Promise<T> | T): Promise<T> {
  throwing = place;
  try {
    return await act();
  } finally {
    throwing = undefined;
  }
}

const unhandled = vi.fn();
const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
beforeAll(() => void process.on('unhandledRejection', unhandled).on('uncaughtException', unhandled));
afterAll(() => void process.off('unhandledRejection', unhandled).off('uncaughtException', unhandled));
beforeEach(() => void warn.mockClear());
afterEach(async () => {
  await new Promise((resolve) => setTimeout(resolve));
  expect(unhandled).not.toHaveBeenCalled();
});

/** Calls that are refused, and leave no trace. */
const REFUSED: readonly (readonly [Place, string, ErrorCode, (store: OpenStore) => Promise<unknown>])[] = [
  ['reducer', 'append', 'REDUCER_FAILED', (store) => store.append(put(9))],
  ['reducer', 'execute', 'REDUCER_FAILED', (store) => store.execute('put', { key: 9 })],
  ['reducer', 'a batch', 'REDUCER_FAILED', (store) => store.append([put(8), put(9)], { commandId: 'b' })],
  ['comparator', 'append', 'REDUCER_FAILED', (store) => store.append(put(9))],
  ['decide', 'execute', 'COMMAND_FAILED', (store) => store.execute('put', { key: 9 })],
  ['decide', 'execute once', 'COMMAND_FAILED', (store) => store.execute('put', { key: 9 }, { commandId: 'c' })],
  ['schema', 'append', 'EVENT_REJECTED', (store) => store.append(put(9))],
  ['input schema', 'execute', 'COMMAND_INPUT_REJECTED', (store) => store.execute('put', { key: 9 })],
  ['getter', 'append', 'EVENT_REJECTED', (store) => store.append(inputWithGetter(9))],
  ['clock', 'append', 'INVALID_OPTION', (store) => store.append(put(9))],
  ['clock', 'append once', 'INVALID_OPTION', (store) => store.append(put(9), { commandId: 'd' })],
];

describe.each(STRANGE)('%s', (_name, makeThrown) => {
  beforeEach(() => {
    make = makeThrown;
  });

  test.each(REFUSED)('from the %s, in %s, is %s without a trace', async (place, _call, code, act) => {
    await using store = await open();
    await store.append([put(1), put(2)]);
    const before = await store.stateHash();
    expect((await errorOf(during(place, () => act(store)))).code).toBe(code);
    expect(store).toMatchObject({ sequence: 2, durableSequence: 2 });
    expect(await store.stateHash()).toBe(before);
    expect(await store.append(put(3))).toMatchObject({ firstSequence: 3 });
    expect((await store.verify()).ok).toBe(true);
  });

  test('from a reducer fails the store under the direct fold, and the log is sound', async () => {
    const contents = new MemoryContents();
    const store = await open({ log: openMemoryLog({ contents }), fold: 'direct' });
    await store.append(put(1));
    expect((await errorOf(during('reducer', () => store.append(put(9))))).code).toBe('REDUCER_FAILED');
    expect((await errorOf(store.append(put(9)))).code).toBe('STORE_FAILED');
    await store.close();
    await using again = await open({ log: openMemoryLog({ contents }) });
    expect(again.state.count).toBe(1);
  });

  test('from a reducer while the log is replayed is REDUCER_FAILED, and the log opens later', async () => {
    const contents = new MemoryContents();
    const log = openMemoryLog({ contents });
    const store = await open({ log });
    await store.append(put(1));
    const failed = { code: 'REDUCER_FAILED', sequence: 1, type: 'Put' };
    expect((await during('reducer', () => store.verify())).problems).toMatchObject([failed]);
    expect(await errorOf(during('reducer', () => store.at({ sequence: 1 })))).toMatchObject(failed);
    expect(await errorOf(during('reducer', () => replay(model, { log })))).toMatchObject(failed);
    expect(await errorOf(during('reducer', () => stateAt(model, { log, at: { sequence: 1 } })))).toMatchObject(failed);
    expect(
      await errorOf(during('reducer', () => open({ log: openMemoryLog({ contents }), readOnly: true }))),
    ).toMatchObject(failed);
    await store.close();
    await using again = await open({ log: openMemoryLog({ contents }) });
    expect(again.state.count).toBe(1);
  });

  test('from initialState is INVALID_OPTION wherever a state begins', async () => {
    const log = openMemoryLog();
    await using store = await open({ log });
    await store.append(put(1));
    const invalid = { code: 'INVALID_OPTION', type: 'initialState' };
    const begin = (act: () => unknown) => errorOf(during('initialState', async () => act()));
    expect(await begin(() => open())).toMatchObject(invalid);
    expect(await begin(() => store.at({ sequence: 1 }))).toMatchObject(invalid);
    expect(await begin(() => replay(model, { log }))).toMatchObject(invalid);
    expect(await begin(() => stateAt(model, { log, at: { sequence: 1 } }))).toMatchObject(invalid);
    expect(await begin(() => store.verify())).toMatchObject(invalid);
    expect(await begin(() => checkModel(model, [[put(1)]]))).toMatchObject(invalid);
    expect((await store.verify()).ok).toBe(true);
  });

  test('from an invariant is INVARIANT_BROKEN in verify, and a failed check of a model', async () => {
    await using store = await open();
    await store.append(put(1));
    expect(await during('invariant', () => store.verify())).toMatchObject({
      ok: false,
      brokenInvariants: ['steady'],
      problems: [{ code: 'INVARIANT_BROKEN', type: 'steady', message: expect.stringContaining('it threw') }],
    });
    const check = () => during('invariant', () => checkModel(model, [[put(1)]]));
    await expect(check()).rejects.toThrow(/the invariant steady does not hold: it threw/);
  });

  test('from a listener is a warning, and the others still get the events', async () => {
    await using store = await open();
    const heard: number[] = [];
    store.subscribe(() => {
      throw make();
    });
    store.subscribe(async () => Promise.reject(make()));
    store.subscribe((events) => void heard.push(events.length));
    await store.append([put(1), put(2)]);
    await store.append(put(3));
    expect(heard).toEqual([2, 1]);
    await expect.poll(() => warn.mock.calls.length).toBe(4);
    for (const [warning] of warn.mock.calls) expect(warning).toMatchObject({ name: 'RefoldListenerWarning' });
  });

  test('from onProgress is a single warning, and no call fails', async () => {
    const log = openMemoryLog();
    const onProgress = (): never => {
      throw make();
    };
    const store = await open({ log, onProgress });
    await store.append([put(1), put(2)]);
    expect((await store.verify()).ok).toBe(true);
    await store.compact();
    expect(warn.mock.calls).toMatchObject([[{ name: 'RefoldProgressWarning' }, {}]]);
    expect((await replay(model, { log, onProgress })).events).toBe(2);
    expect((await stateAt(model, { log, at: { sequence: 2 }, onProgress })).sequence).toBe(2);
    await store.close();
  });

  test('from an async onProgress does not end the process', async () => {
    await using store = await open({ onProgress: (async () => Promise.reject(make())) as () => void });
    await store.append(put(1));
    expect((await store.verify()).ok).toBe(true);
    await expect.poll(() => warn.mock.calls.length).toBe(1);
  });
});

test('a RefoldError that application code throws is told with its code, as what it is elsewhere', async () => {
  make = () => new RefoldError('LOG_FULL', 'no tea');
  await using store = await open();
  expect(await errorOf(during('reducer', () => store.append(put(1))))).toMatchObject({
    code: 'REDUCER_FAILED',
    cause: { code: 'LOG_FULL' },
  });
  store.subscribe(() => {
    throw make();
  });
  await store.append(put(1));
  expect(warn.mock.calls).toMatchObject([
    [{ name: 'RefoldError', code: 'LOG_FULL' }, { type: 'RefoldListenerWarning' }],
  ]);
});

test('an onProgress that throws fails nothing that is done to a file', async () => {
  const path = await temporaryPath();
  const onProgress = (): never => {
    throw Object.create(null);
  };
  const store = await open({ log: undefined, path, onProgress });
  await store.append([put(1), put(2)]);
  await store.backup(await temporaryPath('copy.db'));
  await store.close();
  await using log = await openLog({ path });
  expect((await log.verify({ onProgress })).ok).toBe(true);
  expect((await log.compact({ dryRun: true, onProgress })).sealed.events).toBe(2);
  await log.backup(await temporaryPath('another.db'), onProgress);
  expect((await repairLog(path, { plan: true, onProgress })).damage).toEqual([]);
});

test('real warnings of strange values do not end the process', async () => {
  warn.mockRestore();
  const heard = vi.fn();
  process.on('warning', heard);
  await using store = await openStore(model, { log: openMemoryLog() });
  for (const [, makeThrown] of STRANGE) {
    const end = store.subscribe(() => {
      throw makeThrown();
    });
    await store.append(put(1));
    end();
  }
  await expect.poll(() => heard.mock.calls.length).toBe(STRANGE.length);
  process.off('warning', heard);
});
