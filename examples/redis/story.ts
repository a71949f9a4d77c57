/** How the demo is told: chapters in plain words, and checks that show what they compared. */
import { styleText } from 'node:util';

export interface Check {
  readonly name: string;
  readonly held: boolean;
  readonly expected: string;
  readonly actual: string;
}

export class Story {
  readonly checks: Check[] = [];
  readonly #write: (text: string) => void;
  #chapters = 0;

  /** @param write gets the text, line by line */
  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  get held(): boolean {
    return this.checks.every(({ held }) => held);
  }

  /** Opens a chapter: a title, and why it matters. */
  chapter(title: string, ...lines: readonly string[]): void {
    this.#chapters++;
    this.#write(`\n${styleText('bold', `${this.#chapters}. ${title}`)}`);
    for (const line of lines) this.#write(styleText('dim', line));
  }

  say(text: string): void {
    this.#write(`  ${text}`);
  }

  /** Compares, and shows both values. */
  check(name: string, expected: string | number, actual: string | number): void {
    const held = expected === actual;
    this.checks.push({ name, held, expected: String(expected), actual: String(actual) });
    const mark = held ? styleText('green', '✓') : styleText('red', '✗');
    this.#write(`  ${mark} ${name}: ${held ? actual : `${actual}, expected ${expected}`}`);
  }

  /** Says whether every check held. */
  close(): void {
    const failed = this.checks.filter(({ held }) => !held);
    const verdict =
      failed.length === 0
        ? styleText('green', `✓ all ${this.checks.length} checks held`)
        : styleText('red', `✗ ${failed.length} of ${this.checks.length} checks failed`);
    this.#write(`\n${verdict}`);
  }
}
