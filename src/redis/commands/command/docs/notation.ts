/**
 * The arguments of commands in a short notation.
 *
 * ```text
 * key:k value get!GET? seconds:i=EX? unit:(m!m|km!km) pair:[field value]*
 * ```
 *
 * An argument is a name, then its type: `k` key (`k1` by the second key spec), `i` integer, `d` double, `p` pattern (`p1` of
 * keys of the second key spec), `t` time; `(a|b)` one of several, `[a b]` all of them; without a type it is a string. `!WORD`
 * is a word alone, `=WORD` a word before the argument. `*` may come several times, `*+` each time with its word, `?` may be
 * absent. `@6.2.0` tells the version that brought it, `^6.2.0` the one that deprecated it.
 */

export interface Argument {
  readonly name: string;
  readonly type: string;
  readonly keySpec?: number;
  readonly token?: string;
  readonly isOptional: boolean;
  readonly isMultiple: boolean;
  readonly repeatsToken: boolean;
  readonly since?: string;
  readonly deprecatedSince?: string;
  readonly parts: readonly Argument[];
}

const ARGUMENT_TYPES: { readonly [letter: string]: string } = {
  k: 'key',
  i: 'integer',
  d: 'double',
  p: 'pattern',
  t: 'unix-time',
};

/** @throws Error when the text is not in the notation: our mistake */
export function readArguments(text: string): readonly Argument[] {
  const reader = new Reader(text);
  const all = reader.all(' ', '');
  reader.expectEnd();
  return all;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Arguments with a character between them, up to the one that ends them. */
  all(between: string, end: string): readonly Argument[] {
    const found: Argument[] = [];
    while (this.#at < this.#text.length && this.#text[this.#at] !== end) {
      found.push(this.#one());
      if (this.#text[this.#at] === between) this.#at++;
    }
    return found;
  }

  expectEnd(): void {
    if (this.#at < this.#text.length) throw new Error(`Cannot read ${this.#text} at ${this.#at}`);
  }

  #one(): Argument {
    const name = this.#match(/[^ |:!=?*+@()[\]]+(?::port)?/y);
    const isWord = this.#text[this.#at] === '!';
    const type = isWord ? { type: 'pure-token', parts: [] } : this.#type();
    const token = isWord || this.#text[this.#at] === '=' ? this.#token() : undefined;
    const marks = this.#match(/[*+?]*/y);
    const since = this.#version('@');
    const deprecatedSince = this.#version('^');
    return {
      name,
      ...type,
      ...(token !== undefined && { token }),
      isMultiple: marks.includes('*'),
      repeatsToken: marks.includes('+'),
      isOptional: marks.includes('?'),
      ...(since !== undefined && { since }),
      ...(deprecatedSince !== undefined && { deprecatedSince }),
    };
  }

  /** Such as `6.2.0`, if it stands here behind its mark. */
  #version(mark: string): string | undefined {
    if (this.#text[this.#at] !== mark) return undefined;
    this.#at++;
    return this.#match(/[\d.]+/y);
  }

  #type(): Pick<Argument, 'type' | 'parts' | 'keySpec'> {
    if (this.#text[this.#at] !== ':') return { type: 'string', parts: [] };
    const open = this.#text[++this.#at];
    this.#at++;
    if (open !== '(' && open !== '[') {
      const digit = this.#match(/\d?/y);
      const hasKeys = open === 'k' || digit !== '';
      return { type: ARGUMENT_TYPES[open!]!, parts: [], ...(hasKeys && { keySpec: Number(digit) }) };
    }
    const parts = open === '(' ? this.all('|', ')') : this.all(' ', ']');
    this.#at++;
    return { type: open === '(' ? 'oneof' : 'block', parts };
  }

  /** A word behind `!` or `=`. A word may be `=` or `*` itself, or empty. */
  #token(): string {
    this.#at++;
    return this.#match(/[=*]|[^ |)\]?*+@^]*/y);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw new Error(`Cannot read ${this.#text} at ${this.#at}`);
    this.#at += found.length;
    return found;
  }
}
