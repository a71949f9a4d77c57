/**
 * DEBUG DIGEST and DEBUG DIGEST-VALUE: 40 hex digits that are equal when data sets are equal.
 *
 * SHA-1 is applied in two ways. *Adding* combines the hash of some bytes by XOR, and so in any order. *Mixing* hashes
 * the sum again, and so depends on the order. The digest sees that a key has an expiry, not when; and of a stream only
 * its entries.
 */
import { hash } from 'node:crypto';
import { formatDouble } from '../../protocol/numbers.ts';
import type { RedisValue } from './value.ts';

/** The digest of one value, as DEBUG DIGEST-VALUE prints it. */
export function digestOfValue(value: RedisValue, expires: boolean): string {
  const sum = new Sum();
  mixValue(sum, value, expires);
  return sum.hex();
}

/** DEBUG DIGEST-VALUE of a key that does not exist, and DEBUG DIGEST without any key. */
export const EMPTY_DIGEST: string = '0'.repeat(40);

/** The digest of all keys. Give the databases in ascending order, and of each first its number, then its keys. */
export class DatasetDigest {
  readonly #sum = new Sum();

  /** Starts a database, which must have a key. */
  database(index: number): void {
    this.#sum.mix(bigEndian(index));
  }

  key(name: string, value: RedisValue, expires: boolean): void {
    const one = new Sum();
    one.mix(bytesOf(name));
    mixValue(one, value, expires);
    this.#sum.add(one.bytes);
  }

  hex(): string {
    return this.#sum.hex();
  }
}

const TYPE_NUMBERS = { string: 0, list: 1, set: 2, zset: 3, hash: 4, stream: 6 } as const;

const EXPIRES = bytesOf('!!expire!!');

function mixValue(sum: Sum, value: RedisValue, expires: boolean): void {
  sum.mix(bigEndian(TYPE_NUMBERS[value.kind]));
  switch (value.kind) {
    case 'string':
      sum.mix(bytesOf(value.value));
      break;
    case 'list':
      for (const item of value.items) sum.mix(bytesOf(item));
      break;
    case 'set':
      for (const member of value.members) sum.add(bytesOf(member));
      break;
    case 'zset':
      for (const [member, score] of value.members) addPair(sum, member, formatDouble(score));
      break;
    case 'hash':
      for (const [field, content] of value.pairs) addPair(sum, field, content);
      break;
    case 'stream':
      for (const { id, fields } of value.entries) {
        sum.mix(bytesOf(id.replace('-', '.')));
        for (const text of fields.flat()) sum.mix(bytesOf(text));
      }
  }
  if (expires) sum.add(EXPIRES);
}

function addPair(sum: Sum, first: string, second: string): void {
  const pair = new Sum();
  pair.mix(bytesOf(first));
  pair.mix(bytesOf(second));
  sum.add(pair.bytes);
}

/** 20 bytes, all 0 at first. */
class Sum {
  readonly bytes: Buffer = Buffer.alloc(20);

  add(data: Uint8Array): void {
    const hashed = sha1(data);
    for (let at = 0; at < 20; at += 1) this.bytes[at]! ^= hashed.charCodeAt(at);
  }

  mix(data: Uint8Array): void {
    this.add(data);
    this.bytes.write(sha1(this.bytes), 'latin1');
  }

  hex(): string {
    return this.bytes.toString('hex');
  }
}

/** The hash as latin1 text, which Node makes several times faster than a buffer. */
function sha1(data: Uint8Array): string {
  return hash('sha1', data, 'binary');
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
