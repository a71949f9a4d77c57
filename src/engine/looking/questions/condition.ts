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
import { isDate } from 'node:util/types';
import { RefoldError } from '../../../core/errors.ts';
import { shortened } from '../../../core/nearest.ts';
import { Deque } from '../../../fold/collections/deque.ts';
import { OrderedMap } from '../../../fold/collections/ordered-map.ts';
import { type Path, parsePath, placeAt } from '../../../fold/path.ts';

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
type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'contains';

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
  if (typeof text !== 'string' || text.trim() === '') throw badCondition(text, 0, 'it is empty');
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
const NUMBER_TEXT = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const BIGINT_TEXT = /^-?\d+n$/;

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

  #place(): (root: unknown) => { readonly value: unknown } | undefined {
    if (this.#text.startsWith('size(', this.#at)) {
      this.#at += 'size('.length;
      this.#space();
      const path = this.#path();
      this.#close();
      return (root) => sizeOf(placeAt(root, path));
    }
    const path = this.#path();
    return (root) => placeAt(root, path);
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

/** What a place is compared with. A bare number may stand for a text as well. */
type Wanted =
  | { readonly kind: 'number'; readonly number: number | bigint; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'constant'; readonly value: boolean | null | undefined };

function wantedOf(bare: string): Wanted {
  if (bare === 'true' || bare === 'false') return { kind: 'constant', value: bare === 'true' };
  if (bare === 'null') return { kind: 'constant', value: null };
  if (bare === 'undefined') return { kind: 'constant', value: undefined };
  if (BIGINT_TEXT.test(bare)) return { kind: 'number', number: BigInt(bare.slice(0, -1)), text: bare.slice(0, -1) };
  if (!NUMBER_TEXT.test(bare)) return { kind: 'text', text: bare };
  const isExact = !/^-?\d+$/.test(bare) || Number.isSafeInteger(Number(bare));
  return { kind: 'number', number: isExact ? Number(bare) : BigInt(bare), text: bare };
}

function compares(value: unknown, operator: Operator, wanted: Wanted): boolean {
  switch (operator) {
    case '=':
      return isEqual(value, wanted);
    case '!=':
      return !isEqual(value, wanted);
    case 'contains':
      return containsIn(value, wanted);
    default: {
      const order = orderOf(value, wanted);
      return order !== undefined && isInOrder(order, operator);
    }
  }
}

function isInOrder(order: number, operator: Operator): boolean {
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

function isEqual(value: unknown, wanted: Wanted): boolean {
  if (wanted.kind === 'constant') return value === wanted.value;
  if (typeof value === 'string') return value === wanted.text;
  return orderOf(value, wanted) === 0;
}

/** Below 0, 0 or above 0; undefined where the two cannot be compared. */
function orderOf(value: unknown, wanted: Wanted): number | undefined {
  if (wanted.kind === 'constant') return undefined;
  if (typeof value === 'string') {
    if (wanted.kind === 'text') return value < wanted.text ? -1 : value > wanted.text ? 1 : 0;
    return NUMBER_TEXT.test(value) ? orderOfNumbers(Number(value), wanted.number) : undefined;
  }
  const number = isDate(value) ? Date.prototype.getTime.call(value) : value;
  if (typeof number !== 'number' && typeof number !== 'bigint') return undefined;
  const other = wanted.kind === 'number' ? wanted.number : timeIn(wanted.text);
  return other === undefined ? undefined : orderOfNumbers(number, other);
}

/** JavaScript compares numbers and bigints by their values. */
function orderOfNumbers(a: number | bigint, b: number | bigint): number | undefined {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number.isNaN(Number(a)) || Number.isNaN(Number(b)) ? undefined : 0;
}

const CONDITION_TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?<zone>Z|[+-]\d\d:?\d\d)?)?$/;

/** A time without a zone is in UTC. */
function timeIn(text: string): number | undefined {
  const match = CONDITION_TIME.exec(text);
  if (match === null) return undefined;
  const time = Date.parse(text.length > 10 && match.groups?.zone === undefined ? `${text}Z` : text);
  return Number.isNaN(time) ? undefined : time;
}

/** A text in a text, an item in a list or a Set, a key in a table or an object. */
function containsIn(value: unknown, wanted: Wanted): boolean {
  if (typeof value === 'string') return wanted.kind !== 'constant' && value.includes(wanted.text);
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value) || value instanceof Deque || value instanceof Set) {
    for (const item of value) if (isEqual(item, wanted)) return true;
    return false;
  }
  if (wanted.kind === 'constant') {
    return (value instanceof Map || value instanceof OrderedMap) && value.has(wanted.value);
  }
  return placeAt(value, [wanted.kind === 'number' ? wanted.number : wanted.text]) !== undefined;
}

/** Entries, items, members or characters; nothing for what has no size. */
function sizeOf(place: { readonly value: unknown } | undefined): { readonly value: number } | undefined {
  const value = place?.value;
  if (typeof value === 'string' || Array.isArray(value)) return { value: value.length };
  if (typeof value !== 'object' || value === null || isDate(value)) return undefined;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return { value: value.byteLength };
  const { size } = value as { readonly size?: unknown };
  const hasSize = value instanceof Map || value instanceof Set || value instanceof OrderedMap || value instanceof Deque;
  return { value: hasSize ? (size as number) : Object.keys(value).length };
}

function badCondition(text: unknown, at: number, problem: string): RefoldError {
  const shown = typeof text === 'string' ? shortened(text) : `(${typeof text})`;
  return new RefoldError('INVALID_OPTION', `Cannot read the condition ${shown}: ${problem}, at column ${at + 1}`, {
    type: 'condition',
    at: shown,
    hint: 'Write it like lastPrice >= 5800000 and size(orders) > 10, or orders[42] missing',
  });
}
