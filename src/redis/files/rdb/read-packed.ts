/**
 * Values that Redis packs into one string: listpack, ziplist, intset and zipmap.
 *
 * All that they say of themselves is checked: sizes, counts, links to the element before, and end marks.
 */
import type { ByteInput } from '../bytes/byte-input.ts';

const END = 0xff;

/** A listpack or ziplist with this count or more elements does not say how many they are. */
const UNKNOWN_COUNT = 0xffff;

/** The elements of a listpack; integers in decimal. */
export function readListpack(input: ByteInput): string[] {
  const size = input.uint(4);
  const count = input.uint(2);
  const elements: string[] = [];
  while (input.peek() !== END) {
    const start = input.consumed;
    elements.push(readListpackElement(input));
    readBackLength(input, input.consumed - start);
  }
  requireWhole(input, size);
  requireCount(input, elements.length, count);
  return elements;
}

/** Encodings by their highest bits: 7-bit integer, 6-bit length, 13-bit integer, 12-bit length; then whole bytes. */
function readListpackElement(input: ByteInput): string {
  const first = input.byte();
  if (first < 0x80) return String(first);
  if (first < 0xc0) return input.text(first & 0x3f);
  if (first < 0xe0) return String(signed(((first & 0x1f) << 8) | input.byte(), 13));
  if (first < 0xf0) return input.text(((first & 0x0f) << 8) | input.byte());
  switch (first) {
    case 0xf0:
      return input.text(input.uint(4));
    case 0xf1:
      return String(input.int(2));
    case 0xf2:
      return String(input.int(3));
    case 0xf3:
      return String(input.int(4));
    case 0xf4:
      return String(input.int64());
    default:
      return input.fail(`The listpack encoding ${first} is unknown`);
  }
}

/** After each element: its length, to be read from the right, 7 bits a byte; all but the first have the highest bit. */
function readBackLength(input: ByteInput, expected: number): void {
  const bytes = backLengthBytes(expected);
  for (let left = bytes - 1; left >= 0; left -= 1) {
    const bits = Math.floor(expected / 2 ** (7 * left)) & 0x7f;
    if (input.byte() !== (left === bytes - 1 ? bits : bits | 0x80)) {
      input.fail(`A listpack element of ${expected} bytes ends with another length`);
    }
  }
}

/** How many bytes the length of a listpack element takes. */
export function backLengthBytes(length: number): number {
  if (length < 128) return 1;
  if (length < 16_383) return 2;
  if (length < 2_097_151) return 3;
  return length < 268_435_455 ? 4 : 5;
}

/** The elements of a ziplist; integers in decimal. */
export function readZiplist(input: ByteInput): string[] {
  const size = input.uint(4);
  const tail = input.uint(4);
  const count = input.uint(2);
  const elements: string[] = [];
  let last = input.consumed;
  let lengthBefore = 0;
  while (input.peek() !== END) {
    last = input.consumed;
    if (readLengthBefore(input) !== lengthBefore) input.fail('A ziplist entry says another length of the one before');
    elements.push(readZiplistElement(input));
    lengthBefore = input.consumed - last;
  }
  if (tail !== last) input.fail(`A ziplist says that its last entry is at ${tail}, and it is at ${last}`);
  requireWhole(input, size);
  requireCount(input, elements.length, count);
  return elements;
}

function readLengthBefore(input: ByteInput): number {
  const first = input.byte();
  return first < 254 ? first : input.uint(4);
}

function readZiplistElement(input: ByteInput): string {
  const first = input.byte();
  if (first < 0x40) return input.text(first);
  if (first < 0x80) return input.text(((first & 0x3f) << 8) | input.byte());
  if (first > 0xf0 && first < 0xfe) return String(first - 0xf1);
  switch (first) {
    case 0x80:
      return input.text(input.uint32BigEndian());
    case 0xc0:
      return String(input.int(2));
    case 0xd0:
      return String(input.int(4));
    case 0xe0:
      return String(input.int64());
    case 0xf0:
      return String(input.int(3));
    case 0xfe:
      return String(input.int(1));
    default:
      return input.fail(`The ziplist encoding ${first} is unknown`);
  }
}

/** The members of a set of integers, in decimal. They ascend. */
export function readIntset(input: ByteInput): string[] {
  const bytes = input.uint(4);
  if (bytes !== 2 && bytes !== 4 && bytes !== 8) input.fail(`An intset has integers of ${bytes} bytes`);
  const count = input.uint(4);
  const members: string[] = [];
  let before: number | bigint = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < count; at += 1) {
    const member = bytes === 8 ? input.int64() : input.int(bytes);
    if (member <= before) input.fail('The members of an intset do not ascend');
    members.push(String(member));
    before = member;
  }
  if (!input.ended) input.fail('More bytes follow an intset');
  return members;
}

/** A hash as Redis 2.4 packed it: each field is followed by its value. */
export function readZipmap(input: ByteInput): string[] {
  const count = input.byte();
  const elements: string[] = [];
  while (input.peek() !== END) {
    elements.push(input.text(readZipmapLength(input)));
    const length = readZipmapLength(input);
    const unused = input.byte();
    elements.push(input.text(length));
    input.view(unused);
  }
  input.byte();
  if (!input.ended) input.fail('More bytes follow a zipmap');
  if (count < 254 && count * 2 !== elements.length) input.fail(`A zipmap says that it has ${count} fields`);
  return elements;
}

function readZipmapLength(input: ByteInput): number {
  const first = input.byte();
  if (first === END) input.fail('A zipmap ends inside of a pair');
  return first < 254 ? first : input.uint(4);
}

/** Reads the end mark, after which nothing may follow. */
function requireWhole(input: ByteInput, size: number): void {
  input.byte();
  if (!input.ended) input.fail('More bytes follow the end mark of a packed value');
  if (size !== input.consumed) input.fail(`A packed value of ${input.consumed} bytes says that it has ${size}`);
}

function requireCount(input: ByteInput, elements: number, declared: number): void {
  if (declared === UNKNOWN_COUNT || declared === elements) return;
  input.fail(`A packed value of ${elements} elements says that it has ${declared}`);
}

/** The number whose lowest bits these are, in two's complement. */
function signed(value: number, bits: number): number {
  return value < 2 ** (bits - 1) ? value : value - 2 ** bits;
}
