/** Clients that wait, with a key space that is a Map and commands that are functions. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Client } from '../../../src/redis/calls/client.ts';
import type { Wait } from '../../../src/redis/calls/parts.ts';
import { newList, newSet } from '../../../src/redis/model/key-space.ts';
import type { Kind, Value } from '../../../src/redis/model/values.ts';
import { BlockedClients } from '../../../src/redis/server/blocking.ts';

class Scene {
  readonly values = new Map<string, Value>();
  /** The clients whose commands ran again, with the keys that made them run. */
  readonly runs: string[] = [];
  readonly resumed: string[] = [];
  readonly expired: string[] = [];
  /** What clients got whose wait ended, if it is an error. */
  readonly ended: (string | undefined)[] = [];
  /** What a command does when it runs again; by default it takes the value. */
  onRun: (client: Client, key: string) => void = (_, key) => void this.values.delete(key);
  readonly blocked: BlockedClients = new BlockedClients({
    valueAt: (_, key) => this.values.get(key),
    rerun: (client) => {
      const key = this.blocked.readyKey!;
      this.runs.push(`${client.name} ${key}`);
      this.onRun(client, key);
    },
    schedule: (job) => job(),
    ended: (_, error) => void this.ended.push(error),
    resume: ({ name }) => void this.resumed.push(name),
  });

  wait(name: string, keys: readonly string[], rest: Partial<Wait> = {}): Client {
    const client = new Client(1, 0, '', '');
    client.name = name;
    this.block(client, keys, rest);
    return client;
  }

  block(client: Client, keys: readonly string[], rest: Partial<Wait> = {}): void {
    const expire = ({ name }: Client): void => void this.expired.push(name);
    this.blocked.block(client, { keys, kind: 'list', timeoutMs: 0, expire, ...rest });
  }

  put(key: string, kind: Kind): void {
    this.values.set(key, kind === 'list' ? newList() : kind === 'set' ? newSet() : 'text');
    this.blocked.keyChanged(0, key);
  }

  delete(key: string): void {
    this.values.delete(key);
    this.blocked.keyChanged(0, key);
  }
}

let scene: Scene;

beforeEach(() => {
  vi.useFakeTimers();
  scene = new Scene();
});

afterEach(() => void vi.useRealTimers());

test('one value serves one of many, and no other command runs', () => {
  for (let each = 0; each < 10_000; each++) scene.wait(`c${each}`, ['k']);
  scene.put('k', 'list');
  scene.blocked.serve();
  expect(scene.runs).toEqual(['c0 k']);
  expect(scene.resumed).toEqual(['c0']);
  expect(scene.blocked.count).toBe(9_999);
  scene.put('k', 'list');
  scene.blocked.serve();
  expect(scene.runs.at(-1)).toBe('c1 k');
});

test('keys are served in the order in which they became ready, each once', () => {
  scene.wait('one', ['a', 'b']);
  scene.wait('two', ['a']);
  for (const key of ['b', 'a', 'b']) scene.put(key, 'list');
  scene.blocked.serve();
  expect(scene.runs).toEqual(['one b', 'two a']);
  expect(scene.blocked.readyKey).toBe(undefined);
});

test('a value of another kind, or one that is lost again, serves no client', () => {
  scene.wait('one', ['a']);
  scene.put('a', 'set');
  scene.put('a', 'list');
  scene.delete('a');
  scene.put('other', 'list');
  scene.blocked.serve();
  expect(scene.runs).toEqual([]);
});

test('a client that waits for a loss runs when the key is deleted or gets another kind', () => {
  scene.onRun = (client) => {
    if (scene.runs.length < 3) scene.block(client, ['a'], { wakesOnLoss: true });
  };
  scene.wait('one', ['a'], { wakesOnLoss: true });
  scene.put('a', 'list');
  scene.blocked.serve();
  scene.put('a', 'set');
  scene.blocked.serve();
  scene.delete('a');
  scene.blocked.serve();
  expect(scene.runs).toEqual(['one a', 'one a', 'one a']);
  expect(scene.blocked.count).toBe(0);
});

test('a command that finds nothing keeps its place, and its own notes do not make it run again', () => {
  const first = scene.wait('first', ['k']);
  scene.wait('second', ['k']);
  scene.onRun = (client, key) => {
    scene.blocked.keyChanged(0, key);
    if (client === first && scene.runs.length < 3) scene.block(client, ['k']);
    else scene.values.delete(key);
  };
  scene.put('k', 'list');
  scene.blocked.serve();
  expect(scene.runs).toEqual(['first k', 'second k']);
  scene.put('k', 'list');
  scene.blocked.serve();
  expect(scene.runs).toEqual(['first k', 'second k', 'first k']);
  expect(scene.blocked.count).toBe(0);
});

test('what serving one client makes ready is served as well', () => {
  scene.wait('one', ['a']);
  scene.wait('two', ['b']);
  scene.onRun = (client, key) => {
    scene.values.delete(key);
    if (client.name === 'one') scene.put('b', 'list');
  };
  scene.put('a', 'list');
  scene.blocked.serve();
  expect(scene.runs).toEqual(['one a', 'two b']);
});

test('a client that is being closed is not served', () => {
  scene.wait('one', ['a']).isClosing = true;
  scene.wait('two', ['a']);
  scene.put('a', 'list');
  scene.blocked.serve();
  expect(scene.runs).toEqual(['two a']);
});

test('a wait ends at its time, also beyond what a timer of Node holds', () => {
  const month = 30 * 24 * 60 * 60 * 1_000;
  scene.wait('long', ['a'], { timeoutMs: month });
  scene.wait('short', ['a'], { timeoutMs: 10 });
  scene.wait('for ever', ['a']);
  vi.advanceTimersByTime(10);
  expect(scene.expired).toEqual(['short']);
  vi.advanceTimersByTime(month - 11);
  expect(scene.expired).toEqual(['short']);
  vi.advanceTimersByTime(1);
  expect(scene.expired).toEqual(['short', 'long']);
  expect(scene.blocked.count).toBe(1);
});

test('a served or lost client leaves no timer behind', () => {
  scene.wait('served', ['a'], { timeoutMs: 10 });
  const left = scene.wait('left', ['b'], { timeoutMs: 10 });
  scene.put('a', 'list');
  scene.blocked.serve();
  scene.blocked.drop(left);
  expect(vi.getTimerCount()).toBe(0);
  expect(scene.blocked.release(left)).toBe(false);
});

test('a change of a whole database makes the keys in it ready', () => {
  scene.wait('one', ['a', 'b']);
  scene.values.set('b', newList());
  scene.blocked.databaseChanged(0);
  scene.blocked.serve();
  expect(scene.runs).toEqual(['one b']);
});
