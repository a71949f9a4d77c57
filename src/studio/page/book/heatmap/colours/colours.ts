/**
 * Which colour a quantity has: by the logarithm, between a floor and a ceiling. Pixels and legend both take it from `colourOf`.
 *
 * A table answers it, because a picture asks a million times. Its index is the first 17 bits of the quantity as a 32-bit float: its
 * exponent and eight bits more, which is finer than a step of the palette.
 */
import { PALETTE_STEPS, type Rgb } from './palette.ts';

/** Quantities below the floor look like the floor, and above the ceiling like the ceiling. */
export interface ColourRange {
  readonly floor: number;
  readonly ceiling: number;
}

/** Pixels as a canvas keeps them, by the first bits of the quantity. */
export type Inks = Uint32Array;

const TABLE_SHIFT = 15;
const TABLE_SIZE = 2 ** (31 - TABLE_SHIFT);
const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);

/** The step of the palette, from 0. */
export function stepOf(quantity: number, { floor, ceiling }: ColourRange): number {
  if (!(quantity > floor)) return 0;
  if (quantity >= ceiling) return PALETTE_STEPS - 1;
  return Math.floor((Math.log(quantity / floor) / Math.log(ceiling / floor)) * (PALETTE_STEPS - 1));
}

/** The table of all quantities for a palette and a range. */
export function inksOf(palette: readonly Rgb[], range: ColourRange): Inks {
  const shades = palette.map(pixelOf);
  return Uint32Array.from({ length: TABLE_SIZE }, (_, bits) => {
    singleBits[0] = bits << TABLE_SHIFT;
    return shades[stepOf(single[0]!, range)]!;
  });
}

/** The pixel of a quantity that is 0 or more. */
export function colourOf(quantity: number, inks: Inks): number {
  single[0] = quantity;
  return inks[singleBits[0]! >>> TABLE_SHIFT]!;
}

/** Where the bits of a quantity are cut off for the table. */
export const INK_SHIFT: number = TABLE_SHIFT;

/** A colour as one number of an ImageData: little-endian, as every browser has it. */
export function pixelOf([red, green, blue]: Rgb): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

const NICE = [1, 2, 5];

/**
 * A range that fits quantities: floor and ceiling are a round number below most of them, and above nearly all.
 * Many are small: means of what rested for a part of their column only.
 *
 * @param quantities in any order; they are sorted in place
 */
export function rangeFor(quantities: Float32Array): ColourRange {
  if (quantities.length === 0) return { floor: 1, ceiling: 1_000 };
  quantities.sort();
  const at = (share: number): number => quantities[Math.round((quantities.length - 1) * share)]!;
  const floor = roundDown(at(0.3));
  return { floor, ceiling: Math.max(roundUp(at(0.995)), floor * 10) };
}

function roundDown(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * NICE.findLast((digit) => digit * power <= value * (1 + 1e-9))!;
}

function roundUp(value: number): number {
  const below = roundDown(value);
  return below * (1 + 1e-6) >= value ? below : roundDown(below * 2.5);
}
