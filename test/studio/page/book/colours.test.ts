/** Colours: lightness rises with the quantity, and a quantity has one colour wherever it is drawn. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  colourOf,
  inksOf,
  pixelOf,
  rangeFor,
  stepOf,
} from '../../../../src/studio/page/book/heatmap/colours/colours.ts';
import { domainOf, moved, shareOf } from '../../../../src/studio/page/book/heatmap/colours/legend-scale.ts';
import {
  contrast,
  type Eyes,
  type Ground,
  luminance,
  PALETTE_STEPS,
  paletteOf,
  type Rgb,
  rgbOf,
} from '../../../../src/studio/page/book/heatmap/colours/palette.ts';

const KINDS: readonly (readonly [Ground, Eyes])[] = [
  ['dark', 'usual'],
  ['light', 'usual'],
  ['dark', 'blue-orange'],
  ['light', 'blue-orange'],
];

/** The tokens of a theme, with those for other eyes over them. */
function tokens(ground: Ground, eyes: Eyes): ReadonlyMap<string, string> {
  const css = readFileSync(new URL('../../../../src/studio/page/base/tokens.css', import.meta.url), 'utf8');
  const blocks = [`:root[data-theme="${ground}"]`];
  if (eyes === 'blue-orange') blocks.push(`:root[data-eyes="${eyes}"]`);
  if (eyes === 'blue-orange' && ground === 'light') blocks.push(`:root[data-theme="light"][data-eyes="${eyes}"]`);
  const found = blocks.flatMap((selector) => {
    const block = css.slice(css.indexOf(`\n${selector} {`)).split('}')[0]!;
    return [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6,8});/g)].map(([, name, value]) => [name!, value!] as const);
  });
  return new Map(found);
}

/** Colours that are not lighter than the one before; with -1, not darker. */
function falls(palette: readonly Rgb[], sign: 1 | -1): readonly Rgb[] {
  return palette.slice(1).filter((colour, n) => sign * (luminance(colour) - luminance(palette[n]!)) <= 0);
}

describe.each(KINDS)('the palette of %s ground and %s eyes', (ground, eyes) => {
  const palette = paletteOf(ground, eyes);

  test(`has ${PALETTE_STEPS} steps`, () => {
    expect(palette).toHaveLength(PALETTE_STEPS);
  });

  test(`becomes ${ground === 'dark' ? 'lighter' : 'darker'} with each step`, () => {
    expect(falls(palette, ground === 'dark' ? 1 : -1)).toEqual([]);
  });

  test('is told from the ground at both ends', () => {
    const own = rgbOf(tokens(ground, eyes).get('ground')!);
    expect(contrast(palette[0]!, own)).toBeGreaterThan(1.1);
    expect(contrast(palette.at(-1)!, own)).toBeGreaterThan(10);
  });

  test.each(['bid', 'ask', 'now', 'text'])('has the line of %s told from its casing', (name) => {
    const own = tokens(ground, eyes);
    expect(contrast(rgbOf(own.get(name)!), rgbOf(own.get('ground')!))).toBeGreaterThanOrEqual(4.5);
  });
});

const READ = ['text', 'muted', 'now', 'bid', 'ask'];
const GROUNDS = ['ground', 'surface', 'hover', 'now-ground'];
/** As in tokens.css. */
const BAR_OPACITY = 0.12;

/** A colour that lies over another one. */
function over(colour: Rgb, behind: Rgb, opacity: number): Rgb {
  const mix = (channel: 0 | 1 | 2): number => colour[channel] * opacity + behind[channel] * (1 - opacity);
  return [mix(0), mix(1), mix(2)];
}

/** What a token looks like on the surface of a pane. */
function onSurface(own: ReadonlyMap<string, string>, name: string): Rgb {
  const token = own.get(name)!;
  const opacity = token.length > 7 ? Number.parseInt(token.slice(7), 16) / 255 : 1;
  return over(rgbOf(token), rgbOf(own.get('surface')!), opacity);
}

describe.each(KINDS)('the tokens of %s ground and %s eyes', (ground, eyes) => {
  const own = tokens(ground, eyes);
  test.each(READ.flatMap((name) => GROUNDS.map((behind) => [name, behind] as const)))(
    'let %s be read on %s',
    (name, behind) => {
      expect(contrast(rgbOf(own.get(name)!), onSurface(own, behind))).toBeGreaterThanOrEqual(4.5);
    },
  );

  test.each(['bid', 'ask'])('let what stands on the bar of %s be read', (side) => {
    const surface = rgbOf(own.get('surface')!);
    const bar = (opacity: number): Rgb => over(rgbOf(own.get(side)!), surface, opacity);
    for (const name of [side, 'text'])
      expect(contrast(rgbOf(own.get(name)!), bar(BAR_OPACITY))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(rgbOf(own.get('now')!), bar(BAR_OPACITY / 2))).toBeGreaterThanOrEqual(4.5);
  });

  test('have an amber that is told from bid and ask', () => {
    const hues = ['bid', 'ask'].map((side) => Math.abs(hueOf(own.get(side)!) - hueOf(own.get('now')!)));
    expect(Math.min(...hues)).toBeGreaterThan(14);
  });
});

/** In degrees. */
function hueOf(colour: string): number {
  const [red, green, blue] = rgbOf(colour);
  const [least, most] = [Math.min(red, green, blue), Math.max(red, green, blue)];
  const turn =
    most === red
      ? (green - blue) / (most - least)
      : most === green
        ? 2 + (blue - red) / (most - least)
        : 4 + (red - green) / (most - least);
  return (turn * 60 + 360) % 360;
}

test('the colour of hairlines would not be readable text: the check tells it', () => {
  const own = tokens('dark', 'usual');
  expect(contrast(rgbOf(own.get('line')!), rgbOf(own.get('ground')!))).toBeLessThan(4.5);
});

describe('a palette that is not monotonic', () => {
  test('would be found', () => {
    const palette = paletteOf('dark', 'usual');
    expect(falls(palette.toReversed(), 1)).toHaveLength(PALETTE_STEPS - 1);
    expect(falls([...palette.slice(0, 9), palette[7]!, ...palette.slice(10)], 1)).toEqual([palette[7]]);
  });
});

describe('the step of a quantity', () => {
  const range = { floor: 10, ceiling: 1_000 };

  test.each([
    ['nothing', 0, 0],
    ['less than the floor', 9.9, 0],
    ['the floor', 10, 0],
    ['the middle by the logarithm', 100.001, 127],
    ['just below the ceiling', 999.9, 254],
    ['the ceiling', 1_000, 255],
    ['more than the ceiling', 1e9, 255],
    ['not a number', Number.NaN, 0],
  ])('of %s', (_what, quantity, step) => {
    expect(stepOf(quantity, range)).toBe(step);
  });

  test('never falls when the quantity rises, also through the table', () => {
    const inks = inksOf(
      Array.from({ length: PALETTE_STEPS }, (_, n) => [n, 0, 0] as const),
      range,
    );
    const amount = fc.double({ min: 0, max: 1e5, noNaN: true });
    fc.assert(
      fc.property(amount, amount, (one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        expect(stepOf(less, range)).toBeLessThanOrEqual(stepOf(more, range));
        expect(colourOf(less, inks) & 255).toBeLessThanOrEqual(colourOf(more, inks) & 255);
      }),
    );
  });

  test('is in the table to within a step', () => {
    const inks = inksOf(
      Array.from({ length: PALETTE_STEPS }, (_, n) => [n, 0, 0] as const),
      range,
    );
    for (let quantity = 0.5; quantity < 5_000; quantity *= 1.003)
      expect(Math.abs((colourOf(quantity, inks) & 255) - stepOf(quantity, range))).toBeLessThanOrEqual(1);
  });
});

test('a pixel is red, green, blue and full', () => {
  const pixel = new Uint8Array(Uint32Array.of(pixelOf([1, 2, 3])).buffer);
  expect([...pixel]).toEqual([1, 2, 3, 255]);
});

describe('the range of colours', () => {
  test.each([
    ['nothing', [], { floor: 1, ceiling: 1_000 }],
    ['one quantity', [300], { floor: 200, ceiling: 2_000 }],
    ['many', Array.from({ length: 1_000 }, (_, n) => n + 1), { floor: 200, ceiling: 2_000 }],
    ['fractions', [0.004, 0.03, 0.2], { floor: 0.02, ceiling: 0.2 }],
    ['zeros', [0, 0, 0], { floor: 1, ceiling: 10 }],
  ])('of %s', (_what, quantities, range) => {
    const { floor, ceiling } = rangeFor(Float32Array.from(quantities));
    expect(floor).toBeCloseTo(range.floor, 6);
    expect(ceiling).toBeCloseTo(range.ceiling, 6);
  });
});

describe('the legend', () => {
  const domain = domainOf({ floor: 10, ceiling: 1_000 });

  test('shows ten times less and ten times more', () => {
    expect(domain).toEqual({ floor: 1, ceiling: 10_000 });
  });

  test.each([
    [1, 0],
    [100, 0.5],
    [10_000, 1],
    [0.1, 0],
    [1e9, 1],
  ])('has %d at %d', (quantity, share) => {
    expect(shareOf(quantity, domain)).toBeCloseTo(share, 9);
  });

  test.each([
    ['floor', 0.5, { floor: 100, ceiling: 1_000 }],
    ['floor', 0.9, { floor: 500, ceiling: 1_000 }],
    ['floor', -1, { floor: 1, ceiling: 1_000 }],
    ['ceiling', 0.5, { floor: 10, ceiling: 100 }],
    ['ceiling', 0, { floor: 10, ceiling: 20 }],
    ['ceiling', 2, { floor: 10, ceiling: 10_000 }],
  ] as const)('with the %s moved to %d', (end, share, range) => {
    expect(moved({ floor: 10, ceiling: 1_000 }, end, share, domain)).toEqual(range);
  });
});
