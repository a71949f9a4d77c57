/**
 * Decimals as exact whole numbers: 579.85 with four decimals is 5798500, and is shown as 579.85 again.
 *
 * Nothing here goes through a floating-point number that is not a whole one.
 */

/** More decimals than this no feed has. */
export const MAX_DECIMALS = 18;

/** How a decimal could not be read. */
export type DecimalProblem = 'noDecimal' | 'tooManyDecimals' | 'tooLarge';

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

/** 10 to the power of 0 to 18. Up to 10^22 a floating-point number holds them exactly. */
const POWERS: readonly number[] = Array.from({ length: MAX_DECIMALS + 1 }, (_, power) => 10 ** power);

/**
 * The whole number that a text such as `-0.0580` or `5.8e-2` is with so many decimals. Zeros beyond them are left out.
 *
 * @param decimals 0 to 18
 * @returns a safe integer, or what is wrong with the text
 */
export function parseDecimal(text: string, decimals: number): number | DecimalProblem {
  return parsePlain(text, decimals) ?? parseAny(text, decimals);
}

/** How many decimals a text has, zeros at its end among them; `5.8e-2` has three. Undefined if it is not a decimal. */
export function decimalsOf(text: string): number | undefined {
  const parts = DECIMAL.exec(text);
  return parts === null ? undefined : Math.max((parts[3] ?? '').length - Number(parts[4] ?? 0), 0);
}

/** The most decimals, up to `most`, with which a number as large as this one is a safe integer. */
export function decimalsThatFit(largest: number, most: number): number {
  let decimals = most;
  while (decimals > 0 && largest * 10 ** decimals > Number.MAX_SAFE_INTEGER) decimals--;
  return decimals;
}

/** The decimal of a whole number, without zeros at its end: `579.85`. */
export function formatDecimal(value: number | bigint, decimals: number): string {
  const digits = String(value < 0 ? -BigInt(value) : value).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = (decimals === 0 ? '' : digits.slice(-decimals)).replace(/0+$/, '');
  return `${value < 0 ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/**
 * The texts that feeds are full of, ten times as fast: up to 17 characters, no exponent, no more decimals than asked
 * for. Undefined for all others, and for what is wrong.
 */
function parsePlain(text: string, decimals: number): number | undefined {
  const { length } = text;
  const start = text.charCodeAt(0) === 0x2d ? 1 : 0;
  if (length === start || length > 17) return undefined;
  let value = 0;
  let point = length;
  for (let index = start; index < length; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (digit >= 0 && digit <= 9) value = value * 10 + digit;
    else if (digit === -2 && point === length && index > start && index < length - 1) point = index;
    else return undefined;
  }
  const given = point === length ? 0 : length - 1 - point;
  if (given > decimals) return undefined;
  // Both factors are exact, because a digit too many makes the product too large.
  const scaled = value * POWERS[decimals - given]!;
  if (scaled > Number.MAX_SAFE_INTEGER) return undefined;
  return start === 0 || scaled === 0 ? scaled : -scaled;
}

function parseAny(text: string, decimals: number): number | DecimalProblem {
  const parts = DECIMAL.exec(text);
  if (parts === null) return 'noDecimal';
  const [, sign, whole = '', given = '', exponent = '0'] = parts;
  const digits = whole + given;
  // Where the point is moved to, counted from the first digit.
  const point = whole.length + decimals + Number(exponent);
  if (/[1-9]/.test(digits.slice(Math.max(point, 0)))) return 'tooManyDecimals';
  const significant = digits.slice(0, Math.max(point, 0)).replace(/^0+/, '');
  if (significant === '') return 0;
  const value = Number(significant) * 10 ** Math.max(point - digits.length, 0);
  if (!Number.isSafeInteger(value)) return 'tooLarge';
  return sign === '-' ? -value : value;
}
