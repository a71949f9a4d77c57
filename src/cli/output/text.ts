/** Human text: escaping, colours, numbers, bytes, times, and aligned pairs. Pure, but for the look at the terminal and for how times are shown. */
import { styleText } from 'node:util';
import { count } from '../../terminal/amounts.ts';
import { hanging } from './lines.ts';
import { shownTime } from './times.ts';

export { bytes, count, duration } from '../../terminal/amounts.ts';

type Colour = 'red' | 'green' | 'cyan' | 'dim';

/**
 * Characters that a terminal obeys instead of showing (C0, DEL, C1), that reorder what it shows (bidi controls), and
 * that some programs take for a line's end. An event may hold any of them.
 */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const UNSAFE_BUT_LINES = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
/** Without C0: JSON escapes these itself. */
const UNSAFE_IN_JSON = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
const ALL_UNSAFE_IN_JSON = new RegExp(UNSAFE_IN_JSON, 'g');

/** Text from outside, safe to print within a line. */
export function oneLine(text: string): string {
  return text.replace(UNSAFE, escapeCharacter);
}

/** Text from outside, safe to print; it may have several lines. */
export function manyLines(text: string): string {
  return text.replace(UNSAFE_BUT_LINES, escapeCharacter);
}

/** JSON text in which nothing is left that a terminal obeys; it parses to the same value. */
export function safeJson(value: unknown): string {
  return escapeJson(JSON.stringify(value));
}

/** The same for text that is JSON already, also for lines of it. */
export function escapeJson(json: string): string {
  // JSON has these characters only inside its strings, where the escape means the same. It escapes C0 itself.
  return UNSAFE_IN_JSON.test(json) ? json.replace(ALL_UNSAFE_IN_JSON, escapeCharacter) : json;
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Words as a line for a POSIX shell, quoted where they must be. */
export function commandLine(...words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(' ');
}

/** Colours for stdout: none when it is not a terminal, or NO_COLOR is set. */
export function paint(colour: Colour, text: string): string {
  return styleText(colour, text, { stream: process.stdout });
}

/** Colours for stderr. */
export function paintError(colour: Colour, text: string): string {
  return styleText(colour, text, { stream: process.stderr });
}

/** `1 event`, `1,234 events` */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** As `--time` and `--zone` say, from ms since the epoch. Without them it is ISO, in UTC. */
export function time(milliseconds: number): string {
  return shownTime(milliseconds);
}

/** A line of text per pair, values aligned, wrapped on a terminal; pairs without a value are left out. Both are escaped here. */
export function pairs(rows: readonly (readonly [label: string, value: string | undefined])[]): string {
  const shown = rows.flatMap(([label, value]) => (value === undefined ? [] : [[oneLine(label), value] as const]));
  const width = Math.max(0, ...shown.map(([label]) => label.length));
  return shown.map(([label, value]) => pairLine(label.padEnd(width), oneLine(value))).join('');
}

function pairLine(label: string, value: string): string {
  return paint('dim', label) + hanging(`${label}  `, value).slice(label.length);
}

/** Whether stdout takes colours. */
export function coloursOut(): boolean {
  return paint('red', '.') !== '.';
}
