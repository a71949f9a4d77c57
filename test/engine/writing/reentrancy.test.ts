/** The application's code runs inside a write, and tries to write from there. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { Reentrancy } from '../../../src/engine/calls/reentrancy.ts';
import {
  type Comparator,
  defineModel,
  OrderedMap,
  openStore,
  type Store,
  type StoreOptions,
} from '../../../src/index.ts';
import { errorOf, temporaryPath } from '../harness.ts';

type Place =
  | 'reducer'
  | 'refine'
  | 'transform'
  | 'getter'
  | 'comparator'
  | 'clock'
  | 'decide'
  | 'input schema'
  | 'upcaster';

let store: Store;
/** The call to try, once, when the application's code runs at a place. */
let attempt: { readonly place: Place; readonly run: () => unknown } | undefined;
let tried: unknown;

/** The application's code calls it at every place where it runs. */
function here(place: Place): true {
  if (attempt?.place === place) {
    const { run } = attempt;
    attempt = undefined;
    tried = run();
  }
  return true;
}

const byNumber: Comparator<number> = (a, b) => {
  here('comparator');
  return a - b;
};

const model = defineModel({
  name: 'hooks',
  events: {
    Counted: z.object({
      by: z
        .int()
        .refine(() => here('refine'))
        .transform((by) => (here('transform') ? by : 0)),
    }),
    Plain: z.object({ by: z.int() }),
  },
  initialState: () => ({ sum: 0, seen: new OrderedMap<number, number>(byNumber) }),
  reducers: {
    Counted(state, { by }, event) {
      here('reducer');
      state.sum += by;
      state.seen.set(event.sequence, by);
    },
    Plain(state, { by }, event) {
      here('reducer');
      state.sum += by;
      state.seen.set(event.sequence, by);
    },
  },
  commands: {
    count: {
      input: z.object({ by: z.int().refine(() => here('input schema')) }),
      decide: (_state, { by }) => {
        here('decide');
        return { type: 'Plain', data: { by } };
      },
    },
  },
});

let now = 1_000;
const clock = (): number => {
  here('clock');
  return now++;
};

afterEach(async () => {
  attempt = undefined;
  await store.close();
});

async function open(options: Partial<StoreOptions> = {}): Promise<void> {
  store = await openStore(model, { path: ':memory:', clock, ...options } as StoreOptions);
}

const counted = { type: 'Counted', data: { by: 1 } };

/** Makes the application's code run at a place. */
const OUTER: Readonly<Record<Exclude<Place, 'upcaster'>, () => Promise<unknown>>> = {
  reducer: () => store.append(counted),
  refine: () => store.append(counted),
  transform: () => store.append(counted),
  comparator: () => store.append(counted),
  clock: () => store.append(counted),
  getter: () =>
    store.append({
      type: 'Counted',
      get data() {
        here('getter');
        return { by: 1 };
      },
    }),
  decide: () => store.execute('count', { by: 1 }),
  'input schema': () => store.execute('count', { by: 1 }),
};

const INNER: Readonly<Record<string, () => Promise<unknown>>> = {
  append: () => store.append([counted, counted]),
  'append with a commandId': () => store.append(counted, { commandId: 'inner' }),
  'append with an expectedSequence': () => store.append(counted, { expectedSequence: 1 }),
  execute: () => store.execute('count', { by: 5 }),
  'execute with a commandId': () => store.execute('count', { by: 5 }, { commandId: 'inner' }),
  snapshot: () => store.snapshot(),
  compact: () => store.compact(),
};

const folds = ['atomic', 'direct'] as const;
const places = Object.keys(OUTER) as (keyof typeof OUTER)[];

describe.each(folds)('with the %s fold', (fold) => {
  describe.each(places)('from a %s', (place) => {
    test.each(Object.keys(INNER))('%s is refused, and the write goes on', async (inner) => {
      await open({ fold });
      await store.append(counted); // a comparator is called from the second entry on
      attempt = { place, run: INNER[inner]! };
      const commit = (await OUTER[place]()) as object;
      const error = await errorOf(tried as Promise<unknown>);
      expect(error).toMatchObject({ code: 'REENTRANT_WRITE', path: ':memory:', hint: expect.any(String) });
      expect(JSON.stringify(commit)).toContain('"firstSequence":2');
      expect(store.sequence).toBe(2);
      expect(store.state.sum).toBe(2);
      await store.append(counted);
      expect(await store.verify()).toMatchObject({ ok: true, events: 3 });
    });
  });

  test('an unhandled rejection does not end the process, in a file', async () => {
    const path = await temporaryPath();
    await open({ path, fold });
    attempt = {
      place: 'reducer',
      run: () => void Promise.all([store.append(counted), store.snapshot()]).catch(() => {}),
    };
    await store.append(counted);
    for (const inner of Object.values(INNER)) {
      attempt = { place: 'reducer', run: () => void inner() };
      await store.append(counted);
    }
    await new Promise(setImmediate);
    await store.close();
    await open({ path, fold });
    expect(store.state.sum).toBe(8);
  });

  test('the same commandId executed inside its own decide gives one commit', async () => {
    await open({ fold });
    const again = () => store.execute('count', { by: 1 }, { commandId: 'once' });
    attempt = { place: 'decide', run: again };
    const outcome = await again();
    expect((await errorOf(tried as Promise<unknown>)).code).toBe('REENTRANT_WRITE');
    expect(store.sequence).toBe(1);
    expect(await again()).toEqual({ ...outcome, replayed: true });
  });

  test('a getter of the options and the items of a batch are read inside as well', async () => {
    await open({ fold });
    const options = {
      get commandId() {
        tried = store.append(counted);
        return 'outer';
      },
    };
    await store.append(counted, options);
    expect((await errorOf(tried as Promise<unknown>)).code).toBe('REENTRANT_WRITE');
    const batch = [counted];
    const readItem = () => {
      tried = store.append(counted);
      return counted;
    };
    Object.defineProperty(batch, 1, { get: readItem });
    await store.append(batch);
    expect((await errorOf(tried as Promise<unknown>)).code).toBe('REENTRANT_WRITE');
    expect(store.sequence).toBe(3);
  });

  test('what may be called there begins when the write is over', async () => {
    await open({ fold });
    const begun: Promise<unknown>[] = [];
    attempt = {
      place: 'reducer',
      run: () =>
        begun.push(store.stateHash(), store.flush(), store.at({ sequence: 1 }), Array.fromAsync(store.events())),
    };
    await store.append(counted);
    const [hash, , past, events] = (await Promise.all(begun)) as [
      string,
      undefined,
      { state: { sum: number } },
      unknown[],
    ];
    expect(hash).toBe(await store.stateHash());
    expect(past.state.sum).toBe(1);
    expect(events).toHaveLength(1);
  });

  test('a close from there waits for the write', async () => {
    const path = await temporaryPath();
    await open({ path, fold });
    attempt = { place: 'reducer', run: () => store.close() };
    expect(await store.append(counted)).toMatchObject({ lastSequence: 1 });
    await tried;
    expect((await errorOf(store.append(counted))).code).toBe('STORE_CLOSED');
    await open({ path, fold });
    expect(store.state.sum).toBe(1);
  });

  test('a reducer that runs in a replay must not write either', async () => {
    await open({ fold });
    await store.append([counted, counted]);
    for (const replay of [() => store.at({ sequence: 2 }), () => store.verify()]) {
      attempt = { place: 'reducer', run: () => store.append(counted) };
      await replay();
      expect((await errorOf(tried as Promise<unknown>)).code).toBe('REENTRANT_WRITE');
    }
    expect(store.sequence).toBe(2);
  });

  test('in a listener everything is allowed', async () => {
    await open({ fold });
    const calls: Promise<unknown>[] = [];
    const stop = store.subscribe(() => {
      stop();
      for (const call of Object.values(INNER)) calls.push(call().catch((error: { code: string }) => error.code));
    });
    await store.append(counted);
    const answers = await Promise.all(calls);
    expect(answers.filter((answer) => typeof answer === 'string')).toEqual(['SEQUENCE_CONFLICT', 'COMMAND_ID_REUSED']);
    expect((await store.verify()).ok).toBe(true);
  });
});

test('an upcaster must not write', async () => {
  const events = { Named: z.object({ name: z.string() }) };
  const base = { name: 'names', initialState: () => ({ names: [] as string[] }) };
  const reducers = { Named: (state: { names: string[] }, data: { name: string }) => void state.names.push(data.name) };
  const path = await temporaryPath();
  const old = await openStore(defineModel({ ...base, events, reducers }), { path });
  await old.append({ type: 'Named', data: { name: 'a' } });
  await old.close();
  const upcast = {
    1: (data: unknown) => {
      here('upcaster');
      return data;
    },
  };
  const newer = defineModel({
    ...base,
    events: { Named: { version: 2, schema: events.Named, upcast } },
    reducers,
  });
  store = await openStore(newer, { path });
  for (const read of [() => Array.fromAsync(store.events()), () => store.at({ sequence: 1 })]) {
    attempt = { place: 'upcaster', run: () => store.append({ type: 'Named', data: { name: 'b' } }) };
    await read();
    expect((await errorOf(tried as Promise<unknown>)).code).toBe('REENTRANT_WRITE');
  }
  expect(store.sequence).toBe(1);
});

test('another store may be written from a reducer, and cannot write back', async () => {
  await open();
  const other = await openStore(model, { path: ':memory:', clock: () => 5 });
  const plain = { type: 'Plain' as const, data: { by: 1 } };
  attempt = {
    place: 'reducer',
    run: () => {
      attempt = { place: 'reducer', run: () => store.append(counted) };
      return other.append(plain);
    },
  };
  await store.append(counted);
  expect(tried).toBeInstanceOf(Promise);
  await expect(other.flush()).resolves.toBeUndefined();
  expect(store.sequence).toBe(1);
  expect(other.sequence).toBe(1);
  expect((await other.verify()).ok).toBe(true);
  await other.close();
});

test('a reducer that changes its event changes nothing but the state', async () => {
  const wild = defineModel({
    name: 'wild',
    events: { A: z.object({ n: z.int() }), B: z.object({ n: z.int() }) },
    initialState: () => ({ n: 0 }),
    reducers: {
      A(state, data, event) {
        state.n += data.n;
        Object.assign(event, { sequence: 500, type: 'B', recordedAt: 9e15, version: 7, data: null });
      },
      B(state, data) {
        state.n += data.n;
      },
    },
  });
  for (const fold of folds) {
    const path = await temporaryPath();
    store = await openStore(wild, { path, fold });
    const heard: unknown[] = [];
    store.subscribe((events) => heard.push(...events.map(({ type, sequence, data }) => [type, sequence, data])));
    expect(
      await store.append([
        { type: 'A', data: { n: 1 } },
        { type: 'A', data: { n: 1 } },
      ]),
    ).toMatchObject({
      firstSequence: 1,
      lastSequence: 2,
    });
    await store.append({ type: 'B', data: { n: 1 } });
    expect(heard).toEqual([
      ['A', 1, { n: 1 }],
      ['A', 2, { n: 1 }],
      ['B', 3, { n: 1 }],
    ]);
    expect((await store.verify()).ok).toBe(true);
    await store.close();
    store = await openStore(wild, { path, fold });
    expect(store).toMatchObject({ sequence: 3, state: { n: 3 }, recovery: { snapshot: 3 } });
    await store.close();
  }
});

test('if the guard fails, the rules of blocks keep unreadable events out of the log', async () => {
  const path = await temporaryPath();
  await open({ path });
  await store.append(counted);
  const guardless = vi.spyOn(Reentrancy.prototype, 'entered', 'get').mockReturnValue(false);
  const inner = { place: 'reducer' as const, run: () => store.append(counted) };
  attempt = inner;
  const outer = store.append(counted);
  const codes = await Promise.all([outer, tried as Promise<unknown>].map(async (call) => (await errorOf(call)).code));
  guardless.mockRestore();
  expect(codes).toEqual(['STORE_FAILED', 'STORE_FAILED']);
  await store.close().catch(() => {});
  await open({ path });
  expect(store.state.sum).toBe(1);
  expect((await store.verify()).ok).toBe(true);
});
