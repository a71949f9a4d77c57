/**
 * Hostile values at every argument of every public function. Each ends in a typed error, as a rejection if the function returns
 * a promise, and the store continues unchanged.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  closeOnSignal,
  defineModel,
  type EventLog,
  isRefoldError,
  MemoryContents,
  openLog,
  openMemoryLog,
  openStore,
  type RefoldError,
  repairLog,
  replay,
  stateAt,
} from '../../src/index.ts';
import { checkModel, openTemporaryStore, specification } from '../../src/testing.ts';
import { cartModel, note } from './cart.ts';
import type { CartStore } from './harness.ts';
import { HOSTILE } from './hostile-values.ts';

let store: CartStore;
let reader: CartStore;
let log: EventLog;
let path: string;
let hash: string;

beforeAll(async () => {
  path = join(mkdtempSync(join(tmpdir(), 'refold-test-')), 'store.db');
  store = await openStore(cartModel, { path, durability: 'os' });
  for (const text of ['a', 'b', 'c']) await store.append(note(text));
  reader = await openStore(cartModel, { path, readOnly: true });
  log = await openLog({ path });
  hash = await store.stateHash();
});

afterAll(async () => {
  await log.close();
  await reader.close();
  await store.close();
  rmSync(dirname(path), { recursive: true });
});

type Give = (value: any) => unknown;

/** Calls that return a promise or an iterator. */
const ASYNC: readonly (readonly [name: string, call: Give])[] = [
  ['openStore(x, …)', (x) => openStore(x, { path: ':memory:' })],
  ['openStore(model, x)', (x) => openStore(cartModel, x)],
  ['openStore(model, { path: x })', (x) => openStore(cartModel, { path: x })],
  ...['durability', 'recoverWithin', 'save', 'history', 'fold', 'readOnly', 'onProgress', 'clock', 'log'].map(
    (option) =>
      [
        `openStore(model, { ${option}: x })`,
        (x: unknown) => openStore(cartModel, { path: ':memory:', [option]: x }),
      ] as const,
  ),
  ['openStore(model, { log: x })', (x) => openStore(cartModel, { log: x })],
  [
    'openStore(model, { history: { maxAge: x } })',
    (x) => openStore(cartModel, { path: ':memory:', history: { maxAge: x } }),
  ],
  ['openStore(model, { save: [x] })', (x) => openStore(cartModel, { path: ':memory:', save: [x] })],
  ['openLog(x)', (x) => openLog(x)],
  ['openLog({ path: x })', (x) => openLog({ path: x })],
  ['openLog({ log: x })', (x) => openLog({ log: x })],
  ['contents.open(x)', (x) => new MemoryContents().open(x)],
  ['contents.open({ durability: x })', (x) => new MemoryContents().open({ durability: x })],
  ['contents.open({ readOnly: x })', (x) => new MemoryContents().open({ readOnly: x })],
  ['openLog({ readOnly: x })', (x) => openLog({ path, readOnly: x })],
  ['replay(x, …)', (x) => replay(x, { path })],
  ['replay(model, x)', (x) => replay(cartModel, x)],
  ...['path', 'log', 'to', 'onProgress'].map(
    (option) => [`replay(model, { ${option}: x })`, (x: unknown) => replay(cartModel, { path, [option]: x })] as const,
  ),
  ['stateAt(x, …)', (x) => stateAt(x, { path, at: { sequence: 1 } })],
  ['stateAt(model, x)', (x) => stateAt(cartModel, x)],
  ...['path', 'log', 'at', 'onProgress'].map(
    (option) =>
      [
        `stateAt(model, { ${option}: x })`,
        (x: unknown) => stateAt(cartModel, { path, at: { sequence: 1 }, [option]: x }),
      ] as const,
  ),
  ['repairLog(x)', (x) => repairLog(x)],
  ['repairLog(path, x)', (x) => repairLog(path, x)],
  ...['plan', 'acceptLoss', 'onProgress'].map(
    (option) => [`repairLog(path, { ${option}: x })`, (x: unknown) => repairLog(path, { [option]: x })] as const,
  ),
  ['append(x)', (x) => store.append(x)],
  ['append([x])', (x) => store.append([x])],
  ['append({ type: x })', (x) => store.append({ type: x, data: {} as never })],
  ['append({ data: x })', (x) => store.append({ type: 'NoteTaken', data: x })],
  ['append({ meta: x })', (x) => store.append({ ...note('z'), meta: x })],
  ['append(event, x)', (x) => store.append(note('z'), x)],
  ['append(event, { expectedSequence: x })', (x) => store.append(note('z'), { expectedSequence: x })],
  ['append([], { commandId: x })', (x) => store.append([], { commandId: x })],
  ['execute(x)', (x) => store.execute(x as never, {} as never)],
  ['execute(name, x)', (x) => store.execute('addItem', x)],
  ['execute(name, input, x)', (x) => store.execute('touch', {}, x)],
  ['execute(name, input, { meta: x })', (x) => store.execute('touch', {}, { meta: x })],
  ['at(x)', (x) => store.at(x)],
  ['at({ sequence: x })', (x) => store.at({ sequence: x })],
  ['at({ time: x })', (x) => store.at({ time: x })],
  ['at of a reader', (x) => reader.at(x)],
  ['events(x)', (x) => first(store.events(x))],
  ['events({ from: x })', (x) => first(store.events({ from: x }))],
  ['events({ to: x })', (x) => first(store.events({ to: x }))],
  ['events({ types: x })', (x) => first(store.events({ types: x }))],
  ['events({ types: [x] })', (x) => first(store.events({ types: [x] }))],
  ['follow(x)', (x) => first(store.follow(x))],
  ['follow({ from: x })', (x) => first(store.follow({ from: x }))],
  ['follow({ signal: x })', (x) => first(store.follow({ signal: x }))],
  ['compact(x)', (x) => store.compact(x)],
  ['compact({ dryRun: x })', (x) => store.compact({ dryRun: x })],
  ['backup(x)', (x) => store.backup(x)],
  ['log.events(x)', (x) => first(log.events(x))],
  ['log.events({ from: x })', (x) => first(log.events({ from: x }))],
  ['log.events({ types: x })', (x) => first(log.events({ types: x }))],
  ['log.batches(x)', (x) => first(log.batches(x))],
  ['log.batches({ from: x })', (x) => first(log.batches({ from: x }))],
  ['log.counts(x)', (x) => log.counts(x)],
  ['log.counts({ buckets: x })', (x) => log.counts({ buckets: x })],
  ['log.follow(x)', (x) => first(log.follow(x))],
  ['log.follow({ from: x })', (x) => first(log.follow({ from: x, signal: AbortSignal.abort() }))],
  ['log.locate(x)', (x) => log.locate(x)],
  ['log.locate({ time: x })', (x) => log.locate({ time: x })],
  ['log.verify(x)', (x) => log.verify(x)],
  ['log.verify({ quick: x })', (x) => log.verify({ quick: x })],
  ['log.verify({ onProgress: x })', (x) => log.verify({ onProgress: x })],
  ['log.compact(x)', (x) => log.compact(x)],
  ['log.compact({ dryRun: x })', (x) => log.compact({ dryRun: x })],
  ['log.backup(x)', (x) => log.backup(x)],
  ['log.backup(path, x)', (x) => log.backup(`${path}.copy`, x)],
  ['log.import(x)', (x) => log.import(x)],
  ['log.import([x])', (x) => log.import([x])],
  ['openTemporaryStore(x)', (x) => openTemporaryStore(x)],
  ['openTemporaryStore(model, x)', (x) => openTemporaryStore(cartModel, x)],
  ['openTemporaryStore(model, { fold: x })', (x) => openTemporaryStore(cartModel, { fold: x })],
];

const reducers = { A() {} };
const base = { name: 'm', events: { A: z.object({}) }, initialState: () => ({}), reducers };
const define = (changes: object): unknown => defineModel({ ...base, ...changes } as never);

/** Synchronous calls. */
const SYNC: readonly (readonly [name: string, call: Give])[] = [
  ['defineModel(x)', (x) => defineModel(x)],
  ...['name', 'events', 'initialState', 'reducers', 'commands', 'invariants', 'version', 'module'].map(
    (part) => [`defineModel({ ${part}: x })`, (x: unknown) => define({ [part]: x })] as const,
  ),
  ['defineModel({ events: { A: x } })', (x) => define({ events: { A: x } })],
  [
    'defineModel({ events: { A: { version: x } } })',
    (x) => define({ events: { A: { version: x, schema: base.events.A } } }),
  ],
  ['defineModel({ events: { A: { schema: x } } })', (x) => define({ events: { A: { version: 1, schema: x } } })],
  ['… { upcast: x }', (x) => define({ events: { A: { version: 3, schema: base.events.A, upcast: x } } })],
  ['… { upcast: { 1: x } }', (x) => define({ events: { A: { version: 3, schema: base.events.A, upcast: { 1: x } } } })],
  ['defineModel({ reducers: { A: x } })', (x) => define({ reducers: { A: x } })],
  ['defineModel({ commands: { c: x } })', (x) => define({ commands: { c: x } })],
  ['… { input: x }', (x) => define({ commands: { c: { input: x, decide: () => [] } } })],
  ['… { decide: x }', (x) => define({ commands: { c: { input: base.events.A, decide: x } } })],
  ['defineModel({ invariants: { i: x } })', (x) => define({ invariants: { i: x } })],
  ['closeOnSignal(x)', (x) => closeOnSignal(x)],
  ['openMemoryLog(x)', (x) => openMemoryLog(x)],
  ['openMemoryLog({ contents: x })', (x) => openMemoryLog({ contents: x })],
  ['specification(x)', (x) => specification(x)],
  ['specification(model)(x)', (x) => specification(cartModel)(x).when('touch', {})],
  ['when(…, x)', (x) => specification(cartModel)([]).when('touch', {}, x)],
  ['checkModel(x)', (x) => checkModel(x, [])],
  ['checkModel(model, x)', (x) => checkModel(cartModel, x)],
  ['checkModel(model, [x])', (x) => checkModel(cartModel, [x])],
  ['subscribe of a reader', (x) => reader.subscribe(x)],
];

/** Values that are right for some calls: there a name, a number or a function is allowed. */
const RIGHT: Readonly<Record<string, readonly string[]>> = {
  'openStore(model, { path: x })': [],
  'openStore(model, { recoverWithin: x })': ['a number'],
  'openStore(model, { readOnly: x })': ['true'],
  'openStore(model, { onProgress: x })': ['a function', 'a revoked proxy of a function'],
  'openStore(model, { clock: x })': ['a function', 'a revoked proxy of a function'],
  'openStore(model, { history: { maxAge: x } })': ['a number'],
  'openLog({ readOnly: x })': ['true'],
  'contents.open({ readOnly: x })': ['true'],
  'replay(model, { to: x })': ['a number'],
  'replay(model, { onProgress: x })': ['a function', 'a revoked proxy of a function'],
  'stateAt(model, { onProgress: x })': ['a function', 'a revoked proxy of a function'],
  'repairLog(path, { plan: x })': ['true'],
  'repairLog(path, { acceptLoss: x })': ['true'],
  'repairLog(path, { onProgress: x })': ['a function', 'a revoked proxy of a function'],
  'append({ meta: x })': ['an object with an unknown member', 'a null prototype with an unknown member'],
  'append(event, { expectedSequence: x })': ['a number', 'a negative number'], // conflicts
  'execute(name, input, { meta: x })': ['an object with an unknown member', 'a null prototype with an unknown member'],
  'at({ time: x })': ['a number', 'a negative number'],
  'log.locate({ time: x })': ['a number', 'a negative number'],
  'events({ from: x })': ['a number'],
  'events({ to: x })': ['a number'],
  'follow({ from: x })': ['a number'],
  'follow({ signal: x })': ['an AbortSignal'],
  'compact({ dryRun: x })': ['true'],
  'log.events({ from: x })': ['a number'],
  'log.events({ types: x })': [],
  'log.batches({ from: x })': ['a number'],
  'log.counts({ buckets: x })': ['a number'],
  'log.follow({ from: x })': ['a number'],
  'log.verify({ quick: x })': ['true'],
  'log.verify({ onProgress: x })': ['a function', 'a revoked proxy of a function'],
  'log.compact({ dryRun: x })': ['true'],
  'log.backup(path, x)': ['a function', 'a revoked proxy of a function'],
  'log.import([x])': [
    'a promise',
    'a revoked proxy',
    'a revoked proxy of an array',
    'a revoked proxy of a function',
    'a proxy that throws',
  ],
};

const RIGHT_SYNC: Readonly<Record<string, readonly string[]>> = {
  'defineModel({ name: x })': ['a text with a NUL'],
  // An object without own members does not name an event.
  'defineModel({ commands: x })': ['an inherited unknown member'],
  'defineModel({ invariants: x })': ['an inherited unknown member'],
  'defineModel({ initialState: x })': ['a function', 'a revoked proxy of a function'],
  'defineModel({ version: x })': [
    'a number',
    'a negative number',
    'an empty text',
    'a text with a NUL',
    'a lone surrogate',
  ],
  'defineModel({ module: x })': ['an empty text', 'a text with a NUL', 'a lone surrogate'],
  'defineModel({ reducers: { A: x } })': ['a function', 'a revoked proxy of a function'],
  'defineModel({ invariants: { i: x } })': ['a function', 'a revoked proxy of a function'],
  '… { decide: x }': ['a function', 'a revoked proxy of a function'],
  'when(…, x)': [],
};

/** The first item of an iteration, which is then ended. */
async function first(events: AsyncGenerator<unknown>): Promise<unknown> {
  const { value } = await events.next();
  await events.return(undefined);
  return value;
}

describe.each(ASYNC)('%s', (name, call) => {
  test('rejects with a typed error, and never throws synchronously', async () => {
    for (const [what, make] of HOSTILE) {
      if (RIGHT[name]?.includes(what)) continue;
      let promise: unknown;
      expect(() => (promise = call(make())), `${what} at once`).not.toThrow();
      expect(promise, what).toBeInstanceOf(Promise);
      const ending = await (promise as Promise<unknown>).then(
        (value) => `given ${String(value)}`,
        (error: unknown) => error,
      );
      expect(isRefoldError(ending), `${what}: ${String(ending)}`).toBe(true);
      expectUseful(ending as RefoldError, what);
    }
    await expectUnharmed();
  });
});

describe.each(SYNC)('%s', (name, call) => {
  test('throws a typed error', async () => {
    for (const [what, make] of HOSTILE) {
      if (RIGHT_SYNC[name]?.includes(what)) continue;
      let ending: unknown;
      try {
        ending = `given ${String(call(make()))}`;
      } catch (error) {
        ending = error;
      }
      expect(isRefoldError(ending), `${what}: ${String(ending)}`).toBe(true);
      expectUseful(ending as RefoldError, what);
    }
    await expectUnharmed();
  });
});

function expectUseful(error: RefoldError, what: string): void {
  const codes = ['INVALID_OPTION', 'EVENT_REJECTED', 'COMMAND_INPUT_REJECTED', 'UNKNOWN_EVENT_TYPE', 'HISTORY_GONE'];
  expect(codes, what).toContain(error.code);
  expect(error.message, what).toMatch(/^Cannot /);
  expect(error.hint, what).toBeTruthy();
  expect(() => JSON.stringify(error), what).not.toThrow();
}

async function expectUnharmed(): Promise<void> {
  expect(store.sequence).toBe(3);
  expect(await store.stateHash()).toBe(hash);
  expect(readdirSync(dirname(path)).filter((file) => file.includes('copy'))).toEqual([]);
}

describe('after all hostile calls', () => {
  test('the store still works', async () => {
    await store.append(note('d'));
    expect((await store.at({ sequence: 4 })).state.seen.notes).toEqual(['a', 'b', 'c', 'd']);
    expect(await store.verify()).toMatchObject({ ok: true, events: 4 });
  });
});
