/** The results of upcasters are checked and copied. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { defineModel, openStore, type StoreOptions, stateAt, type Upcaster } from '../../../src/index.ts';
import { MemoryContents, openMemoryLog } from '../../../src/log/memory.ts';
import { sampleOf } from '../../sample.ts';
import { STRANGE } from '../../strange-values.ts';
import { errorOf, temporaryPath } from '../harness.ts';

interface State {
  readonly list: any[];
}

/** The data as it was recorded first: `{ text }`. With upcasters it is at version 2, or as many as there are. */
function notes(...upcasters: Upcaster[]) {
  const upcast = Object.fromEntries(upcasters.map((step, index) => [index + 1, step]));
  const schema = z.any();
  return defineModel({
    name: 'notes',
    events: { Noted: upcasters.length === 0 ? schema : { version: upcasters.length + 1, schema, upcast } },
    initialState: (): State => ({ list: [] }),
    reducers: {
      Noted(state, data) {
        if (typeof data === 'object' && data !== null) data.seen = (data.seen ?? 0) + 1;
        state.list.push(data);
      },
    },
  });
}

const noted = (text: string) => ({ type: 'Noted', data: { text } }) as const;

/** A log with two events of version 1. `old`: as a release without checks leaves it. */
async function written(old = false): Promise<MemoryContents> {
  const contents = new MemoryContents();
  const store = await openStore(notes(), { log: openMemoryLog({ contents }) });
  await store.append(noted('a'));
  await store.append(noted('b'));
  await store.close();
  contents.snapshots.length = 0;
  if (old) contents.meta.delete('uncheckedThrough');
  return contents;
}

const openOn = (contents: MemoryContents, upcasters: Upcaster[], options: Partial<StoreOptions> = {}) =>
  openStore(notes(...upcasters), { ...options, log: openMemoryLog({ contents }) });

class Point {
  readonly x = 1;
}

function cycle(): object {
  const value: Record<string, unknown> = {};
  value.self = value;
  return value;
}

function nested(levels: number): object {
  let value: object = {};
  for (let level = 1; level < levels; level++) value = { value };
  return value;
}

/** Results that are refused now, and that older releases accepted if the reducer could use them. */
const REFUSED: readonly (readonly [string, Upcaster])[] = [
  ['a Date', ({ text }) => ({ text, at: new Date(0) })],
  ['a Date alone', () => new Date(0)],
  ['NaN', () => ({ price: Number.NaN })],
  ['infinity', () => ({ price: -1 / 0 })],
  ['a bigint', () => ({ price: 1n })],
  ['a function', () => ({ act: () => 1 })],
  ['an instance of a class', () => ({ at: new Point() })],
  ['a Map', () => ({ at: new Map() })],
  ['a typed array', () => ({ bytes: new Uint8Array(3) })],
  ['a cycle', cycle],
  ['too many levels', () => nested(70)],
  ['a forbidden key', () => JSON.parse('{"__proto__": 1}')],
  ['a lone surrogate', () => ({ text: '\ud800' })],
];

/** Results that no release can fold. */
const NEVER: readonly (readonly [string, Upcaster])[] = [
  ['undefined', () => undefined],
  ['a promise', async ({ text }) => ({ text })],
  ['a promise that rejects', () => Promise.reject(new Error('later'))],
  // biome-ignore lint/suspicious/noThenProperty: a thenable counts as a promise
  ['a thenable', () => ({ then: () => {} })],
];

const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
beforeEach(() => void warn.mockClear());

describe.each(sampleOf([...NEVER, ...REFUSED]))('an upcaster that gives %s', (_name, upcaster) => {
  const mismatch = {
    code: 'MODEL_MISMATCH',
    type: 'Noted',
    sequence: 1,
    message: expect.stringMatching(/Noted at 1 from version 1: it gave/),
  };

  test.each(['atomic', 'direct'] as const)('is a MODEL_MISMATCH at open, %s fold', async (fold) => {
    expect(await errorOf(openOn(await written(), [upcaster], { fold }))).toMatchObject(mismatch);
  });

  test('is a MODEL_MISMATCH for past states, too', async () => {
    const log = openMemoryLog({ contents: await written() });
    expect(await errorOf(stateAt(notes(upcaster), { log, at: { sequence: 2 } }))).toMatchObject(mismatch);
  });

  test('is a MODEL_MISMATCH when events are read, followed and projected', async () => {
    const contents = await written();
    let isBad = false;
    const store = await openOn(contents, [(data) => (isBad ? upcaster(data) : data)]);
    isBad = true;
    expect(await errorOf(Array.fromAsync(store.events()))).toMatchObject(mismatch);
    expect(await errorOf(Array.fromAsync(store.follow()))).toMatchObject(mismatch);
    const view = { name: 'view', initialState: () => ({ list: [] as unknown[] }), reducers: { Noted: () => {} } };
    expect(await errorOf(store.project(view))).toMatchObject(mismatch);
    expect((await store.verify()).problems).toMatchObject([{ code: 'MODEL_MISMATCH', sequence: 1 }]);
  });

  test('is a MODEL_MISMATCH in a file that is opened again', async () => {
    const path = await temporaryPath();
    const store = await openStore(notes(), { path });
    await store.append(noted('a'));
    await store.close();
    const grown = notes(upcaster);
    // The snapshot of the close would make upcasting unnecessary: its fingerprint knows the versions of schemas.
    expect(await errorOf(openStore(grown, { path }))).toMatchObject(mismatch);
    expect(await errorOf(openStore(grown, { path, readOnly: true }))).toMatchObject(mismatch);
  });
});

test('gives an error that names the wrong one of several steps', async () => {
  const steps: Upcaster[] = [(data) => data, () => new Date(), (data) => ({ text: String(data) })];
  expect((await errorOf(openOn(await written(), steps))).message).toContain('from version 2: it gave');
});

test.each(STRANGE)('an upcaster that throws %s is a MODEL_MISMATCH', async (_name, make) => {
  const upcaster = (): never => {
    throw make();
  };
  expect(await errorOf(openOn(await written(), [upcaster]))).toMatchObject({ code: 'MODEL_MISMATCH', sequence: 1 });
});

describe('a constant that an upcaster returns each time', () => {
  const shared = { text: 'old', tags: ['x'] };
  const upcaster: Upcaster = () => shared;
  const fresh = { text: 'old', tags: ['x'], seen: 1 };

  test.each([
    ['atomic', false],
    ['direct', false],
    ['atomic', true],
    ['direct', true],
  ] as const)('is never changed by reducers: %s fold, old log %s', async (fold, old) => {
    const contents = await written(old);
    for (let open = 1; open <= 2; open++) {
      const store = await openOn(contents, [upcaster], { fold });
      expect(store.state.list).toEqual([fresh, fresh]);
      expect((await store.at({ sequence: 2 })).state.list).toEqual([fresh, fresh]);
      const [event] = await Array.fromAsync(store.events());
      (event as any).data.tags.push('mine');
      expect((await store.verify()).ok).toBe(true);
      await store.close();
    }
    expect(shared).toEqual({ text: 'old', tags: ['x'] });
  });
});

describe('a log that is older than the checks', () => {
  test.each(REFUSED.filter(([name]) => !['a function', 'an instance of a class', 'a cycle'].includes(name)))(
    'opens with an upcaster that gives %s, and warns once',
    async (_name, upcaster) => {
      const contents = await written(true);
      const store = await openOn(contents, [upcaster], { fold: 'direct' });
      expect(store.state.list).toHaveLength(2);
      const replayWarnings = () =>
        warn.mock.calls.filter(([warning]) => (warning as Error).name === 'RefoldReplayWarning');
      expect(replayWarnings()).toHaveLength(1);
      expect(replayWarnings()[0]).toMatchObject([
        { name: 'RefoldReplayWarning', message: expect.stringContaining('Noted at 1 from version 1') },
        { type: 'RefoldReplayWarning' },
      ]);
      await Array.fromAsync(store.events());
      expect(replayWarnings()).toHaveLength(1);
      await store.close();
    },
  );

  test.each(NEVER)('does not open with an upcaster that gives %s', async (_name, upcaster) => {
    expect((await errorOf(openOn(await written(true), [upcaster]))).code).toBe('MODEL_MISMATCH');
  });

  test('keeps its state: undefined members, -0, a Date', async () => {
    const upcaster: Upcaster = ({ text }) => ({ text, gone: undefined, at: new Date(5), zero: -0 });
    const store = await openOn(await written(true), [upcaster]);
    expect(Object.keys(store.state.list[0])).toEqual(['text', 'gone', 'at', 'zero', 'seen']);
    expect(store.state.list[0]).toMatchObject({ at: new Date(5), zero: -0 });
  });

  test('follows the old rules until a writer has opened it; new events follow the new rules', async () => {
    const contents = await written(true);
    const dated: Upcaster = ({ text }) => ({ text, at: new Date(0) });
    await (await openOn(contents, [dated])).close();
    // Version 1 of the application again, which appends another event.
    const back = await openOn(contents, []);
    await back.append(noted('c'));
    await back.close();
    contents.snapshots.length = 0;
    expect(await errorOf(openOn(contents, [dated]))).toMatchObject({ code: 'MODEL_MISMATCH', sequence: 3 });
  });
});

test('a rejected promise that an upcaster gave does not end the process', async () => {
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  await errorOf(openOn(await written(), [() => Promise.reject(new Error('later'))]));
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});
