/** The two files of a LOBSTER day: named one by one, or together in a zip archive. */
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
  const first = await firstLineOf(message);
  if (first.startsWith('PK')) return openSample(message);
  const kind = recognise(first);
  const found = kind === undefined ? 'it is not a zip archive' : `it looks like ${describeKind(kind).what}`;
  throw unreadable(message, `${found}, and the second file is missing`, {
    hint: 'Give both files: lobster MESSAGE.csv ORDERBOOK.csv; or a sample (.zip) that holds both',
  });
}

async function firstLineOf(path: string): Promise<string> {
  for await (const line of readLines(fileSource(path))) return line;
  return '';
}
