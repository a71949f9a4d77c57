/** Newer releases of Node have a Map with `getOrInsert` and `getOrInsertComputed`. A reducer may use them there. */
import * as fc from 'fast-check';
import { afterAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { INSERTING as Inserting } from '../../../src/fold/collections/map-methods.ts';
import { sample } from '../../sample.ts';

// The Map of a newer release, if this one does not have it. The library must be loaded after that.
const isOlder = !('getOrInsert' in Map.prototype);
if (isOlder) {
  Object.defineProperties(Map.prototype, {
    getOrInsert: {
      configurable: true,
      value(this: Map<unknown, unknown>, key: unknown, value: unknown) {
        if (!Map.prototype.has.call(this, key)) Map.prototype.set.call(this, key, value);
        return Map.prototype.get.call(this, key);
      },
    },
    getOrInsertComputed: {
      configurable: true,
      value(this: Map<unknown, unknown>, key: unknown, make: (key: unknown) => unknown) {
        if (!Map.prototype.has.call(this, key)) Map.prototype.set.call(this, key, make(key));
        return Map.prototype.get.call(this, key);
      },
    },
  });
}
afterAll(() => {
  if (!isOlder) return;
  Reflect.deleteProperty(Map.prototype, 'getOrInsert');
  Reflect.deleteProperty(Map.prototype, 'getOrInsertComputed');
  vi.resetModules();
});
// Another test file of this process may have loaded it.
vi.resetModules();
const { defineModel, openStore } = await import('../../../src/index.ts');
const { INSERTING } = (await import('../../../src/fold/collections/map-methods.ts')) as { INSERTING: typeof Inserting };

type Entry = { n: number; lines: NewMap<number> };
type NewMap<V> = Map<string, V> & {
  getOrInsert(key: string, value: V): V;
  getOrInsertComputed(key: string, make: (key: string) => V): V;
};
const newMap = <V>(): NewMap<V> => new Map() as NewMap<V>;

const KEYS = ['a', 'b', 'c'];
const anOperation = fc.record({
  kind: fc.constantFrom('insert', 'compute', 'delete', 'clear', 'line', 'make and set'),
  key: fc.constantFrom(...KEYS),
  n: fc.nat(9),
});
const Operation = z.object({ kind: z.string(), key: z.string(), n: z.int() });

const model = defineModel({
  name: 'inserting',
  events: { Done: Operation, Tried: z.object({}) },
  initialState: () => ({ entries: newMap<Entry>(), seen: [] as number[] }),
  reducers: {
    Done({ entries, seen }, { kind, key, n }) {
      const make = (): Entry => ({ n, lines: newMap() });
      if (kind === 'insert') seen.push(entries.getOrInsert(key, make()).n);
      else if (kind === 'compute') entries.getOrInsertComputed(key, make).n += 1;
      else if (kind === 'line') entries.getOrInsertComputed(key, make).lines.getOrInsert(`${n}`, n);
      else if (kind === 'delete') entries.delete(key);
      else if (kind === 'clear') entries.clear();
      else seen.push(entries.getOrInsertComputed(key, (k) => entries.set(k, make()) && { ...make(), n: 100 }).n);
    },
    Tried: ({ entries }) => void entries.getOrInsertComputed('a', 1 as never),
  },
});

test('the methods give the same state in an atomic and in a direct fold', async () => {
  expect(INSERTING).toEqual(['getOrInsert', 'getOrInsertComputed']);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(anOperation, { minLength: 1, maxLength: 4 }), { maxLength: 8 }),
      async (commits) => {
        await using atomic = await openStore(model, { path: ':memory:', fold: 'atomic' });
        await using direct = await openStore(model, { path: ':memory:', fold: 'direct', strict: false });
        for (const operations of commits) {
          const events = operations.map((data) => model.event('Done', data));
          await Promise.all([atomic.append(events), direct.append(events)]);
        }
        expect(atomic.state).toEqual(direct.state);
        expect(await atomic.stateHash()).toBe(await direct.stateHash());
      },
    ),
    { numRuns: sample(100) },
  );
});

test('a reader cannot change the state with them, and a missing function is refused', async () => {
  await using store = await openStore(model, { path: ':memory:' });
  await store.append(model.event('Done', { kind: 'line', key: 'b', n: 1 }));
  const entries = store.state.entries as unknown as NewMap<Entry>;
  for (const map of [entries, entries.get('b')!.lines] as NewMap<any>[]) {
    expect(() => map.getOrInsert('x', 1)).toThrow('append an event instead');
    expect(() => map.getOrInsertComputed('x', () => 1)).toThrow('append an event instead');
    expect(map.size).toBe(1);
  }
  await store.transact((tx) => {
    tx.append(model.event('Done', { kind: 'insert', key: 'c', n: 1 }));
    const view = tx.state.entries.get('b')!.lines as unknown as NewMap<number>;
    expect(() => view.getOrInsert('x', 1)).toThrow();
  });
  await expect(store.append(model.event('Tried', {}))).rejects.toMatchObject({ code: 'REDUCER_FAILED' });
  expect([...entries.keys()]).toEqual(['b', 'c']);
});
