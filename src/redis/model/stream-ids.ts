/**
 * The sortable spelling of a stream id: 16 hexadecimal digits for the milliseconds, and 16 for the sequence. Texts in this
 * spelling sort as the ids do.
 */

const ID_DIGITS = 16;

/** @param id `milliseconds-sequence` in decimal, both below 2^64 */
export function sortableStreamId(id: string): string {
  return id
    .split('-')
    .map((part) => BigInt(part).toString(16).padStart(ID_DIGITS, '0'))
    .join('');
}

/** The id as `milliseconds-sequence`. */
export function plainStreamId(sortable: string): string {
  return `${BigInt(`0x${sortable.slice(0, ID_DIGITS)}`)}-${BigInt(`0x${sortable.slice(ID_DIGITS)}`)}`;
}
