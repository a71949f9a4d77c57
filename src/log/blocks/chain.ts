/**
 * What makes damage visible: a checksum over each payload, and a hash chain over all blocks.
 *
 * The checksum finds a flipped bit; the chain finds a block that was swapped, replaced or taken out. Each row stores
 * the chain *after* it. Sealing replaces several rows by one, which keeps the chain of the last of them, so that the
 * blocks and snapshots that follow still link; a sealed payload carries the chain before and after it to prove that.
 */
import crypto from 'node:crypto';
import { types } from 'node:util';
import zlib from 'node:zlib';
import { grouped, RefoldError } from '../../core/errors.ts';
import type { Block, TagList } from '../log-store.ts';
import { readSealedPrefix } from './sealed-block.ts';

/** The chain of an empty log. */
export const EMPTY_CHAIN: string = '0'.repeat(32);

/** CRC-32 of a payload. A text counts as its UTF-8 bytes. */
export function checksumOf(payload: string | Uint8Array): number {
  return zlib.crc32(payload);
}

/**
 * The chain after an open block: the first 16 bytes, in hex, of sha256 over `previous:checksum:first:last:recorded_at`
 * as text, so it protects every column of a row.
 */
export function chainAfter(previous: string, block: ChainedBlock): string {
  const { checksum, firstSequence, lastSequence, recordedAt } = block;
  return sha256(`${previous}:${checksum}:${firstSequence}:${lastSequence}:${recordedAt}`).slice(0, 32);
}

/** The fields of a block that enter the chain. */
export type ChainedBlock = Pick<StoredBlock, 'checksum' | 'firstSequence' | 'lastSequence' | 'recordedAt'>;

/** A block as it is stored, not yet verified. */
export interface StoredBlock extends Block {
  readonly checksum: number;
  /** Which tags its events have, where that is at hand. */
  readonly tagList?: TagList | undefined;
}

/**
 * Refuses a block whose payload is not what was written, or that does not follow `previousChain`.
 *
 * @param path names the log in the message
 * @throws RefoldError `LOG_CORRUPT` at the block's first sequence
 */
export function verifyBlock(block: StoredBlock, previousChain: string, path: string): void {
  requirePlace(block, path);
  if (!suitsEncoding(block)) {
    throw corruptBlock(block, path, `its payload does not suit the encoding ${block.encoding}`);
  }
  if (checksumOf(block.payload) !== block.checksum) {
    throw corruptBlock(block, path, 'its payload does not match its checksum');
  }
  if (!linksTo(block, previousChain)) throw corruptBlock(block, path, 'it does not follow the block before it');
}

/** Verifies blocks in order. @throws RefoldError `LOG_CORRUPT` at the first that is not what was written */
export function verifyBlocks(blocks: readonly StoredBlock[], startChain: string, path: string): void {
  let chain = startChain;
  for (const block of blocks) {
    verifyBlock(block, chain, path);
    chain = block.chain;
  }
}

/** In a damaged file a page of another table may stand here. Then columns are null or have any type. */
function suitsEncoding({ encoding, payload }: StoredBlock): boolean {
  if (typeof payload === 'string') return encoding === 'open';
  return encoding === 'sealed' && types.isUint8Array(payload);
}

/** Refuses a block whose sequences or time are invalid. */
export function requirePlace(block: Pick<Block, 'firstSequence' | 'lastSequence' | 'recordedAt'>, path: string): void {
  const { firstSequence: first, lastSequence: last, recordedAt } = block;
  const areNumbers = [first, last, recordedAt].every((number) => Number.isSafeInteger(number) && number >= 0);
  if (areNumbers && first >= 1 && last >= first) return;
  throw corruptBlock(block, path, 'its sequence or time is invalid');
}

/** A damaged block by name; `why` completes "block 5-9 is damaged: …". */
export function corruptBlock(
  block: { readonly firstSequence: number; readonly lastSequence: number },
  path: string,
  why: string,
): RefoldError {
  const { firstSequence: first, lastSequence: last } = block;
  return new RefoldError(
    'LOG_CORRUPT',
    `Cannot read ${path}: the block of events ${grouped(first)} to ${grouped(last)} is damaged: ${why}`,
    {
      path,
      sequence: first,
      hint: HINT_CORRUPT,
    },
  );
}

/** What to do about a damaged log. */
export const HINT_CORRUPT =
  'Run refold repair --plan to see what is damaged and what can be kept; then restore a backup, or run refold repair';

function linksTo(block: StoredBlock, previousChain: string): boolean {
  const { firstSequence, lastSequence, chain, payload } = block;
  if (typeof payload === 'string') return chainAfter(previousChain, block) === chain;
  const prefix = readSealedPrefix(payload);
  return (
    prefix !== undefined &&
    prefix.startChain === previousChain &&
    prefix.endChain === chain &&
    prefix.firstSequence === firstSequence &&
    prefix.lastSequence === lastSequence
  );
}

function sha256(text: string): string {
  return crypto.hash('sha256', text);
}
