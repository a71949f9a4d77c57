import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileSource, parseInteger, readLines, readRows } from '../../../examples/orderbook/feeds/reading/csv.ts';
import { sideBySide } from '../../../examples/orderbook/feeds/reading/side-by-side.ts';
import { errorOf, linesOf, temporaryFolder, textSource } from './support.ts';

describe('lines', () => {
  test.each([
    ['ends with LF', 'a\nb\n', ['a', 'b']],
    ['lacks the last end', 'a\nb', ['a', 'b']],
    ['has CRLF', 'a\r\nb\r\n', ['a', 'b']],
    ['is empty', '', []],
    ['has an empty line inside', 'a\n\nb\n', ['a', '', 'b']],
  ])('a text that %s', async (_, text, lines) => {
    expect(await linesOf(textSource(text))).toEqual(lines);
  });

  test('are the same for any size of chunks', async () => {
    const lines = fc.array(fc.string({ unit: fc.constantFrom('a', '1', ',', ' '), minLength: 1 }));
    await fc.assert(
      fc.asyncProperty(lines, fc.integer({ min: 1, max: 7 }), async (expected, chunk) => {
        expect(await linesOf(textSource(expected.join('\n'), { chunk }))).toEqual(expected);
      }),
    );
  });

  test('are read from a gzip file, by its name or its first bytes', async () => {
    const folder = temporaryFolder();
    for (const name of ['rows.csv.gz', 'rows.csv']) {
      const path = join(folder, name);
      writeFileSync(path, gzipSync('1,2\n3,4\n'));
      expect(await linesOf(fileSource(path))).toEqual(['1,2', '3,4']);
    }
  });

  test('may be left before their end', async () => {
    const path = join(temporaryFolder(), 'rows.csv.gz');
    writeFileSync(path, gzipSync('line\n'.repeat(500_000)));
    for await (const line of readLines(fileSource(path))) {
      expect(line).toBe('line');
      break;
    }
  });
});

describe('integers', () => {
  test.each([
    ['0', 0],
    ['-0', 0],
    ['007', 7],
    ['-9999999999', -9_999_999_999],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['9007199254740992', undefined],
    ['', undefined],
    ['-', undefined],
    ['+1', undefined],
    [' 1', undefined],
    ['1.0', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    ['١', undefined],
  ])('%j is %s', (text, value) => {
    expect(parseInteger(text)).toBe(value);
  });

  test('of any safe size survive being written', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (value) => parseInteger(String(value)) === (value === 0 ? 0 : value)));
  });
});

describe('bad input names file, line and remedy', () => {
  async function readAll(text: string): Promise<void> {
    for await (const row of readRows(textSource(text), { header: 'id,qty' })) {
      row.integer(0, 'id');
      row.positive(1, 'qty');
    }
  }

  test.each([
    ['no header', '', 1, /line 1: the header is ""/],
    ['another header', 'a,b\n', 1, /the header is "a,b"/],
    ['a missing column', 'id,qty\n1,2\n3\n', 3, /1 column instead of 2/],
    ['a column too many', 'id,qty\n1,2,3\n', 2, /3 columns instead of 2/],
    ['an empty line inside', 'id,qty\n1,2\n\n3,4\n', 3, /1 column instead of 2/],
    ['a word for a number', 'id,qty\none,2\n', 2, /id is "one"/],
    ['a decimal', 'id,qty\n1,2.5\n', 2, /qty is "2.5"/],
    ['an empty field', 'id,qty\n1,\n', 2, /qty is ""/],
    ['zero where there must be some', 'id,qty\n1,0\n', 2, /qty is 0/],
    ['a number past 2^53', 'id,qty\n9007199254740993,1\n', 2, /id is "9007199254740993"/],
    ['a line without end', `id,qty\n${'9'.repeat(70_000)}`, 2, /longer than 65536/],
    ['a quoted field', 'id,qty\n"1",2\n', 2, /id is/],
  ])('%s', async (_, text, line, message) => {
    const error = await errorOf(readAll(text));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', path: 'made-up.csv', line });
    expect(error.message).toMatch(/^Cannot read made-up.csv: line \d+: /);
    expect(error.message).toMatch(message);
    expect(error.hint).toBeTruthy();
  });

  test('a byte order mark before the header is skipped', async () => {
    await readAll('\ufeffid,qty\n1,2\n');
  });

  const whole = gzipSync('1,2\n'.repeat(100_000), { level: 1 });
  const flipped = Buffer.from(whole);
  flipped[whole.length - 6]! ^= 0xff; // inside its checksum

  test.each([
    ['a truncated gzip', whole.subarray(0, whole.length >> 1), /cut/],
    ['a damaged gzip', flipped, /damaged/],
    ['a .gz that is not gzip', Buffer.from('1,2\n'), /not gzip/],
  ])('%s', async (_, bytes, hint) => {
    const path = join(temporaryFolder(), 'rows.csv.gz');
    writeFileSync(path, bytes);
    const error = await errorOf(linesOf(fileSource(path)));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', path });
    expect(error.hint).toMatch(hint);
    expect(error.line).toBeGreaterThan(0);
  });

  test.each([
    ['a missing file', (folder: string) => join(folder, 'nowhere.csv'), /no such file/],
    ['a directory', (folder: string) => folder, /directory/],
  ])('%s', async (_, pathIn, hint) => {
    const path = pathIn(temporaryFolder());
    const error = await errorOf(linesOf(fileSource(path)));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', path });
    expect(error.hint).toMatch(hint);
  });
});

describe('two readers side by side', () => {
  const blocks = fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 4 }), { maxLength: 5 });

  async function* reader(
    given: readonly (readonly number[])[],
    closed: string[] = [],
    name = '',
  ): AsyncGenerator<Iterable<number>, void, void> {
    try {
      yield* given;
    } finally {
      closed.push(name);
    }
  }

  test('give pairs in order, whatever the blocks are, and tell which one goes on', async () => {
    await fc.assert(
      fc.asyncProperty(blocks, blocks, async (left, right) => {
        const pairs: unknown[] = [];
        for await (const block of sideBySide(reader(left), reader(right))) pairs.push(...block);
        const [lefts, rights] = [left.flat(), right.flat()];
        const length = Math.max(lefts.length, rights.length);
        expect(pairs).toEqual(Array.from({ length }, (_, at) => [lefts[at], rights[at]]));
      }),
    );
  });

  test('are both closed when the one who reads stops early', async () => {
    const closed: string[] = [];
    const first = [[1], [2]];
    for await (const [pair] of sideBySide(reader(first, closed, 'left'), reader(first, closed, 'right'))) {
      expect(pair).toEqual([1, 1]);
      break;
    }
    expect(closed.toSorted()).toEqual(['left', 'right']);
  });
});
