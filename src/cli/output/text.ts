/** Human text: escaping, colours, numbers, bytes, times, and aligned pairs. Pure, but for the look at the terminal and for how times are shown. */
import { styleText } from 'node:util';
import { oneLine } from '../../terminal/escaping.ts';
import { hanging, padRight, widthOf } from './lines.ts';

export { bytes, count, counted, duration } from '../../terminal/amounts.ts';
export { commandLine, escapeJson, manyLines, oneLine, safeJson } from '../../terminal/escaping.ts';
export { shownTime as time } from './times.ts';

type Colour = 'red' | 'green' | 'cyan' | 'dim';

/** Colours for stdout: none when it is not a terminal, or NO_COLOR is set. */
export function paint(colour: Colour, text: string): string {
  return styleText(colour, text, { stream: process.stdout });
}

/** Colours for stderr. */
export function paintError(colour: Colour, text: string): string {
  return styleText(colour, text, { stream: process.stderr });
}

/** A line of text per pair, values aligned, wrapped on a terminal; pairs without a value are left out. Both are escaped here. */
export function pairs(rows: readonly (readonly [label: string, value: string | undefined])[]): string {
  const shown = rows.flatMap(([label, value]) => (value === undefined ? [] : [[oneLine(label), value] as const]));
  const width = Math.max(0, ...shown.map(([label]) => widthOf(label)));
  return shown.map(([label, value]) => pairLine(padRight(label, width), oneLine(value))).join('');
}

function pairLine(label: string, value: string): string {
  return paint('dim', label) + hanging(`${label}  `, value).slice(label.length);
}

/** Whether stdout takes colours. */
export function coloursOut(): boolean {
  return paint('red', '.') !== '.';
}
