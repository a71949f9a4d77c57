import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openStore } from 'refold';
import { beforeAll, describe, expect, test } from 'vitest';
import { feedBook } from '../../../../examples/orderbook/follow/index.ts';
import { orderBook } from '../../../../examples/orderbook/model/index.ts';
import { MarketPace } from '../../../../examples/orderbook/publishing/market-pace.ts';
import { lineOf } from '../../../../examples/orderbook/publishing/messages.ts';
import { publishBook } from '../../../../examples/orderbook/publishing/publisher.ts';
import { runOrderBook, temporaryFolder } from '../support.ts';
import { openDay } from './books.ts';

const PROJECT = join(import.meta.dirname, '../../../..');

/** Starts `publish` in another process. */
function spawnPublish(...args: readonly string[]) {
  const main = join(PROJECT, 'examples/orderbook/main.ts');
  const options = ['--conditions=refold-source', '--disable-warning=ExperimentalWarning', main, 'publish', ...args];
  const child = spawn(process.execPath, options, { cwd: PROJECT, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close') as Promise<[code: number | null]>;
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += String(chunk)));
  return { child, ended, stderr: () => stderr };
}

const parsed = (stdout: string): any[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('publish', () => {
  let path: string;
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'orderbook-test-'));
    path = join(folder, 'book.db');
    const store = await openDay({ commands: 1_500, path });
    await store.close();
    return () => rmSync(folder, { recursive: true, force: true });
  });

  test('prints what publishBook gives, one message a line', async () => {
    const { code, stdout, stderr } = await runOrderBook('publish', path, '--speed', 'max');
    await using store = await openStore(orderBook, { path, readOnly: true });
    const messages = await Array.fromAsync(await publishBook(store));
    expect(stdout).toBe(messages.map((message) => `${lineOf(message)}\n`).join(''));
    expect(messages.length).toBeGreaterThan(2_000);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('gives a part of the day, in market time', async () => {
    const args = ['--from', '9:30:20', '--to', '09:30:40', '--symbol', 'MSFT', '--only', 'bbo,l2', '--depth', '2'];
    const { stdout } = await runOrderBook('publish', path, ...args);
    const whole = args.map((arg) => arg.replace(/^0?9:30/, '2026-01-05T09:30'));
    expect((await runOrderBook('publish', path, ...whole)).stdout).toBe(stdout);
    const lines = parsed(stdout);
    expect(new Set(lines.map(({ symbol }) => symbol))).toEqual(new Set(['MSFT']));
    expect(new Set(lines.map(({ channel }) => channel))).toEqual(new Set(['l2', 'bbo']));
    const steps = lines.filter(({ previous }) => previous !== undefined);
    expect(steps.length).toBeGreaterThan(20);
    for (const { time } of steps)
      expect(time > '2026-01-05T14:30:20.000' && time < '2026-01-05T14:30:40.001').toBe(true);
    for (const { kind, time } of lines) if (kind === 'snapshot') expect(time < '2026-01-05T14:30:20.000').toBe(true);
  });

  test('gives a snapshot at a place', async () => {
    const { stdout } = await runOrderBook(
      'publish',
      path,
      '--snapshot',
      '--at',
      '900',
      '--symbol',
      'GOOG',
      '--only',
      'l2',
    );
    const [snapshot, ...more] = parsed(stdout);
    expect(more).toEqual([]);
    const { stdout: shown } = await runOrderBook('show', path, '--at', String(snapshot.sequence), '--json');
    const { symbols } = JSON.parse(shown);
    const bids = symbols.find(({ symbol }: any) => symbol === 'GOOG').bids;
    expect(snapshot.bids.slice(0, 10)).toEqual(bids.map(({ price, quantity, count }: any) => [price, quantity, count]));
    expect(snapshot.sequence).toBeGreaterThan(895);
  });

  test('ends quietly when its reader has enough', async () => {
    const { child, ended, stderr } = spawnPublish(path);
    const [line] = await once(createInterface(child.stdout), 'line');
    child.stdout.destroy();
    expect(JSON.parse(line)).toMatchObject({ channel: 'l2', kind: 'snapshot', sequence: 0 });
    expect([(await ended)[0], stderr()]).toEqual([0, '']);
  });

  test('follows what another process writes, and ends quietly with Ctrl-C', async () => {
    const own = join(temporaryFolder(), 'live.db');
    await using store = await openDay({ commands: 300, symbols: ['GOOG'], path: own });
    const { child, ended, stderr } = spawnPublish(own, '--follow', '--only', 'l2');
    const written = store.sequence;
    let told = 0;
    for await (const line of createInterface(child.stdout)) {
      const { sequence } = JSON.parse(line);
      if (sequence < written) continue;
      if (++told > 5) break;
      // Each line is waited for before the next order is placed.
      const orderId = 1_000_000 + told;
      await store.execute('placeOrder', {
        orderId,
        symbol: 'GOOG',
        side: 'buy',
        type: 'limit',
        price: 500,
        quantity: 1,
      });
    }
    child.kill('SIGINT');
    const [code] = await ended;
    expect([code, stderr()]).toEqual([130, '']);
  });

  test('refuses what makes no sense, with a hint', async () => {
    const cases: [string[], string][] = [
      [['--speed', '0x'], '"0x" is not a speed'],
      [['--depth', '0'], '"0" is not a number of levels'],
      [['--only', 'l2,l3'], '"l2,l3" names a channel that does not exist'],
      [['--symbol', 'GOGO'], 'the book has no symbol "GOGO"'],
      [['--at', '5'], '--at is the place of a snapshot'],
      [['--snapshot', '--follow'], 'a snapshot ends'],
      [['--follow', '--to', '5'], 'with --follow there is no end'],
      [['--snapshot-every', '10'], '"10" is not a time'],
    ];
    const runs = await Promise.all(cases.map(([args]) => runOrderBook('publish', path, ...args)));
    for (const [at, { code, stdout, stderr }] of runs.entries()) {
      expect({ code, stdout, problem: stderr.includes(cases[at]![1]) }).toEqual({ code: 2, stdout: '', problem: true });
      expect(stderr).toMatch(/^error: Cannot publish the book: .*\nhint: /);
    }
  });
});

test('decimals of a feed are exact text', async () => {
  await using store = await openStore(feedBook, { path: ':memory:', clock: () => 1_000 });
  await store.append({ type: 'SymbolListed', data: { symbol: 'BTC', priceDecimals: 2, sizeDecimals: 8 } }, {});
  await store.append({
    type: 'OrderAdded',
    data: { symbol: 'BTC', id: 'a', side: 'sell', price: -57_985, size: 5_000_000 },
  });
  await store.append({
    type: 'OrderExecuted',
    data: { symbol: 'BTC', id: 'a', side: 'sell', price: -57_980, size: 1, hidden: true },
  });
  const lines = (await Array.fromAsync(await publishBook(store, { only: ['l2', 'trades'] }))).map(lineOf);
  expect(lines).toEqual([
    '{"channel":"l2","kind":"snapshot","symbol":"BTC","sequence":0,"reason":"begin","time":"1970-01-01T00:00:01.000000000Z","bids":[],"asks":[]}',
    '{"channel":"trades","kind":"snapshot","symbol":"BTC","sequence":0,"reason":"begin","time":"1970-01-01T00:00:01.000000000Z"}',
    '{"channel":"l2","kind":"diff","symbol":"BTC","sequence":2,"previous":0,"time":"1970-01-01T00:00:01.000000000Z","bids":[],"asks":[["-579.85","0.05",1]]}',
    '{"channel":"trades","kind":"trades","symbol":"BTC","sequence":3,"previous":0,"time":"1970-01-01T00:00:01.000000000Z","trades":[{"price":"-579.8","quantity":"0.00000001","takerSide":"buy","hidden":true,"tradeId":null}]}',
    '{"channel":"l2","kind":"diff","symbol":"BTC","sequence":3,"previous":2,"time":"1970-01-01T00:00:01.000000000Z","bids":[],"asks":[["-579.85","0.04999999",1]]}',
  ]);
});

describe('the pace', () => {
  test('is so many times the market’s from the first moment on', async () => {
    let now = 5_000;
    const pace = new MarketPace(10, () => now);
    expect(pace.dueIn({ ms: 1_000_000, ns: 0 })).toBe(0);
    expect(pace.dueIn({ ms: 1_001_000, ns: 500_000 })).toBeCloseTo(100.05);
    now += 60;
    expect(pace.dueIn({ ms: 1_001_000, ns: 0 })).toBeCloseTo(40);
    expect(pace.until({ ms: 1_000_500, ns: 0 }, AbortSignal.abort())).toBeUndefined();
    await expect(pace.until({ ms: 1_001_000, ns: 0 }, AbortSignal.abort())).rejects.toThrow();
    expect(pace.dueIn({ ms: 999_000, ns: 0 })).toBeLessThan(0);
  });
});
