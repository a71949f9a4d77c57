/** Recordings of levels become books: what the import reports, and how it goes on after a kill. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { openStore } from 'refold';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../../../examples/orderbook/demo/random.ts';
import { type ImportReport, importFeed } from '../../../../../examples/orderbook/feeds/following/import-feed.ts';
import { feedBook, topLevels } from '../../../../../examples/orderbook/follow/index.ts';
import { sample, sampleOf } from '../../../../sample.ts';
import { errorOf, runOrderBook, temporaryFolder } from '../../support.ts';
import { KRAKEN_BTC } from './recorded.ts';
import { shownState } from './support.ts';
import { changeSize, record, type WireName } from './venue.ts';

const SYMBOL = 'BTC/USD';
const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

function importL2(book: string, ...files: readonly string[]): Promise<ImportReport> {
  return importFeed(book, 'l2', files, { settings: {} });
}

/** A file in a folder of the test, and the path of a book beside it. */
function fileOf(name: string, content: string | Uint8Array): { readonly file: string; readonly book: string } {
  const folder = temporaryFolder();
  writeFileSync(join(folder, name), content);
  return { file: join(folder, name), book: join(folder, 'book.db') };
}

describe('import l2', () => {
  test('follows what Kraken sent, at its own time, and verifies each checksum', async () => {
    const { file, book } = fileOf('kraken.jsonl.gz', gzipSync(textOf(['{"channel":"heartbeat"}', ...KRAKEN_BTC])));
    const report = await importL2(book, file);
    expect(report).toMatchObject({
      kind: 'l2',
      messages: 42,
      symbols: 1,
      ignored: { heartbeat: 1 },
      mismatches: {},
      date: '2026-07-19',
      dateFrom: 'times',
      zone: 'UTC',
      counts: { checksums: 41, checksumsAbsent: 0 },
      oracle: { of: 'checksums', checked: 41, wrong: 0, first: null },
    });
    await using store = await openStore(feedBook, { path: book });
    expect((await store.verify()).ok).toBe(true);
    expect(store.state.symbols.get(SYMBOL)).toMatchObject({ priceDecimals: 1, sizeDecimals: 8 });
    const last = await Array.fromAsync(store.events({ reverse: true, limit: 1 }));
    expect(last[0]).toMatchObject({
      recordedAt: Date.parse('2026-07-19T17:54:42.752Z'),
      meta: { ns: 434_000, line: 42 },
    });
  });

  test.each(sampleOf(['kraken', 'okx', 'coinbase', 'tardis'] as const))(
    'a kill does not change what becomes of %s',
    async (name) => {
      const { lines, books } = record(name, new Random(3), 300);
      const { file, book } = fileOf('feed.log', textOf(lines));
      const whole = await importL2(`${book}.whole`, file);
      expect(whole.mismatches).toEqual({});
      await expect(importUntilKilled(book, 400, file)).rejects.toMatchObject({ signal: 'SIGKILL' });
      const rest = await importL2(book, file);
      const { events, stateHash, oracle, messages } = whole;
      expect(rest).toMatchObject({ events, stateHash, oracle, messages });
      await using store = await openStore(feedBook, { path: book });
      expect(shownState(store.state, SYMBOL)).toBe(books.at(-1));
    },
  );

  test.each(sampleOf(['kraken', 'krakenV1', 'okx', 'plain', 'csv'] satisfies WireName[]))(
    'what was read of a cut file of %s is what the next run goes on from',
    async (name) => {
      const { lines } = record(name, new Random(4), 12, 6);
      const text = textOf(lines);
      const { file, book } = fileOf('feed.log', text);
      const { stateHash, events } = await importL2(`${book}.whole`, file);
      const random = new Random(11);
      for (let cut = 0; cut < sample(5); cut++) {
        const path = `${book}.${cut}`;
        writeFileSync(file, text.slice(0, random.below(text.length)));
        await importL2(path, file).catch((error: unknown) => expect(error).toMatchObject({ code: 'INVALID_OPTION' }));
        writeFileSync(file, text);
        expect(await importL2(path, file)).toMatchObject({ stateHash, events });
      }
    },
  );

  test('a wrong checksum is named with its line, and makes the command fail', async () => {
    const lines = KRAKEN_BTC.with(12, changeSize(KRAKEN_BTC[12]!));
    const { file, book } = fileOf('kraken.jsonl', textOf(lines));
    const run = await runOrderBook('import', 'l2', file, '--db', book, '--json');
    expect(run.code).toBe(1);
    expect(run.json.oracle).toMatchObject({ checked: 41, first: { file: 'kraken.jsonl', line: 13 } });
    expect(run.json.mismatches.checksum).toEqual({
      count: run.json.oracle.wrong,
      first: { file: 'kraken.jsonl', line: 13 },
    });
    expect(run.stderr).toMatch(
      /error: \d+ of 41 checksums are wrong; the first is line 13 of kraken\.jsonl: the venue says \d+/,
    );
    const fine = fileOf('kraken.jsonl', textOf(KRAKEN_BTC));
    expect((await runOrderBook('import', 'l2', fine.file, '--strict')).code).toBe(0);
  });

  test('a symbol that the feed does not have is refused, with those that it has', async () => {
    const { file, book } = fileOf('kraken.jsonl', textOf(KRAKEN_BTC));
    const error = await errorOf(importFeed(book, 'l2', [file], { settings: {}, symbols: new Set(['BTCUSD']) }));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', type: '--symbol', hint: expect.stringContaining('BTC/USD') });
  });

  test('settings hold, and wrong ones are refused by name', async () => {
    const { file, book } = fileOf('levels.csv', 'time,side,price,size\n1597026383,bid,579.85,2\n');
    const settings = { 'price-decimals': '4', 'size-decimals': '0', symbol: 'ACME' };
    await importFeed(book, 'l2', [file], { settings });
    await using store = await openStore(feedBook, { path: book });
    expect(store.state.symbols.get('ACME')).toMatchObject({ priceDecimals: 4, sizeDecimals: 0 });
    expect(topLevels(store.state, 'ACME', 'buy', 1)).toMatchObject([{ price: 5_798_500, quantity: 2 }]);
    for (const wrong of [{ depth: '0' }, { 'price-decimals': '19' }, { 'size-decimals': '-1' }, { symbol: '' }]) {
      const error = await errorOf(importFeed(`${book}.other`, 'l2', [file], { settings: wrong as never }));
      expect(error).toMatchObject({ code: 'INVALID_OPTION', type: '--set' });
    }
  });
});

function importUntilKilled(book: string, changes: number, file: string): Promise<unknown> {
  const script = join(import.meta.dirname, '../fixtures/killed-import.ts');
  const args = ['--conditions=refold-source', script, book, 'l2', String(changes), file];
  return promisify(execFile)(process.execPath, args);
}
