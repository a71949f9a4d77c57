/**
 * The tag list of a block: which tags its events have, so that a query skips blocks without its tag.
 *
 * It is made from the block and from nothing else. It holds the kinds of the block's events, each an event type with the
 * tagger that computed the tags, and a hash of each distinct tag:
 *
 * ```
 *   up to 255 tags   3 bytes each: their 24-bit hashes, sorted
 *   more             256 × u32: where the hashes that begin with each byte end; then 2 bytes each, the rest of the hash
 * ```
 *
 * So a block takes about 20 bytes for each type and 3 bytes for each tag, or 2 bytes for each tag and one KiB. There are
 * no false negatives. With 16,000 tags in a block, a query for another tag reads one block of a thousand in vain.
 */
import type { CommitTags, EventTags, TagKind, TagList, TagQuery } from '../log-store.ts';
import { checksumOf } from './chain.ts';

/** Collects the tag list of a block. */
export class TagListWriter {
  readonly #kinds = new Map<string, TagKind>();
  readonly #hashes = new Set<number>();
  /** The kind of the event before: most events are of the same kind. */
  #last: readonly [type?: string, tagger?: string | 0] = [];

  add({ types, events }: CommitTags): void {
    for (let index = 0; index < types.length; index++) this.addEvent(types[index]!, events[index]!);
  }

  addEvent(type: string, tags: EventTags): void {
    const tagger = tags === 0 ? 0 : tags[0];
    if (type !== this.#last[0] || tagger !== this.#last[1]) this.#addKind([type, tagger]);
    if (tags === 0) return;
    for (let index = 1; index < tags.length; index++) this.#hashes.add(hashOfTag(tags[index]!));
  }

  #addKind(kind: TagKind): void {
    const name = `${kind[1]} ${kind[0]}`;
    if (!this.#kinds.has(name)) this.#kinds.set(name, kind);
    this.#last = kind;
  }

  finish(): TagList {
    return { kinds: [...this.#kinds.values()], hashes: packHashes([...this.#hashes].sort((a, b) => a - b)) };
  }
}

/** The tag list of the events of a block. */
export function tagListOf(types: readonly string[], events: readonly EventTags[]): TagList {
  const list = new TagListWriter();
  list.add({ types, events });
  return list.finish();
}

/** Whether any of the events has a tagger. */
export function hasTaggers({ kinds }: TagList): boolean {
  return kinds.some(([, tagger]) => tagger !== 0);
}

/** About how many characters the tags of a commit take in its block. */
export function tagCharacters(tags: CommitTags | undefined): number {
  if (tags === undefined) return 0;
  let characters = 0;
  for (const event of tags.events) if (event !== 0) for (const text of event) characters += text.length + 3;
  return characters;
}

/** Whether a block with this list may hold an event that the query asks for, or events whose tags must be computed. */
export function mayHold({ kinds, hashes }: TagList, { tag, taggers, types }: TagQuery): boolean {
  let isTrusted = false;
  for (const [type, tagger] of kinds) {
    const current = taggers.get(type);
    if (current === undefined || types?.has(type) === false) continue;
    if (tagger !== current) return true;
    isTrusted = true;
  }
  return isTrusted && tag !== undefined && hasHash(hashes, hashOfTag(tag));
}

/** From this many hashes on, their first byte is stored once for all of them. */
const MANY = 256;
const DIRECTORY_BYTES = 1024;

function packHashes(sorted: readonly number[]): Uint8Array {
  if (sorted.length < MANY) {
    const bytes = Buffer.alloc(sorted.length * 3);
    sorted.forEach((hash, index) => void bytes.writeUIntBE(hash, index * 3, 3));
    return bytes;
  }
  const bytes = Buffer.alloc(DIRECTORY_BYTES + sorted.length * 2);
  sorted.forEach((hash, index) => {
    bytes.writeUInt16LE(hash & 0xffff, DIRECTORY_BYTES + index * 2);
    bytes.writeUInt32LE(index + 1, (hash >>> 16) * 4);
  });
  let end = 0;
  for (let at = 0; at < DIRECTORY_BYTES; at += 4) {
    end = Math.max(end, bytes.readUInt32LE(at));
    bytes.writeUInt32LE(end, at);
  }
  return bytes;
}

function hasHash(hashes: Uint8Array, hash: number): boolean {
  const bytes = Buffer.from(hashes.buffer, hashes.byteOffset, hashes.byteLength);
  if (bytes.byteLength < MANY * 3)
    return search(0, bytes.byteLength / 3, hash, (index) => bytes.readUIntBE(index * 3, 3));
  const slot = (hash >>> 16) * 4;
  const from = slot === 0 ? 0 : bytes.readUInt32LE(slot - 4);
  const read = (index: number): number => bytes.readUInt16LE(DIRECTORY_BYTES + index * 2);
  return search(from, bytes.readUInt32LE(slot), hash & 0xffff, read);
}

/** Binary search from `from` to before `to`. */
function search(from: number, to: number, wanted: number, read: (index: number) => number): boolean {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const found = read(middle);
    if (found === wanted) return true;
    if (found < wanted) low = middle + 1;
    else high = middle;
  }
  return false;
}

/** 24 bits of a tag. Part of the format: the hashes are stored. */
export function hashOfTag(tag: string): number {
  let hash = 0x52464c44 ^ tag.length;
  for (let index = 0; index < tag.length; index++) {
    hash = Math.imul(hash ^ tag.charCodeAt(index), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 8;
}

/**
 * CRC-32 over a tag list and the block that it belongs to: a list is not in a block, so it has its own checksum.
 *
 * @param kinds as JSON
 */
export function checksumOfTagList(
  firstSequence: number,
  blockChecksum: number,
  kinds: string,
  hashes: Uint8Array,
): number {
  return checksumOf(`${firstSequence}:${blockChecksum}:${kinds}:${checksumOf(hashes)}`);
}

/** A tag list as a log stores it. */
export type TagRow = readonly [
  firstSequence: number,
  blockChecksum: number,
  checksum: number,
  kinds: string,
  hashes: Uint8Array,
];

/** The row of a block's tag list. */
export function toTagRow(firstSequence: number, blockChecksum: number, { kinds, hashes }: TagList): TagRow {
  const text = JSON.stringify(kinds);
  return [firstSequence, blockChecksum, checksumOfTagList(firstSequence, blockChecksum, text, hashes), text, hashes];
}

/** The tag list of a block, or undefined when the row is damaged or belongs to another block. */
export function readTagRow(
  [firstSequence, ofBlock, checksum, kinds, hashes]: TagRow,
  blockChecksum: number,
): TagList | undefined {
  try {
    if (ofBlock !== blockChecksum || checksum !== checksumOfTagList(firstSequence, ofBlock, kinds, hashes))
      return undefined;
    return { kinds: JSON.parse(kinds) as TagKind[], hashes };
  } catch {
    return undefined; // in a damaged log a column may have any type
  }
}

export function isSameList(one: TagList, other: TagList): boolean {
  return JSON.stringify(one.kinds) === JSON.stringify(other.kinds) && Buffer.compare(one.hashes, other.hashes) === 0;
}
