/** Payloads that a Redis 7.0.15 made of data of ours, with their digests: the codec is tested without it, too. */
import { expect, test } from 'vitest';
import { dumpPayload, restorePayload } from '../../../src/redis/files/rdb/dump.ts';
import { digestOfValue } from '../../../src/redis/files/values/digest.ts';
import type { RedisValue } from '../../../src/redis/files/values/value.ts';

const STREAM: RedisValue = {
  kind: 'stream',
  entries: [
    {
      id: '1-1',
      fields: [
        ['a', '1'],
        ['b', '2'],
      ],
    },
    { id: '3-5', fields: [['other', 'x']] },
  ],
  lastId: '3-5',
  firstId: '1-1',
  maxDeletedId: '2-0',
  entriesAdded: 3n,
  groups: [
    {
      name: 'g',
      lastId: '1-1',
      entriesRead: -1n,
      consumers: [{ name: 'me', seenAt: 1_795_741_370_091 }],
      pending: [{ id: '1-1', consumer: 'me', deliveredAt: 1_700_000_000_000, deliveries: 4n }],
    },
  ],
};

test.each<readonly [name: string, payload: string, digest: string, value: RedisValue]>([
  [
    'an integer of 16 bits',
    'AME5MAoAnZTqJ5P8CLk=',
    'e1cf90774e995ae03de66e8109dc5cb9d9c2dc83',
    { kind: 'string', value: '12345' },
  ],
  [
    'an integer of 8 bits',
    'AMD5CgBeJtEw16JCqw==',
    '220f87802dc1eca9ffb9dd7f52e30f559e135f81',
    { kind: 'string', value: '-7' },
  ],
  [
    'an integer that is too long for 32 bits',
    'AAoyMTQ3NDgzNjQ4CgDnsSmjTB127g==',
    '2dbb4a34c9ad5d3b466e95cf3c644091f1c41b46',
    { kind: 'string', value: '2147483648' },
  ],
  [
    'a raw string',
    'ABN0aGUgcXVpY2sgYnJvd24gZm94CgARaaHbY84w+w==',
    '3773525afae8c6271ad57a1ec8f76f4dd131c577',
    { kind: 'string', value: 'the quick brown fox' },
  ],
  [
    'a compressed string',
    'AMMTQUAIbGVjdHVyZSBs4P8H4SQHAWUgCgB3HvcYKuNFPw==',
    '4fb79f75efab330584366cf0fbea287dd60b9933',
    { kind: 'string', value: 'lecture '.repeat(40) },
  ],
  [
    'a packed list',
    'EgECGhoAAAAFAINvbmUEAgGFdGhyZWUG0GACgAH/CgBUIgoNcbkyLw==',
    'caba12c462b1b642b14dd329b88e74e11f5ed184',
    { kind: 'list', items: ['one', '2', 'three', '-4000', ''] },
  ],
  [
    'a list with a plain node',
    'EgICDg4AAAABAIVzaG9ydAb/ARVsb25nZXIgdGhhbiB0ZW4gYnl0ZXMKAE8ukL8PXaHA',
    '7fe21c76b757ea8403eda4c02da0ca9ae0092564',
    { kind: 'list', items: ['short', 'longer than ten bytes'] },
  ],
  [
    'a set of integers',
    'CxQEAAAAAwAAAP3///8BAAAAcBEBAAoAe41N3a8ihtc=',
    'ad3c6ef5d95744cb39b532b4df0ed0b6d45741ae',
    { kind: 'set', members: ['-3', '1', '70000'] },
  ],
  [
    'a set',
    'AgMBYgFhAWMKAJnMgN1ZgtJV',
    '593c2414786d75446e97f4ea5d4b731f3313da72',
    { kind: 'set', members: ['b', 'a', 'c'] },
  ],
  [
    'a packed hash',
    'EB4eAAAABACFdGl0bGUGhUV2ZW50BoR5ZWFyBcfqAv8KAHcUiTjAwiGY',
    'f45afc755773a08fecd3f5ad93fa0d875ac966c2',
    {
      kind: 'hash',
      pairs: [
        ['title', 'Event'],
        ['year', '2026'],
      ],
    },
  ],
  [
    'a packed sorted set',
    'ER0dAAAABgCBeQLf/gKBeAKDMS41BIF6AoNpbmYE/woA/QqkMKDsKpQ=',
    '91ea35af96382228baa0a942a4deeb4c3cb8fef1',
    {
      kind: 'zset',
      members: [
        ['y', -2],
        ['x', 1.5],
        ['z', Number.POSITIVE_INFINITY],
      ],
    },
  ],
  [
    'a stream with a deleted entry, a group and a pending entry',
    'EwEQAAAAAAAAAAEAAAAAAAAAAUBCQgAAABkAAgEBAQIBgWECgWICAAECAQABAAEBAQIBBQEDAQEB3/8CAwEEAQUBAAECAQQBAQGFb3RoZXIGgXgCBgH/AgMFAQECAAMBAWcBAYH//////////wEAAAAAAAAAAQAAAAAAAAABAGjlz4sBAAAEAQJtZevGhhqiAQAAAQAAAAAAAAABAAAAAAAAAAEKAMjP5AxO1oVp',
    '78798d33717eab3a470d75b0b21ea925c8209f33',
    STREAM,
  ],
])('%s', (_name, payload, digest, value) => {
  expect(restorePayload(Buffer.from(payload, 'base64').toString('latin1'))).toEqual({ value });
  expect(digestOfValue(value, false)).toBe(digest);
  expect(restorePayload(dumpPayload(value))).toEqual({ value });
});
