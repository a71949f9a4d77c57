/** Options of calls: unknown options and wrong values are refused, and the error names the likely option. */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { grouped } from '../../src/core/errors.ts';
import {
  bisect,
  defineModel,
  MemoryContents,
  openLog,
  openMemoryLog,
  openPast,
  openStore,
  rehearse,
  repairLog,
  replay,
  restoreLog,
  stateAt,
  why,
} from '../../src/index.ts';
import { openTemporaryStore } from '../../src/testing.ts';
import { cartModel, note } from './cart.ts';
import { errorOf, openCarts, temporaryPath } from './harness.ts';

describe('a misspelt option', () => {
  test('of compact changes nothing, and the hint begins with the likely name', async () => {
    const store = await openCarts({ path: await temporaryPath(), durability: 'os' });
    for (const text of ['a', 'b']) await store.append(note(text));
    const error = await errorOf(store.compact({ dryrun: true } as object));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', type: 'dryrun', hint: 'The options are dryRun' });
    expect(error.message).toBe('Cannot compact: there is no option dryrun');
    await using log = await openLog({ path: store.path });
    expect(await log.info()).toMatchObject({ openBlocks: 2, sealedBlocks: 0 });
  });

  test.each<[string, (path: string) => Promise<unknown>]>([
    ['openStore', (path) => openStore(cartModel, { path, durabilty: 'os' } as never)],
    ['openLog', (path) => openLog({ path, readonly: true } as never)],
    ['replay', (path) => replay(cartModel, { path, until: 3 } as never)],
    ['stateAt', (path) => stateAt(cartModel, { path, sequence: 1 } as never)],
    ['openTemporaryStore', (path) => openTemporaryStore(cartModel, { path } as never)],
  ])('of %s is refused', async (_name, call) => {
    const error = await errorOf(call(await temporaryPath()));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', hint: expect.stringMatching(/^The options are /) });
  });

  test('of events, follow and at is refused at the first step', async () => {
    const store = await openCarts();
    await store.append(note('a'));
    const wrong = { form: 1 } as object;
    expect((await errorOf(store.events(wrong).next())).hint).toMatch(/^The options are from/);
    expect((await errorOf(store.follow(wrong).next())).hint).toMatch(/^The options are from/);
    expect(await errorOf(store.at({ sequence: 1, tiem: 5 } as never))).toMatchObject({ type: 'tiem' });
    expect((await errorOf(store.at({ sequence: 1, time: 5 } as never))).message).toContain('either');
  });

  test('that is inherited counts as well', async () => {
    const store = await openCarts();
    expect((await errorOf(store.compact(Object.create({ dryrun: true })))).type).toBe('dryrun');
    expect(await store.compact(Object.create({ dryRun: true }))).toMatchObject({ dryRun: true });
    expect(await store.compact(Object.freeze(Object.assign(Object.create(null), { dryRun: true })))).toMatchObject({
      dryRun: true,
    });
  });
});

describe('an option', () => {
  test('that is undefined has no effect', async () => {
    const store = await openCarts();
    await store.append(note('a'));
    expect(await store.compact({ dryRun: undefined })).toMatchObject({ dryRun: false });
    const range = { from: undefined, to: undefined, types: undefined };
    expect(await Array.fromAsync(store.events(range))).toHaveLength(1);
  });

  test('is read once, at the call', async () => {
    const store = await openCarts();
    for (const text of ['a', 'b']) await store.append(note(text));
    const range = { from: 2, types: ['NoteTaken' as const] };
    const events = store.events(range);
    const first = await events.next();
    range.from = 1;
    range.types.pop();
    expect([first.value?.sequence, (await events.next()).done]).toEqual([2, true]);
    const position = { sequence: 1 };
    const past = store.at(position);
    position.sequence = 2;
    expect((await past).sequence).toBe(1);
  });

  test('such as history or save is copied: a later change has no effect', async () => {
    const history = { maxEvents: 1_000 };
    const store = await openCarts({ path: ':memory:', history });
    (history as { maxEvents: unknown }).maxEvents = 'none';
    await store.append(note('a'));
    expect(await store.compact()).toMatchObject({ dropped: { events: 0 } });
  });

  test('cannot be both a path and a log', async () => {
    const path = await temporaryPath();
    const both = { path, log: openMemoryLog() };
    for (const call of [
      openStore(cartModel, both),
      replay(cartModel, both),
      stateAt(cartModel, { ...both, at: { sequence: 0 } }),
    ]) {
      expect(await errorOf(call)).toMatchObject({ code: 'INVALID_OPTION', type: 'path' });
    }
  });

  test.each<[string, (path: string) => Promise<unknown>]>([
    ['openStore', (path) => openStore(cartModel, { path })],
    ['openLog', (path) => openLog({ path })],
    ['openPast', (path) => openPast(cartModel, { path })],
    ['replay', (path) => replay(cartModel, { path })],
    ['stateAt', (path) => stateAt(cartModel, { path, at: { sequence: 0 } })],
    ['why', (path) => why(cartModel, 'notes', { path })],
    ['bisect', (path) => bisect(cartModel, () => true, { path })],
    ['rehearse', (path) => rehearse(cartModel, cartModel, { path })],
    ['repairLog', (path) => repairLog(path)],
    ['restoreLog', (path) => restoreLog('some.db', path)],
    ['backup', async (path) => (await openCarts()).backup(path)],
  ])('of %s is refused as a path when it is the URL of a log in PostgreSQL', async (_name, call) => {
    for (const url of ['postgres://app:hush@db/shop', 'PostgreSQL://app:hush@db/shop']) {
      const error = await errorOf(call(url));
      expect(error).toMatchObject({ code: 'INVALID_OPTION', type: 'path' });
      expect(error.hint).toMatch(/\blog: postgresLog\(|refold copy/);
      expect(JSON.stringify(error)).not.toContain('hush');
    }
  });

  test('log of a call that looks back may be an open log: it stays open', async () => {
    const log = await new MemoryContents().open();
    const store = await openStore(cartModel, { log });
    await store.append(note('a'));
    await using events = await openLog({ log });
    expect((await Array.fromAsync(events.events())).length).toBe(1);
    await events.close();
    expect(await replay(cartModel, { log })).toMatchObject({ sequence: 1 });
    expect(await errorOf(openLog({ log, readOnly: true }))).toMatchObject({ type: 'readOnly' });
    await store.close();
  });

  test('of another realm, or of another class with the same methods, is accepted', async () => {
    const store = await openCarts();
    await store.append(note('a'));
    const target = Object.assign(new EventTarget(), { aborted: false });
    const following = Array.fromAsync(store.follow({ signal: target as never }));
    setTimeout(() => target.dispatchEvent(new Event('abort')), 10);
    expect(await following).toHaveLength(1);
  });
});

describe('a progress listener', () => {
  test.each([
    [
      'throws',
      () => {
        throw new Error('no bar');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no bar'))],
  ])('that %s causes one warning and nothing else', async (_how, onProgress) => {
    const warnings: Error[] = [];
    const listen = (warning: Error): void => void warnings.push(warning);
    process.on('warning', listen);
    try {
      const path = await temporaryPath();
      const store = await openCarts({ path, durability: 'os', onProgress });
      for (const text of ['a', 'b', 'c']) await store.append(note(text));
      expect(await store.verify()).toMatchObject({ ok: true });
      await store.backup(`${path}.copy`);
      await using log = await openLog({ path });
      expect(await log.verify({ onProgress })).toMatchObject({ ok: true });
      expect((await replay(cartModel, { path, onProgress })).events).toBe(3);
      await new Promise((resolve) => setTimeout(resolve, 10));
      const told = warnings.filter(({ name }) => name === 'RefoldProgressWarning');
      expect(told).toHaveLength(3); // one of the store, one of verify, one of replay
    } finally {
      process.off('warning', listen);
    }
  });
});

describe('an unknown event type', () => {
  test('gives an error with the nearest names, at most ten', async () => {
    const types = Array.from({ length: 40 }, (_, index) => `Thing${index}Happened`);
    const events = Object.fromEntries([...types, 'OrderPlaced'].map((type) => [type, z.object({})]));
    const reducers = Object.fromEntries(Object.keys(events).map((type) => [type, () => {}]));
    const model = defineModel({ name: 'many', events, initialState: () => ({}), reducers });
    await using store = await openStore(model, { path: ':memory:' });
    const wrong = { type: 'orderplaced', data: {} };
    for (const error of [
      await errorOf(store.append(wrong)),
      await errorOf(store.events({ types: ['orderplaced'] }).next()),
    ]) {
      expect(error).toMatchObject({ code: 'UNKNOWN_EVENT_TYPE', type: 'orderplaced' });
      expect(error.hint).toMatch(/ OrderPlaced, .* and 31 more$/);
    }
    expect(store.sequence).toBe(0);
  });
});

test.each([0, 7, 999, 1000, 12_345, 999_999, 1_000_000, 1_234_567_890, Number.MAX_SAFE_INTEGER])(
  'a message shows %d with commas between its thousands',
  (count) => {
    expect(grouped(count)).toBe(count.toLocaleString('en'));
  },
);

// A signal may be an object that only behaves like one: see A_SIGNAL.
test('the engine asks a signal for nothing that an option check does not ask for', () => {
  const asking = globSync('src/{engine,log,threads}/**/*.ts').filter((path) =>
    /\.throwIfAborted\(|[sS]ignal\??\.reason/.test(readFileSync(path, 'utf8')),
  );
  expect(asking).toEqual(['src/threads/aborted.ts']);
});
