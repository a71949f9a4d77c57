/** A standby beside everything else that a store does: redaction, retention, shared threads, weak durability, a file that is new. */
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import {
  defineModel,
  defineReactor,
  type LogStore,
  MemoryContents,
  openStore,
  openStores,
} from '../../../src/index.ts';
import { sqliteSource } from '../../../src/log/sqlite/sqlite-source.ts';
import { cartModel, note } from '../cart.ts';
import { errorOf, openCarts, temporaryPath } from '../harness.ts';
import { HeldLog, roleOf, standBy, takeOver } from './stand.ts';

test('standbys that open a new file together: one writes, and the others follow', async () => {
  const path = await temporaryPath();
  const stores = await Promise.all([1, 2, 3].map(() => standBy({ path })));
  await vi.waitFor(() => expect(stores.filter(({ role }) => role === 'writer')).toHaveLength(1), 10_000);
  const writer = stores.find(({ role }) => role === 'writer')!;
  await writer.append(note('a'));
  for (const store of stores) {
    await store.waitFor(1);
    expect(store.state.seen.notes).toEqual(['a']);
  }
});

test('a standby redacts while it writes, and forgets what another one has redacted', async () => {
  const people = defineModel({
    name: 'people',
    events: { Met: { version: 1, schema: z.object({ name: z.string() }), redact: () => ({ name: '' }) } },
    initialState: () => ({ names: [] as string[] }),
    reducers: { Met: (state, { name }) => void state.names.push(name) },
  });
  const path = await temporaryPath();
  const first = await openStore(people, { path, standby: true });
  const second = await openStore(people, { path, standby: true });
  await first.append([
    { type: 'Met', data: { name: 'Anna' } },
    { type: 'Met', data: { name: 'Bob' } },
  ]);
  await second.waitFor(2);
  expect((await errorOf(second.redact({ sequences: [1] }))).code).toBe('NOT_WRITER');
  expect(await second.redact({ sequences: [1] }, { dryRun: true })).toMatchObject({ dryRun: true, events: 1 });
  expect(await first.redact({ sequences: [1] })).toMatchObject({ events: 1, pending: undefined });
  expect(first.state.names).toEqual(['', 'Bob']);
  await second.catchUp();
  expect(second.state.names).toEqual(['', 'Bob']);
  await first.close();
  await vi.waitFor(() => expect(second.role).toBe('writer'), 10_000);
  await second.append({ type: 'Met', data: { name: 'Cleo' } });
  expect(await second.redact({ sequences: [2] })).toMatchObject({ events: 1, pending: undefined });
  expect(second.state.names).toEqual(['', '', 'Cleo']);
  expect(await second.verify()).toMatchObject({ ok: true, problems: [] });
  await second.close();
});

test('a deposed store whose events were dropped meanwhile goes on from the newest snapshot', async () => {
  const log = new HeldLog();
  const warnings: string[] = [];
  const store = await standBy({ log, onWarning: ({ message }) => void warnings.push(message) });
  await store.append(note('a'));
  log.held = [];
  const lost = errorOf(store.append(note('lost')));
  await vi.waitFor(() => expect(log.held).toHaveLength(1));
  const other = await openCarts({ log: log.contents, history: 'discard' });
  for (const text of ['b', 'c', 'd']) {
    await other.append(note(text));
    await other.snapshot();
  }
  await other.compact();
  expect(other.stats().firstSequence).toBeGreaterThan(2);
  log.held[0]!.go('write');
  log.held = undefined;
  expect((await lost).code).toBe('NOT_WRITER');
  await roleOf(store, 'replica');
  await store.catchUp();
  expect(store.state.seen.notes).toEqual(['a', 'b', 'c', 'd']);
  expect(warnings).toEqual([expect.stringContaining('was at 1 when another writer took over')]);
});

test('a log that has lost its end is not followed, and not written', async () => {
  const log = new MemoryContents();
  const store = await standBy({ log });
  await store.append([note('a'), note('b')]);
  await takeOver(log);
  const { head } = log;
  log.head = { ...head, sequence: 1 };
  await vi.waitFor(() => expect(store.failure).toBeDefined(), 20_000);
  expect(store.failure).toMatchObject({ code: 'LOG_CORRUPT', sequence: 2 });
  log.head = head;
}, 30_000);

test('stores with shared threads may stand by', async () => {
  const path = await temporaryPath();
  await using stores = openStores({ threads: 1 });
  const first = await stores.open(cartModel, { path, standby: true });
  const second = await stores.open(cartModel, { path, standby: true });
  await using other = await stores.open(cartModel, { path: await temporaryPath('other.db') });
  await first.append(note('a'));
  await other.append(note('beside'));
  await first.close();
  await roleOf(second, 'writer');
  await second.append(note('b'));
  expect(second.state.seen.notes).toEqual(['a', 'b']);
});

test('with waitForLock the open waits for the log before it goes on as a replica', async () => {
  const path = await temporaryPath();
  const first = await standBy({ path });
  const opening = standBy({ path, waitForLock: 60_000 });
  await first.append(note('a'));
  await first.close();
  expect((await opening).role).toBe('writer');
  expect((await standBy({ path, waitForLock: 1 })).role).toBe('replica');
});

test('a standby in memory by its path is a store alone', async () => {
  const store = await standBy({ path: ':memory:' });
  await store.append(note('a'));
  expect([store.role, store.sequence, await Array.fromAsync(store.events())]).toMatchObject([
    'writer',
    1,
    [{ sequence: 1 }],
  ]);
});

describe('a log source', () => {
  test('that cannot be opened to write leaves the replica readable, with one warning', async () => {
    const contents = new MemoryContents();
    const writer = await openCarts({ log: contents });
    const warnings: string[] = [];
    const refusals = { count: 0 };
    const log = {
      name: 'odd',
      open: (options: Parameters<typeof contents.open>[0]) => {
        if (options?.readOnly !== true && contents.writer === undefined && refusals.count++ < 3)
          throw new Error('not now');
        return contents.open(options);
      },
    };
    const store = await standBy({ log, onWarning: ({ name, message }) => void warnings.push(`${name} ${message}`) });
    await writer.append(note('a'));
    await writer.close();
    await vi.waitFor(() => expect(refusals.count).toBe(1));
    await store.catchUp();
    expect(store.state.seen.notes).toEqual(['a']);
    await roleOf(store, 'writer');
    expect(warnings).toEqual([expect.stringMatching(/^RefoldReplicaWarning Cannot take over .*not now/)]);
  });

  test('of another model is never taken over', async () => {
    const contents = new MemoryContents();
    const writer = await openCarts({ log: contents });
    await writer.append(note('a'));
    const other = defineModel({ name: 'other', events: {}, initialState: () => ({}), reducers: {} });
    expect((await errorOf(openStore(other, { log: contents, standby: true }))).code).toBe('MODEL_MISMATCH');
    await writer.append(note('b'));
  });
});

test.each(['always', 'everysec'] as const)(
  'checkpoints of a standby are synced under durability %s',
  async (durability) => {
    const path = await temporaryPath();
    const calls: string[] = [];
    const source = sqliteSource({ path });
    const open: typeof source.open = async (options) => {
      const log = await source.open(options);
      return new Proxy(log, {
        get(target, name: keyof LogStore) {
          const value = Reflect.get(target, name, target);
          if (name === 'putReactor' || name === 'flush') calls.push(name);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    };
    const store = await standBy({ log: { name: path, open }, durability });
    const reactor = await store.react(defineReactor(cartModel, { name: 'send', on: { NoteTaken: () => {} } }));
    await store.append(note('a'));
    await reactor.caughtUp();
    const wanted = durability === 'always' ? ['putReactor'] : ['putReactor', 'flush'];
    expect(calls.slice(0, wanted.length * 2)).toEqual([...wanted, ...wanted]);
  },
);

test.each(['atomic', 'direct'] as const)('roles change under the %s fold', async (fold) => {
  const log = new MemoryContents();
  const store = await standBy({ log, fold, strict: false });
  await store.append(note('a'));
  const other = await openCarts({ log });
  await other.append(note('b'));
  await errorOf(store.append(note('lost')));
  await roleOf(store, 'replica');
  await store.catchUp();
  await other.close();
  await roleOf(store, 'writer');
  await store.append(note('c'));
  expect(store.state.seen.notes).toEqual(['a', 'b', 'c']);
  expect(await store.stateHash()).toBe((await store.verify()).stateHash);
});

test('calls with a commandId are answered by the next writer as they were by the first', async () => {
  const path = await temporaryPath();
  const [first, second] = [await standBy({ path }), await standBy({ path })];
  const commit = await first.append(note('once'), { commandId: 'one' });
  await first.close();
  await roleOf(second, 'writer');
  expect(await second.append(note('once'), { commandId: 'one' })).toEqual(commit);
  expect(second.sequence).toBe(1);
});
