/**
 * Sine, cosine and arcsine, rounded correctly.
 *
 * JavaScript leaves the last digit of these functions to the engine, and V8's differs from that of C in one of ten distances.
 * GEOSEARCHSTORE stores distances as scores, so here each digit counts. These functions compute with pairs of doubles, which
 * together have 106 bits. They are meant for angles up to two right angles.
 */

/** A number as the sum of two: the nearest double, and what is missing. */
type Pair = readonly [high: number, low: number];

/** The functions that a distance needs. `Math` has them, too. */
export interface Trigonometry {
  sin(angle: number): number;
  cos(angle: number): number;
  asin(sine: number): number;
}

export const preciseTrigonometry: Trigonometry = {
  sin: (angle) => sine(angle, 0)[0],
  cos: (angle) => sine(angle, 1)[0],
  asin: (sineOfAngle) => {
    const guess = Math.asin(sineOfAngle);
    const cosine = Math.cos(guess);
    if (cosine === 0) return guess;
    // One step of Newton's method doubles the digits that are right.
    const rest = sum([sineOfAngle, 0], negative(sine(guess, 0)));
    return guess + rest[0] / cosine;
  },
};

/** A right angle, in three parts. */
const RIGHT_ANGLE = [1.5707963267948966, 6.123233995736766e-17, -1.4973849048591833e-33] as const;

/** The sine of an angle and so many right angles. */
function sine(angle: number, rightAngles: number): Pair {
  const turns = Math.round(angle / RIGHT_ANGLE[0]);
  let rest: Pair = [angle, 0];
  for (const part of RIGHT_ANGLE) rest = sum(rest, product([part, 0], [-turns, 0]));
  const quarter = (((turns + rightAngles) % 4) + 4) % 4;
  const value = series(rest, quarter % 2 === 0 ? 1 : 0);
  return quarter < 2 ? value : negative(value);
}

const LAST_POWER = 27;

/** 1 divided by the factorial of the index. */
const INVERSE_FACTORIALS: readonly Pair[] = inverseFactorials();

function inverseFactorials(): Pair[] {
  const inverses: Pair[] = [[1, 0]];
  for (let power = 1; power <= LAST_POWER; power++) inverses.push(quotient(inverses.at(-1)!, power));
  return inverses;
}

/** Taylor's series of the sine (its first power is 1), or of the cosine (0). */
function series(angle: Pair, firstPower: 0 | 1): Pair {
  const square = product(angle, angle);
  let value: Pair = [0, 0];
  for (let power = LAST_POWER - 1 + firstPower; power >= firstPower; power -= 2) {
    const isSubtracted = (power - firstPower) % 4 === 2;
    const term = INVERSE_FACTORIALS[power]!;
    value = sum(product(value, square), isSubtracted ? negative(term) : term);
  }
  return firstPower === 1 ? product(value, angle) : value;
}

function negative([high, low]: Pair): Pair {
  return [-high, -low];
}

function sum(a: Pair, b: Pair): Pair {
  const [high, low] = exactSum(a[0], b[0]);
  return exactSum(high, low + a[1] + b[1]);
}

function product(a: Pair, b: Pair): Pair {
  const [high, low] = exactProduct(a[0], b[0]);
  return exactSum(high, low + a[0] * b[1] + a[1] * b[0]);
}

function quotient(dividend: Pair, divisor: number): Pair {
  const high = dividend[0] / divisor;
  const rest = sum(dividend, negative(exactProduct(high, divisor)));
  return exactSum(high, rest[0] / divisor);
}

function exactSum(a: number, b: number): Pair {
  const total = a + b;
  const partOfB = total - a;
  return [total, a - (total - partOfB) + (b - partOfB)];
}

function exactProduct(a: number, b: number): Pair {
  const total = a * b;
  const [aHigh, aLow] = halves(a);
  const [bHigh, bLow] = halves(b);
  return [total, aHigh * bHigh - total + aHigh * bLow + aLow * bHigh + aLow * bLow];
}

/** Two numbers of 26 bits that add up to it. */
function halves(value: number): Pair {
  const scaled = value * (2 ** 27 + 1);
  const high = scaled - (scaled - value);
  return [high, value - high];
}
