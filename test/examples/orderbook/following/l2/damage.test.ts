import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../../../examples/orderbook/demo/random.ts';
import { fileSource } from '../../../../../examples/orderbook/feeds/reading/csv.ts';
import type { FeedMessage } from '../../../../../examples/orderbook/follow/index.ts';
import { temporaryFolder } from '../../support.ts';
import { follow, type ReadOut, readLinesOf, readSource, readText } from './support.ts';
import { CHECKED_NAMES, record, WIRE_NAMES } from './venue.ts';

/** What the lines before this one say of the book. */
function toldBefore(messages: readonly FeedMessage[], line: number): FeedMessage[] {
  return messages.filter((message) => message.line < line && message.change.kind !== 'ignored');
}

function expectTyped({ error }: ReadOut, line?: number): void {
  expect(error).toMatchObject({ code: 'INVALID_OPTION', path: 'feed.jsonl' });
  expect(error!.message).toMatch(/^Cannot read feed\.jsonl: /);
  expect(error!.hint).toBeTruthy();
  if (line !== undefined) expect(error).toMatchObject({ line, message: expect.stringContaining(`line ${line}: `) });
}

describe.each(WIRE_NAMES)('%s', (name) => {
  const { lines } = record(name, new Random(5), 5, 5);
  const text = lines.map((line) => `${line}\n`).join('');

  test('cut at every byte ends in an error with its line, after the messages before', async () => {
    const whole = await readText(text);
    expect(whole.error).toBeUndefined();
    for (let bytes = 0; bytes < text.length; bytes++) {
      const out = await readText(text.slice(0, bytes));
      const ended = text.slice(0, bytes).split('\n');
      const rest = ended.at(-1)!;
      expect(out.messages).toEqual(whole.messages.slice(0, out.messages.length));
      const isWhole = rest === '' || rest === lines[ended.length - 1];
      // A word between messages, and a line that only lacks its end, are whole.
      if (out.error === undefined) expect(isWhole || rest.startsWith('p')).toBe(true);
      else if (out.error.message.includes('no message of a book')) expect(isWhole || ended.length === 1).toBe(true);
      else expectTyped(out, ended.length);
      if (out.error === undefined)
        expect(toldBefore(out.messages, ended.length)).toEqual(toldBefore(whole.messages, ended.length));
    }
  });

  test('with flipped bits ends in an error with its line, or gives messages', async () => {
    const whole = await readText(text);
    const random = new Random(8);
    let unnoticed = 0;
    for (let flips = 0; flips < 120; flips++) {
      const bytes = Buffer.from(text);
      const at = random.below(bytes.length);
      const line = text.slice(0, at).split('\n').length;
      bytes[at]! ^= 1 << random.below(8);
      const out = await readText(bytes.toString('latin1'));
      const same = toldBefore(whole.messages, line);
      expect(toldBefore(out.messages, line)).toEqual(same);
      if (out.error !== undefined) expectTyped(out);
      else if (Object.keys(follow(out.messages).mismatches).length === 0) unnoticed++;
    }
    // Times, counts, and texts that are read past do not tell. Prices and sizes are in the checksum.
    if ((CHECKED_NAMES as readonly string[]).includes(name)) expect(unnoticed).toBeLessThan(54);
  });

  test('is the same from a gzip file, whatever it is called', async () => {
    const path = join(temporaryFolder(), 'feed');
    writeFileSync(path, gzipSync(text));
    const { messages } = await readSource(fileSource(path));
    expect(messages).toEqual((await readText(text)).messages);
    writeFileSync(path, gzipSync(text).subarray(0, 120));
    const cut = await readSource(fileSource(path));
    expect(cut.error).toMatchObject({ code: 'INVALID_OPTION', path, hint: expect.stringContaining('cut') });
  });
});

describe('another kind of file', () => {
  test.each([
    ['a LOBSTER message file', '34200.015105074,1,16085616,100,3110000,-1\n', 'looks like a message file of LOBSTER'],
    ['an order-book file', '3110000,100,3109000,100\n', "looks like an order-book file of LOBSTER's"],
    ['a tape', 'row,ts_ns,cmd,id,side,price,qty\n', 'looks like a command tape'],
    ['a zip archive', 'PK\u0003\u0004\u0000\n', 'looks like a zip archive'],
    ['a log', 'SQLite format 3\u0000\n', 'looks like a log of refold'],
    ['plain text', 'hello\n', 'it is neither JSON nor the header of levels'],
    ['MBO as CSV', 'ts_recv,ts_event,action,side,price,size,order_id\n1,1,A,B,1,1,1\n', 'order_id'],
    ['UTF-16', '\u00ff\u00fe{\u0000', 'byte order mark (BOM) of UTF-16'],
  ])('%s is refused by name', async (_, text, problem) => {
    const path = join(temporaryFolder(), 'feed');
    writeFileSync(path, text, 'latin1');
    const { error, messages } = await readSource(fileSource(path));
    expect(messages).toEqual([]);
    expect(error).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining(problem) });
  });

  test.each([
    ['an empty file', ''],
    ['messages of other channels alone', '{"channel":"heartbeat"}\n{"foo":1}\n'],
    ['a header alone', 'time,side,price,size\n'],
  ])('%s has no book', async (_, text) => {
    const { error } = await readText(text);
    expect(error!.message).toBe('Cannot read feed.jsonl: it has no message of a book');
    expect(error!.hint).toContain('Kraken');
  });

  test('a mark of UTF-8 is passed over', async () => {
    const { error } = await readLinesOf(['\ufeff{"type":"snapshot","symbol":"X","bids":[["1","2"]],"asks":[]}']);
    expect(error).toBeUndefined();
  });
});

describe('a line that is wrong', () => {
  const snapshot = '{"type":"snapshot","symbol":"X","bids":[["1.5","2"]],"asks":[["1.6","3"]]}';

  test.each([
    ['{"type":"update","symbol":"X","bids":[["1.5"]]}', 'line 2: bids[0][1] is missing', 'bids[0][1]'],
    [
      '{"type":"update","symbol":"X","bids":[["1.5",null]]}',
      'line 2: bids[0][1] is null instead of a size',
      'bids[0][1]',
    ],
    ['{"type":"update","symbol":"X","bids":7}', 'line 2: bids is "7" instead of a list', 'bids'],
    [
      '{"type":"update","symbol":"X","asks":[["a","1"]]}',
      'line 2: asks[0] has the price "a", which is not a decimal',
      'asks[0]',
    ],
    [
      '{"type":"update","symbol":"X","asks":[["1","-1"]]}',
      'line 2: asks[0] has the size "-1", which is below 0',
      'asks[0]',
    ],
    ['{"type":"update","symbol":"X","time":"never","asks":[]}', 'line 2: time is "never" instead of a time', 'time'],
    ['{"type":"update","symbol":"","asks":[]}', 'line 2: the message names the symbol ""', undefined],
    [
      '{"type":"update","symbol":"X","asks":[["1","1"]]',
      'line 2: this is not JSON: it ends too early (column 49)',
      'column 49',
    ],
    ['[1,2]', 'line 2: the message is a list that is not a message of Kraken', undefined],
    [
      '{"channel":"book","type":"update","data":[{"symbol":"X","bids":[]}]}',
      'line 2: data[0].asks is missing',
      'data[0].asks',
    ],
    [
      '{"channel":"book","type":"moved","data":[]}',
      'line 2: type is "moved" instead of one of snapshot, update',
      'type',
    ],
    ['{"e":"depthUpdate","s":"X","U":1,"u":"2x","b":[],"a":[]}', 'line 2: u is "2x" instead of a whole number', 'u'],
    ['1 2 {}', 'line 2: this is not JSON', 'column 5'],
    [
      'nonsense {}',
      'line 2: the time before the message is "nonsense" instead of a time',
      'the time before the message',
    ],
  ])('%s', async (line, problem, at) => {
    const { error, messages } = await readLinesOf([snapshot, line, snapshot]);
    expect(error!.message).toContain(problem);
    expect(error).toMatchObject({ code: 'INVALID_OPTION', line: 2 });
    if (at !== undefined) expect(error).toMatchObject({ at });
    expect(messages.every((message) => message.line === 1)).toBe(true);
    expect(messages).toHaveLength(4);
  });

  test.each([
    ['1,bid,1.5', '3 columns instead of 4', undefined],
    ['1,mid,1.5,1', 'side is "mid" (column 2)', 'column 2'],
    ['x,bid,1.5,1', 'time is "x" (column 1)', 'column 1'],
    ['1,bid,1.5,x', 'the level has the size "x", which is not a decimal', 'the level'],
  ])('CSV: %s', async (row, problem, at) => {
    const { error, messages } = await readLinesOf(['time,side,price,size', '1,ask,1.6,2', row], { symbols: ['X'] });
    expect(error!.message).toBe(`Cannot read feed.jsonl: line 3: ${problem}`);
    if (at !== undefined) expect(error).toMatchObject({ at });
    expect(messages).toHaveLength(2);
  });

  test('CSV without a column that it needs', async () => {
    const { error } = await readLinesOf(['time,side,price']);
    expect(error!.message).toContain('has no column size');
  });

  test('a number with more decimals than the first message names the option', async () => {
    const lines = [snapshot, '{"type":"update","symbol":"X","bids":[["1.50000000001","2"]]}'];
    const { error } = await readLinesOf(lines);
    expect(error!.message).toContain('bids[0] has the price "1.50000000001", which has more than the 9 decimals');
    expect(error!.hint).toContain('price-decimals');
    expect((await readLinesOf(lines, { priceDecimals: 11 })).error).toBeUndefined();
  });

  test('a number with more decimals than any book has is refused', async () => {
    const price = '0.0000000000000000005';
    const { error, messages } = await readLinesOf([snapshot.replace('1.5', price), snapshot]);
    expect(messages).toEqual([]);
    expect(error!.message).toContain(
      `bids[0] has the price "${price}", which has more than the 18 decimals of the book`,
    );
    expect(error!.hint).toContain('no book has more than 18 decimals');
    // Zeros beyond them are left out, and other prices are read by the same scale.
    const zeros = snapshot.replace('1.5', '0.0010000000000000000000').replace('1.6', '0.002');
    const { messages: read } = await readLinesOf([zeros]);
    expect(read.map(({ change }) => change)).toMatchObject([
      { kind: 'list', priceDecimals: 18 },
      { kind: 'clear' },
      { price: 1e15 },
      { price: 2e15 },
    ]);
  });

  test('a number that is too large names the option', async () => {
    const lines = [snapshot, '{"type":"update","symbol":"X","bids":[["1.5","99999999"]]}'];
    const { error } = await readLinesOf(lines);
    expect(error!.message).toContain('does not fit into 2^53 with 9 decimals');
    expect((await readLinesOf(lines, { sizeDecimals: 2 })).error).toBeUndefined();
  });
});
