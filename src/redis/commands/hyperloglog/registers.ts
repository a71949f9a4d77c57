/**
 * What a HyperLogLog is made of: 2^14 registers, each with the longest run of zeros seen in the hashes that belong to it.
 *
 * From them the number of different elements is estimated, as Otmar Ertl describes in "New cardinality estimation algorithms
 * for HyperLogLog sketches" (2017).
 */
import { murmur64 } from './murmur.ts';

const INDEX_BITS = 14;
export const REGISTERS: number = 2 ** INDEX_BITS;
/** A run of zeros has at most so many bits, and a register counts one more. */
const RUN_BITS = 64 - INDEX_BITS;
/** 1 / (2 ln 2) */
const ALPHA = 0.7213475204444817;

/** To which register an element belongs, and what it counts there: from 1 to 51. */
export function placeOfElement(element: string): { readonly index: number; readonly count: number } {
  const { high, low } = murmur64(element);
  const [restHigh, restLow] = [high >>> INDEX_BITS, (low >>> INDEX_BITS) | (high << (32 - INDEX_BITS))];
  const zeros = restLow === 0 ? 32 + trailingZeros(restHigh) : trailingZeros(restLow);
  return { index: low & (REGISTERS - 1), count: Math.min(RUN_BITS, zeros) + 1 };
}

/** 32 for 0. */
function trailingZeros(bits: number): number {
  return bits === 0 ? 32 : 31 - Math.clz32(bits & -bits);
}

/** The estimated number of elements. @param histogram how many registers have each count, from 0 to 63 */
export function estimate(histogram: readonly number[]): number {
  let sum = REGISTERS * tau((REGISTERS - histogram[RUN_BITS + 1]!) / REGISTERS);
  for (let count = RUN_BITS; count >= 1; count--) sum = (sum + histogram[count]!) * 0.5;
  sum += REGISTERS * sigma(histogram[0]! / REGISTERS);
  return Math.round((ALPHA * REGISTERS * REGISTERS) / sum);
}

/** The histogram of counts, one for each register. */
export function histogramOf(counts: Uint8Array): number[] {
  const histogram = new Array<number>(64).fill(0);
  for (let index = 0; index < counts.length; index++) histogram[counts[index]!]!++;
  return histogram;
}

function sigma(start: number): number {
  if (start === 1) return Infinity;
  let [x, y, sum] = [start, 1, start];
  for (;;) {
    x *= x;
    const before = sum;
    sum += x * y;
    y += y;
    if (sum === before) return sum;
  }
}

function tau(start: number): number {
  if (start === 0 || start === 1) return 0;
  let [x, y, sum] = [start, 1, 1 - start];
  for (;;) {
    x = Math.sqrt(x);
    const before = sum;
    y *= 0.5;
    sum -= (1 - x) ** 2 * y;
    if (sum === before) return sum / 3;
  }
}
