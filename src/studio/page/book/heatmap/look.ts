/** Colours and fonts of a canvas, from the tokens and settings of the page. They are worked out again only when those change. */
import { settings, theme } from '../../base/settings.ts';
import { type ColourRange, type Inks, inksOf } from './colours/colours.ts';
import { paletteOf } from './colours/palette.ts';

export interface CanvasLook {
  readonly ground: string;
  readonly line: string;
  readonly text: string;
  readonly muted: string;
  readonly now: string;
  readonly bid: string;
  readonly ask: string;
  /** For `context.font`. */
  readonly font: string;
}

let look: { readonly of: string; readonly look: CanvasLook } | undefined;
let inks: { readonly of: string; readonly table: Inks } | undefined;

/** As it is now: it changes with the theme. */
export function canvasLook(): CanvasLook {
  const of = themeNow();
  if (look?.of !== of) look = { of, look: lookOfTokens() };
  return look.look;
}

/** The colours of quantities now, for the heatmap and its legend. */
export function canvasInks(range: ColourRange): Inks {
  const of = `${themeNow()} ${range.floor} ${range.ceiling}`;
  if (inks?.of !== of) inks = { of, table: inksOf(paletteOf(theme.peek(), settings.peek().eyes), range) };
  return inks.table;
}

function themeNow(): string {
  return `${theme.peek()} ${settings.peek().eyes}`;
}

function lookOfTokens(): CanvasLook {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    ...{ ground: token('ground'), line: token('line'), text: token('text'), muted: token('muted') },
    ...{ now: token('now'), bid: token('bid'), ask: token('ask') },
    font: `${token('small')} ${token('mono')}`,
  };
}
