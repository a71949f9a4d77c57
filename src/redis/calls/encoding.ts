/**
 * OBJECT ENCODING, computed from contents and thresholds.
 *
 * The state has one form for each kind of value. The names tell what Redis would use, because clients look at them.
 */
import type { ReadonlyDense } from '../model/dense.ts';
import type { Value } from '../model/values.ts';
import { parseInt64 } from '../protocol/numbers.ts';
import type { Config } from './parts.ts';

export type Encoding =
  | 'int'
  | 'embstr'
  | 'raw'
  | 'quicklist'
  | 'listpack'
  | 'hashtable'
  | 'intset'
  | 'skiplist'
  | 'stream';

/** Longer strings are `raw`. */
const LONGEST_EMBEDDED = 44;

export function encodingOf(value: Value, config: Config): Encoding {
  if (typeof value === 'string') return encodingOfText(value);
  switch (value.kind) {
    case 'bytes':
      return 'raw';
    case 'list':
      return 'quicklist';
    case 'stream':
      return 'stream';
    case 'hash':
      return isCompactHash(value.fields, config) ? 'listpack' : 'hashtable';
    case 'set':
      return isCompactSet(value.members, config) ? 'intset' : 'hashtable';
    case 'zset':
      return isCompactSortedSet(value.scores, config) ? 'listpack' : 'skiplist';
  }
}

function encodingOfText(text: string): Encoding {
  if (text.length <= 20 && parseInt64(text) !== undefined) return 'int';
  return text.length <= LONGEST_EMBEDDED ? 'embstr' : 'raw';
}

/** Whether Redis keeps a hash in one block, so that HSCAN gives all of it at once. */
export function isCompactHash(fields: ReadonlyDense<string>, config: Config): boolean {
  const longest = config.number('hash-max-listpack-value');
  return (
    fields.keys.length <= config.number('hash-max-listpack-entries') &&
    fields.keys.every((field) => field.length <= longest) &&
    fields.values.every((value) => value.length <= longest)
  );
}

/** As `isCompactHash`, for a set of integers. */
export function isCompactSet(members: ReadonlyDense<true>, config: Config): boolean {
  return (
    members.keys.length <= config.number('set-max-intset-entries') &&
    members.keys.every((member) => parseInt64(member) !== undefined)
  );
}

/** As `isCompactHash`, for a sorted set. */
export function isCompactSortedSet(scores: ReadonlyDense<number>, config: Config): boolean {
  const longest = config.number('zset-max-listpack-value');
  return (
    scores.keys.length <= config.number('zset-max-listpack-entries') &&
    scores.keys.every((member) => member.length <= longest)
  );
}
