/**
 * The sealed form of a block: up to about 16,000 events as columns, compressed with zstd.
 *
 * ```
 * prefix  64 bytes   "RFS1" · u32 size of the content · u64 first · u64 last · u64 size as open text ·
 *                    16 bytes chain before · 16 bytes chain after            (little-endian)
 * content zstd frame, with its content checksum, of sections (u32 length, bytes):
 *   1 kinds          JSON [[type, version, codec], …]
 *   2 kind column    the kind of each event: one, two or four bytes each, as the number of kinds asks
 *   3 commit sizes   varints
 *   4 commit times   varints: ms since the commit before it; the first since the epoch
 *   5 meta places    varints: events between one that carries meta and the next
 *   6 meta codec, 7 meta values
 *   8 … one section per kind: the data of its events, in order (`packed-values.ts`)
 * ```
 *
 * Data lies together by kind: alike values compress well, and a reader of some types never unpacks the others.
 *
 * A block with more than this has the magic "RFS2", and after section 7 a JSON list of names, then a section for each
 * name: "tags" (`tag-column.ts`), "ids" (`id-column.ts`). A log with such a block has format 2.
 */
import zlib from 'node:zlib';
import type { RecordedEvent } from '../../core/event.ts';
import type { EventTags, TagQuery } from '../log-store.ts';
import {
  type DecodedBlock,
  decodeColumnKinds,
  decodeColumnMatches,
  decodeColumns,
  decodeColumnTags,
  type EventKinds,
  type LogPart,
  type SequenceRange,
} from './columns/decode-columns.ts';
import { encodeColumns } from './columns/encode-columns.ts';
import { needExtras } from './columns/extras.ts';

export type { DecodedBlock, EventKinds, LogPart } from './columns/decode-columns.ts';

/** The chain before and after a sealed block, hex. */
export interface SealedChains {
  readonly startChain: string;
  readonly endChain: string;
}

/** What a sealed payload says without being unpacked. */
export interface SealedPrefix extends SealedChains {
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Size of the content, unpacked. */
  readonly contentBytes: number;
  /** Size of the open payloads that it replaces. */
  readonly openBytes: number;
}

/**
 * Largest content of a sealed block; larger blocks stay open. It bounds what a damaged size can make refold allocate.
 */
export const MAX_SEALED_CONTENT_BYTES: number = 512 * 1024 * 1024;

export const SEALED_PREFIX_BYTES = 64;
/** Where `openBytes` lies in the payload: eight bytes, for planning without reading payloads. */
export const OPEN_BYTES_OFFSET = 24;

const SEALED_MAGIC = 0x31534652; // "RFS1"
const SEALED_MAGIC_2 = 0x32534652; // "RFS2"

/** Level 3 gives within a few percent of level 9's size on event data, several times faster. */
const COMPRESSION_LEVEL = 3;

/**
 * The payload of a sealed block.
 *
 * @param events without gaps, in order, at least one
 * @param commitEnds the last sequence of each commit
 * @param openBytes size of the open payloads that it replaces; planning uses it
 * @param tags one entry for each event; without any tags the block is as in format 1
 */
export function encodeSealedBlock(
  events: readonly RecordedEvent[],
  commitEnds: readonly number[],
  chains: SealedChains,
  openBytes: number,
  tags?: readonly EventTags[],
): Uint8Array {
  const content = encodeColumns(events, commitEnds, tags);
  const prefix = writePrefix(needExtras(events, tags) ? SEALED_MAGIC_2 : SEALED_MAGIC, {
    ...chains,
    firstSequence: events[0]!.sequence,
    lastSequence: events.at(-1)!.sequence,
    contentBytes: content.byteLength,
    openBytes,
  });
  return Buffer.concat([prefix, zlib.zstdCompressSync(content, ZSTD_OPTIONS)]);
}

/** The prefix of a payload, or undefined when it is not a sealed one. */
export function readSealedPrefix(payload: Uint8Array): SealedPrefix | undefined {
  if (payload.byteLength <= SEALED_PREFIX_BYTES) return undefined;
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  if (!isMagic(bytes.readUInt32LE(0))) return undefined;
  return {
    contentBytes: bytes.readUInt32LE(4),
    firstSequence: Number(bytes.readBigUInt64LE(8)),
    lastSequence: Number(bytes.readBigUInt64LE(16)),
    openBytes: Number(bytes.readBigUInt64LE(OPEN_BYTES_OFFSET)),
    startChain: bytes.toString('hex', 32, 48),
    endChain: bytes.toString('hex', 48, 64),
  };
}

/**
 * Decodes the events of a sealed payload, or only those of `types` or of a part of the log; their sequences are right in any case.
 *
 * @throws Error of any kind when the payload is malformed; `decodeBlock` adds the error code
 */
export function decodeSealedPayload(payload: Uint8Array, types?: ReadonlySet<string>, part?: LogPart): DecodedBlock {
  const { content, range } = unpack(payload);
  return decodeColumns(content, range, types, part);
}

/** The tags of each event. @throws as `decodeSealedPayload` does */
export function decodeSealedTags(payload: Uint8Array): EventTags[] {
  const { content, range } = unpack(payload);
  return decodeColumnTags(content, range);
}

/** The types of the events. @throws as `decodeSealedPayload` does */
export function decodeSealedKinds(payload: Uint8Array): EventKinds {
  const { content, range } = unpack(payload);
  return decodeColumnKinds(content, range);
}

/** The events that a query asks for, as `decodeMatches` does. @throws as `decodeSealedPayload` does */
export function decodeSealedMatches(
  payload: Uint8Array,
  query: TagQuery,
): { readonly events: RecordedEvent[]; readonly isCertain: boolean[] } {
  const { content, range } = unpack(payload);
  return decodeColumnMatches(content, range, query);
}

function unpack(payload: Uint8Array): { readonly content: Uint8Array; readonly range: SequenceRange } {
  const prefix = requirePrefix(payload);
  const content = decompress(payload.subarray(SEALED_PREFIX_BYTES), prefix.contentBytes);
  return { content, range: { ...prefix, hasExtras: hasExtras(payload) } };
}

/** Whether a sealed payload has more than events. */
export function hasExtras(payload: Uint8Array): boolean {
  return payload[3] === EXTRAS_DIGIT;
}

/** The last character of the magic "RFS2". */
const EXTRAS_DIGIT = 0x32;

function isMagic(magic: number): boolean {
  return magic === SEALED_MAGIC || magic === SEALED_MAGIC_2;
}

function requirePrefix(payload: Uint8Array): SealedPrefix {
  const prefix = readSealedPrefix(payload);
  if (prefix === undefined) throw new TypeError('not a sealed block');
  return prefix;
}

const ZSTD_OPTIONS = {
  params: {
    // Without the checksum half of all flipped bits decode to something else without an error.
    [zlib.constants.ZSTD_c_checksumFlag]: 1,
    [zlib.constants.ZSTD_c_compressionLevel]: COMPRESSION_LEVEL,
  },
};

function writePrefix(magic: number, prefix: SealedPrefix): Uint8Array {
  const bytes = Buffer.alloc(SEALED_PREFIX_BYTES);
  bytes.writeUInt32LE(magic, 0);
  bytes.writeUInt32LE(prefix.contentBytes, 4);
  bytes.writeBigUInt64LE(BigInt(prefix.firstSequence), 8);
  bytes.writeBigUInt64LE(BigInt(prefix.lastSequence), 16);
  bytes.writeBigUInt64LE(BigInt(prefix.openBytes), OPEN_BYTES_OFFSET);
  bytes.write(prefix.startChain, 32, 'hex');
  bytes.write(prefix.endChain, 48, 'hex');
  return bytes;
}

function decompress(frame: Uint8Array, contentBytes: number): Uint8Array {
  if (contentBytes > MAX_SEALED_CONTENT_BYTES) throw new RangeError('content larger than any block');
  // One chunk of the expected size (within reason, since a damaged size may lie) saves joining many small ones.
  const chunkSize = Math.min(Math.max(contentBytes, 64), 4 * 1024 * 1024);
  const content = zlib.zstdDecompressSync(frame, { chunkSize, maxOutputLength: Math.max(1, contentBytes) });
  if (content.byteLength !== contentBytes) throw new RangeError('content of another size');
  return content;
}
