/** How `refold import` handles input of other tools: other encodings, numbers, keys and times. */
import { readdirSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { sampleOf } from '../sample.ts';
import { CART, jsonLines, makeShop, refold, refoldJson, temporaryFolder } from './support.ts';

const inFolder = temporaryFolder();
let logs = 0;
const newLog = (): string => inFolder(`log-${++logs}.db`);

const priced = (price: number | string, rest = ''): string =>
  `{"type":"PriceSet","data":{"sku":"tea","price":${price}}${rest}}`;
const LINE = priced(1);

/** Runs an import that must fail and leave no file. Returns its error. */
async function refusalOf(input: string | Buffer, args: readonly string[] = []): Promise<any> {
  const log = newLog();
  const run = await refold(['import', log, ...args, '--json'], { input });
  expect(readdirSync(inFolder('.')).filter((name) => name.startsWith(basename(log)))).toEqual([]);
  expect(run.code).toBe(2);
  const { error } = JSON.parse(run.stdout);
  expect(run.stderr).toBe(`refold: ${error.message}\nhint: ${error.hint}\n`);
  return error;
}

async function imported(input: string | Buffer, args: readonly string[] = []): Promise<any[]> {
  const log = newLog();
  await refoldJson(['import', log, ...args], { input });
  return jsonLines((await refold(['events', log])).stdout);
}

describe('an input in another format is recognised, and the hint converts it', () => {
  const utf16 = (text: string) => Buffer.from(text, 'utf16le');
  test.each<[string, Buffer, RegExp, RegExp]>([
    ['gzip', gzipSync(`${LINE}\n`), /is compressed with gzip/, /^Try: gunzip -c FILE \| refold import …$/],
    ['zstd', zstdCompressSync(Buffer.from(LINE)), /compressed with zstd/, /zstd -dc/],
    ['zip', Buffer.from('PK\u0003\u0004anything'), /zip archive/, /unzip -p/],
    ['UTF-16 with a byte order mark', utf16(`\ufeff${LINE}\n`), /is in UTF-16/, /iconv -f UTF-16 -t UTF-8 FILE/],
    [
      'UTF-16 with a byte order mark, big-endian',
      utf16(`\ufeff${LINE}\n`).swap16(),
      /is in UTF-16/,
      /iconv -f UTF-16 /,
    ],
    ['UTF-16 without a byte order mark', utf16(LINE), /is in UTF-16/, /iconv -f UTF-16LE/],
    ['UTF-16 without a byte order mark, big-endian', utf16(LINE).swap16(), /is in UTF-16/, /iconv -f UTF-16BE/],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0]), /is in UTF-32/, /iconv -f UTF-32/],
    ['a log', Buffer.from('SQLite format 3\0\u0010'), /is a SQLite database/, /refold export FILE/],
    ['one array over several lines', Buffer.from(`[\n${LINE}\n]`), /is not JSON/, /jq -c/],
  ])('%s', async (_, input, message, hint) => {
    expect(await refusalOf(input)).toMatchObject({
      code: 'EVENT_REJECTED',
      path: 'stdin',
      line: 1,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });

  test('an error about a file names the file', async () => {
    const path = inFolder('lines.jsonl.gz');
    writeFileSync(path, gzipSync(LINE));
    expect(await refusalOf('', ['--in', path])).toMatchObject({
      path,
      message: expect.stringContaining(`${path}, line 1`),
    });
  });
});

describe('UTF-8 lines are accepted', () => {
  test.each<[string, string]>([
    ['with a byte order mark at the start', `\ufeff${LINE}\n${LINE}\n`],
    ['with byte order marks where files were joined', `\ufeff${LINE}\n\ufeff${LINE}\n`],
    ['with CRLF', `${LINE}\r\n${LINE}\r\n`],
    ['with blank lines', `\n\n${LINE}\n \t\n\r\n${LINE}\n\n`],
    ['without a newline at the end', `${LINE}\n${LINE}`],
    ['shorter than the bytes that recognise a format', `${LINE}\n${LINE}`],
  ])('%s', async (_, input) => {
    expect(await imported(input)).toHaveLength(2);
  });

  test.each(['', '\n', '\ufeff', '\r\n\r\n', ' '])('an input of only %j makes a log without events', async (input) => {
    expect(await imported(input)).toEqual([]);
  });

  test('a line of five megabytes is accepted', async () => {
    const [event] = await imported(`{"type":"Noted","data":"${'x'.repeat(5_000_000)}"}\n`);
    expect(event.data).toHaveLength(5_000_000);
  });

  test('an error about invalid UTF-8 names the line', async () => {
    const input = Buffer.concat([Buffer.from(`${LINE}\n\n`), Buffer.from([0x22, 0xc3, 0x28, 0x22])]);
    expect(await refusalOf(input)).toMatchObject({ line: 3, message: 'stdin, line 3: the line is not UTF-8' });
  });
});

describe('a value that JavaScript would change is refused with line and column', () => {
  test.each<[string, string, string[], string]>([
    ['a whole number', priced('9007199254740993'), [], 'column 48: 9007199254740993 would become 9007199254740992'],
    ['the same with a model', priced('9007199254740993'), ['--model', CART], 'column 48: 9007199254740993'],
    ['a number that is too large', priced('1e400'), [], 'column 48: 1e400 is too large for a JavaScript number'],
    ['a number in meta', priced(1, ',"meta":{"id":12345678901234567890}'), [], 'column 64: 12345678901234567890'],
    ['the sequence', priced(1, ',"sequence":9007199254740993'), [], 'column 62: 9007199254740993'],
    ['a duplicate key', '{"type":"Noted","data":{"a":1,"a":2}}', [], 'column 31: the key "a" appears twice'],
    ['a duplicate key with escapes', '{"type":"Noted","data":{"a":1,"\\u0061":2}}', [], 'column 31: the key "a"'],
    ['a duplicate data member', '{"type":"Noted","data":1,"data":2}', [], 'column 26: the key "data"'],
  ])('%s', async (_, line, args, problem) => {
    const error = await refusalOf(`${LINE}\n${line}\n`, args);
    expect(error).toMatchObject({ code: 'EVENT_REJECTED', line: 2 });
    expect(error.message).toContain(`stdin, line 2, ${problem}`);
  });

  test('an import of an export gives the same log', async () => {
    const numbers = [1e23, 0.1, 5e-324, 2 ** 53, -1.7976931348623157e308];
    const log = newLog();
    await refoldJson(['import', log], { input: JSON.stringify({ type: 'Noted', data: numbers }) });
    const exported = (await refold(['export', log])).stdout;
    expect((await imported(exported))[0].data).toEqual(numbers);
  });

  test('an invalid sequence or time of any type gives a proper error', async () => {
    for (const value of sampleOf(['{"toString":1}', '[]', '"1"', 'true'])) {
      expect((await refusalOf(priced(1, `,"sequence":${value}`))).message).toContain(`its sequence is ${value}`);
      expect((await refusalOf(priced(1, `,"recordedAt":${value}`))).message).toContain(
        `its recordedAt ${value} is not a valid time`,
      );
    }
  });
});

describe('times', () => {
  // In the order of their times, so that one import takes all of them.
  const READ: readonly (readonly [text: string, time: string])[] = [
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    ['2027-01-31T12:00:00+02:00', '2027-01-31T10:00:00.000Z'],
    ['2027-01-31T12:00:00+02', '2027-01-31T10:00:00.000Z'],
    ['2027-01-31T12:00:00.000Z', '2027-01-31T12:00:00.000Z'],
    ['2027-01-31T12:00:00Z', '2027-01-31T12:00:00.000Z'],
    ['2027-01-31T12:00Z', '2027-01-31T12:00:00.000Z'],
    ['2027-01-31 12:00:00z', '2027-01-31T12:00:00.000Z'],
    ['2027-01-31T12:00:00.123456789Z', '2027-01-31T12:00:00.123Z'],
    ['2027-01-31T12:00:00.5Z', '2027-01-31T12:00:00.500Z'],
    ['2027-01-31T12:00:00-0530', '2027-01-31T17:30:00.000Z'],
  ];
  test.each([[[]], [['--model', CART]]])('ISO times with a zone are read: %j', async (args) => {
    const input = READ.map(([text]) => priced(1, `,"recordedAt":${JSON.stringify(text)}`)).join('\n');
    const times = (await imported(input, args)).map((event) => new Date(event.recordedAt).toISOString());
    expect(times.map((time, index) => [READ[index]![0], time])).toEqual(READ);
  });

  test.each([
    '2027-01-31T12:00:00', // it could be in any zone
    '2027-01-31',
    '2027-02-30T12:00:00Z',
    '2027-13-01T00:00:00Z',
    '2027-01-31T25:00:00Z',
    '1969-12-31T23:59:59Z',
    '31 Jan 2027 12:00 UTC',
    '1767600005000',
    '',
    'now',
  ])('%j is refused', async (text) => {
    expect(await refusalOf(`${LINE}\n${priced(1, `,"recordedAt":${JSON.stringify(text)}`)}`)).toMatchObject({
      line: 2,
      message: `stdin, line 2: its recordedAt ${JSON.stringify(text)} is not a valid time`,
      hint: expect.stringContaining('with Z or an offset'),
    });
  });

  test.each(['-1', '1.5', '8640000000000001', 'null'])('%s ms are refused', async (time) => {
    expect(await refusalOf(priced(1, `,"recordedAt":${time}`))).toMatchObject({
      message: `stdin, line 1: its recordedAt ${time} is not a valid time`,
    });
  });

  const backwards = [1_000, 5_000, 2_000, 4_999, 5_000, 6_000].map((time) => priced(1, `,"recordedAt":${time}`));

  test.each([[[]], [['--model', CART]]])('that decrease are clamped and counted: %j', async (args) => {
    const [log, other] = [newLog(), newLog()];
    const input = backwards.join('\n');
    expect(await refoldJson(['import', log, ...args], { input })).toMatchObject({
      clamped: 2,
      worstMilliseconds: 3_000,
    });
    const events = jsonLines((await refold(['events', log])).stdout);
    expect(events.map(({ recordedAt }) => recordedAt)).toEqual([1_000, 5_000, 5_000, 5_000, 5_000, 6_000]);
    const { stdout } = await refold(['import', other, ...args], { input });
    expect(stdout).toContain('\nclamped   2 times, earlier than the one before by up to 3,000 ms\n');
  });

  test('that never decrease are not mentioned', async () => {
    const shop = inFolder('shop.db');
    await makeShop(shop);
    const input = (await refold(['export', shop])).stdout;
    expect(await refoldJson(['import', newLog()], { input })).toMatchObject({ clamped: 0, worstMilliseconds: 0 });
    expect((await refold(['import', newLog()], { input })).stdout).not.toContain('clamped');
  });
});

test('an error about an upcaster that throws names the line', async () => {
  const input = '{"type":"ItemAdded","version":1,"data":null}';
  const error = await refusalOf(input, ['--model', CART]);
  expect(error).toMatchObject({ code: 'EVENT_REJECTED', line: 1, type: 'ItemAdded' });
});
