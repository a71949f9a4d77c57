/**
 * Cuts a stretch out of a packed list of records without unpacking the list: what comes before is skipped byte by byte.
 *
 * A record states its keys when its shape occurs first, and later by a number only. So the first record of each shape in the
 * stretch gets the keys before its values, and the stretch is a list that can be unpacked alone.
 */
import type { ValueRange } from './packed-values.ts';

/**
 * The values of a range, as a packed list.
 *
 * @throws RangeError when the bytes are not a packed list with so many values
 */
export function cutRecords(bytes: Uint8Array, { from, to, count }: ValueRange): Uint8Array {
  const walker = new Walker(bytes);
  if (walker.listLength() !== count) throw new RangeError('another number of values');
  walker.skip(from);
  const begin = walker.at;
  walker.noteUses();
  walker.skip(to - from);
  const pieces: Uint8Array[] = [listHead(to - from)];
  let copied = begin;
  for (const { at, keys } of walker.uses) {
    pieces.push(bytes.subarray(copied, at), Uint8Array.of(KEYS_FOLLOW, OF_RECORD, bytes[at]!), keys);
    copied = at + 1; // the number of the shape is in the definition
  }
  pieces.push(bytes.subarray(copied, walker.at));
  return Buffer.concat(pieces);
}

/** What follows says the keys of a shape, and then has the values of a record. */
const KEYS_FOLLOW = 0xd4;
const OF_RECORD = 0x72;

function listHead(length: number): Uint8Array {
  const head = Buffer.alloc(5);
  head[0] = 0xdd;
  head.writeUInt32BE(length, 1);
  return head;
}

/** The keys of a shape, packed, and how many they are. */
interface Keys {
  readonly bytes: Uint8Array;
  readonly count: number;
}

class Walker {
  at = 0;
  /** Where records are whose shape has not been defined since `noteUses`, and the keys of the shape. */
  readonly uses: { readonly at: number; readonly keys: Uint8Array }[] = [];
  readonly #bytes: Buffer;
  readonly #shapes: (Keys | undefined)[] = [];
  /** Shapes that are known within the stretch; undefined before it. */
  #inside: Set<number> | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  noteUses(): void {
    this.#inside = new Set();
  }

  listLength(): number {
    const token = this.#byte();
    if (token >= 0x90 && token < 0xa0) return token - 0x90;
    if (LIST_SIZES[token] !== NO_SIZE) return this.#size(LIST_SIZES[token]!);
    throw new RangeError('not a packed list');
  }

  /** Skips values. A collection is skipped as a head, and the values in it. */
  skip(values: number): void {
    for (let left = values; left > 0; left--) left += this.#head(this.#byte());
    if (this.at > this.#bytes.length) throw new RangeError('a packed list that ends early');
  }

  /** Skips a value without the values in it. Gives how many these are. */
  #head(token: number): number {
    if (token < 0x40 || token >= 0xe0) return 0;
    if (token < 0x80) return this.#use(token);
    if (token < 0x90) return 2 * (token - 0x80);
    if (token < 0xa0) return token - 0x90;
    if (token < 0xc0) return this.#pass(token - 0xa0);
    if (token === KEYS_FOLLOW) return this.#define();
    if (PLAIN_BYTES[token] !== NO_SIZE) return this.#pass(PLAIN_BYTES[token]!);
    if (TEXT_SIZES[token] !== NO_SIZE) return this.#pass(this.#size(TEXT_SIZES[token]!));
    if (LIST_SIZES[token] !== NO_SIZE) return this.#size(LIST_SIZES[token]!);
    if (OBJECT_SIZES[token] !== NO_SIZE) return 2 * this.#size(OBJECT_SIZES[token]!);
    throw new RangeError('a packed value of another kind');
  }

  #use(shape: number): number {
    const keys = this.#shapes[shape];
    if (keys === undefined) throw new RangeError('a record without keys');
    if (this.#inside?.has(shape) === false) {
      this.#inside.add(shape);
      this.uses.push({ at: this.at - 1, keys: keys.bytes });
    }
    return keys.count;
  }

  #define(): number {
    if (this.#byte() !== OF_RECORD) throw new RangeError('a packed value of another kind');
    const shape = this.#byte();
    const begin = this.at;
    const count = this.listLength();
    this.skip(count);
    this.#shapes[shape] = { bytes: this.#bytes.subarray(begin, this.at), count };
    this.#inside?.add(shape);
    return count;
  }

  #pass(bytes: number): 0 {
    this.at += bytes;
    return 0;
  }

  #byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw new RangeError('a packed list that ends early');
    return byte;
  }

  #size(bytes: number): number {
    const size = this.#bytes.readUIntBE(this.at, bytes);
    this.at += bytes;
    return size;
  }
}

/** By token: the bytes that follow null, booleans and numbers; NO_SIZE for others. */
const NO_SIZE = 255;
const PLAIN_BYTES: Uint8Array = tableOf({
  0: [0xc0, 0xc2, 0xc3],
  1: [0xcc, 0xd0],
  2: [0xcd, 0xd1],
  4: [0xca, 0xce, 0xd2],
  8: [0xcb, 0xcf, 0xd3],
});
/** By token: the bytes of the size of a text, of a list, and of an object with keys. */
const TEXT_SIZES: Uint8Array = tableOf({ 1: [0xd9], 2: [0xda], 4: [0xdb] });
const LIST_SIZES: Uint8Array = tableOf({ 2: [0xdc], 4: [0xdd] });
const OBJECT_SIZES: Uint8Array = tableOf({ 2: [0xde], 4: [0xdf] });

function tableOf(tokens: Readonly<Record<number, readonly number[]>>): Uint8Array {
  const table = new Uint8Array(256).fill(NO_SIZE);
  for (const [bytes, list] of Object.entries(tokens)) for (const token of list) table[token] = Number(bytes);
  return table;
}
