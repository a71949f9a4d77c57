/**
 * Parses JSON that JavaScript can represent faithfully. It refuses what `JSON.parse` would silently change, and names
 * the column:
 *
 * - A duplicate key in an object, even if it is escaped differently. `JSON.parse` would lose the first value.
 * - A whole number that would become another one (9007199254740993), a number that is too large (1e400), a fraction
 * beyond
 *   2^53, and a number that would become 0 (1e-400). Other fractions are rounded as usual, so 0.1 passes.
 *
 * Every number that JavaScript prints passes. 1e23 has no exact form, but JavaScript prints it as 1e+23.
 */

/** What is wrong, and where it is. */
export class JsonRefused extends Error {
  /** Counted from 1, in UTF-16 units as editors count. */
  readonly column: number;
  readonly hint: string;

  constructor(problem: string, column: number, hint: string) {
    super(problem);
    this.column = column;
    this.hint = hint;
  }
}

/** @throws JsonRefused, and the SyntaxError of `JSON.parse` */
export function parseStrictly(text: string): unknown {
  const value: unknown = JSON.parse(text);
  requireFaithful(text);
  return value;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Scans a text that is valid JSON. It does not recurse, because the text may be nested 100,000 levels deep. */
function requireFaithful(text: string): void {
  /** The keys so far of each enclosing object; undefined for an array. */
  const around: (Set<string> | undefined)[] = [];
  let keys: Set<string> | undefined;
  let isKey = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      const end = endOfString(text, at);
      if (isKey) addKey(keys!, text, at, end);
      isKey = false;
      at = end;
    } else if (unit === OPEN_BRACE || unit === OPEN_BRACKET) {
      around.push(keys);
      keys = unit === OPEN_BRACE ? new Set() : undefined;
      isKey = unit === OPEN_BRACE;
    } else if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) {
      keys = around.pop();
      isKey = false;
    } else if (unit === COMMA) {
      isKey = keys !== undefined;
    } else if (beginsNumber(unit)) {
      const end = endOfNumber(text, at);
      if (mayChange(text, at, end)) requireSameNumber(text.slice(at, end), at + 1);
      at = end - 1;
    }
  }
}

/** The index of the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) return at;
    if (unit === BACKSLASH) at++;
  }
}

function addKey(keys: Set<string>, text: string, start: number, end: number): void {
  const raw = text.slice(start + 1, end);
  const key: string = raw.includes('\\') ? JSON.parse(`"${raw}"`) : raw;
  const { size } = keys;
  if (keys.add(key).size > size) return;
  throw new JsonRefused(`the key ${shorten(JSON.stringify(key))} appears twice in one object`, start + 1, HINT_KEY);
}

const HINT_KEY = 'Remove one of the two';

/** Shortens a key or a number for a message: it may be as long as its line. */
function shorten(text: string): string {
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH)}…`;
}

const SHOWN_LENGTH = 100;

function beginsNumber(unit: number): boolean {
  return unit === 0x2d || (unit >= 0x30 && unit <= 0x39);
}

const NUMBER = /[-+.eE\d]+/y;

function endOfNumber(text: string, start: number): number {
  NUMBER.lastIndex = start;
  NUMBER.test(text);
  return NUMBER.lastIndex;
}

/** JavaScript represents any number of up to this many digits faithfully. */
const SAFE_LENGTH = 15;

function mayChange(text: string, start: number, end: number): boolean {
  if (end - start > SAFE_LENGTH) return true;
  for (let at = start; at < end; at++) if ((text.charCodeAt(at) | 0x20) === 0x65) return true;
  return false;
}

function requireSameNumber(literal: string, column: number): void {
  const value = Number(literal);
  const written = decimalOf(literal);
  const refused = (problem: string) => new JsonRefused(`${shorten(literal)} ${problem}`, column, HINT_NUMBER);
  if (!Number.isFinite(value)) throw refused('is too large for a JavaScript number');
  if (value === 0 && written.digits !== '') throw refused('would become 0');
  const kept = decimalOf(String(value));
  const isSame = written.digits === kept.digits && written.exponent === kept.exponent;
  const isFraction = written.exponent < 0 && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  if (!isSame && !isFraction) throw refused(`would become ${value}`);
}

const HINT_NUMBER = 'Write it as a string, and use a string in the schema';

/** A number as its digits, without leading and trailing zeros, and an exponent of ten. */
function decimalOf(literal: string): { readonly digits: string; readonly exponent: number } {
  const [, whole = '', fraction = '', exponent = '0'] = /^-?(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(literal)!;
  const significant = (whole + fraction).replace(/^0+/, '');
  const digits = significant.replace(/0+$/, '');
  if (digits === '') return { digits, exponent: 0 };
  return { digits, exponent: Number(exponent) - fraction.length + significant.length - digits.length };
}
