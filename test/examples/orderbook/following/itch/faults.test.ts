import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { Random } from '../../../../../examples/orderbook/demo/random.ts';
import { fileSource } from '../../../../../examples/orderbook/feeds/reading/csv.ts';
import { sample } from '../../../../sample.ts';
import { bytesSource, directory, encode, framed } from './encoder.ts';
import { randomDay } from './random-day.ts';
import { messagesOf, type Reading, readAll } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'itch-faults-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const day = randomDay({ seed: 11, happenings: 40, stocks: ['AAPL', 'BRK.A'] });
const bytes = framed(day);
const whole = await messagesOf(day);
/** Each bit, or each third. */
const STEP = Math.ceil(3 / sample(3));
/** Where each message begins, with its length. */
const starts = day.map((_, index) => framed(day.slice(0, index)).length);

describe('a file of ITCH that is cut', () => {
  test('at any byte gives the messages before, and an error unless a message ends there', async () => {
    for (let end = 1; end < bytes.length; end++) {
      const reading = await readAll(bytesSource(bytes.subarray(0, end)));
      const last = starts.findLastIndex((start) => start <= end);
      if (starts[last] === end) expect(reading).toEqual({ messages: whole.slice(0, last), error: undefined });
      else expectError(reading, last, `byte ${starts[last]}`);
    }
  });

  test('without lengths, too', async () => {
    const bare = Buffer.concat(day);
    for (let end = 1; end < bare.length; end += STEP) {
      const { messages, error } = await readAll(bytesSource(bare.subarray(0, end)));
      expect(messages).toEqual(whole.slice(0, messages.length));
      const used = Buffer.concat(day.slice(0, messages.length)).length;
      if (used === end) expect(error).toBeUndefined();
      else expect(error).toMatchObject({ code: 'INVALID_OPTION' });
    }
  });

  test('as gzip gives messages from the beginning, and an error', async () => {
    const packed = gzipSync(bytes);
    const path = join(folder, 'cut.gz');
    for (let end = 0; end < packed.length; end += STEP) {
      writeFileSync(path, packed.subarray(0, end));
      const { messages, error } = await readAll(fileSource(path), { date: '2019-01-30' });
      expect(messages).toEqual(whole.slice(0, messages.length));
      expect(error, `${end} bytes`).toMatchObject({ code: 'INVALID_OPTION', path });
    }
  });
});

describe('a file of ITCH with a flipped bit', () => {
  test('ends in an error at the message, or only this message is another one', async () => {
    for (let bit = 0; bit < bytes.length * 8; bit += STEP) {
      const index = starts.findLastIndex((start) => start <= bit >> 3);
      const reading = await readAll(bytesSource(flipped(bytes, bit)));
      if (reading.error !== undefined) {
        // Only an entry of the directory can make another message wrong: the start of a second day.
        expectError(reading, index, bit >> 3 < 2 ? undefined : `byte ${starts[index]}`);
      } else if (day[index]![0] === 0x52) expectOtherStock(reading, index);
      else expect(without(reading, index)).toEqual(without({ messages: whole }, index));
    }
  });

  /** A flipped entry of the directory: the stock's messages are mismatches, or the entry lists a stock by another name. */
  function expectOtherStock({ messages }: Reading, index: number): void {
    const { symbol } = whole[index]!;
    const others = messages.filter(({ line }) => whole[line - 1]!.symbol !== symbol);
    expect(others).toEqual(whole.filter((message) => message.symbol !== symbol));
  }

  function without({ messages }: Pick<Reading, 'messages'>, index: number) {
    return messages.filter(({ line }) => line !== index + 1);
  }
});

describe('a file that is not ITCH 5.0', () => {
  const lobster = '34200.015105074,1,16113584,100,5853300,1\n34200.015247805,1,16113594,18,5859400,-1\n';
  const soup = (type: string, message: Buffer): Buffer => framed([Buffer.concat([Buffer.from(type), message])]);

  test.each<readonly [string, Buffer, RegExp]>([
    ['an empty file', Buffer.alloc(0), /is empty/],
    ['a text', Buffer.from('Symbol,Side\nAAPL,B\n'.repeat(9)), /looks like a text/],
    ['a short text', Buffer.from('S'), /looks like a text/],
    ['a text with letters of UTF-8', Buffer.from('\ufeffAktie;Größe\n'.repeat(9)), /looks like a text/],
    ['a text in UTF-16', Buffer.from('\ufeffAAPL,B\n'.repeat(9), 'utf16le'), /does not begin with a message of ITCH/],
    ["a message file of LOBSTER's", Buffer.from(lobster), /a message file of LOBSTER/],
    ['a command tape', Buffer.from('row,ts_ns,cmd,id,side,price,qty\n0,1,place,1,buy,1,1\n'), /a command tape/],
    ['a zip archive', Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(90, 7)]), /a zip archive/],
    ['a database of SQLite', Buffer.from(`SQLite format 3\0${'\u0010\0'.repeat(50)}`), /a log of refold/],
    ['a capture (pcap)', Buffer.from(`d4c3b2a1020004000000000000000000ffff0000${'00'.repeat(60)}`, 'hex'), /capture/],
    ['a capture (pcapng)', Buffer.from(`0a0d0d0a1c0000004d3c2b1a01000000${'00'.repeat(60)}`, 'hex'), /capture/],
    ['a capture in the other order', Buffer.from(`a1b2c3d400020004${'00'.repeat(60)}`, 'hex'), /capture/],
    ['a SoupBinTCP stream', Buffer.concat(day.map((message) => soup('S', message))), /SoupBinTCP/],
    [
      'one that begins with a login',
      Buffer.concat([soup('A', Buffer.alloc(30, ' ')), soup('S', day[0]!)]),
      /SoupBinTCP/,
    ],
    ['one that begins with a heartbeat', Buffer.concat([soup('H', Buffer.alloc(0)), soup('S', day[0]!)]), /SoupBinTCP/],
    [
      'packets of MoldUDP64',
      Buffer.concat([Buffer.from('000008675A'), Buffer.alloc(7), Buffer.from([1, 0, 1]), bytes]),
      /begin with a message of ITCH/,
    ],
    ['ITCH 4.1', framed([Buffer.from('T\0\0\x61\xa8', 'latin1'), Buffer.from('S\0\0\0\0O', 'latin1')]), /type is "T"/],
    ['another length', framed([Buffer.from('S\0\0\0\0O', 'latin1')]), /length is 6, .* type "S" has 12 bytes/],
    ['bzip2', Buffer.concat([Buffer.from('BZh91AY&SY'), Buffer.alloc(90, '\u0007£')]), /begin with a message of ITCH/],
    ['gzip of a text', gzipSync('hello, world\n'.repeat(20)), /looks like a text/],
    ['gzip of gzip', gzipSync(gzipSync(bytes)), /begin with a message of ITCH/],
    ['zeros', Buffer.alloc(1_000), /bytes follow/],
  ])('%s', async (name, content, problem) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    const { messages, error } = await readAll(fileSource(path));
    expect(messages).toEqual([]);
    expect(error).toMatchObject({ code: 'INVALID_OPTION', path, line: 1, at: 'byte 0' });
    expect(String(error)).toMatch(problem);
  });

  test('a directory, and a file that is not there', async () => {
    for (const path of [folder, join(folder, 'missing.itch')]) {
      const { messages, error } = await readAll(fileSource(path));
      expect(messages).toEqual([]);
      expect(error).toMatchObject({ code: 'INVALID_OPTION', path });
    }
  });

  test('random bytes give no message', async () => {
    const random = new Random(5);
    for (let round = 0; round < 500; round++) {
      const content = Buffer.from(Array.from({ length: 200 }, (_, at) => (at === 0 ? 0 : random.below(256))));
      const { messages, error } = await readAll(bytesSource(content));
      expect(messages).toEqual([]);
      expect(error).toMatchObject({ code: 'INVALID_OPTION', line: 1, at: 'byte 0' });
    }
  });
});

describe('a message with a field that has a value it cannot have', () => {
  const listed = [encode('S', 0, 1, 'O'), directory(7, 2, 'AAPL')];

  test.each<readonly [string, Buffer, string]>([
    ['a time past the day', encode('D', 7, 86_400_000_000_000, 1), 'its time is 86400000000000 ns after midnight'],
    ['a side', encode('A', 7, 3, 1, 'b', 1, 'AAPL', 1), 'its side is "b"'],
    ['a side of a trade', encode('P', 7, 3, 1, '', 1, 'AAPL', 1), 'its side is byte 0x20'],
    ['a mark of printing', encode('C', 7, 3, 1, 1, 1, 'X', 1), 'its mark of printing is "X"'],
    ['a trading state', encode('H', 7, 3, 'AAPL', 'Z'), 'its trading state is "Z"'],
    ['a system event', encode('S', 0, 3, 'X'), 'its event is "X"'],
    ['a level of the circuit breaker', encode('W', 0, 3, '4'), 'its level is "4"'],
    ['no stock', directory(8, 3, ''), 'its stock is "        "'],
    ['a stock with a space inside', directory(8, 3, 'BRK A'), 'its stock is "BRK A   "'],
    ['a stock with a control character', directory(8, 3, 'BRK\u0001'), 'its stock is "BRK\\u0001    "'],
    ['a type', Buffer.from([0x7a, ...Buffer.alloc(20)]), 'its type is "z"'],
    ['a type that cannot be printed', Buffer.from([0x1f, ...Buffer.alloc(20)]), 'its type is byte 0x1f'],
  ])('%s', async (_, message, problem) => {
    const { messages, error } = await readAll(bytesSource(framed([...listed, message, encode('D', 7, 3, 1)])));
    expect(messages).toHaveLength(2);
    expect(error).toMatchObject({ code: 'INVALID_OPTION', line: 3, at: 'byte 55' });
    expect(String(error)).toContain(`Cannot read 01302019.NASDAQ_ITCH50: message 3: ${problem}`);
  });

  test('in the first message of a stock without directory, which is not listed then', async () => {
    const { messages, error } = await readAll(bytesSource(framed([encode('A', 7, 3, 1, 'b', 1, 'AAPL', 1)])));
    expect(messages).toEqual([]);
    expect(error).toMatchObject({ line: 1, at: 'byte 0' });
  });

  test('bytes after the mark of the end', async () => {
    const { messages, error } = await readAll(bytesSource(Buffer.concat([bytes, Buffer.alloc(3)])));
    expect(messages).toEqual(whole);
    expect(error).toMatchObject({ line: day.length + 1, at: `byte ${bytes.length}` });
  });
});

function expectError({ messages, error }: Reading, before: number, at: string | undefined): void {
  expect(messages).toEqual(whole.slice(0, before));
  expect(error).toMatchObject({ code: 'INVALID_OPTION', path: '01302019.NASDAQ_ITCH50' });
  if (at !== undefined) expect(error).toMatchObject({ line: before + 1, at });
}

function flipped(original: Buffer, bit: number): Buffer {
  const copy = Buffer.from(original);
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
}
