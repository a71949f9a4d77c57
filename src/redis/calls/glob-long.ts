/**
 * Patterns that are matched against much text. `glob.ts` matches the small ones in a simpler way, with the same result.
 *
 * Stars part a pattern into pieces, and each piece matches a fixed number of bytes. The first piece stands at the start of the
 * text, the last one at its end, and each one between them is looked for once, from where the piece before it ends.
 *
 * - A piece without wildcards is found by Knuth, Morris and Pratt: the time is that of its length and of the text.
 * - A piece with wildcards is found by bits: 32 of its bytes are compared with the text at once. Its time is that of the text,
 *   times its length, divided by 32. A piece of up to 32 bytes takes the time of the text alone.
 */

export const BACKSLASH = 0x5c;
export const STAR = 42;
export const QUESTION = 63;
export const OPEN = 91;
export const CLOSE = 93;
export const CARET = 94;
export const DASH = 45;

/** Bytes of a piece that are compared at once. */
const STRIP = 32;

/** A piece of a pattern, which has no star. */
interface Piece {
  readonly start: number;
  readonly end: number;
  /** How many bytes it matches. */
  readonly bytes: number;
  /** Whether it has neither `?` nor a class nor a backslash. */
  readonly isPlain: boolean;
}

/** Whether the pattern matches all of the text, which is not empty. */
export function matchesLong(pattern: string, text: string): boolean {
  const first = pieceAt(pattern, 0);
  if (text.length < first.bytes || !matchesAt(pattern, first, text, 0)) return false;
  let position = first.bytes;
  let piece = first;
  while (piece.end < pattern.length) {
    piece = pieceAt(pattern, piece.end + 1);
    if (piece.end === pattern.length) break;
    position = find(pattern, piece, text, position);
    if (position === -1) return false;
    position += piece.bytes;
  }
  if (piece === first) return position === text.length;
  const last = text.length - piece.bytes;
  return last >= position && matchesAt(pattern, piece, text, last);
}

/** The piece that begins here, up to the next star. */
function pieceAt(pattern: string, start: number): Piece {
  let at = start;
  let bytes = 0;
  let isPlain = true;
  while (at < pattern.length && pattern.charCodeAt(at) !== STAR) {
    const code = pattern.charCodeAt(at);
    if (code === QUESTION || code === OPEN || code === BACKSLASH) isPlain = false;
    at = afterAtom(pattern, at);
    bytes++;
  }
  return { start, end: at, bytes, isPlain };
}

/** Where the part of the pattern ends that matches one byte. */
function afterAtom(pattern: string, at: number): number {
  const code = pattern.charCodeAt(at);
  if (code === BACKSLASH && at + 1 < pattern.length) return at + 2;
  if (code !== OPEN) return at + 1;
  return readClass(pattern, at + 1, () => undefined);
}

/** Tells the ranges of bytes of a class, whose text begins behind the bracket, and gives where it ends. */
function readClass(pattern: string, start: number, tell: (first: number, last: number) => void): number {
  let at = pattern.charCodeAt(start) === CARET ? start + 1 : start;
  for (; at < pattern.length && pattern.charCodeAt(at) !== CLOSE; at++) {
    const first = pattern.charCodeAt(at);
    if (first === BACKSLASH && at + 1 < pattern.length) {
      at++;
      tell(pattern.charCodeAt(at), pattern.charCodeAt(at));
    } else if (at + 2 < pattern.length && pattern.charCodeAt(at + 1) === DASH) {
      const last = pattern.charCodeAt(at + 2);
      tell(Math.min(first, last), Math.max(first, last));
      at += 2;
    } else {
      tell(first, first);
    }
  }
  return Math.min(at + 1, pattern.length);
}

/** Whether the piece matches the text at this place, where enough text is left. */
function matchesAt(pattern: string, { start, end }: Piece, text: string, place: number): boolean {
  let position = place;
  for (let at = start; at < end; at = afterAtom(pattern, at)) {
    if (!matchesByte(pattern, at, text.charCodeAt(position++))) return false;
  }
  return true;
}

function matchesByte(pattern: string, at: number, byte: number): boolean {
  const code = pattern.charCodeAt(at);
  if (code === QUESTION) return true;
  if (code === BACKSLASH && at + 1 < pattern.length) return pattern.charCodeAt(at + 1) === byte;
  if (code !== OPEN) return code === byte;
  let isIn = false;
  readClass(pattern, at + 1, (first, last) => {
    isIn ||= byte >= first && byte <= last;
  });
  return isIn !== (pattern.charCodeAt(at + 1) === CARET);
}

/** The first place from `from` on where the piece matches; -1 if it matches nowhere. */
function find(pattern: string, piece: Piece, text: string, from: number): number {
  if (piece.bytes === 0) return from;
  if (piece.isPlain) return findPlain(pattern.slice(piece.start, piece.end), text, from);
  return findByBits(pattern, piece, text, from);
}

/** Knuth, Morris and Pratt. A short piece is left to V8, whose search is fast, and bad only at long ones. */
function findPlain(wanted: string, text: string, from: number): number {
  if (wanted.length <= STRIP) return text.indexOf(wanted, from);
  const fallback = fallbacksOf(wanted);
  let matched = 0;
  for (let position = from; position < text.length; position++) {
    const byte = text.charCodeAt(position);
    while (matched > 0 && wanted.charCodeAt(matched) !== byte) matched = fallback[matched - 1]!;
    if (wanted.charCodeAt(matched) === byte) matched++;
    if (matched === wanted.length) return position - matched + 1;
  }
  return -1;
}

/** For each start of the text: the longest other start of it that also ends it. */
function fallbacksOf(text: string): Int32Array {
  const fallbacks = new Int32Array(text.length);
  let length = 0;
  for (let at = 1; at < text.length; at++) {
    while (length > 0 && text.charCodeAt(at) !== text.charCodeAt(length)) length = fallbacks[length - 1]!;
    if (text.charCodeAt(at) === text.charCodeAt(length)) length++;
    fallbacks[at] = length;
  }
  return fallbacks;
}

/**
 * Bit `k` of the state says whether the text up to here ends with the first `k + 1` bytes of the strip, behind all strips
 * before it. A strip after the first goes on where the one before it matched, which `ends` notes, a flag for each byte.
 */
function findByBits(pattern: string, piece: Piece, text: string, from: number): number {
  const masks = new Int32Array(256);
  const ends = piece.bytes > STRIP ? new Uint8Array(text.length - from) : undefined;
  let at = piece.start;
  for (let done = 0; ; done += STRIP) {
    const bytes = Math.min(STRIP, piece.bytes - done);
    const isLast = done + bytes === piece.bytes;
    at = fillMasks(masks, pattern, at, bytes);
    const endBit = 1 << (bytes - 1);
    let state = 0;
    let mayBegin = done === 0 ? 1 : 0;
    for (let position = from; position < text.length; position++) {
      state = ((state << 1) | mayBegin) & masks[text.charCodeAt(position)]!;
      const isEnd = (state & endBit) !== 0;
      if (isLast && isEnd) return position - piece.bytes + 1;
      if (ends === undefined) continue;
      if (done > 0) mayBegin = ends[position - from]!;
      ends[position - from] = isEnd ? 1 : 0;
    }
    if (isLast) return -1;
  }
}

/** For each byte: at which places of the strip it may stand. Gives where the strip ends in the pattern. */
function fillMasks(masks: Int32Array, pattern: string, start: number, bytes: number): number {
  masks.fill(0);
  let everywhere = 0;
  let at = start;
  for (let place = 0; place < bytes; place++) {
    const bit = 1 << place;
    const code = pattern.charCodeAt(at);
    if (code === QUESTION) everywhere |= bit;
    else if (code === OPEN) addClass(masks, pattern, at + 1, bit);
    else masks[code === BACKSLASH && at + 1 < pattern.length ? pattern.charCodeAt(at + 1) : code]! |= bit;
    at = afterAtom(pattern, at);
  }
  if (everywhere !== 0) for (let byte = 0; byte < 256; byte++) masks[byte]! |= everywhere;
  return at;
}

/** Counts where ranges begin and end, so that a class of many ranges takes the time of its text. */
function addClass(masks: Int32Array, pattern: string, start: number, bit: number): void {
  const changes = new Int32Array(257);
  readClass(pattern, start, (first, last) => {
    changes[first]! += 1;
    changes[last + 1]! -= 1;
  });
  const isNegated = pattern.charCodeAt(start) === CARET;
  let ranges = 0;
  for (let byte = 0; byte < 256; byte++) {
    ranges += changes[byte]!;
    if (ranges > 0 !== isNegated) masks[byte]! |= bit;
  }
}
