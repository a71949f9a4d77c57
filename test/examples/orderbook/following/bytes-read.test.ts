/** How far a feed is read, for the time left of an import. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { BytesRead } from '../../../../examples/orderbook/feeds/following/bytes-read.ts';
import { importFeed } from '../../../../examples/orderbook/feeds/following/import-feed.ts';
import { fileSource } from '../../../../examples/orderbook/feeds/reading/csv.ts';

const folder = mkdtempSync(join(tmpdir(), 'refold-bytes-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('a source', () => {
  const text = `${'a line of a feed\n'.repeat(100_000)}`;

  test.each([
    ['plain', text],
    ['gzip', gzipSync(text, { level: 0 })],
  ])('%s: its share rises to 1', async (name, content) => {
    const source = fileSource(write(name, content));
    expect(source.share?.()).toBeUndefined();
    const shares: number[] = [];
    for await (const _ of await source.open()) shares.push(source.share!()!);
    expect(shares.length).toBeGreaterThan(3);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(0)).toBeLessThan(0.5);
    expect(shares.at(-1)).toBe(1);
  });

  test('an empty file has no share', async () => {
    const source = fileSource(write('empty', ''));
    for await (const _ of await source.open());
    expect(source.share?.()).toBeUndefined();
  });
});

test('the share of a feed counts the bytes of all its files', async () => {
  const files = [100, 0, 300].map((size, index) => ({
    path: write(`part-${index}`, 'x'.repeat(size)),
    name: `part-${index}`,
    read: async function* () {},
    share: (): number | undefined => 0.5,
  }));
  const missing = { ...files[0]!, path: join(folder, 'nowhere') };
  const read = await BytesRead.of([...files, missing]);
  expect([...files, missing].map((file) => read.share(file))).toEqual([50 / 400, 100 / 400, 250 / 400, 1]);
  expect(read.share({ ...files[0]!, share: () => undefined })).toBeUndefined();
  expect((await BytesRead.of([missing])).share(missing)).toBeUndefined();
});

test('an import tells the share of its files that it has read', async () => {
  const rows = Array.from({ length: 40_000 }, (_, n) => `34200.${n},1,${n + 1},100,5800000,1`).join('\n');
  const message = write('GOOG_2012-06-21_34200000_57600000_message_10.csv', `${rows}\n`);
  const told: (readonly [number, number | undefined])[] = [];
  const progress = { update: (done: number, share?: number) => void told.push([done, share]), end() {} };
  await importFeed(join(folder, 'book.db'), 'lobster', [message], { settings: {}, progress });
  expect(told.length).toBeGreaterThan(2);
  expect(told.map(([, share]) => share)).toEqual(told.map(([, share]) => share!).toSorted((a, b) => a - b));
  // The listing, and a change for each row.
  expect(told.at(-1)).toEqual([40_001, 1]);
});
