/** Text from outside, safe to print on a terminal. Pure. */

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
