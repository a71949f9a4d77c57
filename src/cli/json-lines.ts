/** Reads JSON lines strictly: UTF-8 that is none, or a line that is no JSON, is refused with its number. */
import { RefoldError } from '../index.ts';

export interface JsonLine {
  /** Counted from 1; blank lines count, and are left out. */
  readonly line: number;
  readonly value: unknown;
  /** Of the line. */
  readonly bytes: number;
}

const LINE_FEED = 0x0a;

/** The longest line; JavaScript holds no longer text. */
const LINE_BYTES = 500_000_000;

/** @throws RefoldError `EVENT_REJECTED` with the line */
export async function* readJsonLines(input: AsyncIterable<Buffer>, name: string): AsyncGenerator<JsonLine, void> {
  let line = 0;
  for await (const bytes of splitLines(input)) {
    line += 1;
    const text = decode(bytes, name, line);
    if (text.trim() !== '') yield { line, value: parse(text, name, line), bytes: bytes.length + 1 };
  }
}

/** Split before decoding, so that a byte that is no UTF-8 is told with its line. */
async function* splitLines(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  let parts: Buffer[] = [];
  for await (const chunk of input) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      parts.push(chunk.subarray(start, end));
      yield parts.length === 1 ? parts[0]! : Buffer.concat(parts);
      parts = [];
      start = end + 1;
    }
    if (start < chunk.length) parts.push(chunk.subarray(start));
  }
  if (parts.length > 0) yield Buffer.concat(parts);
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Buffer, name: string, line: number): string {
  if (bytes.length > LINE_BYTES) throw refused(name, line, `the line has ${bytes.length} bytes`);
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    throw refused(name, line, 'the line is not UTF-8', cause);
  }
}

function parse(text: string, name: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw refused(name, line, `the line is no JSON: ${(cause as Error).message}`, cause);
  }
}

function refused(name: string, line: number, problem: string, cause?: unknown): RefoldError {
  return new RefoldError('EVENT_REJECTED', `${name}, line ${line}: ${problem}`, {
    path: name,
    line,
    hint: 'Correct the line; an input is one JSON object per line, in UTF-8',
    cause,
  });
}
