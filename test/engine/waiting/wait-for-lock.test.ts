/** A writer may wait for the lock of another one: for rolling restarts and hot reload. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { importEvents, openLog, openStore, RefoldError } from '../../../src/index.ts';
import { MemoryContents } from '../../../src/log/memory.ts';
import { cartModel, note } from '../cart.ts';
import { errorOf, openCarts, temporaryPath } from '../harness.ts';

const LONG = 60_000;
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function holder(path: string, wait?: number): Promise<ChildProcess> {
  const child = started(path, wait);
  await once(child, 'message');
  return child;
}

function started(path: string, wait?: number): ChildProcess {
  const child = fork(
    join(import.meta.dirname, 'fixtures', 'holder.ts'),
    wait === undefined ? [path] : [path, String(wait)],
  );
  children.push(child);
  return child;
}

describe('a writer in another process', () => {
  test('is waited for until it closes, and nothing of it is missing', async () => {
    const path = await temporaryPath();
    const child = await holder(path);
    const opening = openCarts({ path, waitForLock: LONG });
    expect(await Promise.race([opening, openLog({ path }).then((log) => log.close())])).toBeUndefined();
    child.send('close');
    const store = await opening;
    expect(store.sequence).toBe(1);
    await store.append(note('here'));
  });

  test('is waited for until it is killed', async () => {
    const path = await temporaryPath();
    const child = await holder(path);
    const opening = openCarts({ path, waitForLock: LONG });
    child.kill('SIGKILL');
    expect((await opening).sequence).toBe(1);
  });

  test('is named when the time is over', async () => {
    const path = await temporaryPath();
    const child = await holder(path);
    for (const waitForLock of [0, 20, undefined]) {
      const error = await errorOf(openCarts({ path, waitForLock }));
      expect(error).toMatchObject({ code: 'LOG_LOCKED' });
      expect(error.message).toContain(`process ${child.pid}`);
    }
  });

  test('does not block the event loop of the one that waits', async () => {
    const path = await temporaryPath();
    const child = await holder(path);
    let turns = 0;
    let isOpen = false;
    const opening = openCarts({ path, waitForLock: LONG }).finally(() => {
      isOpen = true;
    });
    while (turns < 1_000) {
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
    }
    expect(isOpen).toBe(false);
    child.send('close');
    await opening;
  });

  test('hands the log on to each of several that wait', async () => {
    const path = await temporaryPath();
    const first = await holder(path);
    const others = [started(path, LONG), started(path, LONG), started(path, LONG)];
    const opened = others.map(async (child) => {
      await once(child, 'message');
      child.send('close');
      await once(child, 'exit');
    });
    first.send('close');
    await Promise.all(opened);
    expect((await openCarts({ path })).sequence).toBe(4);
  });
});

describe('a writer in this process', () => {
  test('is waited for by every call that opens a log for writing', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path });
    const opening = openLog({ path, readOnly: false, waitForLock: LONG }).then((log) => log.close());
    const importing = importEvents(cartModel, { path, waitForLock: LONG }, []);
    await store.append(note('the last one'));
    await store.close();
    await opening;
    expect(await importing).toMatchObject({ events: 0, lastSequence: 1 });
  });

  test('is not waited for any longer once the signal aborts', async () => {
    const path = await temporaryPath();
    await openCarts({ path });
    const stop = new AbortController();
    const reason = new Error('enough');
    const importing = importEvents(cartModel, { path, waitForLock: LONG, signal: stop.signal }, []);
    stop.abort(reason);
    await expect(importing).rejects.toBe(reason);
  });
});

test('a source that does not wait is asked again', async () => {
  const contents = new MemoryContents();
  let attempts = 0;
  const log = {
    name: 'busy',
    open: async (options: object) => {
      attempts += 1;
      if (attempts < 3) throw new RefoldError('LOG_LOCKED', 'another has it', {});
      return contents.open(options);
    },
  };
  await using store = await openStore(cartModel, { log, waitForLock: LONG });
  expect([attempts, store.sequence]).toEqual([3, 0]);
  await using inMemory = await openStore(cartModel, { path: ':memory:', waitForLock: LONG });
  expect(inMemory.sequence).toBe(0);
});

test.each([
  ['beside readOnly', { readOnly: true, waitForLock: 5 }],
  ['negative', { waitForLock: -1 }],
  ['not a number', { waitForLock: '5' }],
  ['without end', { waitForLock: Number.POSITIVE_INFINITY }],
])('waitForLock is refused: %s', async (_, options) => {
  const path = await temporaryPath();
  const refused = { code: 'INVALID_OPTION', type: 'waitForLock' };
  expect(await errorOf(openStore(cartModel, { path, ...options } as never))).toMatchObject(refused);
  expect(await errorOf(openLog({ path, ...options } as never))).toMatchObject(refused);
  const open = await new MemoryContents().open({});
  expect(await errorOf(openStore(cartModel, { log: open, waitForLock: 5 }))).toMatchObject(refused);
});
