/** Databento's files and recordings of single orders become books; a run continues with the rest of a file that was cut. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isRefoldError, openStore } from 'refold';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../../examples/orderbook/demo/random.ts';
import { type ImportReport, importFeed } from '../../../../examples/orderbook/feeds/following/import-feed.ts';
import { parseSettings } from '../../../../examples/orderbook/feeds/following/kinds.ts';
import { feedBook } from '../../../../examples/orderbook/follow/index.ts';
import { sampleOf } from '../../../sample.ts';
import { errorOf, runOrderBook, temporaryFolder } from '../support.ts';
import { L3_HEADER, l3File, PlainL3Book, randomRecording } from './l3-days.ts';
import { csvFile, jsonFile, randomDay } from './mbo-days.ts';

const random = new Random(9);
const below = (bound: number): number => random.below(bound);
const records = randomDay(below, { rows: 160, symbols: ['ESM4', 'ESU4'], longIds: true });
const rows = randomRecording(below, 120);

interface Feed {
  readonly kind: string;
  readonly name: string;
  readonly bytes: Buffer;
  readonly settings?: readonly string[];
}

const FEEDS: readonly Feed[] = [
  { kind: 'mbo', name: 'day.mbo.csv', bytes: Buffer.from(csvFile(records)) },
  { kind: 'mbo', name: 'day.mbo.json', bytes: Buffer.from(jsonFile(records, { prices: true, times: true })) },
  { kind: 'mbo', name: 'day.mbo.csv.gz', bytes: gzipSync(csvFile(records)), settings: ['price-decimals=2'] },
  { kind: 'l3', name: 'recording.csv', bytes: Buffer.from(l3File(rows)), settings: ['symbol=BTC-USD'] },
  { kind: 'l3', name: 'recording.csv.gz', bytes: gzipSync(l3File(rows)), settings: ['time-unit=us'] },
];

function importFile(book: string, { kind, settings = [] }: Feed, path: string): Promise<ImportReport> {
  return importFeed(book, kind, [path], { settings: parseSettings(kind, settings) });
}

describe.each(sampleOf(FEEDS))('$kind from $name', (feed) => {
  test('is one book, whether at once or after cuts', { timeout: 60_000 }, async () => {
    const folder = temporaryFolder();
    const path = join(folder, feed.name);
    writeFileSync(path, feed.bytes);
    const whole = await importFile(join(folder, 'whole.db'), feed, path);
    expect(whole.messages).toBeGreaterThan(100);
    await using store = await openStore(feedBook, { path: join(folder, 'whole.db') });
    expect((await store.verify()).ok).toBe(true);
    const log = await Array.fromAsync(store.events());
    for (let run = 0; run < 2; run++) {
      const book = join(folder, `cut-${run}.db`);
      const ends = Array.from({ length: 1 + run }, () => 1 + random.below(feed.bytes.length - 1)).sort((a, b) => a - b);
      for (const end of ends) {
        writeFileSync(path, feed.bytes.subarray(0, end));
        const failure = await importFile(book, feed, path).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (failure === undefined) continue;
        expect(isRefoldError(failure) && failure.code, String(failure)).toBe('INVALID_OPTION');
        expect(failure).toMatchObject({ path });
      }
      writeFileSync(path, feed.bytes);
      const report = await importFile(book, feed, path);
      expect(report, `cut at ${ends}`).toMatchObject({ stateHash: whole.stateHash, events: whole.events });
      await using again = await openStore(feedBook, { path: book });
      const events = await Array.fromAsync(again.events());
      // The first event tells the file by its first bytes, of which a cut file has fewer.
      expect(events.slice(1)).toEqual(log.slice(1));
    }
  });
});

test('the command tells what a file was, and exits with 1 where its best levels are not those of the book', async () => {
  const folder = temporaryFolder();
  const plain = new PlainL3Book();
  const lines = rows.map((row) => {
    plain.apply(row);
    return [...Object.values(row), ...plain.best('buy')].join(',');
  });
  const [right, wrong] = [join(folder, 'right.csv'), join(folder, 'wrong.csv')];
  const write = (path: string, all: readonly string[]): void => {
    writeFileSync(path, [`${L3_HEADER},best_bid,best_bid_size`, ...all].map((line) => `${line}\n`).join(''));
  };
  write(right, lines);
  write(wrong, lines.with(100, lines[100]!.replace(/,[^,]*$/, ',77')));
  const good = await runOrderBook('import', 'l3', right, '--json', '--set', 'symbol=BTC-USD');
  expect(good.code).toBe(0);
  expect(good.json).toMatchObject({ kind: 'l3', symbols: 1, oracle: { of: 'best levels', wrong: 0, first: null } });
  const bad = await runOrderBook('import', 'l3', wrong, '--json');
  expect(bad.code).toBe(1);
  expect(bad.json).toMatchObject({ oracle: { wrong: 1, first: { file: 'wrong.csv', line: 102 } } });
  expect(bad.stderr).toContain('best levels are wrong; the first is line 102 of wrong.csv: best bid is');
});

test.each([
  ['mbo', 'price-decimals=19', 'Give a whole number from 0 to 18'],
  ['mbo', 'price-decimals=', 'Give a whole number from 0 to 18'],
  ['mbo', 'publisher=GLBX', 'Give the id of a publisher, or each'],
  ['mbo', 'time=ts_out', 'Give one of ts_recv, ts_event'],
  ['l3', 'time-unit=minutes', 'Give one of s, ms, us, ns'],
  ['l3', 'size-decimals=-1', 'Give a whole number from 0 to 18'],
  ['l3', 'symbol=', 'Give a name'],
])('%s refuses the setting %s', async (kind, setting, hint) => {
  const feed = { kind, name: 'x', bytes: Buffer.alloc(0), settings: [setting] };
  const error = await errorOf(importFile(join(temporaryFolder(), 'book.db'), feed, 'x'));
  expect(error).toMatchObject({ code: 'INVALID_OPTION', type: '--set', hint });
});
