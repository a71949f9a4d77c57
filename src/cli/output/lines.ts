/** How wide text is on a terminal, and how it is cut or wrapped to fit. Pure, but for the look at the terminal. */

/**
 * Characters of the widths 0 and 2. Others take one column. Terminals do not agree on all of them: this is what the widest takes. A
 * selector that makes an emoji of the character before it makes that wide.
 */
const NO_WIDTH = /^(?!\ufe0f)(?:\p{Mn}|\p{Me}|[\u200b-\u200d])$/u;
const WIDE =
  /^[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u;
const ASCII_ONLY = /^[ -~]*$/;

/** The columns of a line. */
export function widthOf(line: string): number {
  if (ASCII_ONLY.test(line)) return line.length;
  let width = 0;
  for (const character of line) width += widthOfCharacter(character);
  return width;
}

function widthOfCharacter(character: string): number {
  if (NO_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** A line in at most so many columns: an ellipsis stands for what was cut off. */
export function cut(line: string, width: number): string {
  // A mark without width takes no column, so a longer text may fit. No text of twice the length is looked at to its end.
  if (line.length <= 2 * width && widthOf(line) <= width) return line;
  let kept = '';
  let used = 0;
  for (const character of line) {
    used += widthOfCharacter(character);
    if (used > width - 1) break;
    kept += character;
  }
  return width > 0 ? `${kept}…` : '';
}

export function padRight(line: string, width: number): string {
  return line + ' '.repeat(Math.max(0, width - widthOf(line)));
}

export function padLeft(line: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(line))) + line;
}

/** Breaks a line between words, so that each part fits, and a word that does not fit alone within itself. */
export function wrap(line: string, width: number): string[] {
  if (widthOf(line) <= width) return [line];
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ').flatMap((one) => pieces(one, width))) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (current === '' || widthOf(longer) <= width) current = longer;
    else {
      lines.push(current);
      current = word;
    }
  }
  return [...lines, current];
}

function pieces(word: string, width: number): string[] {
  if (widthOf(word) <= width) return [word];
  const found: string[] = [];
  let [piece, used] = ['', 0];
  for (const character of word) {
    used += widthOfCharacter(character);
    if (used > width && piece !== '') {
      found.push(piece);
      [piece, used] = ['', widthOfCharacter(character)];
    }
    piece += character;
  }
  return [...found, piece];
}

/** Less is not worth wrapping. */
const NARROWEST = 40;
/** Without a terminal: enough for most lines. */
const PIPE_WIDTH = 200;

/** How wide the output is: that of the terminal, or enough for a pipe. */
export function outputWidth(): number {
  return process.stdout.isTTY ? Math.max(process.stdout.columns ?? 80, NARROWEST) : PIPE_WIDTH;
}

/** A labelled text. On a terminal what does not fit continues below itself. In a pipe it stays one line. */
export function hanging(label: string, text: string): string {
  if (!process.stdout.isTTY) return `${label}${text}\n`;
  const indent = widthOf(label);
  const lines = wrap(text, outputWidth() - indent);
  return `${label}${lines.join(`\n${' '.repeat(indent)}`)}\n`;
}
