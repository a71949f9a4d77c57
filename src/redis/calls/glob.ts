/**
 * Patterns of KEYS, SCAN, PSUBSCRIBE and CONFIG GET: `*`, `?`, `[a-c]`, `[^a-c]`, and `\` before a character meant as itself.
 *
 * The match never tries more than one place for each `*`, so its time is at most pattern times text, however many stars the
 * pattern has. Where that product is large, `glob-long.ts` matches in the time of pattern plus text, with its bounds stated
 * there. Nothing is kept of a pattern, which any client may send.
 */
import { BACKSLASH, CARET, CLOSE, DASH, matchesLong, OPEN, QUESTION, STAR } from './glob-long.ts';

/** Whether a text matches. */
export type Glob = (text: string) => boolean;

/** The matcher of a pattern. Texts are latin1, one character a byte. @param ignoresCase for ASCII letters */
export function globOf(pattern: string, ignoresCase = false): Glob {
  const wanted = ignoresCase ? lowerCase(pattern) : pattern;
  if (ignoresCase) return (text) => matches(wanted, lowerCase(text));
  if (!/[*?[\\]/.test(pattern)) return (text) => text === pattern;
  if (/^[^*?[\\]*\*$/.test(pattern)) {
    const prefix = pattern.slice(0, -1);
    return (text) => text !== '' && text.startsWith(prefix);
  }
  return (text) => matches(pattern, text);
}

/** ASCII letters only: the other bytes are not letters. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Steps from which on the long way is the shorter one. */
const MANY_STEPS = 65_536;

/** As Redis has it, nothing but an empty pattern matches an empty text. */
function matches(pattern: string, text: string): boolean {
  if (text === '') return pattern === '';
  return pattern.length * text.length > MANY_STEPS ? matchesLong(pattern, text) : matchesShort(pattern, text);
}

/** Exported for tests: both ways give the same. */
export function matchesShort(pattern: string, text: string): boolean {
  let at = 0;
  let position = 0;
  /** Behind the last star, and where the text that it does not take begins. */
  let afterStar = -1;
  let retry = 0;
  while (position < text.length) {
    if (pattern.charCodeAt(at) === STAR) {
      afterStar = ++at;
      retry = position;
      continue;
    }
    const next = at < pattern.length ? step(pattern, at, text.charCodeAt(position)) : -1;
    if (next !== -1) {
      at = next;
      position++;
    } else {
      if (afterStar === -1) return false;
      at = afterStar;
      position = ++retry;
    }
  }
  while (pattern.charCodeAt(at) === STAR) at++;
  return at >= pattern.length;
}

/** Where the pattern continues when its part at `at` matches the byte; -1 when it does not match. */
function step(pattern: string, at: number, byte: number): number {
  const code = pattern.charCodeAt(at);
  if (code === QUESTION) return at + 1;
  if (code === OPEN) return stepOverClass(pattern, at + 1, byte);
  if (code === BACKSLASH && at + 1 < pattern.length) return pattern.charCodeAt(at + 1) === byte ? at + 2 : -1;
  return code === byte ? at + 1 : -1;
}

/** A class without its end takes the rest of the pattern. */
function stepOverClass(pattern: string, start: number, byte: number): number {
  const isNegated = pattern.charCodeAt(start) === CARET;
  let at = isNegated ? start + 1 : start;
  let isMatch = false;
  for (; at < pattern.length && pattern.charCodeAt(at) !== CLOSE; at++) {
    const first = pattern.charCodeAt(at);
    if (first === BACKSLASH && at + 1 < pattern.length) {
      at++;
      isMatch ||= pattern.charCodeAt(at) === byte;
    } else if (at + 2 < pattern.length && pattern.charCodeAt(at + 1) === DASH) {
      const last = pattern.charCodeAt(at + 2);
      isMatch ||= byte >= Math.min(first, last) && byte <= Math.max(first, last);
      at += 2;
    } else {
      isMatch ||= first === byte;
    }
  }
  if (isMatch === isNegated) return -1;
  return Math.min(at + 1, pattern.length);
}
