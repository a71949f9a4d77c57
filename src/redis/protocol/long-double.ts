/**
 * Arithmetic as C's `long double` does it on x86: 64 bits of precision, 15 bits of exponent. INCRBYFLOAT and HINCRBYFLOAT
 * answer with such numbers, written with up to 17 digits after the point.
 *
 * A number is `mantissa × 2^exponent`, with a mantissa of at most 64 bits. All arithmetic is exact before it is rounded, to
 * the nearest number, and to the even one of two.
 */

export interface LongDouble {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const PRECISION = 64;
/** The weight of the last bit of the smallest numbers. */
const SMALLEST_EXPONENT = -16_445;
/** Numbers from 2^16384 on are infinite. */
const LIMIT_BITS = 16_384;
/** Longer texts are not numbers to Redis. */
const MAX_CHARACTERS = 5 * 1024 - 1;
/** Powers of ten beyond this are zero or infinite, whatever the digits. */
const LARGEST_POWER = 5_000;
/** Digits after the point. */
const FRACTION_DIGITS = 17;

/**
 * A number as C's strtold reads the whole text: decimal or hexadecimal. Infinities are words. Undefined for what is not a
 * number, NaN included, and for numbers that are too large or too small.
 */
export function parseLongDouble(text: string): LongDouble | 'inf' | '-inf' | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  const word = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (word !== null) return word[1] === '-' ? '-inf' : 'inf';
  const exact = exactDecimal(text) ?? exactHexadecimal(text);
  if (exact === undefined) return undefined;
  const { numerator, denominator } = exact;
  const value = roundQuotient(numerator, denominator);
  return value === undefined || (value.mantissa === 0n && numerator !== 0n) ? undefined : value;
}

/** The sum; undefined when it is infinite. */
export function addLongDoubles(a: LongDouble, b: LongDouble): LongDouble | undefined {
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = (a.mantissa << BigInt(a.exponent - exponent)) + (b.mantissa << BigInt(b.exponent - exponent));
  return roundScaled(sum, exponent);
}

/** As C's `%.17Lf` writes it, without zeros at the end. */
export function formatLongDouble({ mantissa, exponent }: LongDouble): string {
  const scaled = magnitude(mantissa) * 10n ** BigInt(FRACTION_DIGITS);
  const units = exponent >= 0 ? scaled << BigInt(exponent) : divideToEven(scaled, 1n << BigInt(-exponent));
  const digits = units.toString().padStart(FRACTION_DIGITS + 1, '0');
  const fraction = digits.slice(-FRACTION_DIGITS).replace(/0+$/, '');
  const whole = digits.slice(0, -FRACTION_DIGITS);
  const text = fraction === '' ? whole : `${whole}.${fraction}`;
  return mantissa < 0n && text !== '0' ? `-${text}` : text;
}

interface Quotient {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const INFINITE: Quotient = { numerator: 1n << BigInt(LIMIT_BITS), denominator: 1n };
/** Not zero, but rounded to it. */
const TINY: Quotient = { numerator: 1n, denominator: 1n << BigInt(2 - 2 * SMALLEST_EXPONENT) };

function exactDecimal(text: string): Quotient | undefined {
  const parts = /^([+-]?)(?:(\d+)\.?(\d*)|\.(\d+))(?:e([+-]?\d+))?$/i.exec(text);
  if (parts === null) return undefined;
  const [, sign, whole = '', decimals = '', onlyDecimals = '', power = '0'] = parts;
  const fraction = decimals + onlyDecimals;
  const digits = BigInt(`${whole}${fraction}`);
  if (digits === 0n) return { numerator: 0n, denominator: 1n };
  const numerator = sign === '-' ? -digits : digits;
  const exponent = Number(power) - fraction.length;
  const length = digits.toString().length;
  if (exponent + length > LARGEST_POWER) return INFINITE;
  if (exponent + length < -LARGEST_POWER) return TINY;
  return exponent >= 0
    ? { numerator: numerator * 10n ** BigInt(exponent), denominator: 1n }
    : { numerator, denominator: 10n ** BigInt(-exponent) };
}

function exactHexadecimal(text: string): Quotient | undefined {
  const parts = /^([+-]?)0x([\da-f]*)\.?([\da-f]*)(?:p([+-]?\d+))?$/i.exec(text);
  if (parts === null || `${parts[2]}${parts[3]}` === '') return undefined;
  const [, sign, whole = '', fraction = '', power = '0'] = parts;
  const digits = BigInt(`0x${whole}${fraction}`);
  if (digits === 0n) return { numerator: 0n, denominator: 1n };
  const numerator = sign === '-' ? -digits : digits;
  const exponent = Number(power) - 4 * fraction.length;
  if (exponent + bitLength(digits) > LIMIT_BITS) return INFINITE;
  if (exponent + bitLength(digits) < SMALLEST_EXPONENT - 1) return TINY;
  return exponent >= 0
    ? { numerator: numerator << BigInt(exponent), denominator: 1n }
    : { numerator, denominator: 1n << BigInt(-exponent) };
}

function roundQuotient(numerator: bigint, denominator: bigint): LongDouble | undefined {
  if (numerator === 0n) return { mantissa: 0n, exponent: 0 };
  // A first guess of the exponent may be one too small: then the mantissa has 65 bits, and is rounded from the start.
  let exponent = bitLength(numerator) - bitLength(denominator) - PRECISION;
  for (;;) {
    exponent = Math.max(exponent, SMALLEST_EXPONENT);
    const [over, under] = exponent >= 0 ? [0, exponent] : [-exponent, 0];
    const size = divideToEven(magnitude(numerator) << BigInt(over), denominator << BigInt(under));
    if (bitLength(size) > PRECISION) {
      exponent++;
      continue;
    }
    if (bitLength(size) + exponent > LIMIT_BITS) return undefined;
    return { mantissa: numerator < 0n ? -size : size, exponent };
  }
}

function roundScaled(mantissa: bigint, exponent: number): LongDouble | undefined {
  return exponent >= 0
    ? roundQuotient(mantissa << BigInt(exponent), 1n)
    : roundQuotient(mantissa, 1n << BigInt(-exponent));
}

/** The nearest whole number to a quotient of positive numbers, and the even one of two. */
function divideToEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = 2n * (numerator - quotient * denominator);
  if (twice > denominator || (twice === denominator && quotient % 2n === 1n)) return quotient + 1n;
  return quotient;
}

function bitLength(value: bigint): number {
  return value === 0n ? 0 : magnitude(value).toString(2).length;
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
