/**
 * Reads JSON and keeps each number as the text it is written with.
 *
 * A checksum of a book is taken over the digits that the venue sent: `0.10000000`, not `0.1`. `JSON.parse` drops the
 * zeros, and its reviver, which can tell the text, takes five times as long as this. An id past 2^53 needs its digits too.
 */

/** A number is its text, as a string is. */
export type Json = string | boolean | null | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** Where a text stops being JSON. */
export class JsonProblem {
  /** What is wrong, as a message says it. */
  readonly problem: string;
  /** The first character that cannot be read, counted from 0. */
  readonly at: number;

  constructor(problem: string, at: number) {
    this.problem = problem;
    this.at = at;
  }
}

/** Deeper than any message of a market, and far from the depth at which the stack ends. */
const MAX_DEPTH = 32;

/**
 * The value of a JSON text from `start` on.
 *
 * @returns the value, or what is wrong with the text
 */
export function parseJson(text: string, start = 0): Json | JsonProblem {
  const reader = new Reader(text, start);
  try {
    const value = reader.value(0);
    reader.end();
    return value;
  } catch (problem) {
    if (problem instanceof JsonProblem) return problem;
    throw problem;
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** What makes a string of JSON more than the characters between its quotes. */
const NOT_PLAIN = /[\u0000-\u001f\\]/;

class Reader {
  readonly #text: string;
  /** Whether each string is the characters between its quotes, as it nearly always is. */
  readonly #isPlain: boolean;
  #at: number;

  constructor(text: string, start: number) {
    this.#text = text;
    this.#isPlain = !NOT_PLAIN.test(text);
    this.#at = start;
  }

  value(depth: number): Json {
    const character = this.#peek();
    if (character === 0x22) return this.#string();
    if (character === 0x7b) return this.#object(depth);
    if (character === 0x5b) return this.#array(depth);
    if (character === 0x2d || (character >= 0x30 && character <= 0x39)) return this.#number();
    if (this.#text.startsWith('true', this.#at)) return this.#word(4, true);
    if (this.#text.startsWith('false', this.#at)) return this.#word(5, false);
    if (this.#text.startsWith('null', this.#at)) return this.#word(4, null);
    throw this.#problem();
  }

  end(): void {
    if (!Number.isNaN(this.#peek())) throw this.#problem();
  }

  #object(depth: number): JsonObject {
    const object: Record<string, Json> = {};
    this.#enter(depth);
    if (this.#skip(0x7d)) return object;
    do {
      if (this.#peek() !== 0x22) throw this.#problem();
      const key = this.#string();
      if (!this.#skip(0x3a)) throw this.#problem();
      const value = this.value(depth + 1);
      // A setter of the prototype is not a member.
      if (key === '__proto__') continue;
      object[key] = value;
    } while (this.#skip(0x2c));
    if (!this.#skip(0x7d)) throw this.#problem();
    return object;
  }

  #array(depth: number): Json[] {
    const array: Json[] = [];
    this.#enter(depth);
    if (this.#skip(0x5d)) return array;
    do {
      array.push(this.value(depth + 1));
    } while (this.#skip(0x2c));
    if (!this.#skip(0x5d)) throw this.#problem();
    return array;
  }

  #string(): string {
    const from = this.#at + 1;
    if (!this.#isPlain) return this.#escaped(from);
    const end = this.#text.indexOf('"', from);
    if (end === -1) throw new JsonProblem('a string without an end', this.#at);
    this.#at = end + 1;
    return this.#text.slice(from, end);
  }

  #escaped(from: number): string {
    const start = this.#at;
    let end = from;
    while (end < this.#text.length && this.#text[end] !== '"') end += this.#text[end] === '\\' ? 2 : 1;
    try {
      const value = JSON.parse(this.#text.slice(start, end + 1)) as string;
      this.#at = end + 1;
      return value;
    } catch {
      throw new JsonProblem('a string that JSON does not allow', start);
    }
  }

  #number(): string {
    NUMBER.lastIndex = this.#at;
    if (!NUMBER.test(this.#text)) throw this.#problem();
    const from = this.#at;
    this.#at = NUMBER.lastIndex;
    return this.#text.slice(from, this.#at);
  }

  #word<Value>(length: number, value: Value): Value {
    this.#at += length;
    return value;
  }

  #enter(depth: number): void {
    if (depth >= MAX_DEPTH) throw new JsonProblem(`nested deeper than ${MAX_DEPTH}`, this.#at);
    this.#at++;
  }

  /** The next character that is not a space; NaN at the end. */
  #peek(): number {
    let character = this.#text.charCodeAt(this.#at);
    while (character === 0x20 || character === 0x09 || character === 0x0d || character === 0x0a) {
      character = this.#text.charCodeAt(++this.#at);
    }
    return character;
  }

  #skip(expected: number): boolean {
    if (this.#peek() !== expected) return false;
    this.#at++;
    return true;
  }

  #problem(): JsonProblem {
    if (this.#at >= this.#text.length) return new JsonProblem('it ends too early', this.#text.length);
    return new JsonProblem(`it cannot go on with ${JSON.stringify(this.#text[this.#at])}`, this.#at);
  }
}
