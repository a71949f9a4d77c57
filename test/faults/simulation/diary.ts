/** Everything that happened in a world, in order: the same seed writes the same diary. */
import { Violation } from './oracle.ts';

export class Diary {
  /** Counts of what happened. */
  readonly counts: Record<string, number> = {};
  readonly #tell: ((line: string) => void) | undefined;
  #digest = 17;
  #steps = 0;
  #violation: string | undefined;

  /** @param tell called with each line, to follow one world */
  constructor(tell: ((line: string) => void) | undefined) {
    this.#tell = tell;
  }

  /** A digest of all lines. */
  get digest(): number {
    return this.#digest;
  }

  get steps(): number {
    return this.#steps;
  }

  /** The first invariant that did not hold. */
  get violation(): string | undefined {
    return this.#violation;
  }

  step(): void {
    this.#steps += 1;
  }

  note(text: string): void {
    const kind = KINDS.get(text) ?? kindOf(text);
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    for (let index = 0; index < text.length; index++)
      this.#digest = (Math.imul(this.#digest, 31) + text.charCodeAt(index)) | 0;
    this.#tell?.(`${this.#steps} ${text}`);
  }

  /** Runs a check inside a callback, whose errors nothing else would catch. */
  guard(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.found(error);
    }
  }

  found(error: unknown): void {
    this.#violation ??=
      error instanceof Violation ? error.message : `the harness failed: ${(error as Error)?.stack ?? error}`;
  }
}

/** The kind of event, without process and place. */
const KINDS = new Map<string, string>();
const MOST_KINDS = 10_000;

function kindOf(text: string): string {
  const kind = text
    .replace(/p\d+ ?/, '')
    .replace(/ at \d+$/, '')
    .trim();
  if (KINDS.size < MOST_KINDS) KINDS.set(text, kind);
  return kind;
}
