/** How demos are told: chapters in plain words, and checks that show what they compared. */
import { Help } from 'commander';
import { paint } from './paint.ts';

const WIDTH = 100;

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

  /** @param write gets the text, line by line; with `--json` it does nothing */
  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  get held(): boolean {
    return this.checks.every(({ held }) => held);
  }

  /** Opens a chapter: a title, and in a sentence or two why it matters. */
  chapter(title: string, text: string): void {
    this.#chapters++;
    this.#write('');
    this.#write(paint('bold', `${this.#chapters}. ${title}`));
    this.#write(paint('dim', new Help().boxWrap(text, WIDTH)));
  }

  say(text: string): void {
    this.#write(text);
  }

  /** Compares, and shows both values. */
  check(name: string, expected: string | number, actual: string | number, held: boolean = expected === actual): void {
    this.checks.push({ name, held, expected: String(expected), actual: String(actual) });
    const mark = held ? paint('green', '✓') : paint('red', '✗');
    const values = expected === actual ? `${actual}` : `${actual}, against ${expected}`;
    this.#write(`  ${mark} ${name}: ${values}`);
  }

  /** Ends the story: says whether every check held. */
  close(): void {
    const failed = this.checks.filter(({ held }) => !held);
    const verdict =
      failed.length === 0
        ? paint('green', `✓ all ${this.checks.length} checks held`)
        : paint(
            'red',
            `✗ ${failed.length} of ${this.checks.length} checks failed: ${failed.map(({ name }) => name).join('; ')}`,
          );
    this.#write(`\n${verdict}`);
  }
}
