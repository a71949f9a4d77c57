/**
 * Words as a shell has them on its line, and as a program gets them. Pure.
 *
 * A name of an event type or of a property comes from a data file. It may hold anything, and it stands on a command line as
 * soon as the user presses Tab. So whatever a shell could act on is quoted, or the name is left out.
 */
import { oneLine } from '../output/text.ts';

export type Shell = 'bash' | 'zsh' | 'fish' | 'powershell';

export const SHELLS: readonly Shell[] = ['bash', 'zsh', 'fish', 'powershell'];

/** What a word on the line may refer to. */
export interface Surroundings {
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Words as the program would get them. Commands in them are not run, and patterns stay as they are. */
export function plainWords(
  shell: Shell | undefined,
  words: readonly string[],
  surroundings: Surroundings,
): readonly string[] {
  if (shell === undefined) return words;
  return words.map((word, index) => {
    const isRead = shell === 'fish' && index < words.length - 1; // fish takes quotes away, but not at the cursor
    return isRead ? word.replace(/^~(?=\/|$)/, () => surroundings.home) : readQuoted(shell, word, surroundings).text;
  });
}

interface Quoted {
  readonly text: string;
  /** The quote that is still open at the end. */
  readonly open: string;
}

const NAME = /^\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/;

function readQuoted(shell: Shell, raw: string, { home, environment }: Surroundings): Quoted {
  const escaping = shell === 'powershell' ? '`' : '\\';
  const isAtHome = /^~(?=\/|$)/.test(raw);
  let text = isAtHome ? home : '';
  let rest = isAtHome ? raw.slice(1) : raw;
  let open = '';
  while (rest !== '') {
    const character = rest[0]!;
    const [variable, plain, braced] = (open !== "'" && NAME.exec(rest)) || [];
    if (variable !== undefined) {
      text += environment[(plain ?? braced)!] ?? '';
      rest = rest.slice(variable.length);
    } else if (character === open) {
      open = '';
      rest = rest.slice(1);
    } else if (open === '' && (character === '"' || character === "'")) {
      open = character;
      rest = rest.slice(1);
    } else if (character === escaping && escapes(shell, open, rest[1])) {
      text += rest[1] ?? '';
      rest = rest.slice(2);
    } else {
      text += character;
      rest = rest.slice(1);
    }
  }
  return { text, open };
}

/** Whether an escape before a character stands for that character. */
function escapes(shell: Shell, open: string, next: string | undefined): boolean {
  if (open === '') return true;
  if (open === '"') return next !== undefined && '"\\$`'.includes(next);
  return shell === 'fish' && next !== undefined && "'\\".includes(next);
}

/** Means itself in every shell, wherever it stands. */
const INERT = /^[\p{L}\p{N}_/.][\p{L}\p{M}\p{N}_@+:=,./-]*$/u;
/** An option, too. */
const OPTION = /^--?[\p{L}\p{N}-]+$/u;

/**
 * A candidate as it may stand on the line in place of the word that is typed.
 *
 * @param raw the word as it is typed, with an open quote perhaps
 * @returns undefined when there is no safe way to write it
 */
export function typedWord(shell: Shell | undefined, value: string, raw: string): string | undefined {
  if (value === '' || oneLine(value) !== value || !value.isWellFormed()) return undefined;
  const word = quotedFor(shell, value, raw);
  // The script for zsh hands it to _describe, which takes this layer away.
  return shell === 'zsh' ? word?.replace(/[\\:]/g, '\\$&') : word;
}

function quotedFor(shell: Shell | undefined, value: string, raw: string): string | undefined {
  if (INERT.test(value) || OPTION.test(value)) return value;
  if (shell === 'fish') return value; // fish quotes it when it inserts it
  if (shell !== 'bash' && shell !== 'zsh') return undefined;
  const { open } = readQuoted(shell, raw, { home: '', environment: {} });
  if (open === "'") return value.includes("'") ? undefined : value;
  if (open === '"') return /["\\$`!]/.test(value) ? undefined : value;
  return value.replace(/[^\p{L}\p{M}\p{N}_@+:,./-]/gu, (character) => `\\${character}`);
}
