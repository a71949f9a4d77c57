/** CRC-64 with the polynomial of Jones, reflected, as RDB files and DUMP payloads end with. */

/** The polynomial 0xad93d23594c935a9 with its bits reversed, in two halves. */
const HIGH = 0x95ac9329;
const LOW = 0xac4bc9b5;

/** Slices of four bytes are looked up at once; table `n` is for a byte that `n` more bytes follow. */
const SLICES = 4;
const highs = new Uint32Array(SLICES * 256);
const lows = new Uint32Array(SLICES * 256);
fillTables();

/** The checksum of the bytes, continued from that of the bytes before them. */
export function crc64(bytes: Uint8Array, before = 0n): bigint {
  let high = Number(before >> 32n) >>> 0;
  let low = Number(before & 0xffff_ffffn) >>> 0;
  let at = 0;
  for (const end = bytes.length - (SLICES - 1); at < end; at += SLICES) {
    const first = 768 + ((low ^ bytes[at]!) & 0xff);
    const second = 512 + (((low >>> 8) ^ bytes[at + 1]!) & 0xff);
    const third = 256 + (((low >>> 16) ^ bytes[at + 2]!) & 0xff);
    const fourth = (low >>> 24) ^ bytes[at + 3]!;
    low = high ^ lows[first]! ^ lows[second]! ^ lows[third]! ^ lows[fourth]!;
    high = highs[first]! ^ highs[second]! ^ highs[third]! ^ highs[fourth]!;
  }
  for (; at < bytes.length; at += 1) {
    const index = (low ^ bytes[at]!) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ lows[index]!;
    high = (high >>> 8) ^ highs[index]!;
  }
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

function fillTables(): void {
  for (let byte = 0; byte < 256; byte += 1) {
    let high = 0;
    let low = byte;
    for (let bit = 0; bit < 8; bit += 1) {
      const odd = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (odd === 1) {
        low ^= LOW;
        high ^= HIGH;
      }
    }
    highs[byte] = high;
    lows[byte] = low;
  }
  for (let entry = 256; entry < SLICES * 256; entry += 1) {
    const high = highs[entry - 256]!;
    const low = lows[entry - 256]!;
    lows[entry] = ((low >>> 8) | (high << 24)) ^ lows[low & 0xff]!;
    highs[entry] = (high >>> 8) ^ highs[low & 0xff]!;
  }
}
