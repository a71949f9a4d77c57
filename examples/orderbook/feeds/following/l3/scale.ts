/**
 * How many decimals the prices and sizes of a symbol have in the book, chosen by its first row.
 *
 * A row tells how large its numbers are, and no row tells how many decimals later ones have. So there are as many as the
 * row has, or more: up to eight, as long as there is room for prices a million times as large, and sizes a thousand times.
 * Real books have offers that far away. A decimal is shown without zeros at its end. Only the first row counts, so that a file that was cut has the scale
 * of the whole file.
 */
import { decimalsOf, decimalsThatFit, MAX_DECIMALS } from '../../../decimals.ts';

const ROOMY = 8;
const PRICE_GROWTH = 1_000_000;
const SIZE_GROWTH = 1_000;

export function priceDecimalsFor(text: string): number {
  return decimalsFor(text, PRICE_GROWTH);
}

export function sizeDecimalsFor(text: string): number {
  return decimalsFor(text, SIZE_GROWTH);
}

function decimalsFor(text: string, growth: number): number {
  const written = decimalsOf(text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')) ?? 0;
  const roomy = decimalsThatFit(Math.abs(Number(text)) * growth, ROOMY);
  return Math.min(Math.max(roomy, written), MAX_DECIMALS);
}
