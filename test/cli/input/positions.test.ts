/** Positions and times as the commands take and print them. */
import { beforeAll, describe, expect, test } from 'vitest';
import { CART, jsonLines, makeShop, refold, refoldJson, START, temporaryFolder } from '../support.ts';

const inFolder = temporaryFolder();
const shop = inFolder('shop.db'); // six events in five commits, one a minute, from 12:00 on 2024-01-31

beforeAll(() => makeShop(shop));

const MODEL = ['--model', CART];

describe('refold at', () => {
  test.each<[string, number, string[]]>([
    ['first', 1, []],
    ['last', 6, []],
    ['last-2', 4, []],
    ['50%', 3, []],
    ['12:02', 4, []],
    ['12:01:59.999', 3, []],
    ['last-90s', 4, []],
    ['07:02', 4, ['--zone', 'America/New_York']],
    ['2024-01-31 07:03', 5, ['--zone', 'America/New_York']],
    ['2024-01-31T12:03Z', 5, ['--zone', 'America/New_York']],
  ])('%s is at %i %j', async (position, sequence, further) => {
    expect(await refoldJson(['at', shop, position, 'added', ...MODEL, ...further])).toMatchObject({ sequence });
  });

  test.each<[string[], RegExp]>([
    [['2024-01-31T11:59Z'], /its first event was recorded at 2024-01-31T12:00:00\.000Z/],
    [['last-1h'], /Cannot go to 2024-01-31T11:04:00\.000Z/],
    [['last-6'], /it has 6 events/],
    [['12:00', '--zone', 'Mars'], /Give a time zone such as America\/New_York/],
    [['12:00', '--time', 'short'], /Allowed choices are iso, local, relative, raw/],
    [['noon'], /Give a sequence, first, last/],
  ])('%j is refused', async (args, message) => {
    const { code, stdout, stderr } = await refold(['at', shop, ...args, ...MODEL]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  test.each([
    [[], '2024-01-31T12:02:00.000Z'],
    [['--zone', 'America/New_York'], '2024-01-31T07:02:00.000-05:00'],
    [['--zone', 'America/New_York', '--time', 'local'], '2024-01-31 07:02:00.000'],
    [['--time', 'raw'], String(START + 120_000)],
  ])('prints the time with %j', async (options, shown) => {
    const { stdout } = await refold(['at', shop, '4', ...options, ...MODEL]);
    expect(stdout).toContain(`sequence  4\nrecorded  ${shown}\n`);
  });

  test('prints a relative time', async () => {
    expect((await refold(['at', shop, 'last', '--time', 'relative', ...MODEL])).stdout).toMatch(/recorded {2}.* ago\n/);
  });
});

test('events takes them for both ends, and a time before the first event as the first', async () => {
  const sequences = async (...args: string[]) =>
    jsonLines((await refold(['events', shop, ...args])).stdout).map(({ sequence }) => sequence);
  expect(await sequences('--from', 'last-1')).toEqual([5, 6]);
  expect(await sequences('--from', '12:01', '--to', '12:02')).toEqual([2, 3, 4]);
  expect(await sequences('--from', '2001-01-01', '--to', 'first')).toEqual([1]);
  expect(await sequences('--from', 'last-1w', '--to', '2')).toEqual([1, 2]);
  expect(await sequences('--from', '07:03', '--zone', 'America/New_York')).toEqual([5, 6]);
  const { code, stderr } = await refold(['events', shop, '--to', '2001-01-01']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('its first event was recorded at 2024-01-31T12:00')]);
});

test('replay, backup and restore take them', async () => {
  expect(await refoldJson(['replay', shop, '--to', 'last-1', ...MODEL])).toMatchObject({ sequence: 5 });
  const [copy, again] = ['copy.db', 'again.db'].map(inFolder) as [string, string];
  expect(await refoldJson(['backup', shop, copy, '--to', '12:03'])).toMatchObject({ lastSequence: 5 });
  expect(await refoldJson(['restore', copy, again, '--to', 'last-1m'])).toMatchObject({ lastSequence: 4 });
});

test('info prints times as they are asked for, and JSON keeps milliseconds', async () => {
  const shown = await refold(['info', shop, '--zone', 'Asia/Tokyo', '--time', 'local']);
  expect(shown.stdout).toContain('2024-01-31 21:00:00.000 … 2024-01-31 21:04:00.000');
  expect(await refoldJson(['info', shop, '--time', 'local'])).toMatchObject({ firstRecordedAt: START });
});
