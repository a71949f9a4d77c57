/**
 * How much of a commit the turn that runs has used. The engine refuses a commit whose text is too long, and half of a command
 * must not be recorded. So commands ask first, and an effect that does not fit is refused before it is applied.
 */
import { CommitFull } from '../calls/errors.ts';
import { recordedLength } from '../model/effects/packed.ts';

/** JSON writes one character as six at most. */
const LONGEST_ESCAPE = 6;
/** What stands around a text or an event in the text of a commit, at most. */
const AROUND = 64;

export class CommitSize {
  /** Roughly the characters of the effects so far, without escapes. */
  weight = 0;
  readonly #most: () => number;
  /** Characters of the events that were counted exactly, and those that were not. */
  #counted = 0;
  #uncounted: object[] = [];

  /** @param most the characters that a commit may have */
  constructor(most: () => number) {
    this.#most = most;
  }

  /** A new commit begins. */
  begin(): void {
    this.weight = 0;
    this.#counted = 0;
    this.#uncounted = [];
  }

  /** Counts an event. @param weight its characters, roughly @throws CommitFull when it does not fit: then it is not counted */
  add(event: object, weight: number): void {
    if ((this.weight + weight) * LONGEST_ESCAPE > this.#most()) {
      const length = lengthOf(event);
      if (this.#exact() + length > this.#most()) throw new CommitFull();
      this.#counted += length;
    } else {
      this.#uncounted.push(event);
    }
    this.weight += weight;
  }

  /** Whether effects with these texts fit as well. */
  fits(texts: readonly string[]): boolean {
    const characters = texts.reduce((sum, text) => sum + text.length + AROUND, 0);
    if ((this.weight + characters) * LONGEST_ESCAPE <= this.#most()) return true;
    return this.#exact() + charactersOf(texts) <= this.#most();
  }

  #exact(): number {
    for (const event of this.#uncounted) this.#counted += lengthOf(event);
    this.#uncounted = [];
    return this.#counted;
  }
}

/** The characters that the log takes at most for effects with these texts. */
export function charactersOf(texts: readonly string[]): number {
  return recordedLength(texts) + texts.length * AROUND;
}

function lengthOf(event: object): number {
  return JSON.stringify(event).length + AROUND;
}
