import { describe, expect, test } from 'vitest';
import { Client } from '../../../../src/redis/calls/client.ts';
import { commandTable } from '../../../../src/redis/commands/table.ts';
import { MAX_ENTRIES } from '../../../../src/redis/model/dense.ts';
import { AccessTable } from '../../../../src/redis/server/keeping/access-clock.ts';
import { Evictor } from '../../../../src/redis/server/keeping/eviction.ts';
import { MemoryMeter, OUT_OF_MEMORY } from '../../../../src/redis/server/keeping/memory.ts';
import { type FakeCall, FakeConfig, fakeCall, putKeys } from './fakes.ts';

interface Metered extends FakeCall {
  readonly memory: MemoryMeter;
  readonly config: FakeConfig;
  /** What the gate says to a command. */
  ask(client: Client, ...args: readonly string[]): string | undefined;
}

function meterOf(policy: string, buffers = 0, isHeapFull = false): Metered {
  const config = new FakeConfig({ 'maxmemory-policy': policy });
  const fake = fakeCall(config, 1_700_000_000_000);
  const access = new AccessTable(config, { keyCount: () => 0, databaseOf: (db) => db, now: Date.now }, 0);
  let waiting = buffers;
  const memory = new MemoryMeter({
    config,
    evictor: new Evictor(config, access),
    heap: { isFull: () => isHeapFull, close: () => undefined } as never,
    space: () => fake.space,
    call: () => fake.call,
    bufferBytes: () => waiting,
    evictClients: () => {
      waiting = 0;
    },
    inTurn: (job) => {
      job();
      return Promise.resolve(true);
    },
  });
  const ask: Metered['ask'] = (client, ...args) => memory.gate(client, commandTable.find(args)!, args);
  return { ...fake, memory, config, ask };
}

const clientOf = (): Client => new Client(1, 0, '', '');

describe('used memory', () => {
  test('counts keys, values and buffers, and remembers its peak', () => {
    const { memory, call } = meterOf('noeviction', 5_000);
    const empty = memory.used();
    putKeys(call, 0, 100, 1_000);
    const full = memory.used();
    expect(full - empty).toBeGreaterThan(100_000);
    call.apply('DatabaseFlushed', { db: 0 });
    expect(memory.used()).toBe(empty);
    expect(memory.peak()).toBe(full);
  });
});

describe('with too little memory', () => {
  test('clients that take more than maxmemory-clients go before keys', () => {
    for (const [limit, evicted] of [
      ['1mb', 0],
      ['0', 1],
    ] as const) {
      const { ask, call, config, latencies, space } = meterOf('allkeys-random', 10_000_000);
      putKeys(call, 0, 10);
      config.set('maxmemory-clients', limit);
      config.set('maxmemory', '9000000');
      ask(clientOf(), 'PING');
      expect(space.databases[0]!.keys.keys.length === 10 ? 0 : 1).toBe(evicted);
      expect(latencies.map(([event]) => event)).toEqual(['eviction-cycle']);
    }
  });

  test('commands that need more are refused, and others run', () => {
    const { ask, config } = meterOf('noeviction');
    expect(ask(clientOf(), 'SET', 'a', 'b')).toBe(undefined);
    config.set('maxmemory', '1');
    for (const command of ['SET a b', 'LPUSH a b', 'COPY a b', 'SORT a']) {
      expect(ask(clientOf(), ...command.split(' ')), command).toBe(OUT_OF_MEMORY);
    }
    for (const command of ['GET a', 'DEL a', 'RENAME a b', 'PING', 'MULTI', 'EXPIRE a 1']) {
      expect(ask(clientOf(), ...command.split(' ')), command).toBe(undefined);
    }
  });

  test('a transaction takes no more commands, and EXEC is refused when one of them needs memory', () => {
    const { ask, config } = meterOf('noeviction');
    config.set('maxmemory', '1');
    const client = clientOf();
    client.transaction = { queue: [], isBroken: false, flags: new Set() } as never;
    expect(ask(client, 'GET', 'a')).toBe(OUT_OF_MEMORY);
    expect(ask(client, 'EXEC')).toBe(undefined);
    expect(ask(client, 'DISCARD')).toBe(undefined);
    client.transaction = { queue: [], isBroken: false, flags: new Set(['denyoom']) } as never;
    expect(ask(client, 'EXEC')).toBe(OUT_OF_MEMORY);
  });

  test('keys are evicted first, also before a read', () => {
    const { ask, config, call, memory, space } = meterOf('allkeys-lru');
    putKeys(call, 0, 1_000, 1_000);
    const limit = Math.floor(memory.used() - 500_000);
    config.set('maxmemory', String(limit));
    expect(ask(clientOf(), 'GET', 'a')).toBe(undefined);
    expect(memory.used()).toBeLessThanOrEqual(limit);
    expect(space.databases[0]!.keys.keys.length).toBeGreaterThan(300);
    expect(ask(clientOf(), 'SET', 'a', 'b')).toBe(undefined);
  });

  test('buffers that take all of it leave no key', () => {
    const { ask, config, call, space } = meterOf('allkeys-random', 50_000_000);
    putKeys(call, 0, 100, 10);
    config.set('maxmemory', '10000000');
    expect(ask(clientOf(), 'SET', 'a', 'b')).toBe(OUT_OF_MEMORY);
    expect(space.databases[0]!.keys.keys).toEqual([]);
  });

  test('a full heap refuses writes without any limit', () => {
    const { ask } = meterOf('noeviction', 0, true);
    expect(ask(clientOf(), 'SET', 'a', 'b')).toBe(OUT_OF_MEMORY);
    expect(ask(clientOf(), 'GET', 'a')).toBe(undefined);
  });
});

test('a database with as many keys as one Map holds takes no more', () => {
  const { memory, space } = meterOf('noeviction');
  const gate = (...args: readonly string[]): string | undefined =>
    memory.keyLimitGate(clientOf(), commandTable.find(args)!, args);
  expect(gate('SET', 'a', 'b')).toBe(undefined);
  space.databases[0]!.keys.keys.length = MAX_ENTRIES - 2;
  expect(gate('SET', 'a', 'b')).toBe(OUT_OF_MEMORY);
  expect(gate('SMOVE', 'a', 'b', 'c')).toBe(OUT_OF_MEMORY);
  expect(gate('DEL', 'a')).toBe(undefined);
  expect(gate('GET', 'a')).toBe(undefined);
});
