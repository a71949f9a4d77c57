/** Following a store in its process, and watching it: against the list of all events. */
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  type EventBatch,
  MemoryContents,
  openMemoryLog,
  openStore,
  type RecordedEvent,
  type StoreOptions,
} from '../../../src/index.ts';
import { storyOf } from '../../contracts/log-fixtures.ts';
import { sample } from '../../sample.ts';
import { added, cartModel, note } from '../cart.ts';
import { type CartStore, errorOf, openCarts, temporaryPath } from '../harness.ts';

const endings: AbortController[] = [];
afterEach(() => {
  for (const ending of endings.splice(0)) ending.abort();
});

interface Wanted {
  readonly from: number;
  readonly types: readonly string[] | undefined;
  readonly batches: boolean;
  /** How long its loop handles an item: a microtask, a turn, or a few ms. */
  readonly pace: 'at once' | 'a turn' | 'slowly';
}

/** Keeps what one follower gets, and checks what each batch says of itself. */
class Heard {
  readonly events: RecordedEvent[] = [];
  /** Where a follower would resume. */
  sequence: number;
  readonly ended: Promise<void>;
  isCaughtUp = false;
  readonly #ending = new AbortController();
  readonly #wanted: Wanted;

  constructor(items: (signal: AbortSignal) => AsyncIterable<any>, wanted: Wanted) {
    endings.push(this.#ending);
    this.#wanted = wanted;
    this.sequence = wanted.from - 1;
    this.ended = this.#run(items(this.#ending.signal));
  }

  stop(): Promise<void> {
    this.#ending.abort();
    return this.ended;
  }

  async #run(items: AsyncIterable<RecordedEvent | EventBatch>): Promise<void> {
    for await (const item of items) {
      if ('events' in item) this.#takeBatch(item);
      else this.#take(item);
      if (this.#wanted.pace === 'a turn') await new Promise(setImmediate);
      if (this.#wanted.pace === 'slowly') await new Promise((resolve) => setTimeout(resolve, 3));
    }
  }

  #takeBatch({ events, sequence, caughtUp }: EventBatch): void {
    if (events.length === 0) expect([caughtUp, this.isCaughtUp]).toEqual([true, false]);
    expect(events.length).toBeLessThanOrEqual(1_000);
    for (const event of events) this.#take(event);
    expect(sequence).toBeGreaterThanOrEqual(this.sequence);
    this.sequence = sequence;
    this.isCaughtUp = caughtUp;
  }

  #take(event: RecordedEvent): void {
    expect(event.sequence).toBeGreaterThan(this.sequence);
    this.sequence = event.sequence;
    this.events.push(event);
  }
}

function follow(store: CartStore, wanted: Wanted): Heard {
  const { from, types, batches } = wanted;
  return new Heard((signal) => store.follow({ from, types, batches, signal } as never), wanted);
}

async function expectAll(store: CartStore, heard: Heard, { from, types, batches }: Wanted): Promise<void> {
  const all = await Array.fromAsync(store.events());
  const expected = all.filter(({ sequence, type }) => sequence >= from && (types?.includes(type) ?? true));
  const isThere = (): void => expect(heard.events.length).toBe(expected.length);
  await vi.waitFor(isThere, { timeout: 20_000, interval: 2 });
  expect(heard.events).toEqual(expected);
  if (!batches) return;
  await vi.waitFor(() => expect(heard.isCaughtUp).toBe(true), { timeout: 20_000, interval: 2 });
  expect(heard.sequence).toBeLessThanOrEqual(Math.max(store.durableSequence, from - 1));
}

const TYPES = ['ItemAdded', 'NoteTaken', 'CartCleared'] as const;
const event = fc.constantFrom(added('a'), note('one'), note('a longer note, '.repeat(20)), {
  type: 'CartCleared' as const,
  data: { cart: 'a' },
});
const wanted: fc.Arbitrary<Wanted> = fc.record({
  from: fc.nat(40),
  types: fc.option(fc.subarray([...TYPES]), { nil: undefined }),
  batches: fc.boolean(),
  pace: fc.constantFrom('at once' as const, 'a turn' as const, 'slowly' as const),
});
type Step =
  | { readonly do: 'append'; readonly commits: readonly (typeof event extends fc.Arbitrary<infer E> ? E : never)[][] }
  | { readonly do: 'follow' | 'watch'; readonly wanted: Wanted }
  | { readonly do: 'resume' | 'seal' | 'snapshot' | 'turn' | 'check' };
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .array(fc.array(event, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 })
      .map((commits): Step => ({ do: 'append', commits })),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('follow' as const, 'watch' as const), wanted }) },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom('resume' as const, 'seal' as const, 'snapshot' as const, 'turn' as const, 'check' as const)
      .map((what): Step => ({ do: what })),
  },
);

async function play(script: readonly Step[], options: StoreOptions): Promise<void> {
  const store = await openCarts(options);
  const followers: { heard: Heard; wanted: Wanted }[] = [];
  for (const next of script) {
    if (next.do === 'append') await Promise.all(next.commits.map((commit) => store.append(commit)));
    else if (next.do === 'follow') followers.push({ wanted: next.wanted, heard: follow(store, next.wanted) });
    else if (next.do === 'watch') followers.push(watch(store, next.wanted));
    else if (next.do === 'seal') await store.compact();
    else if (next.do === 'snapshot') await store.snapshot();
    else if (next.do === 'turn') await new Promise(setImmediate);
    else if (next.do === 'check') await Promise.all(followers.map((each) => expectAll(store, each.heard, each.wanted)));
    else if (followers.length > 0) await resume(store, followers);
  }
  await Promise.all(followers.map((each) => expectAll(store, each.heard, each.wanted)));
  await store.close();
  await Promise.all(followers.map(({ heard }) => heard.ended));
}

/** The state at the cut, and the notes that come after it, give the state that the store has in the end. */
function watch(store: CartStore, given: Wanted): { heard: Heard; wanted: Wanted } {
  const { types, batches } = given;
  let at = 0;
  const heard = new Heard(
    (signal) => {
      const { state, sequence, events } = store.watch({ types, batches, signal } as never);
      expect(state).toBe(store.state);
      at = sequence;
      return events;
    },
    { ...given, from: store.sequence + 1 },
  );
  return { heard, wanted: { ...given, from: at + 1 } };
}

/** The first follower stops, and another one goes on from where it was. Together they have heard everything once. */
async function resume(store: CartStore, followers: { heard: Heard; wanted: Wanted }[]): Promise<void> {
  const { heard, wanted } = followers.shift()!;
  await heard.stop();
  const rest = { ...wanted, from: heard.sequence + 1 };
  const next = follow(store, rest);
  await expectAll(store, next, rest);
  const all = await Array.fromAsync(store.events());
  const { from, types } = wanted;
  const expected = all.filter(({ sequence, type }) => sequence >= from && (types?.includes(type) ?? true));
  expect([...heard.events, ...next.events]).toEqual(expected);
  followers.push({ heard: next, wanted: rest });
}

describe('every follower gets every event that it wants once, in order', () => {
  test.each<[string, () => Promise<StoreOptions>, number]>([
    ['in memory', async () => ({ path: ':memory:' }), 60],
    ['in memory, direct', async () => ({ path: ':memory:', fold: 'direct', onWarning: () => {} }), 20],
    ['in a file', async () => ({ path: await temporaryPath(), durability: 'os' }), 15],
  ])('%s', async (_name, options, numRuns) => {
    const script = fc.array(step, { minLength: 2, maxLength: 14 });
    await fc.assert(
      fc.asyncProperty(script, async (steps) => play(steps, await options())),
      { numRuns: sample(numRuns) },
    );
  });

  test('negative control: a follower that misses an event is noticed', async () => {
    const store = await openCarts();
    await store.append([note('a'), note('b')]);
    const all: Wanted = { from: 1, types: undefined, batches: false, pace: 'at once' };
    const lossy = new Heard(async function* () {
      for await (const each of store.events()) if (each.sequence !== 1) yield each;
    }, all);
    await lossy.ended;
    const waited = vi.spyOn(vi, 'waitFor').mockImplementation(async (check) => check() as never);
    await expect(expectAll(store, lossy, all)).rejects.toThrow();
    waited.mockRestore();
  });
});

describe('a live replica', () => {
  test('feeds its followers from its own tail, after its state has the events', async () => {
    const contents = new MemoryContents();
    const writer = await openCarts({ log: await contents.open() });
    await writer.append([note('a'), added('b')]);
    const replica = await openStore(cartModel, { log: contents, readOnly: true, live: true });
    const { state, sequence, events } = replica.watch({ batches: true });
    expect([state.seen.notes.length, sequence]).toEqual([1, 2]);
    const seen: number[][] = [];
    const following = (async () => {
      for await (const batch of events) seen.push([batch.sequence, replica.sequence]);
    })();
    for (let count = 0; count < 5; count++) await writer.append(note('x'));
    await vi.waitFor(() => expect(seen.at(-1)?.[0]).toBe(7));
    for (const [covered, has] of seen) expect(has).toBeGreaterThanOrEqual(covered!);
    await replica.close();
    await following;
  });
});

describe('a store that is read-only and not live', () => {
  test('follows in batches and by type as well', async () => {
    const path = await temporaryPath();
    const writer = await openCarts({ path });
    await writer.append([note('a'), added('b'), note('c')]);
    const reader = await openStore(cartModel, { path, readOnly: true });
    const { sequence, events } = reader.watch({ batches: true, types: ['NoteTaken'] });
    expect(sequence).toBe(3);
    expect((await events.next()).value).toEqual({ events: [], sequence: 3, caughtUp: true });
    await writer.append([added('b'), note('d')]);
    const { value } = await events.next();
    expect(value).toMatchObject({ events: [{ sequence: 5, data: { text: 'd' } }], sequence: 5, caughtUp: true });
    const all = reader.follow({ batches: true });
    expect((await all.next()).value).toMatchObject({ events: { length: 3 }, sequence: 3 });
    await reader.close();
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });
});

describe('batches', () => {
  test('say when they have caught up, with an empty batch if nothing is there', async () => {
    const store = await openCarts();
    const events = store.follow({ batches: true });
    expect((await events.next()).value).toEqual({ events: [], sequence: 0, caughtUp: true });
    const next = events.next();
    await store.append([note('a'), note('b')]);
    expect((await next).value).toMatchObject({
      events: [{ sequence: 1 }, { sequence: 2 }],
      sequence: 2,
      caughtUp: true,
    });
  });

  test('hold at most 1,000 events, and only the last says that it has caught up', async () => {
    const store = await openCarts();
    for (let count = 0; count < 5; count++) await store.append(Array.from({ length: 500 }, () => note('x')));
    await store.append(Array.from({ length: 2_100 }, () => note('y')));
    const sizes: [number, boolean][] = [];
    for await (const { events, sequence, caughtUp } of store.follow({ batches: true })) {
      expect(sequence).toBe(events.at(-1)!.sequence);
      sizes.push([events.length, caughtUp]);
      if (caughtUp) break;
    }
    expect(sizes.reduce((sum, [size]) => sum + size, 0)).toBe(4_600);
    expect(Math.max(...sizes.map(([size]) => size))).toBe(1_000);
    expect(sizes.filter(([, caughtUp]) => caughtUp)).toHaveLength(1);
  });

  test('grow while the loop is busy, and are shared by those at one place', async () => {
    const store = await openCarts();
    const [one, two] = [store.follow({ batches: true }), store.follow({ batches: true })];
    await Promise.all([one.next(), two.next()]);
    for (let count = 0; count < 20; count++) await store.append(note('x'));
    const [mine, yours] = [(await one.next()).value!, (await two.next()).value!];
    expect(mine.events).toHaveLength(20);
    expect(yours).toBe(mine);
    expect(() => (mine.events as unknown[]).pop()).toThrow(TypeError);
  });

  test('say how far they reach with a filter, also beyond the last event that was wanted', async () => {
    const store = await openCarts();
    await store.append([note('a'), added('b'), added('c')]);
    const events = store.follow({ batches: true, types: ['NoteTaken'] });
    const { value } = await events.next();
    expect(value).toMatchObject({ events: [{ sequence: 1 }], sequence: 3 });
  });
});

describe('a follower', () => {
  test('that reads nothing holds nothing that grows, and goes on without a gap', async () => {
    const store = await openCarts();
    const lazy = store.follow();
    const first = lazy.next();
    const large = 'x'.repeat(100_000);
    await store.append(note(large));
    expect((await first).value).toMatchObject({ sequence: 1 });
    const isCollected = new FinalizationRegistry<number>((sequence) => collected.push(sequence));
    const collected: number[] = [];
    store.subscribe(([event]) => isCollected.register(event!, event!.sequence));
    for (let count = 0; count < 150; count++) await store.append(note(large));
    await vi.waitFor(() => {
      (globalThis as { gc?: () => void }).gc?.();
      const pressure = Array.from({ length: 1_000 }, () => new Array(1_000).fill(0));
      expect(pressure).toHaveLength(1_000);
      // 8 MiB, and up to one more, are 95 of these events.
      expect(collected.filter((sequence) => sequence < 50).length).toBeGreaterThan(20);
    }, 20_000);
    const rest: number[] = [];
    for await (const { sequence } of lazy) {
      rest.push(sequence);
      if (sequence === 151) break;
    }
    expect(rest).toEqual(Array.from({ length: 150 }, (_, index) => index + 2));
  });

  test('may ask for several events at once, and gets them in order', async () => {
    const store = await openCarts();
    const events = store.follow();
    const asked = [events.next(), events.next(), events.next()];
    await store.append([note('a'), note('b')]);
    await store.append(note('c'));
    expect((await Promise.all(asked)).map(({ value }) => value?.sequence)).toEqual([1, 2, 3]);
  });

  test('ends with its signal, with return, with throw and with the close, also while it waits', async () => {
    const store = await openCarts();
    const ending = new AbortController();
    const [aborted, returned, thrown, closed] = [
      store.follow({ signal: ending.signal }),
      store.follow(),
      store.follow(),
      store.follow(),
    ];
    const waiting = [aborted, returned, thrown, closed].map((events) => events.next());
    const done = { done: true, value: undefined };
    ending.abort();
    expect(await waiting[0]).toEqual(done);
    await returned.return();
    expect(await waiting[1]).toEqual(done);
    await expect(thrown.throw(new Error('enough'))).rejects.toThrow('enough');
    expect(await waiting[2]).toEqual(done);
    await store.close();
    expect(await waiting[3]).toEqual(done);
    for (const events of [aborted, returned, thrown, closed]) expect(await events.next()).toEqual(done);
    expect(await errorOf(store.follow().next())).toMatchObject({ code: 'STORE_CLOSED' });
  });

  test('whose signal has aborted already gets nothing', async () => {
    const store = await openCarts();
    await store.append(note('a'));
    expect(await Array.fromAsync(store.follow({ signal: AbortSignal.abort() }))).toEqual([]);
    expect(await Array.fromAsync(store.watch({ signal: AbortSignal.abort() }).events)).toEqual([]);
  });

  test('that asks for an unknown type is refused', async () => {
    const store = await openCarts();
    const types = ['NoteTakn'] as never;
    expect(await errorOf(store.follow({ types }).next())).toMatchObject({ code: 'UNKNOWN_EVENT_TYPE' });
    expect(await errorOf(() => store.watch({ types }))).toMatchObject({ code: 'UNKNOWN_EVENT_TYPE' });
    expect(await errorOf(() => store.watch({ from: 1 } as never))).toMatchObject({
      code: 'INVALID_OPTION',
      type: 'from',
    });
  });

  test('gets frozen events, which are the same objects for all', async () => {
    const store = await openCarts();
    const [one, two] = [store.follow(), store.follow()];
    const asked = [one.next(), two.next()] as const;
    await store.append(added('a'));
    const [{ value: mine }, { value: yours }] = await Promise.all(asked);
    expect(mine).toBe(yours);
    expect(() => Object.assign(mine!.data, { cart: 'b' })).toThrow(TypeError);
  });

  test('that was let go of among thousands does not stop the others', async () => {
    const store = await openCarts();
    const followers = Array.from({ length: 3_000 }, () => store.follow({ batches: true, from: 1 }));
    const firsts = await Promise.all(followers.map((each) => each.next()));
    expect(new Set(firsts.map(({ value }) => value!.caughtUp))).toEqual(new Set([true]));
    const seconds = followers.map((each) => each.next());
    for (const [index, each] of followers.entries()) if (index % 3 === 0) await each.return();
    await store.append([note('a'), note('b')]);
    const answers = await Promise.all(seconds);
    for (const [index, { value }] of answers.entries()) {
      if (index % 3 === 0) expect(value).toBe(undefined);
      else expect(value!.sequence).toBe(2);
    }
  });

  test('does not hold the event loop while it reads what is there', async () => {
    const store = await openCarts();
    for (let count = 0; count < 10; count++) await store.append(Array.from({ length: 1_000 }, () => note('x')));
    let turns = 0;
    let isOver = false;
    const spin = async (): Promise<void> => {
      for (; !isOver; turns++) await new Promise(setImmediate);
    };
    const spinning = spin();
    for await (const { sequence } of store.follow()) if (sequence === 10_000) break;
    isOver = true;
    await spinning;
    expect(turns).toBeGreaterThan(1);
  });

  test.each([
    ['its signal', 'stop.abort()'],
    ['the close', 'store.close()'],
  ])('that waits keeps the process alive until %s, and no longer', async (_name, ending) => {
    const story = await storyOf(`
      import { openStore } from './src/index.ts';
      import { cartModel } from './test/engine/cart.ts';
      const store = await openStore(cartModel, { path: ':memory:' });
      const stop = new AbortController();
      setTimeout(() => ${ending}, 150).unref();
      setTimeout(() => store.append({ type: 'NoteTaken', data: { text: 'a' } }), 50).unref();
      for await (const { sequence } of store.follow({ signal: stop.signal })) console.log(sequence);
      console.log('ended');`);
    expect(story).toBe('1\nended\n');
  });

  test('that handles an event keeps nothing alive', async () => {
    const story = await storyOf(`
      import { openStore } from './src/index.ts';
      import { cartModel } from './test/engine/cart.ts';
      const store = await openStore(cartModel, { path: ':memory:' });
      const events = store.follow();
      const first = events.next();
      await store.append({ type: 'NoteTaken', data: { text: 'a' } });
      console.log((await first).value.sequence);`);
    expect(story).toBe('1\n');
  });

  test.each([{ batches: false }, { batches: true }])(
    'gets each event once while its page is sealed, %o',
    async (options) => {
      const memory = openMemoryLog();
      let seal: (() => Promise<unknown>) | undefined;
      const log = new Proxy(memory, {
        get(target, key) {
          const value = Reflect.get(target, key, target);
          if (key === 'read') {
            return async function* (range: { from: number; to?: number }) {
              for await (const block of target.read(range)) {
                yield block;
                await seal?.();
              }
            };
          }
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
      const store = await openCarts({ log });
      for (let count = 0; count < 6; count++) await store.append(note('x'));
      seal = async () => {
        seal = undefined;
        await store.compact();
      };
      const heard: number[] = [];
      for await (const item of store.follow(options)) {
        const events = 'events' in item ? (item as unknown as EventBatch).events : [item];
        heard.push(...events.map(({ sequence }) => sequence));
        if (heard.length >= 6) break;
      }
      expect(heard).toEqual([1, 2, 3, 4, 5, 6]);
      expect(seal).toBe(undefined);
    },
  );

  test('whose history is dropped before it has read it gets HISTORY_GONE', async () => {
    const store = await openCarts({ log: openMemoryLog(), history: 'discard' });
    const events = store.follow();
    const first = events.next();
    await store.append(note('a'));
    await first;
    for (let count = 0; count < 10; count++) {
      await store.append(note('x'.repeat(1_100_000)));
      await store.snapshot();
    }
    await store.compact();
    expect(await errorOf(events.next())).toMatchObject({ code: 'HISTORY_GONE' });
  });
});
