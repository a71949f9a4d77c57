/**
 * The sortable spelling of a stream id: 16 hexadecimal digits for the milliseconds, and 16 for the sequence. Texts in this
 * spelling sort as the ids do. The state has ids in this spelling, effects have them as `milliseconds-sequence`.
 */

const DIGITS = 16;
/** Decimal digits of a number that is certainly safe. */
const SAFE_LENGTH = 15;
/** Both numbers of an id are lower. */
export const TWO_TO_64: bigint = 2n ** 64n;
const DIGITS_OF_64_BITS = 20;

/** 0-0, which no entry has. */
export const ZERO_STREAM_ID: string = '0'.repeat(2 * DIGITS);
/** The highest id. */
export const LAST_STREAM_ID: string = 'f'.repeat(2 * DIGITS);

/** @param id `milliseconds-sequence` in decimal, both below 2^64 */
export function sortableStreamId(id: string): string {
  const dash = id.indexOf('-');
  return hex(id.slice(0, dash)) + hex(id.slice(dash + 1));
}

/** The id as `milliseconds-sequence`. */
export function plainStreamId(sortable: string): string {
  return `${decimal(sortable.slice(0, DIGITS))}-${decimal(sortable.slice(DIGITS))}`;
}

/** A sortable id of two numbers below 2^64. */
export function streamIdOf(milliseconds: bigint | number, sequence: bigint | number): string {
  return pad(milliseconds) + pad(sequence);
}

/** Whether it is `milliseconds-sequence`, both below 2^64. */
export function isStreamId(id: unknown): id is string {
  if (typeof id !== 'string' || !/^\d{1,20}-\d{1,20}$/.test(id)) return false;
  // Nineteen digits always fit.
  return id.length <= DIGITS_OF_64_BITS || id.split('-').every((part) => BigInt(part) < TWO_TO_64);
}

/** The milliseconds of a sortable id. */
export function millisecondsOf(sortable: string): bigint {
  return BigInt(`0x${sortable.slice(0, DIGITS)}`);
}

/** The sequence of a sortable id. */
export function sequenceOf(sortable: string): bigint {
  return BigInt(`0x${sortable.slice(DIGITS)}`);
}

/** The sortable id after this one; undefined after the last. */
export function nextStreamId(sortable: string): string | undefined {
  return sortable === LAST_STREAM_ID ? undefined : whole(BigInt(`0x${sortable}`) + 1n);
}

/** The sortable id before this one; undefined before the first. */
export function previousStreamId(sortable: string): string | undefined {
  return sortable === ZERO_STREAM_ID ? undefined : whole(BigInt(`0x${sortable}`) - 1n);
}

function whole(value: bigint): string {
  return value.toString(16).padStart(2 * DIGITS, '0');
}

function hex(text: string): string {
  return pad(text.length <= SAFE_LENGTH ? Number(text) : BigInt(text));
}

function pad(value: bigint | number): string {
  return value.toString(16).padStart(DIGITS, '0');
}

/** A safe number when the first four of the 16 digits are zeros. */
function decimal(text: string): bigint | number {
  return text.startsWith('0000') ? Number.parseInt(text, 16) : BigInt(`0x${text}`);
}
