/**
 * The value of a key as RDB version 10 writes it.
 *
 * The encodings are the plain ones, element by element, which every Redis reads. Only a stream has no plain encoding.
 */
import type { ByteOutput } from '../bytes/byte-output.ts';
import type { RedisValue } from '../values/value.ts';
import { TYPE } from './format.ts';
import { writeStream } from './write-stream.ts';
import { writeLength, writeString } from './write-strings.ts';

const TYPES = {
  string: TYPE.string,
  list: TYPE.list,
  set: TYPE.set,
  zset: TYPE.zset,
  hash: TYPE.hash,
  stream: TYPE.stream2,
} as const;

export function typeOf(value: RedisValue): number {
  return TYPES[value.kind];
}

/** Writes what follows the type. */
export function writeValue(output: ByteOutput, value: RedisValue): void {
  switch (value.kind) {
    case 'string':
      writeString(output, value.value);
      break;
    case 'list':
      writeStrings(output, value.items);
      break;
    case 'set':
      writeStrings(output, value.members);
      break;
    case 'hash':
      writeLength(output, value.pairs.length);
      for (const [field, content] of value.pairs) {
        writeString(output, field);
        writeString(output, content);
      }
      break;
    case 'zset':
      writeLength(output, value.members.length);
      for (const [member, score] of value.members) {
        writeString(output, member);
        output.double(score);
      }
      break;
    case 'stream':
      writeStream(output, value);
  }
}

function writeStrings(output: ByteOutput, strings: readonly string[]): void {
  writeLength(output, strings.length);
  for (const text of strings) writeString(output, text);
}
