/** Several stores write one log, in turns. */
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { defineModel, defineReactor, MemoryContents, openStore, type RecordedEvent } from '../../../src/index.ts';
import { LONGEST_TURN_MS, TURN_TAIL_BYTES } from '../../../src/log/log-turn.ts';
import { sqliteSource } from '../../../src/log/sqlite/sqlite-source.ts';
import { added, cartModel, note } from '../cart.ts';
import { type CartStore, errorOf, temporaryPath } from '../harness.ts';
import { FatefulLog, LateLog, openMember } from './members.ts';

const item = (cart: string, quantity = 1) => ({ cart, sku: 'tea', quantity });

async function openTwo(log = new MemoryContents()): Promise<[CartStore, CartStore]> {
  return [await openMember(log), await openMember(log)];
}

function heardBy(store: CartStore): number[] {
  const heard: number[] = [];
  store.subscribe((events: readonly RecordedEvent[]) => void heard.push(...events.map(({ sequence }) => sequence)));
  return heard;
}

describe('two stores on one log', () => {
  test('each sees what the other has appended, and decides on it', async () => {
    const [one, other] = await openTwo();
    expect([one.role, other.role]).toEqual(['writer', 'writer']);
    expect(await one.append(added('a', 4))).toMatchObject({ firstSequence: 1, lastSequence: 1 });
    expect(await other.execute('addItem', item('a', 7))).toMatchObject({ status: 'rejected', code: 'CART_FULL' });
    expect(await other.execute('addItem', item('a', 6))).toMatchObject({ status: 'accepted' });
    await one.waitFor(2);
    expect(one.state.carts.get('a')?.total).toBe(10);
    expect(await one.stateHash()).toBe(await other.stateHash());
  });

  test('a snapshot that is due at the open is taken, without a warning', async () => {
    const contents = new MemoryContents();
    const alone = await openStore(cartModel, { log: contents });
    for (let n = 0; n < 30; n++) await alone.append(added('a', 1));
    await alone.close();
    contents.snapshots.length = 0;
    const warnings: string[] = [];
    const onWarning = ({ message }: { readonly message: string }): void => void warnings.push(message);
    const store = await openMember(contents, { recoverWithin: 0.001, onWarning });
    await vi.waitFor(() => expect(store.stats().snapshotSequence).toBe(30));
    // No machine loads a state within a microsecond.
    expect(warnings.filter((message) => !message.includes('recoverWithin'))).toEqual([]);
  });

  test('a call runs when its turn comes: state and sequence do not move in it', async () => {
    const [one] = await openTwo();
    const appending = one.append(added('a'));
    expect([one.sequence, one.state.carts.size]).toEqual([0, 0]);
    await appending;
    expect([one.sequence, one.state.carts.size]).toEqual([1, 1]);
  });

  test('calls of one store become events in their order, whatever they are', async () => {
    const [one, other] = await openTwo();
    const calls = [
      one.append(note('1')),
      one.transact((tx) => {
        tx.append(note('2'));
        return tx.sequence;
      }),
      one.execute('addItem', item('a')),
      one.append([note('4'), note('5')], { commandId: 'five' }),
    ];
    await Promise.all(calls);
    expect(await calls[1]).toEqual({ commit: expect.objectContaining({ firstSequence: 2 }), result: 2 });
    await other.catchUp();
    const types = (await Array.fromAsync(other.events())).map(({ data }) => ('text' in data ? data.text : 'item'));
    expect(types).toEqual(['1', '2', 'item', '4', '5']);
  });

  test('two hundred calls of each at once: every event once, in both the same state', async () => {
    const stores = await openTwo();
    const heard = stores.map(heardBy);
    const calls = stores.flatMap((store, index) =>
      Array.from({ length: 200 }, (_, call) => store.append(note(`${index} ${call}`))),
    );
    await Promise.all(calls);
    for (const store of stores) await store.waitFor(400);
    const all = Array.from({ length: 400 }, (_, index) => index + 1);
    expect(heard).toEqual([all, all]);
    expect(await stores[0].stateHash()).toBe(await stores[1].stateHash());
    expect(new Set(stores[0].state.seen.notes).size).toBe(400);
  });

  test('what the caller changes after the call does not matter', async () => {
    const [one] = await openTwo();
    const input = item('a', 2);
    const event = note('before');
    const calls = [one.execute('addItem', input), one.append(event)];
    input.quantity = 9;
    event.data.text = 'after';
    await Promise.all(calls);
    expect(one.state.carts.get('a')?.total).toBe(2);
    expect(one.state.seen.notes).toEqual(['before']);
  });

  test('an expected sequence is looked at in the turn', async () => {
    const [one, other] = await openTwo();
    await one.append(note('1'));
    expect((await errorOf(other.append(note('2'), { expectedSequence: 0 }))).code).toBe('SEQUENCE_CONFLICT');
    await other.append(note('2'), { expectedSequence: 1 });
  });

  test('errors are those of one writer', async () => {
    const [one] = await openTwo();
    expect((await errorOf(one.append({ type: 'NoteTaken', data: { text: 1 } } as never))).code).toBe('EVENT_REJECTED');
    expect((await errorOf(one.append({ type: 'Exploded', data: { after: 1 } }))).code).toBe('REDUCER_FAILED');
    expect((await errorOf(one.execute('crash', {}))).code).toBe('COMMAND_FAILED');
    expect((await errorOf(one.execute('addItem', { cart: 1 } as never))).code).toBe('COMMAND_INPUT_REJECTED');
    await expect(
      one.transact(() => {
        throw new RangeError('no');
      }),
    ).rejects.toThrow(RangeError);
    expect(one.sequence).toBe(0);
    expect(await one.execute('touch', {})).toMatchObject({ status: 'accepted', commit: undefined });
  });

  test('follow, watch and projections get each event once', async () => {
    const [one, other] = await openTwo();
    const { state, sequence, events } = other.watch();
    expect([state.seen.notes, sequence]).toEqual([[], 0]);
    const texts = await one.project({
      name: 'texts',
      initialState: () => ({ texts: [] as string[] }),
      reducers: { NoteTaken: (view, { text }) => void view.texts.push(text) },
    });
    for (let index = 0; index < 10; index++) await [one, other][index % 2]!.append(note(String(index)));
    const watched: number[] = [];
    for await (const event of events) {
      watched.push(event.sequence);
      if (event.sequence === 10) break;
    }
    expect(watched).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    await vi.waitFor(() => expect(texts.sequence).toBe(10));
    expect(texts.state.texts).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  });

  test('times do not fall between the stores, whatever their clocks say', async () => {
    const log = new MemoryContents();
    const ahead = await openMember(log, { clock: () => 5_000 });
    const behind = await openMember(log, { clock: () => 1_000 });
    await ahead.append(note('1'));
    expect((await behind.append(note('2'))).recordedAt).toBe(5_000);
  });
});

describe('a commandId', () => {
  test('given to both stores at once is decided once, and both get the answer', async () => {
    const [one, other] = await openTwo();
    const options = { commandId: 'once' };
    const answers = await Promise.all([one, other].map((store) => store.execute('addItem', item('a', 3), options)));
    expect(answers.map(({ replayed }) => replayed).sort()).toEqual([false, true]);
    expect(answers[0]).toMatchObject({ status: 'accepted', commit: { firstSequence: 1 } });
    expect(answers[1]).toMatchObject({ status: 'accepted', commit: { firstSequence: 1 }, events: [{ sequence: 1 }] });
    await Promise.all([one, other].map((store) => store.waitFor(1)));
    expect(one.state.carts.get('a')?.total).toBe(3);
  });

  test('given twice to one store is decided once, also while the first call waits', async () => {
    const [one] = await openTwo();
    const options = { commandId: 'once' };
    const calls = [0, 1].map(() => one.append(note('x'), options));
    expect(await calls[0]).toEqual(await calls[1]);
    expect(await one.append(note('x'), options)).toEqual(await calls[0]);
    expect(one.sequence).toBe(1);
  });

  test('is remembered with a rejection, and is refused with another input', async () => {
    const [one, other] = await openTwo();
    const first = await one.execute('addItem', item('a', 11), { commandId: 'r' });
    await one.append(note('1'));
    expect(await other.execute('addItem', item('a', 11), { commandId: 'r' })).toEqual({ ...first, replayed: true });
    const reused = other.execute('addItem', item('a', 1), { commandId: 'r' });
    expect((await errorOf(reused)).code).toBe('COMMAND_ID_REUSED');
  });

  test('whose call failed may be used again', async () => {
    const [one] = await openTwo();
    expect((await errorOf(one.execute('crash', {}, { commandId: 'again' }))).code).toBe('COMMAND_FAILED');
    expect(await one.append(note('1'), { commandId: 'again' })).toMatchObject({ firstSequence: 1 });
  });
});

describe('a turn that was lost', () => {
  async function openFateful() {
    const log = new FatefulLog();
    const [store, other] = [await openMember(log), await openMember(log.contents)];
    const loseOnce = (): void => {
      log.fate = () => {
        log.fate = () => 'take';
        return 'lose';
      };
    };
    return { log, store, other, loseOnce };
  }

  test('is decided again, and no subscriber hears of the first time', async () => {
    const { store, other, loseOnce } = await openFateful();
    const heard = heardBy(store);
    await store.append(note('1'));
    loseOnce();
    const calls = [store.append(note('2')), store.execute('addItem', item('a', 2), { commandId: 'two' })];
    await Promise.all(calls);
    expect(heard).toEqual([1, 2, 3]);
    expect(store.state.seen.notes).toEqual(['1', '2']);
    expect(store.state.carts.get('a')?.total).toBe(2);
    await other.waitFor(3);
    expect(await store.stateHash()).toBe(await other.stateHash());
    expect(await store.verify()).toMatchObject({ ok: true });
  });

  test('is decided on what others have appended meanwhile', async () => {
    const { store, other, loseOnce } = await openFateful();
    loseOnce();
    const added = store.execute('addItem', item('a', 6));
    const elsewhere = other.execute('addItem', item('a', 6));
    const outcomes = [await added, await elsewhere].map(({ status }) => status);
    expect(outcomes.sort()).toEqual(['accepted', 'rejected']);
  });

  test('an input that decide has changed is the given one again', async () => {
    const model = defineModel({
      name: 'lists',
      events: { Listed: z.object({ items: z.array(z.string()) }) },
      initialState: () => ({ lists: [] as string[][] }),
      reducers: { Listed: (state, { items }) => void state.lists.push(items) },
      commands: {
        list: {
          input: z.object({ items: z.array(z.string()) }),
          decide: (_, input) => {
            input.items.push('decided');
            return { type: 'Listed', data: { items: [...input.items] } };
          },
        },
      },
    });
    const log = new FatefulLog();
    let turns = 0;
    log.fate = () => (++turns < 3 ? 'lose' : 'take');
    await using store = await openStore(model, { log, writers: 'many' });
    await store.execute('list', { items: ['a'] });
    expect([turns, store.state.lists]).toEqual([3, [['a', 'decided']]]);
  });

  test('while the state is recovered it is not shown, and a watch of it ends', async () => {
    const { log, store, loseOnce } = await openFateful();
    await store.append(note('1'));
    loseOnce();
    const { promise: held, resolve: go } = Promise.withResolvers<void>();
    let watched: AsyncGenerator<unknown> | undefined;
    log.decided = async () => {
      expect([store.sequence, store.durableSequence, store.state.seen.notes]).toEqual([2, 1, ['1', 'lost']]);
      watched = store.watch().events;
      log.recovering = held;
      log.decided = async () => {};
    };
    const text = ['lost', 'found'];
    const appending = store.transact((tx) => tx.append(note(text.shift()!)));
    await vi.waitFor(() => expect(() => store.state).toThrow(expect.objectContaining({ code: 'NOT_WRITER' })));
    expect([store.sequence, store.failure]).toEqual([1, undefined]);
    await expect(watched!.next()).rejects.toMatchObject({ code: 'NOT_WRITER' });
    go();
    expect(await appending).toMatchObject({ commit: { firstSequence: 2 } });
    expect(store.state.seen.notes).toEqual(['1', 'found']);
  });

  test('twice because of a decision that outlasts it is COMMAND_FAILED, and the others are decided', async () => {
    const { log, store } = await openFateful();
    let runs = 0;
    log.fate = () => (runs < 2 ? 'lose' : 'take');
    const slow = store.transact(() => {
      runs += 1;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LONGEST_TURN_MS + 10);
    });
    const quick = store.append(note('1'));
    expect(await errorOf(slow)).toMatchObject({ code: 'COMMAND_FAILED' });
    expect(await quick).toMatchObject({ firstSequence: 1 });
    expect(runs).toBe(2);
  });

  test('for which it is too far behind comes after it has read on', async () => {
    const { log, store } = await openFateful();
    log.isDeaf = true;
    await store.append(note('1')); // from here on it follows no more
    const other = await openMember(log.contents);
    for (let index = 0; index < 3; index++) await other.append(note('x'.repeat(TURN_TAIL_BYTES / 2)));
    const before = log.turns;
    expect(await store.append(note('5'))).toMatchObject({ firstSequence: 5 });
    expect(log.turns - before).toBe(2);
    await other.catchUp();
    expect(await store.stateHash()).toBe(await other.stateHash());
  });

  test('for which no answer comes fails the store', async () => {
    const { log, store } = await openFateful();
    log.fate = () => 'unknown';
    const calls = [store.append(note('1')), store.append(note('2'))];
    expect((await errorOf(calls[0]!)).code).toBe('OUTCOME_UNKNOWN');
    expect((await errorOf(calls[1]!)).code).toBe('OUTCOME_UNKNOWN');
    expect(store.failure?.code).toBe('STORE_FAILED');
    expect((await errorOf(store.append(note('3')))).code).toBe('STORE_FAILED');
    expect((await errorOf(() => store.state)).code).toBe('STORE_FAILED');
  });
});

describe('the keeper', () => {
  test('alone snapshots, compacts and redacts; when it closes, another is the keeper', async () => {
    const [keeper, other] = await openTwo();
    await keeper.append(note('1'));
    await other.catchUp();
    for (const call of [() => other.snapshot(), () => other.compact(), () => other.redact({ sequences: [1] })]) {
      expect(await errorOf(call())).toMatchObject({ code: 'NOT_WRITER' });
    }
    expect(await keeper.snapshot()).toMatchObject({ sequence: 1 });
    await keeper.close();
    await other.append(note('2'));
    expect(await other.snapshot()).toMatchObject({ sequence: 2 });
    expect(await other.verify()).toMatchObject({ ok: true });
  });

  test('runs the reactors, and the next one goes on', async () => {
    const [keeper, other] = await openTwo();
    const done: string[] = [];
    const reactor = (name: string) =>
      defineReactor(cartModel, {
        name: 'mail',
        from: 'start',
        on: { NoteTaken: (event) => void done.push(`${name} ${event.sequence}`) },
      });
    const first = await keeper.react(reactor('keeper'));
    const second = await other.react(reactor('other'));
    await other.append(note('1'));
    await keeper.append(note('2'));
    await vi.waitFor(() => expect(first.sequence).toBe(2));
    await keeper.close();
    await other.append(note('3'));
    await vi.waitFor(() => expect(second.sequence).toBe(3));
    expect(done).toEqual(['keeper 1', 'keeper 2', 'other 3']);
  });

  test('snapshots without being asked, and another one does not', async () => {
    const log = new MemoryContents();
    const save = [{ seconds: 0.001, changes: 10 }];
    const [keeper, other] = [await openMember(log, { save }), await openMember(log, { save })];
    for (let index = 0; index < 30; index++) {
      await other.append(note(String(index)));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await vi.waitFor(() => expect(keeper.stats().snapshotSequence).toBeGreaterThan(9));
    expect(other.stats().snapshotSequence).toBe(0);
  });
});

describe('a redaction by the keeper', () => {
  test('reaches the other stores, also while they write', async () => {
    const model = defineModel({
      name: 'people',
      events: { Named: { version: 1, schema: z.object({ name: z.string() }), redact: () => ({ name: 'gone' }) } },
      initialState: () => ({ names: new Map<number, string>() }),
      reducers: { Named: (state, { name }, { sequence }) => void state.names.set(sequence, name) },
    });
    const log = new MemoryContents();
    await using keeper = await openStore(model, { log, writers: 'many' });
    await using other = await openStore(model, { log, writers: 'many' });
    await other.append({ type: 'Named', data: { name: 'secret' } });
    let isOver = false;
    const writing = (async () => {
      for (let index = 0; !isOver || index < 50; index++) {
        await other.append({ type: 'Named', data: { name: `n${index}` } });
        if (index % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
    })();
    await keeper.waitFor(1);
    await keeper.redact({ sequences: [1] });
    isOver = true;
    await writing;
    await other.append({ type: 'Named', data: { name: 'last' } });
    await keeper.waitFor(other.sequence);
    for (const store of [keeper, other]) {
      expect(store.state.names.get(1)).toBe('gone');
      expect(store.state.names.get(other.sequence)).toBe('last');
    }
    expect(await keeper.stateHash()).toBe(await other.stateHash());
    expect(await keeper.verify()).toMatchObject({ ok: true });
  });
});

describe('a redaction that the events of others do not stand', () => {
  test('is refused also when they come at the last moment, and nothing has changed', async () => {
    const schema = z.object({ name: z.string() });
    const model = defineModel({
      name: 'guests',
      events: { Named: { version: 1, schema, redact: () => ({ name: 'gone' }) }, Greeted: { version: 1, schema } },
      initialState: () => ({ name: '' }),
      reducers: {
        Named: (state, { name }) => void (state.name = name),
        Greeted: (state, { name }) => {
          if (name !== state.name) throw new Error(`there is no guest of the name ${name}`);
        },
      },
    });
    const contents = new MemoryContents();
    const log = new LateLog(contents);
    await using keeper = await openStore(model, { log, writers: 'many' });
    await using other = await openStore(model, { log: contents, writers: 'many' });
    await other.append({ type: 'Named', data: { name: 'Ann' } });
    await keeper.waitFor(1);
    log.before = () => other.append({ type: 'Greeted', data: { name: 'Ann' } });
    const refused = await errorOf(keeper.redact({ sequences: [1] }));
    expect(refused).toMatchObject({ code: 'REDUCER_FAILED', sequence: 2 });
    expect(keeper.state.name).toBe('Ann');
    expect(await keeper.stateHash()).toBe(await other.stateHash());
    await other.append({ type: 'Greeted', data: { name: 'Ann' } });
    await keeper.waitFor(3);
    expect(await keeper.verify()).toMatchObject({ ok: true });
  });
});

describe('bad input', () => {
  test.each([
    ['writers', { path: ':memory:', writers: 'some' as never }],
    ['writers', { path: ':memory:', writers: 'many' as const, readOnly: true }],
    ['writers', { path: ':memory:', writers: 'one' as const, readOnly: true }],
    ['standby', { path: ':memory:', writers: 'many' as const, standby: true }],
  ])('%s is named: %o', async (type, options) => {
    expect(await errorOf(openStore(cartModel, options))).toMatchObject({ code: 'INVALID_OPTION', type });
  });

  test('a file has one writer', async () => {
    const path = await temporaryPath();
    const refused = { code: 'INVALID_OPTION', type: 'writers' };
    expect(await errorOf(openStore(cartModel, { path, writers: 'many' }))).toMatchObject(refused);
    expect(await errorOf(openStore(cartModel, { log: sqliteSource({ path }), writers: 'many' }))).toMatchObject(
      refused,
    );
  });

  test('a log that knows no turns is refused and closed', async () => {
    const contents = new MemoryContents();
    const source = { name: 'old', open: () => contents.open({}) };
    const error = await errorOf(openStore(cartModel, { log: source, writers: 'many' }));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', type: 'writers' });
    await using _ = await openStore(cartModel, { log: contents, waitForLock: 0 });
  });

  test('an open log keeps what it was opened with', async () => {
    const log = await new MemoryContents().open({ writers: 'many' });
    const error = await errorOf(openStore(cartModel, { log, writers: 'many' }));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', type: 'writers' });
    await using store = await openStore(cartModel, { log });
    expect(await store.append(note('1'))).toMatchObject({ firstSequence: 1 });
  });

  test('a log that is open in the other way is locked', async () => {
    const log = new MemoryContents();
    const writer = await openStore(cartModel, { log });
    expect((await errorOf(openStore(cartModel, { log, writers: 'many', waitForLock: 0 }))).code).toBe('LOG_LOCKED');
    await writer.close();
    const member = await openMember(log);
    expect((await errorOf(openStore(cartModel, { log, waitForLock: 0 }))).code).toBe('LOG_LOCKED');
    await member.close();
    await using _ = await openStore(cartModel, { log });
  });
});

test('a closed store refuses calls, and what was accepted before is durable', async () => {
  const [one, other] = await openTwo();
  const calls = [one.append(note('1')), one.append(note('2'))];
  await one.close();
  await Promise.all(calls);
  expect((await errorOf(one.append(note('3')))).code).toBe('STORE_CLOSED');
  await other.waitFor(2);
  expect(other.state.seen.notes).toEqual(['1', '2']);
});

test('a store opens on a long log, with the direct fold, and strictly', async () => {
  const log = new MemoryContents();
  const first = await openMember(log);
  for (let index = 0; index < 20; index++) await first.append(note('x'.repeat(40_000)));
  const direct = await openMember(log, { fold: 'direct', strict: false });
  const strict = await openMember(log, { strict: true });
  await Promise.all([first, direct, strict].map((store) => store.append(added('a'))));
  for (const store of [first, direct, strict]) await store.waitFor(23);
  expect(new Set(await Promise.all([first, direct, strict].map((store) => store.stateHash()))).size).toBe(1);
});
