/**
 * Commands on collections of a million entries touch few of them. The test counts reads and writes of entries: a Proxy
 * counts those of arrays, a subclass those of the Map, and spies those of the Deque.
 */
import { beforeAll, expect, test, vi } from 'vitest';
import { Deque } from '../../../src/index.ts';
import { Call } from '../../../src/redis/calls/call.ts';
import { Client } from '../../../src/redis/calls/client.ts';
import type { Parts } from '../../../src/redis/calls/parts.ts';
import { commandTable } from '../../../src/redis/commands/table.ts';
import type { Dense } from '../../../src/redis/model/dense.ts';
import { emptyKeySpace, newHash, newList, newSet, putValue } from '../../../src/redis/model/key-space.ts';
import { keySpaceModel } from '../../../src/redis/model/model.ts';
import { ServerConfig } from '../../../src/redis/server/config/server-config.ts';
import { sampleOf } from '../../sample.ts';

const ENTRIES = 1_000_000;
/** What one command may touch. It grows with neither the collection nor the chance. */
const FEW = 300;

let touched = 0;

class CountingMap<V> extends Map<string, V> {
  override get(key: string): V | undefined {
    touched++;
    return super.get(key);
  }

  override has(key: string): boolean {
    touched++;
    return super.has(key);
  }

  override set(key: string, value: V): this {
    touched++;
    return super.set(key, value);
  }
}

function counting<T>(items: T[]): T[] {
  return new Proxy(items, {
    get(target, property) {
      touched++;
      return Reflect.get(target, property, target);
    },
    set(target, property, value) {
      touched++;
      return Reflect.set(target, property, value, target);
    },
  });
}

function countingDense<V>(value: V): Dense<V> {
  const keys = Array.from({ length: ENTRIES }, (_, index) => `entry${index}`);
  const slots = new CountingMap<number>();
  for (const [slot, key] of keys.entries()) slots.set(key, slot);
  return { slots, keys: counting(keys), values: counting(Array<V>(ENTRIES).fill(value)) };
}

const space = emptyKeySpace();

beforeAll(() => {
  const database = space.databases[0]!;
  putValue(database, 'set', { ...newSet(), members: countingDense<true>(true) });
  putValue(database, 'hash', { ...newHash(), fields: countingDense('17') });
  const list = newList();
  for (let index = 0; index < ENTRIES; index++) list.items.push(`item${index}`);
  putValue(database, 'list', list);
  for (const method of ['at', 'set', 'push', 'unshift', 'pop', 'shift'] as const) {
    const original = Deque.prototype[method] as (...args: unknown[]) => unknown;
    vi.spyOn(Deque.prototype, method).mockImplementation(function (this: unknown, ...args: unknown[]) {
      touched++;
      return original.apply(this, args) as never;
    });
  }
  return () => vi.restoreAllMocks();
});

const reducers = keySpaceModel.reducers as unknown as Record<string, (state: typeof space, data: object) => void>;

/** How many entries a command touches. */
function touchedBy(...args: readonly string[]): number {
  const ignore = (): void => undefined;
  const parts = {
    changes: { changed: ignore },
    stats: {},
    access: { touch: ignore },
    notifications: { notify: ignore },
    config: new ServerConfig(),
    blocking: {},
    isExpirySuspended: () => false,
  } as unknown as Parts;
  const client = new Client(1, 0, '', '');
  const circumstances = {
    space,
    isPast: false,
    now: 1,
    append: (type: string, data: object) => reducers[type]!(space, data),
    fits: () => true,
    isLarge: () => false,
  };
  touched = 0;
  commandTable.find(args)!.run!(new Call(args, client, parts, circumstances, false));
  expect(client.reply.take().join('')).not.toMatch(/^-/);
  return touched;
}

test.each([
  ['SADD', 'set', 'new1', 'new2'],
  ['SREM', 'set', 'entry5', 'entry500000'],
  ['SMOVE', 'set', 'other', 'entry6'],
  ['SISMEMBER', 'set', 'entry7'],
  ['SCARD', 'set'],
  ['SPOP', 'set'],
  ['SPOP', 'set', '5'],
  ['SRANDMEMBER', 'set'],
  ['SRANDMEMBER', 'set', '5'],
  ['SRANDMEMBER', 'set', '-5'],
  ['SSCAN', 'set', '0', 'COUNT', '10'],
  ['SSCAN', 'set', '500000', 'COUNT', '10'],
  ['SINTERCARD', '1', 'set', 'LIMIT', '10'],
  ['SINTER', 'set', 'other'],
  ['HSET', 'hash', 'entry1', 'x', 'new', 'y'],
  ['HGET', 'hash', 'entry2'],
  ['HDEL', 'hash', 'entry3', 'entry700000'],
  ['HINCRBY', 'hash', 'entry4', '1'],
  ['HRANDFIELD', 'hash', '5', 'WITHVALUES'],
  ['HRANDFIELD', 'hash'],
  ['HSCAN', 'hash', '0', 'COUNT', '10'],
  ['HLEN', 'hash'],
  ['LPUSH', 'list', 'a', 'b'],
  ['RPUSH', 'list', 'a', 'b'],
  ['LPOP', 'list'],
  ['RPOP', 'list', '5'],
  ['LMOVE', 'list', 'list', 'LEFT', 'RIGHT'],
  ['LINDEX', 'list', '-2'],
  ['LINDEX', 'list', '500000'],
  ['LSET', 'list', '500000', 'x'],
  ['LRANGE', 'list', '-10', '-1'],
  ['LRANGE', 'list', '500000', '500010'],
  ['LTRIM', 'list', '5', '-5'],
  ['LLEN', 'list'],
  ['LPOS', 'list', 'item20', 'MAXLEN', '100'],
])('%s %s touches few entries', (...args) => {
  expect(touchedBy(...args)).toBeLessThan(FEW);
});

test.each(
  sampleOf([
    ['SMEMBERS', 'set'],
    ['HKEYS', 'hash'],
    ['HGETALL', 'hash'],
    ['LRANGE', 'list', '0', '-1'],
  ]),
)('%s %s touches them all, and the count shows it', (...args) => {
  expect(touchedBy(...args)).toBeGreaterThan(ENTRIES - FEW);
});
