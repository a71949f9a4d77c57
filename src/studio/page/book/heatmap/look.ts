/** Colours and fonts of a canvas, from the tokens of the page. */

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

/** As they are now: they change with the theme. */
export function canvasLook(): CanvasLook {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    ...{ ground: token('ground'), line: token('line'), text: token('text'), muted: token('muted') },
    ...{ now: token('now'), bid: token('bid'), ask: token('ask') },
    font: `${token('small')} ${token('mono')}`,
  };
}
