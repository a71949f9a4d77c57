import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readLines } from '../../../examples/orderbook/feeds/reading/csv.ts';
import { openSample, readZip } from '../../../examples/orderbook/feeds/reading/zip.ts';
import { errorOf, linesOf, temporaryFolder } from './support.ts';

interface Member {
  readonly name: string;
  readonly text: string;
  readonly stored?: boolean;
  /** Sizes and place stand in an extra field, as those of more than 4 GiB do. */
  readonly zip64?: boolean;
  /** Fields of the directory entry to get wrong. */
  readonly lie?: { readonly method?: number; readonly flags?: number; readonly crc?: number; readonly bytes?: number };
}

/** Writes a zip archive, correct or with wrong fields. */
function zipOf(members: readonly Member[], comment = ''): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const { name, text, stored = false, zip64 = false, lie = {} } of members) {
    const data = stored ? Buffer.from(text) : deflateRawSync(text);
    const { method = stored ? 0 : 8, flags = 0, crc = crc32(text), bytes = text.length } = lie;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(crc, 16);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt32LE(bytes, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    locals.push(local, Buffer.from(name), data);
    const extra = zip64 ? withZip64(entry) : '';
    entries.push(entry, Buffer.from(name), Buffer.from(extra));
    offset += 30 + name.length + data.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...locals, directory, end, Buffer.from(comment)]);
}

/** Moves the sizes and the place of a directory entry into an extra field, which it returns. */
function withZip64(entry: Buffer): Buffer {
  const extra = Buffer.alloc(28);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(24, 2);
  for (const [index, at] of [24, 20, 42].entries()) {
    extra.writeBigUInt64LE(BigInt(entry.readUInt32LE(at)), 4 + 8 * index);
    entry.writeUInt32LE(0xffffffff, at);
  }
  entry.writeUInt16LE(extra.length, 30);
  return extra;
}

function fileWith(bytes: Uint8Array): string {
  const path = join(temporaryFolder(), 'sample.zip');
  writeFileSync(path, bytes);
  return path;
}

async function contentOf(path: string, name: string): Promise<string[]> {
  return linesOf((await readZip(path)).get(name)!);
}

describe('members', () => {
  test.each([
    ['deflated', false],
    ['stored', true],
  ])('%s', async (_, stored) => {
    const path = fileWith(
      zipOf([
        { name: 'a.csv', text: 'one\ntwo\n', stored },
        { name: 'empty.csv', text: '', stored },
      ]),
    );
    expect(await contentOf(path, 'a.csv')).toEqual(['one', 'two']);
    expect(await contentOf(path, 'empty.csv')).toEqual([]);
  });

  test('with the large sizes of zip64', async () => {
    const members = ['a.csv', 'b.csv'].map((name) => ({ name, text: `${name}\n`, zip64: true }));
    const path = fileWith(zipOf(members));
    expect(await contentOf(path, 'b.csv')).toEqual(['b.csv']);
  });

  test('behind a comment', async () => {
    const path = fileWith(zipOf([{ name: 'a.csv', text: 'one\n' }], 'a remark of 65,535 bytes at most'));
    expect(await contentOf(path, 'a.csv')).toEqual(['one']);
  });

  test('large enough for many chunks', async () => {
    const lines = Array.from({ length: 200_000 }, (_, index) => `line ${index}`);
    const path = fileWith(zipOf([{ name: 'a.csv', text: lines.join('\n') }]));
    expect(await contentOf(path, 'a.csv')).toEqual(lines);
  });
});

test('two members of one archive can be read side by side, and left before their end', async () => {
  const lines = Array.from({ length: 50_000 }, (_, index) => `line ${index}`);
  const text = lines.join('\n');
  const members = await readZip(
    fileWith(
      zipOf([
        { name: 'a.csv', text },
        { name: 'b.csv', text },
      ]),
    ),
  );
  const [a, b] = ['a.csv', 'b.csv'].map((name) => readLines(members.get(name)!));
  for (const line of lines.slice(0, 20_000))
    expect([(await a!.next()).value, (await b!.next()).value]).toEqual([line, line]);
  await Promise.all([a!.return(), b!.return()]);
});

describe('what is refused, and says so', () => {
  const good = zipOf([{ name: 'a.csv', text: 'some text\n'.repeat(1_000) }]);
  const end = good.length - 22;
  const flippedBit = (): Buffer => {
    const archive = zipOf([{ name: 'a.csv', text: 'some text', stored: true }]);
    archive[40]! ^= 1;
    return archive;
  };
  const withEnd = (change: (archive: Buffer) => void): Buffer => {
    const archive = Buffer.from(good);
    change(archive);
    return archive;
  };

  test.each([
    ['no archive at all', Buffer.from('row,ts_ns\n'), /[Nn]ot a zip file/],
    ['an empty file', Buffer.alloc(0), /[Nn]ot a zip file/],
    ['a cut archive', good.subarray(0, good.length - 30), /file is truncated/],
    ['a zip64 record that is not there', withEnd((archive) => archive.writeUInt32LE(0xffffffff, end + 16)), /EOF/],
    ['one of several parts', withEnd((archive) => archive.writeUInt16LE(1, end + 4)), /multi-disk/],
    ['a directory beyond the file', withEnd((archive) => archive.writeUInt32LE(1_000_000, end + 16)), /EOF/],
    ['a directory that is cut', withEnd((archive) => archive.writeUInt16LE(2, end + 10)), /EOF/],
    ['a directory that is elsewhere', withEnd((archive) => archive.writeUInt32LE(0, end + 16)), /signature/],
    ['a local header that is damaged', withEnd((archive) => archive.fill(0, 0, 4)), /local file header/],
    ['an encrypted member', zipOf([{ name: 'a.csv', text: 'x', lie: { flags: 1 } }]), /encrypted/],
    ['an unknown method', zipOf([{ name: 'a.csv', text: 'x', lie: { method: 12 } }]), /method is 12/],
    ['a wrong checksum', zipOf([{ name: 'a.csv', text: 'x', lie: { crc: 1 } }]), /CRC-32/],
    ['a stored member with a flipped bit', flippedBit(), /CRC-32/],
    ['more than it declares', zipOf([{ name: 'a.csv', text: 'x'.repeat(100), lie: { bytes: 10 } }]), /not 10 bytes/],
    ['less than it declares', zipOf([{ name: 'a.csv', text: 'x', lie: { bytes: 10 } }]), /not 10 bytes/],
    ['damaged data', withEnd((archive) => archive.fill(0xff, 40, 50)), /./],
    ['a name that leaves the archive', zipOf([{ name: '../a.csv', text: 'x' }]), /relative path/],
  ])('%s', async (_, bytes, message) => {
    const path = fileWith(bytes);
    const error = await errorOf(contentOf(path, 'a.csv'));
    expect(error.code).toBe('INVALID_OPTION');
    expect(error.message).toMatch(message);
    expect(error.message).toContain(path);
    expect(error.hint).toBeTruthy();
  });

  test('a missing file', async () => {
    expect(await errorOf(readZip('/nowhere/sample.zip'))).toMatchObject({ path: '/nowhere/sample.zip' });
  });
});

describe('a LOBSTER sample', () => {
  const message = { name: 'GOOG_2012-06-21_message_10.csv', text: 'm\n' };
  const orderBook = { name: 'GOOG_2012-06-21_orderbook_10.csv', text: 'o\n' };

  test('is its two files, in either order', async () => {
    for (const members of [
      [message, orderBook],
      [orderBook, message],
    ]) {
      const [messages, rows] = await openSample(fileWith(zipOf(members)));
      expect([await linesOf(messages), await linesOf(rows)]).toEqual([['m'], ['o']]);
    }
  });

  test('is refused unless it has one of each', async () => {
    const error = await errorOf(openSample(fileWith(zipOf([message]))));
    expect(error.message).toMatch(/0 files whose names have _orderbook_/);
    const twice = zipOf([message, orderBook, { ...message, name: 'AAPL_message_10.csv' }]);
    expect((await errorOf(openSample(fileWith(twice)))).message).toMatch(/2 files/);
  });
});
