/** Recognises an input that is not UTF-8 text by its first bytes, and suggests a command that converts it. */

/** The number of bytes that `foreignInput` needs. */
export const TELLING_BYTES = 16;

/** What an input is instead of JSON lines, and how to convert it. */
export interface ForeignInput {
  /** Completes "it is …". */
  readonly what: string;
  readonly hint: string;
}

type Signature = readonly [bytes: readonly (number | undefined)[], what: string, command: string];

/** `command` prints the lines of FILE. */
const SIGNATURES: readonly Signature[] = [
  [[0x1f, 0x8b], 'compressed with gzip', 'gunzip -c FILE'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'compressed with zstd', 'zstd -dc FILE'],
  [[0x42, 0x5a, 0x68], 'compressed with bzip2', 'bunzip2 -c FILE'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], 'compressed with xz', 'xz -dc FILE'],
  [[0x50, 0x4b, 3, 4], 'a zip archive', 'unzip -p FILE'],
  [[...Buffer.from('SQLite format 3\0')], 'a SQLite database', 'refold export FILE'],
  [[0xff, 0xfe, 0, 0], 'in UTF-32', 'iconv -f UTF-32 -t UTF-8 FILE'],
  [[0, 0, 0xfe, 0xff], 'in UTF-32', 'iconv -f UTF-32 -t UTF-8 FILE'],
  [[0xff, 0xfe], 'in UTF-16', 'iconv -f UTF-16 -t UTF-8 FILE'],
  [[0xfe, 0xff], 'in UTF-16', 'iconv -f UTF-16 -t UTF-8 FILE'],
  // UTF-16 without a byte order mark: every other byte of ASCII is 0, and JSON never begins with a 0 byte.
  [[0x7b, 0], 'in UTF-16', 'iconv -f UTF-16LE -t UTF-8 FILE'],
  [[0, 0x7b], 'in UTF-16', 'iconv -f UTF-16BE -t UTF-8 FILE'],
];

/** The format of a known foreign input; undefined for anything else. */
export function foreignInput(start: Uint8Array): ForeignInput | undefined {
  const found = SIGNATURES.find(([bytes]) => bytes.every((byte, index) => start[index] === byte));
  if (found === undefined) return undefined;
  const [, what, command] = found;
  return { what, hint: `Try: ${command} | refold import …` };
}
