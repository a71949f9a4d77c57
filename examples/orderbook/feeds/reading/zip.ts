/**
 * Members of a zip archive as streams. Sample data comes as zip archives.
 *
 * The library `yauzl` finds the members by the central directory. Size and CRC-32 of what a member holds are checked
 * here. Memory stays bounded for members of any size.
 */
import { pipeline, type Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import type { RefoldError } from 'refold';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { type TextSource, unreadable } from './csv.ts';

/**
 * The members of an archive, by name.
 *
 * @throws RefoldError `INVALID_OPTION` when the file is missing or is not a zip archive
 */
export async function readZip(path: string): Promise<ReadonlyMap<string, TextSource>> {
  const members = new Map<string, TextSource>();
  try {
    const archive = await openPromise(path);
    for await (const { fileName } of archive.eachEntry()) members.set(fileName, memberSource(path, fileName));
  } catch (cause) {
    throw unreadable(path, (cause as Error).message, { hint: 'Give the path of a complete zip archive', cause });
  }
  return members;
}

/**
 * The message and the order-book file of a LOBSTER sample.
 *
 * @throws RefoldError `INVALID_OPTION` when there is not exactly one of each
 */
export async function openSample(path: string): Promise<readonly [messages: TextSource, orderBook: TextSource]> {
  const members = await readZip(path);
  return [theOnly(path, members, '_message_'), theOnly(path, members, '_orderbook_')];
}

function theOnly(path: string, members: ReadonlyMap<string, TextSource>, part: string): TextSource {
  const found = [...members].filter(([name]) => name.includes(part) && name.endsWith('.csv'));
  const [first] = found;
  if (first !== undefined && found.length === 1) return first[1];
  throw unreadable(path, `it holds ${found.length} files whose names have ${part} in them`, {
    hint: 'Give a LOBSTER sample, with one message and one order-book file, or name the two files yourself',
  });
}

function memberSource(archive: string, name: string): TextSource {
  const path = `${archive}:${name}`;
  let read = { bytes: 0, of: 0 };
  return {
    path,
    open: async () => {
      read = { bytes: 0, of: 0 };
      return readMember(archive, name, path, read);
    },
    share: () => (read.of === 0 ? undefined : read.bytes / read.of),
  };
}

/** How much of a member is read, unpacked. */
interface MemberRead {
  bytes: number;
  of: number;
}

/** Each reader opens the archive again, because two members are read at the same time. */
async function* readMember(
  path: string,
  name: string,
  shown: string,
  read: MemberRead,
): AsyncGenerator<Uint8Array, void, void> {
  const archive = await openPromise(path);
  for await (const entry of archive.eachEntry()) {
    if (entry.fileName !== name) continue;
    if (!entry.canDecodeFileData()) throw undecodable(shown, entry);
    return yield* contentOf(archive, entry, shown, read);
  }
}

async function* contentOf(
  archive: ZipFile,
  entry: Entry,
  shown: string,
  read: MemberRead,
): AsyncGenerator<Uint8Array, void, void> {
  let crc = 0;
  read.of = entry.uncompressedSize;
  try {
    for await (const chunk of await openContent(archive, entry)) {
      crc = crc32(chunk, crc);
      read.bytes += chunk.length;
      if (read.bytes > entry.uncompressedSize) break;
      yield chunk;
    }
  } catch (cause) {
    throw damaged(shown, (cause as Error).message, cause);
  }
  if (read.bytes !== entry.uncompressedSize) throw damaged(shown, `its size is not ${entry.uncompressedSize} bytes`);
  if (crc !== entry.crc32) throw damaged(shown, 'its CRC-32 does not match');
}

/**
 * Unpacks in large pieces: the library's are 16 kB, and a feed that pauses for each takes 5 to 9 % more processor time.
 */
async function openContent(archive: ZipFile, entry: Entry): Promise<Readable> {
  const packed = await archive.openReadStreamPromise(entry, { decodeFileData: false });
  if (entry.compressionMethod === 0) return packed;
  // An error of either stream reaches the reader of the second one.
  return pipeline(packed, createInflateRaw({ chunkSize: 256 * 1024 }), () => {});
}

function undecodable(shown: string, entry: Entry): RefoldError {
  const problem = entry.isEncrypted() ? 'it is encrypted' : `its compression method is ${entry.compressionMethod}`;
  return unreadable(shown, problem, { hint: 'Unpack the archive and name its files' });
}

function damaged(shown: string, problem: string, cause?: unknown): RefoldError {
  return unreadable(shown, problem, { hint: 'The archive is damaged: fetch it again', cause });
}
