/** Values of every type and size class, and how a real Redis is told to hold them. */
import type { RedisEntry, RedisValue, StreamGroup, StreamValue } from '../../../src/redis/files/values/value.ts';

const ALL_BYTES = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');

/** The bytes of U+D800 as UTF-8 would write it, which no UTF-8 decoder accepts. */
const LONE_SURROGATE = '\xed\xa0\x80';

/** Texts that files treat in special ways: integers at every edge, long ones, and bytes of all kinds. */
export const TEXTS: readonly string[] = [
  '',
  '0',
  '-0',
  '00',
  '+1',
  ' 1',
  '12',
  '-1',
  '127',
  '128',
  '-128',
  '-129',
  '4095',
  '-4096',
  '4096',
  '32767',
  '-32768',
  '32768',
  '8388607',
  '-8388608',
  '8388608',
  '2147483647',
  '-2147483648',
  '2147483648',
  '-2147483649',
  '9223372036854775807',
  '-9223372036854775808',
  '9223372036854775808',
  '1e5',
  '1.0',
  'nan',
  '__proto__',
  LONE_SURROGATE,
  ALL_BYTES,
  'x'.repeat(63),
  'x'.repeat(64),
  `${'abc'.repeat(30)}d`,
  'y'.repeat(4_095),
  'y'.repeat(4_096),
  'z'.repeat(20_000),
];

export const SCORES: readonly number[] = [
  0,
  1,
  -1,
  1.5,
  0.1,
  1 / 3,
  -2.5e-7,
  2 ** -25,
  3 * 2 ** -25,
  1e21,
  1e17,
  123456789012345680,
  2 ** 53,
  5e-324,
  1.7976931348623157e308,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];

const MANY = Array.from({ length: 1_000 }, (_, n) => `member:${n}`);

/** A stream with everything that a stream can have. */
export const STREAM: StreamValue = {
  kind: 'stream',
  entries: [
    { id: '5-1', fields: [['a', '1']] },
    { id: '5-2', fields: [['a', '-300']] },
    {
      id: '7-0',
      fields: [
        ['other', ALL_BYTES],
        ['a', ''],
      ],
    },
    { id: '1700000000000-0', fields: [['a', 'x'.repeat(5_000)]] },
    { id: '1700000000000-18446744073709551615', fields: [['a', '12345678901234567890']] },
  ],
  lastId: '1700000000001-7',
  firstId: '5-1',
  maxDeletedId: '6-1',
  entriesAdded: 12n,
  groups: [
    {
      name: 'all',
      lastId: '7-0',
      entriesRead: 5n,
      consumers: [
        { name: 'alice', seenAt: 1_700_000_000_000 },
        { name: 'idle', seenAt: 1_600_000_000_000 },
      ],
      pending: [
        { id: '5-2', consumer: 'alice', deliveredAt: 1_650_000_000_000, deliveries: 3n },
        { id: '6-1', consumer: 'alice', deliveredAt: 1_650_000_000_001, deliveries: 1n },
      ],
    },
    { name: ALL_BYTES, lastId: '0-0', entriesRead: -1n, consumers: [], pending: [] },
  ],
};

const EMPTY_STREAM: StreamValue = {
  kind: 'stream',
  entries: [],
  lastId: '9-9',
  firstId: '0-0',
  maxDeletedId: '9-9',
  entriesAdded: 4n,
  groups: [],
};

/** A stream from which entries were trimmed and deleted while they were pending. */
const TRIMMED_STREAM: StreamValue = {
  ...EMPTY_STREAM,
  entries: [{ id: '9-9', fields: [['a', 'b']] }],
  firstId: '9-9',
  lastId: '9-9',
  maxDeletedId: '3-0',
  groups: [
    {
      name: 'late',
      lastId: '9-9',
      entriesRead: 4n,
      consumers: [{ name: 'c', seenAt: 5 }],
      pending: ['2-0', '3-0', '4-0'].map((id) => ({ id, consumer: 'c', deliveredAt: 7, deliveries: 2n })),
    } satisfies StreamGroup,
  ],
};

const LONG_STREAM: StreamValue = {
  ...EMPTY_STREAM,
  entries: MANY.map((name, n) => ({ id: `${n + 1}-0`, fields: [['n', name]] as const })),
  firstId: '1-0',
  lastId: '1000-0',
  maxDeletedId: '0-0',
  entriesAdded: 1_000n,
};

export const VALUES: Readonly<Record<string, RedisValue>> = {
  ...Object.fromEntries(TEXTS.map((value, n) => [`string:${n}`, { kind: 'string', value }])),
  'list:short': { kind: 'list', items: ['a', '', '1', 'a', LONE_SURROGATE] },
  'list:texts': { kind: 'list', items: TEXTS },
  'list:many': { kind: 'list', items: MANY },
  'set:integers': { kind: 'set', members: ['1', '-5', '300', '70000'] },
  'set:large integers': { kind: 'set', members: ['1', '-9223372036854775808', '9223372036854775807'] },
  'set:texts': { kind: 'set', members: TEXTS },
  'set:many': { kind: 'set', members: MANY },
  'hash:short': {
    kind: 'hash',
    pairs: [
      ['f', 'v'],
      ['', ''],
      ['__proto__', '17'],
      ['4096', '-1'],
    ],
  },
  'hash:texts': { kind: 'hash', pairs: TEXTS.map((text, n) => [text, TEXTS[TEXTS.length - 1 - n]!] as const) },
  'hash:many': { kind: 'hash', pairs: MANY.map((name) => [name, name] as const) },
  'zset:scores': { kind: 'zset', members: SCORES.map((score, n) => [`m${n}`, score] as const) },
  // A real Redis keeps the sign of -0 only in a sorted set that is too large for a listpack.
  'zset:many and -0': { kind: 'zset', members: [['-0', -0], ...MANY.map((name, n) => [name, -n / 3] as const)] },
  'zset:texts': { kind: 'zset', members: TEXTS.map((text, n) => [text, n / 8] as const) },
  'zset:many': { kind: 'zset', members: MANY.map((name, n) => [name, n % 7] as const) },
  'stream:all': STREAM,
  'stream:empty': EMPTY_STREAM,
  'stream:new': { ...EMPTY_STREAM, lastId: '0-0', maxDeletedId: '0-0', entriesAdded: 0n },
  'stream:trimmed': TRIMMED_STREAM,
  'stream:emptied': { ...TRIMMED_STREAM, entries: [], firstId: '0-0' },
  'stream:many': LONG_STREAM,
};

/** All values as keys of two databases; some expire, long after any test. */
export const ENTRIES: readonly RedisEntry[] = [0, 7].flatMap((database) =>
  Object.entries(VALUES).map(([key, value], n) => ({
    database,
    key,
    value,
    expireAt: n % 3 === 0 ? 4_000_000_000_000 + n : undefined,
  })),
);

/** The value with everything that has no order in one order, so that two values can be compared. */
export function sorted(value: RedisValue): RedisValue {
  switch (value.kind) {
    case 'set':
      return { ...value, members: value.members.toSorted() };
    case 'hash':
      return { ...value, pairs: value.pairs.toSorted(byFirst) };
    case 'zset':
      return { ...value, members: value.members.toSorted(byFirst) };
    case 'stream':
      return { ...value, groups: value.groups.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
    default:
      return value;
  }
}

function byFirst(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1;
}
