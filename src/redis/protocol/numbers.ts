/** Numbers as Redis reads and writes them: 64-bit integers without ornament, and doubles with 17 digits. */

export const INT64_MIN: bigint = -(2n ** 63n);
export const INT64_MAX: bigint = 2n ** 63n - 1n;

/** Sixteen digits always fit into 53 bits. */
const SAFE_DIGITS = 15;

/**
 * A 64-bit integer in its only spelling: no plus sign, spaces, leading zeros or `-0`. A safe integer is a number,
 * any other a bigint. Undefined for everything else.
 */
export function parseInt64(text: string): number | bigint | undefined {
  if (!/^(?:0|-?[1-9]\d{0,18})$/.test(text)) return undefined;
  if (text.length <= SAFE_DIGITS) return Number(text);
  const value = BigInt(text);
  if (value < INT64_MIN || value > INT64_MAX) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** A safe integer in Redis's spelling. Larger ones are undefined, too. */
export function parseSafeInteger(text: string): number | undefined {
  const value = parseInt64(text);
  return typeof value === 'number' ? value : undefined;
}

/** A double as `readDouble` reads it. Undefined also for a number that is too large or too small for one. */
export function parseDouble(text: string): number | undefined {
  const value = readDouble(text);
  if (value === 0) return isUnderflow(text) ? undefined : value;
  return value === undefined || Number.isFinite(value) || /inf/i.test(text) ? value : undefined;
}

/**
 * A double as C's strtod reads the whole text: decimal, exponent, hexadecimal, `inf`. Numbers that are too large become
 * infinite, numbers that are too small 0. Undefined for NaN and the rest.
 */
export function readDouble(text: string): number | undefined {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return Number(text);
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  const hex = /^([+-]?)0x([\da-f]*)\.?([\da-f]*)(?:p([+-]?\d+))?$/i.exec(text);
  if (hex === null || `${hex[2]}${hex[3]}` === '') return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = hex;
  const digits = Number(BigInt(`0x${whole}${fraction}`));
  const magnitude = digits === 0 ? 0 : scaled(digits, Number(exponent) - 4 * fraction.length);
  return sign === '-' ? -magnitude : magnitude;
}

/** `digits * 2 ** exponent`, also where the power alone is out of range. */
function scaled(digits: number, exponent: number): number {
  const bounded = Math.max(-4096, Math.min(4096, exponent));
  const half = Math.trunc(bounded / 2);
  return digits * 2 ** half * 2 ** (bounded - half);
}

/** Whether a text that reads as 0 has other digits than 0. */
function isUnderflow(text: string): boolean {
  return /^[+-]?0x/i.test(text) ? /x[^p]*[1-9a-f]/i.test(text) : /^[^e]*[1-9]/i.test(text);
}

/** As C's `%.17g` writes it: 17 significant digits without trailing zeros; `inf`, `-inf` and `nan` by name. */
export function formatDouble(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return Object.is(value, -0) ? '-0' : String(value);
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const [digits, exponent] = significantDigits(Math.abs(value));
  const sign = value < 0 ? '-' : '';
  if (exponent < -4 || exponent >= 17) {
    const power = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${withPoint(digits, 1)}e${exponent < 0 ? '-' : '+'}${power}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits.replace(/0+$/, '')}`;
  return sign + withPoint(digits, exponent + 1);
}

/** 17 digits, the first is not 0, and the power of ten of the first. A tie is rounded to the even digit, as C does. */
function significantDigits(value: number): readonly [digits: string, exponent: number] {
  // Only such numbers have a decimal form of 18 digits that ends in 5.
  const mayBeTie = Number.isInteger(value * 2 ** TIE_BITS);
  const exact = mayBeTie ? value.toExponential(40) : '';
  const isTieAtEven = /^.{17}[02468]50*e/.test(exact);
  const rounded = isTieAtEven ? `${exact.slice(0, 18)}${exact.slice(exact.indexOf('e'))}` : value.toExponential(16);
  return [rounded[0]! + rounded.slice(2, 18), Number(rounded.slice(19))];
}

/** The most bits after the point that 18 digits can express. */
const TIE_BITS = 25;

/** The digits with a point after so many of them, unless only zeros follow. */
function withPoint(digits: string, before: number): string {
  const fraction = digits.slice(before).replace(/0+$/, '');
  return fraction === '' ? digits.slice(0, before) : `${digits.slice(0, before)}.${fraction}`;
}
