/** The question that the script of a shell asks `refold` when the user presses Tab. */
import { SHELLS, type Shell } from './shells.ts';

/** What a shell asks. */
export interface Question {
  /** Undefined for a program that asks: it gives words without quotes, and gets names that need none. */
  readonly shell: Shell | undefined;
  /** After `refold`, up to the cursor, as they are typed. */
  readonly words: readonly string[];
}

/** Whether arguments are such a question: `complete -- WORDS`, or `completion SHELL complete -- WORDS`. */
export function readQuestion(args: readonly string[]): Question | undefined {
  const shell = args[0] === 'completion' ? SHELLS.find((one) => one === args[1]) : undefined;
  const rest = shell === undefined ? args : args.slice(2);
  return rest[0] === 'complete' && rest[1] === '--' ? { shell, words: rest.slice(2) } : undefined;
}
