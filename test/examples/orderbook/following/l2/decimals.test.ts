import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimalsOf, formatDecimal, parseDecimal } from '../../../../../examples/orderbook/decimals.ts';

const LARGEST = BigInt(Number.MAX_SAFE_INTEGER);

/** A decimal as a fraction of whole numbers: 5.8e-2 is 58 / 1000. */
function fractionOf(text: string): { readonly top: bigint; readonly bottom: bigint } {
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e(.+))?$/i.exec(text)!;
  const power = BigInt(Number(exponent) - fraction.length);
  const digits = BigInt(`${whole}${fraction}`) * (sign === '-' ? -1n : 1n);
  return power < 0n ? { top: digits, bottom: 10n ** -power } : { top: digits * 10n ** power, bottom: 1n };
}

/** What parsing must give, computed with whole numbers of any length. */
function expected(text: string, decimals: number): number | string {
  const { top, bottom } = fractionOf(text);
  const scaled = top * 10n ** BigInt(decimals);
  if (scaled % bottom !== 0n) return 'tooManyDecimals';
  const value = scaled / bottom;
  return value > LARGEST || value < -LARGEST ? 'tooLarge' : Number(value);
}

const digits = (most: number) =>
  fc.string({ unit: fc.constantFrom(...'0000123456789'), minLength: 1, maxLength: most });
const text = fc
  .tuple(
    fc.constantFrom('', '', '-'),
    digits(18),
    fc.option(digits(12), { nil: undefined }),
    fc.option(fc.tuple(fc.constantFrom('e', 'E', 'e+', 'e-'), fc.nat(20)), { nil: undefined, freq: 4 }),
  )
  .map(([sign, whole, fraction, exponent]) => {
    const power = exponent === undefined ? '' : `${exponent[0]}${exponent[1]}`;
    return `${sign}${whole}${fraction === undefined ? '' : `.${fraction}`}${power}`;
  });

describe('a decimal as a whole number', () => {
  test('is what exact arithmetic gives, or what is wrong with it', () => {
    fc.assert(
      fc.property(text, fc.nat(18), (given, decimals) => {
        const value = parseDecimal(given, decimals);
        expect(value).toBe(expected(given, decimals));
        expect(Object.is(value, -0)).toBe(false);
      }),
      { numRuns: 5_000 },
    );
  });

  test.each([
    ['579.85', 4, 5_798_500],
    ['-0.0580', 3, -58],
    ['5.8e-2', 3, 58],
    ['1E-9', 9, 1],
    ['45285.20', 1, 452_852],
    ['007.50', 2, 750],
    ['-0', 2, 0],
    ['-0.00', 2, 0],
    ['0e999', 2, 0],
    ['0.0e-999', 2, 0],
    ['9007199254740991', 0, Number.MAX_SAFE_INTEGER],
    ['90071992547409.91', 2, Number.MAX_SAFE_INTEGER],
    ['-9007199254740991', 0, -Number.MAX_SAFE_INTEGER],
    ['0.000000000000000001', 18, 1],
  ])('%s with %i decimals', (given, decimals, value) => {
    expect(parseDecimal(given, decimals)).toBe(value);
  });

  test.each([
    ['0.001', 2, 'tooManyDecimals'],
    ['1e-3', 2, 'tooManyDecimals'],
    ['9007199254740992', 0, 'tooLarge'],
    ['9007199254740993', 0, 'tooLarge'],
    ['90071992547409.92', 2, 'tooLarge'],
    ['1', 16, 'tooLarge'],
    ['1e300', 2, 'tooLarge'],
  ] as const)('%s with %i decimals is refused', (given, decimals, problem) => {
    expect(parseDecimal(given, decimals)).toBe(problem);
  });

  const others = [
    '',
    '-',
    '.',
    '1.',
    '.5',
    '+1',
    ' 1',
    '1 ',
    '1,5',
    '0x10',
    '1_000',
    '1.2.3',
    '--1',
    '1e',
    'e5',
    '1e5000',
  ];
  test.each([...others, 'NaN', '٣'])('%j is not a decimal', (given) => {
    expect(parseDecimal(given, 2)).toBe('noDecimal');
  });

  test('is shown as it was, without zeros at its end', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }), fc.nat(18), (value, decimals) => {
        const shown = formatDecimal(value, decimals);
        const { top, bottom } = fractionOf(shown);
        expect(top * 10n ** BigInt(decimals)).toBe(value * bottom);
        expect(shown).toMatch(/^-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/);
        if (value <= LARGEST && value >= -LARGEST) expect(parseDecimal(shown, decimals)).toBe(Number(value));
      }),
    );
  });
});

test.each([
  ['579.85', 2],
  ['0.10000000', 8],
  ['7', 0],
  ['5.8e-2', 3],
  ['58e1', 0],
  ['1.25e1', 1],
  ['x', undefined],
])('%s has %s decimals', (given, decimals) => {
  expect(decimalsOf(given)).toBe(decimals);
});
