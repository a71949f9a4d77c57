/** The kind of each event, as one section: little-endian. The number of kinds decides how many bytes an event takes. */

/** @param column the number of the kind of each event */
export function encodeKindColumn(column: Uint32Array, kinds: number): Uint8Array {
  const width = columnWidth(kinds);
  if (width === 1) return Uint8Array.from(column);
  const bytes = Buffer.alloc(column.length * width);
  column.forEach((kind, index) => void bytes.writeUIntLE(kind, index * width, width));
  return bytes;
}

/** The number of the kind of each event, not checked. @throws RangeError when the section has another length */
export function readKindColumn(section: Uint8Array, kinds: number, count: number): ArrayLike<number> {
  const width = columnWidth(kinds);
  if (section.byteLength !== count * width) throw new RangeError('a kind column of another length');
  if (width === 1) return section;
  const bytes = Buffer.from(section.buffer, section.byteOffset, section.byteLength);
  return Uint32Array.from({ length: count }, (_, index) => bytes.readUIntLE(index * width, width));
}

function columnWidth(kinds: number): 1 | 2 | 4 {
  return kinds <= 0x100 ? 1 : kinds <= 0x10000 ? 2 : 4;
}
