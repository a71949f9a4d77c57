/** Tells by its first line what a file is, so that a message can name the mistake of a user who gave another one. */

/** Files that hold market data, and two that do not. */
export type FileKind = 'message' | 'message7' | 'orderBook' | 'tape' | 'consensus' | 'zip' | 'log';

const DESCRIPTIONS: Readonly<Record<FileKind, string>> = {
  message: "a message file of LOBSTER's",
  message7: "a message file of LOBSTER's with a seventh column",
  orderBook: "an order-book file of LOBSTER's",
  tape: 'a command tape',
  consensus: 'a consensus workload',
  zip: 'a zip archive',
  log: 'a log of refold',
};

const HINTS: Readonly<Partial<Record<FileKind, string>>> = {
  message: 'The message file is the first argument of lobster, and the order-book file the second: swap them',
  message7: 'Remove the seventh column: cut -d, -f1-6',
  orderBook: 'Give the order-book file second, after the message file or with --check: swap them',
  tape: 'Run it with: tape',
  consensus: 'Run it with: consensus',
  zip: 'Give the archive alone: lobster SAMPLE.zip; or unpack it',
  log: 'Look at it with: show',
};

export const TAPE_HEADER = 'row,ts_ns,cmd,id,side,price,qty';
export const CONSENSUS_HEADER = 'seq,cmd,id,side,price,qty,tif';

/** A byte order mark, as the first characters of a text that was decoded byte by byte. */
const BYTE_ORDER_MARK = /^(?:\u00ef\u00bb\u00bf|\u00ff\u00fe|\u00fe\u00ff)/;

/** Whose byte order mark a text begins with. */
export function markOf(first: string): 'UTF-8' | 'UTF-16' | undefined {
  if (!BYTE_ORDER_MARK.test(first)) return undefined;
  return first.startsWith('\u00ef') ? 'UTF-8' : 'UTF-16';
}

/** What a file with this first line is; undefined if it could be anything. */
export function recognise(first: string): FileKind | undefined {
  const line = first.replace(BYTE_ORDER_MARK, '');
  if (line === TAPE_HEADER) return 'tape';
  if (line === CONSENSUS_HEADER) return 'consensus';
  if (line.startsWith('PK\u0003\u0004')) return 'zip';
  if (line.startsWith('SQLite format 3')) return 'log';
  if (/^\d{1,6}(?:\.\d+)?,[1-7],-?\d+,\d+,-?\d+,-?1$/.test(line)) return 'message';
  if (/^\d{1,6}(?:\.\d+)?,[1-7],-?\d+,\d+,-?\d+,-?1,[^,]*$/.test(line)) return 'message7';
  return /^(?:-?\d+,\d+,-?\d+,\d+)(?:,-?\d+,\d+,-?\d+,\d+)*$/.test(line) ? 'orderBook' : undefined;
}

/** What to tell somebody who gave such a file in the wrong place. */
export function describeKind(kind: FileKind): { readonly what: string; readonly hint: string } {
  return { what: DESCRIPTIONS[kind], hint: HINTS[kind] ?? 'Give another file' };
}
