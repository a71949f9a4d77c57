/** The two files of a LOBSTER day: named one by one, or together in a zip archive. */
import { basename } from 'node:path';
import type { RefoldError } from 'refold';
import { fileSource, readLines, type TextSource, unreadable } from './csv.ts';
import { describeKind, recognise } from './recognise.ts';
import { openSample } from './zip.ts';

/**
 * @param orderBook if it is missing, `message` must be an archive that holds both
 * @throws RefoldError `INVALID_OPTION`
 */
export async function openLobster(
  message: string,
  orderBook: string | undefined,
): Promise<readonly [messages: TextSource, orderBook: TextSource]> {
  if (orderBook !== undefined) return [fileSource(message), fileSource(orderBook)];
  const first = (await firstLineOf(fileSource(message))) ?? '';
  if (first.startsWith('PK')) return openSample(message);
  const kind = recognise(first);
  const found = kind === undefined ? 'it is not a zip archive' : `it looks like ${describeKind(kind).what}`;
  throw unreadable(message, `${found}, and the second file is missing`, {
    hint: 'Give both files: lobster MESSAGE.csv ORDERBOOK.csv; or a sample (.zip) that holds both',
  });
}

/** LOBSTER's names begin with the ticker: `GOOG_2012-06-21_…`. For any other file the symbol has no name. */
export function symbolOf(path: string): string {
  const name = basename(path).replace(/^LOBSTER_SampleFile_/, '');
  return /^[A-Z][A-Z.]{0,9}(?=_)/.exec(name)?.[0] ?? 'BOOK';
}

/** The first line of a text, or undefined for an empty text. */
export async function firstLineOf(source: TextSource): Promise<string | undefined> {
  for await (const line of readLines(source)) return line;
  return undefined;
}

/** An error about a message file without messages. */
export function emptyFile(path: string): RefoldError {
  return unreadable(path, 'it is empty', { hint: "Give one of LOBSTER's message files, or a sample (.zip)" });
}
