/**
 * Reads members of a zip archive as streams: stored and deflated ones, which is what sample data comes in.
 *
 * ```
 * [local header][data] [local header][data] … [central directory] [end record][comment]
 * ```
 * The central directory at the end is what counts; local headers are read only for where their data begins. Sizes are
 * bounded by what the directory declares, and every member's CRC-32 is checked. Encryption, zip64 and archives in several
 * parts are recognised and refused.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { RefoldError } from 'refold';
import { type TextSource, unreadable } from './csv.ts';

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const MAX_DIRECTORY_BYTES = 16 * 1024 * 1024;
/** Largest member that is read: a zip bomb ends here. */
const MAX_MEMBER_BYTES = 8 * 1024 * 1024 * 1024;

interface Member {
  readonly name: string;
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly offset: number;
}

/**
 * The members of an archive, by name.
 *
 * @throws RefoldError `INVALID_OPTION` when the file is missing, no zip archive, or of a kind that is not read
 */
export async function readZip(path: string): Promise<ReadonlyMap<string, TextSource>> {
  const members = await readDirectory(path).catch((cause: unknown) => {
    if (cause instanceof RefoldError) throw cause;
    throw unreadable(path, (cause as Error).message, { hint: 'Check the path of the archive', cause });
  });
  return new Map(members.map((member) => [member.name, memberSource(path, member)]));
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

async function readDirectory(path: string): Promise<readonly Member[]> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    // The end record has 22 bytes; a comment of up to 65,535 may follow it.
    const tail = await readAt(file, Math.max(0, size - 22 - 65_535), Math.min(size, 22 + 65_535));
    const end = findEnd(tail);
    if (end === undefined) throw noArchive(path, 'there is no end record');
    const count = end.readUInt16LE(10);
    const bytes = end.readUInt32LE(12);
    const offset = end.readUInt32LE(16);
    if (count === 0xffff || bytes === 0xffffffff || offset === 0xffffffff)
      throw noArchive(path, 'it is a zip64 archive');
    if (end.readUInt16LE(4) !== 0) throw noArchive(path, 'it is one of several parts');
    if (bytes > MAX_DIRECTORY_BYTES || offset + bytes > size) throw noArchive(path, 'its directory does not fit');
    return parseDirectory(path, await readAt(file, offset, bytes), count);
  } finally {
    await file.close();
  }
}

function findEnd(tail: Buffer): Buffer | undefined {
  for (let at = tail.length - 22; at >= 0; at--) {
    if (tail.readUInt32LE(at) === END_SIGNATURE) return tail.subarray(at);
  }
  return undefined;
}

function parseDirectory(path: string, directory: Buffer, count: number): readonly Member[] {
  const members: Member[] = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== ENTRY_SIGNATURE) {
      throw noArchive(path, `entry ${index + 1} of its directory is damaged`);
    }
    const nameLength = directory.readUInt16LE(at + 28);
    members.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      encrypted: (directory.readUInt16LE(at + 8) & 1) === 1,
      crc: directory.readUInt32LE(at + 16),
      packedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return members;
}

function memberSource(path: string, member: Member): TextSource {
  const source = { path: `${path}:${member.name}`, open: async () => readMember(path, source.path, member) };
  return source;
}

async function* readMember(path: string, name: string, member: Member): AsyncGenerator<Uint8Array, void, void> {
  requireReadable(name, member);
  let crc = 0;
  let bytes = 0;
  for await (const chunk of await openMember(path, member)) {
    bytes += chunk.length;
    if (bytes > member.bytes) throw damaged(name, 'it holds more than its directory says');
    crc = crc32(chunk, crc);
    yield chunk;
  }
  if (bytes !== member.bytes) throw damaged(name, `it ends after ${bytes} of ${member.bytes} bytes`);
  if (crc !== member.crc) throw damaged(name, 'its CRC-32 does not match');
}

function requireReadable(name: string, member: Member): void {
  const problem = member.encrypted
    ? 'it is encrypted'
    : member.method !== 0 && member.method !== 8
      ? `it is compressed by method ${member.method}`
      : member.bytes > MAX_MEMBER_BYTES
        ? `it unpacks to ${member.bytes} bytes`
        : undefined;
  if (problem !== undefined) throw unreadable(name, problem, { hint: 'Unpack the archive and name its files' });
}

async function openMember(path: string, member: Member): Promise<AsyncIterable<Uint8Array>> {
  const file = await open(path, 'r');
  try {
    const header = await readAt(file, member.offset, 30);
    if (header.length < 30 || header.readUInt32LE(0) !== LOCAL_SIGNATURE) {
      throw damaged(`${path}:${member.name}`, 'its local header is damaged');
    }
    const start = member.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    if (member.packedBytes === 0) return await closeAnd(file, []);
    // The stream closes the file, also when it is abandoned.
    const stream = file.createReadStream({ start, end: start + member.packedBytes - 1, highWaterMark: 256 * 1024 });
    if (member.method === 0) return stream;
    const inflate = createInflateRaw({ chunkSize: 256 * 1024 });
    stream.on('error', (error) => inflate.destroy(error));
    inflate.on('close', () => stream.destroy());
    return stream.pipe(inflate);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function closeAnd<Value>(file: FileHandle, value: Value[]): Promise<AsyncIterable<Value>> {
  await file.close();
  return (async function* () {
    yield* value;
  })();
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function noArchive(path: string, problem: string): RefoldError {
  return unreadable(path, `${problem}`, { hint: 'Give a plain zip archive, or unpack it and name its files' });
}

function damaged(name: string, problem: string): RefoldError {
  return unreadable(name, problem, { hint: 'The archive is damaged: fetch it again' });
}
