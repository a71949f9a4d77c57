/** The trading behind the studio: a process that is killed, one that goes on, and the same book as without the crash. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openLog } from 'refold';
import { expect, test } from 'vitest';
import { generateFlow } from '../../../../examples/orderbook/demo/flow.ts';
import { Gateway } from '../../../../examples/orderbook/gateway.ts';
import { type TradingNews, trade } from '../../../../examples/orderbook/studio/trading.ts';
import { openBook } from '../../../../examples/orderbook/workspace.ts';
import { errorOf, temporaryFolder } from '../support.ts';

const DAY = { seed: 7, commands: 1_600, rate: 100_000, killAt: 1_100, pauseMs: 0 };
type Of<Kind> = Extract<TradingNews, { kind: Kind }>;

/** The hash of the book of a day that no crash disturbed. */
async function undisturbed({ seed, commands }: { seed: number; commands: number }): Promise<string> {
  await using store = await openBook(':memory:');
  const gateway = new Gateway(store);
  for (const { command } of generateFlow({ seed, commands })) gateway.send(command);
  await gateway.drain();
  return store.stateHash();
}

/** Whether a process with this id runs. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('a killed process is followed by another, and the book is that of an undisturbed day', async () => {
  const path = join(temporaryFolder(), 'book.db');
  // Slow enough that it is killed in the middle: 500 commands are left, for five seconds.
  const news = await Array.fromAsync(trade({ ...DAY, path, rate: 100 }));
  expect(news.map(({ kind }) => kind)).toEqual(['begun', 'killed', 'recovered', 'over']);
  const [begun, killed, recovered, over] = news as [Of<'begun'>, Of<'killed'>, Of<'recovered'>, Of<'over'>];
  expect(killed.pid).toBe(begun.pid);
  expect(recovered.pid).not.toBe(begun.pid);
  expect(killed.commands).toBeGreaterThanOrEqual(DAY.killAt);
  expect(recovered.sequence).toBeGreaterThanOrEqual(killed.sequence);
  expect(recovered.commands).toBeGreaterThanOrEqual(killed.commands);
  expect(over.commands).toBe(DAY.commands);
  await using store = await openBook(path, { readOnly: true });
  expect(store.sequence).toBe(over.sequence);
  expect(await store.stateHash()).toBe(await undisturbed(DAY));
});

test('a book can be looked at when the first news comes, and a caller that stops ends the process', async () => {
  const path = join(temporaryFolder(), 'book.db');
  let pid = 0;
  for await (const news of trade({ ...DAY, path, rate: 1 })) {
    expect(news.kind).toBe('begun');
    pid = (news as Of<'begun'>).pid;
    await using log = await openLog({ path });
    expect((await log.info()).events).toBeGreaterThan(0);
    expect(isAlive(pid)).toBe(true);
    break;
  }
  await expect.poll(() => isAlive(pid)).toBe(false);
});

test('a day that is shorter than the moment of the crash is not disturbed', async () => {
  const path = join(temporaryFolder(), 'book.db');
  const news = await Array.fromAsync(trade({ ...DAY, path, commands: 200, killAt: 1_100 }));
  expect(news.map(({ kind }) => kind)).toEqual(['begun', 'over']);
});

test('a process that somebody else kills is followed by another one, too', async () => {
  const path = join(temporaryFolder(), 'book.db');
  const kinds: string[] = [];
  for await (const news of trade({ ...DAY, path, rate: 100, killAt: Number.POSITIVE_INFINITY })) {
    kinds.push(news.kind);
    if (news.kind === 'begun') process.kill(news.pid, 'SIGKILL');
  }
  expect(kinds).toEqual(['begun', 'killed', 'recovered', 'over']);
});

test('a process that cannot write is a typed error', async () => {
  const path = join(temporaryFolder(), 'no-such-folder', 'book.db');
  const error = await errorOf(Array.fromAsync(trade({ ...DAY, path })));
  expect(error).toMatchObject({ code: 'STORE_FAILED', path, hint: expect.stringContaining('stderr') });
  expect(existsSync(path)).toBe(false);
});
