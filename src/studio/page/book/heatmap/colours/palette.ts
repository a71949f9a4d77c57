/**
 * Colours of a heatmap: 256 steps whose lightness rises with the quantity on dark ground, and falls on light ground. Pure.
 *
 * None of them is amber, which means now. Cividis is for eyes that do not tell red from green: it looks the same to them.
 */

export type Rgb = readonly [red: number, green: number, blue: number];
export type Ground = 'dark' | 'light';
export type Eyes = 'usual' | 'blue-orange';

export const PALETTE_STEPS = 256;

const ICE = ['#172437', '#1b3c5c', '#215981', '#2d7a9b', '#4c9cab', '#80bdb8', '#b9dac9', '#f0f6e8'];
const INK = ['#e6eeee', '#bddce0', '#8fc3cd', '#62a5b8', '#3f83a0', '#2a6185', '#1d4066', '#0e1d3c'];
/** Cividis of Nuñez, Anderton and Renslow (2018), at equal distances. */
const CIVIDIS = [
  ...['#00224e', '#123570', '#3b496c', '#575d6d', '#707173'],
  ...['#8a8678', '#a59c74', '#c3b369', '#e1cc55', '#fee838'],
];

/** From the smallest quantity to the largest. */
export function paletteOf(ground: Ground, eyes: Eyes): readonly Rgb[] {
  if (eyes === 'usual') return blended(ground === 'dark' ? ICE : INK);
  return blended(ground === 'dark' ? CIVIDIS : CIVIDIS.toReversed());
}

function blended(colours: readonly string[]): readonly Rgb[] {
  const anchors = colours.map(rgbOf);
  return Array.from({ length: PALETTE_STEPS }, (_, step) => {
    const along = (step / (PALETTE_STEPS - 1)) * (anchors.length - 1);
    const before = Math.min(Math.floor(along), anchors.length - 2);
    const [one, other] = [anchors[before]!, anchors[before + 1]!];
    const mix = (channel: 0 | 1 | 2): number =>
      Math.round(one[channel] + (other[channel] - one[channel]) * (along - before));
    return [mix(0), mix(1), mix(2)];
  });
}

/** `#3fb68b` */
export function rgbOf(colour: string): Rgb {
  const value = Number.parseInt(colour.slice(1, 7), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** How bright a colour is, from 0 to 1, as WCAG defines it. */
export function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

/** How well two colours are told apart, from 1 to 21, as WCAG defines it. */
export function contrast(one: Rgb, other: Rgb): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter! + 0.05) / (darker! + 0.05);
}
