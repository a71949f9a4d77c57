/** LZF decompression, as far as RDB strings use it. Redis compresses; this server writes strings as they are. */

/** Shorter runs than this are copied as they are, and the three top bits of the control byte are zero. */
const LONGEST_LITERAL = 32;

/** The original bytes, which are `length`; undefined if the input does not unpack to exactly that many. */
export function decompress(packed: Uint8Array, length: number): Buffer | undefined {
  // Measured first, so that a wrong length costs no memory.
  if (unpackedLength(packed) !== length) return undefined;
  const out = Buffer.allocUnsafe(length);
  let at = 0;
  let end = 0;
  while (at < packed.length) {
    const control = packed[at]!;
    at += 1;
    if (control < LONGEST_LITERAL) {
      const run = control + 1;
      out.set(packed.subarray(at, at + run), end);
      at += run;
      end += run;
      continue;
    }
    let run = control >> 5;
    if (run === 7) {
      run += packed[at]!;
      at += 1;
    }
    let from = end - ((control & 0x1f) << 8) - packed[at]! - 1;
    at += 1;
    if (from < 0) return undefined;
    // Byte by byte: the copy may overlap its source, and repeats it then.
    for (const stop = end + run + 2; end < stop; end += 1, from += 1) out[end] = out[from]!;
  }
  return out;
}

/** How many bytes come out; -1 if the input ends inside of a run. */
function unpackedLength(packed: Uint8Array): number {
  let at = 0;
  let length = 0;
  while (at < packed.length) {
    const control = packed[at]!;
    if (control < LONGEST_LITERAL) {
      at += control + 2;
      length += control + 1;
    } else {
      const long = control >> 5 === 7;
      length += (control >> 5) + 2 + (long ? (packed[at + 1] ?? 0) : 0);
      at += long ? 3 : 2;
    }
  }
  return at === packed.length ? length : -1;
}
