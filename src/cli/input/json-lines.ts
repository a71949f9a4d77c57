/** Reads JSON lines strictly: bytes that are not UTF-8, or a line that is not JSON, are refused with its number. */
import { RefoldError } from '../../index.ts';
import { count } from '../output/text.ts';
import { foreignInput, TELLING_BYTES } from './input-kind.ts';
import { JsonRefused, parseStrictly } from './strict-json.ts';

export interface JsonLine {
  /** Counted from 1; blank lines count, and are left out. */
  readonly line: number;
  readonly value: unknown;
  /** The size of the line. */
  readonly bytes: number;
}

const LINE_FEED = 0x0a;

/** The longest line; JavaScript holds no longer text. */
const LINE_BYTES = 500_000_000;

/** @throws RefoldError `EVENT_REJECTED` with the line */
export async function* readJsonLines(input: AsyncIterable<Buffer>, name: string): AsyncGenerator<JsonLine, void> {
  let line = 0;
  for await (const bytes of splitLines(fromTellingStart(input, name), name)) {
    line += 1;
    const text = decode(bytes, name, line);
    if (text.trim() !== '') yield { line, value: parse(text, name, line), bytes: bytes.length + 1 };
  }
}

/** The input, once its first bytes have been looked at: they come in chunks of any size. */
async function* fromTellingStart(input: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer, void> {
  let start: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of input) {
    if (start === undefined) {
      yield chunk;
      continue;
    }
    start = Buffer.concat([start, chunk]);
    if (start.length < TELLING_BYTES) continue;
    yield ofLines(start, name);
    start = undefined;
  }
  if (start !== undefined) yield ofLines(start, name);
}

function ofLines(start: Buffer, name: string): Buffer {
  const foreign = foreignInput(start);
  if (foreign === undefined) return start;
  throw refused(name, 1, `the input is ${foreign.what}, not lines of JSON in UTF-8`, foreign.hint);
}

/** Split before decoding, so that a byte that is not UTF-8 is told with its line. */
async function* splitLines(input: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer, void> {
  let line = 1;
  let parts: Buffer[] = [];
  let length = 0;
  const add = (part: Buffer): void => {
    length += part.length;
    if (length > LINE_BYTES) throw refused(name, line, `the line has more than ${count(LINE_BYTES)} bytes`);
    parts.push(part);
  };
  for await (const chunk of input) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      add(chunk.subarray(start, end));
      yield parts.length === 1 ? parts[0]! : Buffer.concat(parts);
      line += 1;
      parts = [];
      length = 0;
      start = end + 1;
    }
    if (start < chunk.length) add(chunk.subarray(start));
  }
  if (parts.length > 0) yield Buffer.concat(parts);
}

/** A mark of UTF-8 at a line's start is skipped. */
const UTF8 = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Buffer, name: string, line: number): string {
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    throw refused(name, line, 'the line is not UTF-8', HINT_LINE, cause);
  }
}

function parse(text: string, name: string, line: number): unknown {
  try {
    return parseStrictly(text);
  } catch (cause) {
    if (!(cause instanceof JsonRefused)) {
      throw refused(name, line, `the line is not JSON: ${(cause as Error).message}`, hintFor(text), cause);
    }
    const { message, column, hint } = cause;
    throw refused(name, `${line}, column ${column}`, message, hint, cause, line);
  }
}

/** What other tools print for many events: one array, over several lines. */
function hintFor(text: string): string {
  return text.trim() === '[' ? "Make lines of the array: jq -c '.[]' FILE | refold import …" : HINT_LINE;
}

const HINT_LINE = 'Correct the line; an input is one JSON object per line, in UTF-8';

function refused(
  name: string,
  place: number | string,
  problem: string,
  hint: string = HINT_LINE,
  cause?: unknown,
  line: number = Number(place),
): RefoldError {
  return new RefoldError('EVENT_REJECTED', `${name}, line ${place}: ${problem}`, { path: name, line, hint, cause });
}
