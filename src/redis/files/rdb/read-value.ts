/** The value of a key in an RDB file or a DUMP payload, in any encoding of Redis up to 7.0. */

import { parseDouble } from '../../protocol/numbers.ts';
import type { ByteInput } from '../bytes/byte-input.ts';
import { RedisFileError } from '../bytes/file-error.ts';
import type { RedisValue } from '../values/value.ts';
import { NODE, TYPE } from './format.ts';
import { readIntset, readListpack, readZiplist, readZipmap } from './read-packed.ts';
import { readStream } from './read-stream.ts';
import { readLength, readPacked, readString } from './read-strings.ts';

/** Reads the value that follows a type. It may have no elements: Redis refuses that of all but streams. */
export function readValue(type: number, input: ByteInput): RedisValue {
  switch (type) {
    case TYPE.string:
      return { kind: 'string', value: readString(input) };
    case TYPE.list:
      return { kind: 'list', items: readStrings(input, 1) };
    case TYPE.ziplistList:
      return { kind: 'list', items: readZiplist(readPacked(input)) };
    case TYPE.quicklist:
      return { kind: 'list', items: readNodes(input, () => readZiplist(readPacked(input))) };
    case TYPE.quicklist2:
      return { kind: 'list', items: readNodes(input, () => readNode(input)) };
    case TYPE.set:
      return setOf(readStrings(input, 1), input);
    case TYPE.intset:
      return setOf(readIntset(readPacked(input)), input);
    case TYPE.hash:
      return hashOf(readStrings(input, 2), input);
    case TYPE.zipmapHash:
      return hashOf(readZipmap(readPacked(input)), input);
    case TYPE.ziplistHash:
      return hashOf(readZiplist(readPacked(input)), input);
    case TYPE.listpackHash:
      return hashOf(readListpack(readPacked(input)), input);
    case TYPE.textZset:
      return readSortedSet(input, readTextScore);
    case TYPE.zset:
      return readSortedSet(input, () => input.double());
    case TYPE.ziplistZset:
      return sortedSetOf(scored(readZiplist(readPacked(input)), input), input);
    case TYPE.listpackZset:
      return sortedSetOf(scored(readListpack(readPacked(input)), input), input);
    case TYPE.stream:
    case TYPE.stream2:
      return readStream(type, input);
    default:
      throw new RedisFileError('unsupported', `The type ${type} of a value is unknown`, input.offset);
  }
}

/** A count, and as many groups of strings. */
function readStrings(input: ByteInput, each: number): string[] {
  const count = readLength(input) * each;
  const strings: string[] = [];
  for (let at = 0; at < count; at += 1) strings.push(readString(input));
  return strings;
}

function readNodes(input: ByteInput, readItems: () => readonly string[]): string[] {
  const count = readLength(input);
  const items: string[] = [];
  for (let at = 0; at < count; at += 1) for (const item of readItems()) items.push(item);
  return items;
}

function readNode(input: ByteInput): readonly string[] {
  const container = readLength(input);
  if (container === NODE.plain) return [readString(input)];
  if (container === NODE.packed) return readListpack(readPacked(input));
  return input.fail(`The container ${container} of a quicklist node is unknown`);
}

function setOf(members: readonly string[], input: ByteInput): RedisValue {
  requireUnique(members, input);
  return { kind: 'set', members };
}

function hashOf(elements: readonly string[], input: ByteInput): RedisValue {
  const pairs = pairsOf(elements, input);
  requireUnique(
    pairs.map(([field]) => field),
    input,
  );
  return { kind: 'hash', pairs };
}

function readSortedSet(input: ByteInput, readScore: (input: ByteInput) => number): RedisValue {
  const count = readLength(input);
  const members: [string, number][] = [];
  for (let at = 0; at < count; at += 1) members.push([readString(input), readScore(input)]);
  return sortedSetOf(members, input);
}

function sortedSetOf(members: readonly (readonly [string, number])[], input: ByteInput): RedisValue {
  if (members.some(([, score]) => Number.isNaN(score))) input.fail('A score is not a number');
  requireUnique(
    members.map(([member]) => member),
    input,
  );
  return { kind: 'zset', members };
}

function scored(elements: readonly string[], input: ByteInput): (readonly [string, number])[] {
  return pairsOf(elements, input).map(([member, score]) => [
    member,
    parseDouble(score) ?? input.fail('A score is not a number'),
  ]);
}

/** A score as Redis wrote it before 4.0: its length and digits, or a length that stands for a special value. */
function readTextScore(input: ByteInput): number {
  const length = input.byte();
  if (length === 255) return Number.NEGATIVE_INFINITY;
  if (length === 254) return Number.POSITIVE_INFINITY;
  if (length === 253) return Number.NaN;
  return parseDouble(input.text(length)) ?? input.fail('A score is not a number');
}

function pairsOf(elements: readonly string[], input: ByteInput): (readonly [string, string])[] {
  if (elements.length % 2 !== 0) input.fail(`A value of pairs has ${elements.length} elements`);
  return Array.from({ length: elements.length / 2 }, (_, at) => [elements[2 * at]!, elements[2 * at + 1]!]);
}

function requireUnique(names: readonly string[], input: ByteInput): void {
  if (new Set(names).size < names.length) input.fail('A field or member occurs twice');
}
