/**
 * Makes visible what could hide or turn text around: control characters, marks of direction, characters without width. Everything
 * from events and states is shown through this.
 */

/** Controls, formats such as bidi marks, what takes no width, and separators of lines and paragraphs. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{DI}\u2028\u2029]/gu;
const LONE = /\p{Surrogate}/gu;
const PLAIN = '\n\t';

/** The text with each hidden character as its code, such as `\u202e`. */
export function safeText(text: string): string {
  return text.replace(UNSEEN, codeOf).replace(LONE, codeOf);
}

/** As `safeText`, on one line. */
export function safeLine(text: string): string {
  return safeText(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

/** The text if it is not longer than that, else its beginning. No character is cut in two. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length).replace(/\p{Surrogate}$/u, '')}…`;
}

function codeOf(character: string): string {
  if (PLAIN.includes(character)) return character;
  const code = character.codePointAt(0)!;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
