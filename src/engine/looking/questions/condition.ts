/**
 * Conditions as people type them, on states and on events: `size(bids) > 5 and lastPrice >= 5800000`, `data.side = buy`.
 *
 *     condition   = group { "or" group }
 *     group       = term { "and" term }
 *     term        = "(" condition ")" | place OPERATOR value | place ( "exists" | "missing" )
 *     place       = PATH | "size(" PATH ")"
 *     OPERATOR    = "=" | "!=" | "<" | "<=" | ">" | ">=" | "contains"
 *     value       = a number, true, false, null, a bigint such as 12n, a quoted text, or a text without spaces
 *
 * They hold no code, so they may come from anywhere.
 */
import { RefoldError } from '../../../core/errors.ts';
import { shortened } from '../../../core/nearest.ts';
import { type Path, type Placed, parsePath, wayTo } from '../../../fold/path.ts';
import { compares, type Operator, sizeOf, type Wanted, wantedOf } from './wanted-value.ts';

/** A condition that was read. */
export interface Condition {
  /** As it was written. */
  readonly text: string;
  /** The places that it looks at. */
  readonly paths: readonly Path[];
  /** Whether it holds for a state, or an event. Never throws. */
  holds(root: unknown): boolean;
}

type Test = (root: unknown) => boolean;

/** A longer one is refused. One that is nested deeper is refused too. */
const LONGEST_CONDITION = 10_000;
const DEEPEST_CONDITION = 64;

/**
 * Reads a condition. A comparison with a place where nothing stands does not hold, whatever its operator: `missing` asks for that.
 *
 * `42` means the number, the bigint or the text, whichever is there; `"42"` in quotes is the text alone. A Date, or a
 * number of milliseconds since the epoch, compares with a number or with a time such as 2026-01-05T14:30:00Z.
 *
 * @throws RefoldError `INVALID_OPTION` for what is not a condition; `at` says where
 */
export function parseCondition(text: string): Condition {
  if (typeof text !== 'string') throw badCondition(text, 0, 'it is not a text');
  if (text.trim() === '') throw badCondition('""', 0, 'it is empty');
  if (text.length > LONGEST_CONDITION) throw badCondition(text, 0, `it is longer than ${LONGEST_CONDITION} characters`);
  const parser = new Parser(text);
  const test = parser.condition(0);
  parser.requireEnd();
  const { paths } = parser;
  return Object.freeze({ text, paths, holds: (root: unknown) => holdsSafely(test, root) });
}

/** A getter or a comparator of the application may throw: then nothing can be said to hold. */
function holdsSafely(test: Test, root: unknown): boolean {
  try {
    return test(root);
  } catch {
    return false;
  }
}

/** A path without spaces and operators, unless they are quoted. */
const PATH_TEXT =
  /(?:[^\s.[\]"'=!<>()]+|\[(?:[^"\]]+|"(?:[^"\\]|\\.)*")\])(?:\.[^\s.[\]"'=!<>()]+|\[(?:[^"\]]+|"(?:[^"\\]|\\.)*")\])*/y;
const OPERATOR_TEXT = /(?:!=|<=|>=|=|<|>|contains(?=\s)|exists(?=[\s)]|$)|missing(?=[\s)]|$))/y;
const QUOTED_TEXT = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/y;
const BARE_TEXT = /[^\s()"']+/y;

class Parser {
  readonly #text: string;
  readonly paths: Path[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  condition(depth: number): Test {
    if (depth > DEEPEST_CONDITION) throw this.#bad('it is nested too deeply');
    const groups = [this.#group(depth)];
    while (this.#word('or')) groups.push(this.#group(depth));
    return groups.length === 1 ? groups[0]! : (root) => groups.some((group) => group(root));
  }

  requireEnd(): void {
    this.#space();
    if (this.#at < this.#text.length) throw this.#bad('expected and, or, or the end');
  }

  #group(depth: number): Test {
    const terms = [this.#term(depth)];
    while (this.#word('and')) terms.push(this.#term(depth));
    return terms.length === 1 ? terms[0]! : (root) => terms.every((term) => term(root));
  }

  #term(depth: number): Test {
    this.#space();
    if (this.#text[this.#at] !== '(') return this.#comparison();
    this.#at += 1;
    const inner = this.condition(depth + 1);
    this.#close();
    return inner;
  }

  #comparison(): Test {
    const look = this.#place();
    this.#space();
    const operator = this.#match(OPERATOR_TEXT);
    if (operator === undefined) throw this.#bad('expected =, !=, <, <=, >, >=, contains, exists or missing');
    if (operator === 'exists') return (root) => look(root) !== undefined;
    if (operator === 'missing') return (root) => look(root) === undefined;
    if (this.#text[this.#at] === '=') throw this.#bad('expected a value: equality is written =');
    const wanted = this.#value();
    return (root) => {
      const found = look(root);
      return found !== undefined && compares(found.value, operator as Operator, wanted);
    };
  }

  #place(): (root: unknown) => Placed {
    if (this.#text.startsWith('size(', this.#at)) {
      this.#at += 'size('.length;
      this.#space();
      const path = this.#path();
      this.#close();
      const placeIn = wayTo(path);
      return (root) => sizeOf(placeIn(root));
    }
    return wayTo(this.#path());
  }

  #path(): Path {
    const start = this.#at;
    const text = this.#match(PATH_TEXT);
    if (text === undefined) throw this.#bad('expected a path, such as orders[42].price');
    try {
      const path = parsePath(text);
      this.paths.push(path);
      return path;
    } catch {
      this.#at = start;
      throw this.#bad('expected a path, such as orders[42].price');
    }
  }

  #value(): Wanted {
    this.#space();
    const quoted = this.#match(QUOTED_TEXT);
    if (quoted !== undefined) return { kind: 'text', text: this.#unquote(quoted) };
    const bare = this.#match(BARE_TEXT);
    if (bare === undefined) throw this.#bad('expected a value: a number, a text, true, false or null');
    return wantedOf(bare);
  }

  #unquote(quoted: string): string {
    const inner = quoted.slice(1, -1);
    const json = quoted[0] === '"' ? inner : inner.replaceAll("\\'", "'").replace(/(^|[^\\])"/g, '$1\\"');
    try {
      return JSON.parse(`"${json}"`) as string;
    } catch {
      throw this.#bad('the text in quotes before it cannot be read');
    }
  }

  #close(): void {
    this.#space();
    if (this.#text[this.#at] !== ')') throw this.#bad('expected )');
    this.#at += 1;
  }

  /** A joining word, with spaces or parentheses around it. */
  #word(word: string): boolean {
    this.#space();
    const end = this.#at + word.length;
    if (!this.#text.startsWith(word, this.#at) || !/^[\s(]/.test(this.#text.slice(end, end + 1))) return false;
    this.#at = end;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }

  #bad(problem: string): RefoldError {
    return badCondition(this.#text, this.#at, problem);
  }
}

function badCondition(text: unknown, at: number, problem: string): RefoldError {
  const shown = typeof text === 'string' ? shortened(text) : `(${typeof text})`;
  return new RefoldError('INVALID_OPTION', `Cannot read the condition ${shown}: ${problem}, at column ${at + 1}`, {
    type: 'condition',
    at: shown,
    hint: 'Write it like lastPrice >= 5800000 and size(orders) > 10, or orders[42] missing',
  });
}
