/**
 * Decimals as exact whole numbers: 579.85 with four decimals is 5798500, and is shown as 579.85 again.
 *
 * Nothing here goes through a floating-point number.
 */

/** More decimals than this no feed has. */
export const MAX_DECIMALS = 18;

/** How a decimal could not be read. */
export type DecimalProblem = 'noDecimal' | 'tooManyDecimals' | 'tooLarge';

/**
 * The whole number that a text such as `-0.0580` or `5.8e-2` is with so many decimals. Zeros beyond them are left out.
 *
 * @returns a safe integer, or what is wrong with the text
 */
export function parseDecimal(text: string, decimals: number): number | DecimalProblem {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text);
  if (parts === null) return 'noDecimal';
  const [, sign, whole = '', given = '', exponent = '0'] = parts;
  const shift = decimals + Number(exponent);
  const digits = whole + given;
  // Where the point is moved to, counted from the first digit.
  const point = whole.length + shift;
  if (/[1-9]/.test(digits.slice(Math.max(point, 0)))) return 'tooManyDecimals';
  const value =
    Number(digits.slice(0, Math.max(point, 0)).replace(/^0+/, '') || '0') * 10 ** Math.max(point - digits.length, 0);
  if (!Number.isSafeInteger(value)) return 'tooLarge';
  return sign === '-' && value !== 0 ? -value : value;
}

/** The decimal of a whole number, without zeros at its end: `579.85`. */
export function formatDecimal(value: number | bigint, decimals: number): string {
  const digits = String(value < 0 ? -BigInt(value) : value).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = (decimals === 0 ? '' : digits.slice(-decimals)).replace(/0+$/, '');
  return `${value < 0 ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}
