/** MurmurHash64A, a public-domain hash by Austin Appleby, in 32-bit arithmetic. */

/** A number of 64 bits in two halves of 32. */
export interface Halves {
  high: number;
  low: number;
}

const MULTIPLIER: Halves = { high: 0xc6a4a793, low: 0x5bd1e995 };

/** The hash of latin1 text with Redis's seed. The halves are signed numbers. */
export function murmur64(text: string): Halves {
  const { length } = text;
  const hash = multiplied({ high: 0, low: length });
  hash.low ^= 0xadc83b19;
  const blocks = length - (length % 8);
  for (let at = 0; at < blocks; at += 8) {
    const block = multiplied(shifted(multiplied({ high: fourBytes(text, at + 4), low: fourBytes(text, at) })));
    hash.high ^= block.high;
    hash.low ^= block.low;
    multiply(hash);
  }
  if (length > blocks) {
    hash.high ^= fourBytes(text, blocks + 4);
    hash.low ^= fourBytes(text, blocks);
    multiply(hash);
  }
  return shifted(multiplied(shifted(hash)));
}

/** Little-endian. Bytes beyond the end are 0. */
function fourBytes(text: string, at: number): number {
  return byteAt(text, at) | (byteAt(text, at + 1) << 8) | (byteAt(text, at + 2) << 16) | (byteAt(text, at + 3) << 24);
}

function byteAt(text: string, at: number): number {
  return at < text.length ? text.charCodeAt(at) : 0;
}

/** Mixes the highest bits into the lowest: `hash ^ (hash >>> 47)`. */
function shifted(hash: Halves): Halves {
  hash.low ^= hash.high >>> 15;
  return hash;
}

function multiplied(value: Halves): Halves {
  multiply(value);
  return value;
}

/** Multiplies by the constant, modulo 2^64. Products of 16 bits fit a double exactly. */
function multiply(value: Halves): void {
  const { high, low } = value;
  const [low0, low1] = [low & 0xffff, low >>> 16];
  const [by0, by1] = [MULTIPLIER.low & 0xffff, MULTIPLIER.low >>> 16];
  const lowest = low0 * by0;
  const middle = low0 * by1 + low1 * by0 + (lowest >>> 16);
  value.low = (middle << 16) | (lowest & 0xffff);
  const carried = low1 * by1 + Math.floor(middle / 2 ** 16);
  value.high = (carried + Math.imul(high, MULTIPLIER.low) + Math.imul(low, MULTIPLIER.high)) | 0;
}
