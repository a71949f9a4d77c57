/** A store on a log that it did not open itself: how the source is called, what is refused, and what is closed. */
import { describe, expect, test } from 'vitest';
import {
  type LogSource,
  type LogStore,
  MemoryContents,
  openLog,
  openMemoryLog,
  openStore,
  replay,
  type StoreOptions,
  stateAt,
} from '../../src/index.ts';
import type { OpenLogOptions } from '../../src/log/log-source.ts';
import { sqliteSource } from '../../src/log/sqlite/sqlite-source.ts';
import { cartModel } from './cart.ts';
import { errorOf, temporaryPath } from './harness.ts';
import { byChance } from './snapshots/fixtures/unsteady-model.ts';

const note = (text: string) => ({ type: 'NoteTaken' as const, data: { text } });

/** A source that notes how it was called, and which of its logs are open. */
function watched(inner: LogSource = new MemoryContents()) {
  const asked: OpenLogOptions[] = [];
  const open = new Set<LogStore>();
  const source: LogSource = {
    name: inner.name,
    async open(options) {
      asked.push(options);
      const log = await inner.open(options);
      open.add(log);
      const close = log.close.bind(log);
      log.close = () => close().finally(() => open.delete(log));
      return log;
    },
  };
  return { source, asked, open };
}

const refusal = (options: StoreOptions) => errorOf(openStore(cartModel, options));

describe('beside an open log', () => {
  test.each(['always', 'everysec', 'os'] as const)('durability %s is refused', async (durability) => {
    const log = openMemoryLog();
    expect(await refusal({ log, durability })).toMatchObject({
      code: 'INVALID_OPTION',
      type: 'durability',
      hint: expect.stringContaining('log source'),
    });
    await log.append({ expectedSequence: 0, epoch: log.epoch, commits: [], outcomes: [] }); // it is still open
  });

  test('readOnly: false is refused when the log is read-only', async () => {
    const log = await new MemoryContents().open({ readOnly: true });
    expect(await refusal({ log, readOnly: false })).toMatchObject({ code: 'INVALID_OPTION', type: 'readOnly' });
    await using store = await openStore(cartModel, { log });
    expect(await errorOf(store.append(note('a')))).toMatchObject({ code: 'INVALID_OPTION', type: 'readOnly' });
  });
});

describe('a source', () => {
  test.each<[StoreOptions, OpenLogOptions]>([
    [{}, { durability: 'always', readOnly: false }],
    [{ durability: 'everysec' }, { durability: 'everysec', readOnly: false }],
    [
      { durability: 'os', readOnly: true },
      { durability: 'os', readOnly: true },
    ],
  ])('is opened with what the store was asked for: %o', async (options, expected) => {
    const { source, asked, open } = watched();
    const store = await openStore(cartModel, { log: source, ...options });
    expect(asked).toEqual([expected]);
    expect(open.size).toBe(1);
    await store.close();
    expect(open.size).toBe(0);
  });

  test('is opened again by a later store, which finds what was written', async () => {
    const contents = new MemoryContents();
    const first = await openStore(cartModel, { log: contents });
    await first.append(note('a'));
    await first.close();
    await using second = await openStore(cartModel, { log: contents });
    expect(second.sequence).toBe(1);
    await using reader = await openStore(cartModel, { log: contents, readOnly: true });
    expect(reader.sequence).toBe(1);
    await second.append(note('b')); // the reader has not replaced the writer
  });

  test('has its log closed when the open fails', async () => {
    const contents = new MemoryContents();
    await (await openStore(byChance, { log: contents })).close();
    const { source, open, asked } = watched(contents);
    expect((await refusal({ log: source })).code).toBe('MODEL_MISMATCH');
    expect(asked).toHaveLength(1);
    expect(open.size).toBe(0);
  });

  test('serves replay, stateAt and openLog, which close what they opened', async () => {
    const contents = new MemoryContents();
    const store = await openStore(cartModel, { log: contents });
    await store.append([note('a'), note('b')]);
    await store.close();
    const { source, asked, open } = watched(contents);
    expect((await replay(cartModel, { log: source })).sequence).toBe(2);
    expect((await stateAt(cartModel, { log: source, at: { sequence: 1 } })).sequence).toBe(1);
    const log = await openLog({ log: source });
    expect((await log.info()).lastSequence).toBe(2);
    await log.close();
    expect(asked).toEqual([{ readOnly: true }, { readOnly: true }, { readOnly: true }]);
    expect(open.size).toBe(0);
    expect(contents.epoch).toBe(1);
  });

  test('that gives a reader instead of a writer is refused, and the reader is closed', async () => {
    const contents = new MemoryContents();
    const { source, open } = watched({ name: 'shy', open: () => contents.open({ readOnly: true }) });
    expect(await refusal({ log: source })).toMatchObject({ code: 'INVALID_OPTION', path: 'shy' });
    expect(open.size).toBe(0);
  });

  test.each<[string, LogSource['open'], string]>([
    ['throws', () => Promise.reject(new TypeError('no network')), 'STORE_FAILED'],
    [
      'throws at once',
      () => {
        throw new TypeError('no network');
      },
      'STORE_FAILED',
    ],
    ['gives nothing', async () => undefined as never, 'INVALID_OPTION'],
    ['gives no log', async () => ({ append: () => {} }) as never, 'INVALID_OPTION'],
    ['gives another source', async () => new MemoryContents() as never, 'INVALID_OPTION'],
  ])('whose open %s is told by name', async (_what, open, code) => {
    expect(await refusal({ log: { name: 'odd', open } })).toMatchObject({
      code,
      path: 'odd',
      message: expect.stringContaining('Cannot open odd'),
      hint: expect.any(String),
    });
  });

  const open: LogSource['open'] = async () => openMemoryLog();
  const thread = { module: import.meta.url, export: 'x', options: {} };
  test.each<[string, object]>([
    ['without a name', { open }],
    ['with an empty name', { name: '', open }],
    ['whose thread names no module', { name: 'a', open, thread: { ...thread, module: 'not a URL' } }],
    ['whose thread names no export', { name: 'a', open, thread: { ...thread, export: '' } }],
    ['whose options cannot be cloned', { name: 'a', open, thread: { ...thread, options: { f: () => 1 } } }],
    ['whose thread is a text', { name: 'a', open, thread: 'x' }],
  ])('%s is refused', async (_what, log) => {
    const expected = { code: 'INVALID_OPTION', type: 'log', hint: expect.stringContaining('log source') };
    expect(await refusal({ log } as StoreOptions)).toMatchObject(expected);
    expect(await errorOf(replay(cartModel, { log } as never))).toMatchObject(expected);
    expect(await errorOf(openLog({ log } as never))).toMatchObject({ code: 'INVALID_OPTION', type: 'log' });
  });

  test('is read once', async () => {
    const source = { name: 'a', open };
    const opening = openStore(cartModel, { log: source });
    source.open = async () => {
      throw new Error('too late');
    };
    await (await opening).close();
  });
});

test('a store whose writer was replaced writes nothing more, and can be closed', async () => {
  const contents = new MemoryContents();
  const store = await openStore(cartModel, { log: contents });
  await store.append(note('a'));
  await using other = await openStore(cartModel, { log: contents });
  expect((await errorOf(store.snapshot())).code).toBe('NOT_WRITER');
  expect((await errorOf(store.append(note('b')))).code).toBe('NOT_WRITER');
  await store.close();
  await other.append(note('c'));
  expect(other.state.seen.notes).toEqual(['a', 'c']);
  expect(contents.snapshots).toEqual([]);
});

test("':memory:' takes every option", async () => {
  for (const durability of ['always', 'everysec', 'os'] as const) {
    await using store = await openStore(cartModel, { path: ':memory:', durability, readOnly: false });
    await store.append(note('a'));
  }
  await using reader = await openStore(cartModel, { path: ':memory:', readOnly: true });
  expect((await errorOf(reader.append(note('a')))).code).toBe('INVALID_OPTION');
});

describe('the snapshots of a store on a source', () => {
  const rolled = { type: 'Rolled' as const, data: { die: 'a' } };

  test('are checked in a thread that opens the log through the source', async () => {
    const { name, open, thread } = sqliteSource({ path: await temporaryPath() });
    await using store = await openStore(byChance, { log: { name, open, thread }, durability: 'os' });
    await store.append(rolled);
    expect(await errorOf(store.snapshot())).toMatchObject({ code: 'REDUCER_FAILED', sequence: 1 });
  });

  test('are made here when it names no thread', async () => {
    const { name, open } = sqliteSource({ path: await temporaryPath() });
    await using store = await openStore(byChance, { log: { name, open }, durability: 'os' });
    await store.append(rolled);
    expect(await store.snapshot()).toMatchObject({ sequence: 1 });
  });

  test.each([
    ['cannot be imported', new URL('./nowhere.ts', import.meta.url).href, 'sqliteSource'],
    ['exports something else', new URL('./snapshots/fixtures/tally-model.ts', import.meta.url).href, 'tally'],
  ])('are made here where its module %s', async (_what, module, name) => {
    const path = await temporaryPath();
    const { open } = sqliteSource({ path });
    const log = { name: path, open, thread: { module, export: name, options: { path } } };
    await using store = await openStore(byChance, { log, durability: 'os' });
    await store.append(rolled);
    expect(await store.snapshot()).toMatchObject({ sequence: 1 });
  });
});
