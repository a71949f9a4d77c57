/**
 * Decides which blocks become one sealed block, and packs it.
 *
 * Both are pure: a log passes what it knows of its blocks, and replaces the rows of each run in one transaction. The
 * loop over the runs is here too.
 */
import assert from 'node:assert';
import type { SealOptions, SealReport } from '../log-care.ts';
import type { BlockHeader, EventTags, SealedBlock } from '../log-store.ts';
import { decodeBlock, decodeTags } from './block.ts';
import { checksumOf, type StoredBlock } from './chain.ts';
import { sameJson } from './packed-values.ts';
import { type DecodedBlock, encodeSealedBlock, readSealedPrefix } from './sealed-block.ts';
import { tagListOf } from './tag-list.ts';

/** A sealed block is full at this many events … */
export const SEALED_BLOCK_EVENTS = 16_384;
/** … or when it stands for this much open text. */
export const SEALED_BLOCK_OPEN_BYTES: number = 4 * 1024 * 1024;
/** A block with more text stays open: packing it would need several times as much memory. */
export const LARGEST_OPEN_BYTES_SEALED: number = 128 * 1024 * 1024;

/** What sealing needs to know of a block. */
export interface SealCandidate extends BlockHeader {
  /** Size of its events as open text. */
  readonly openBytes: number;
}

/** A run, and the block that replaces it. */
export interface SealedRun {
  readonly run: readonly BlockHeader[];
  readonly sealed: BlockHeader;
}

/**
 * Seals run after run, until no run is left or the signal aborts.
 *
 * @param sealNext seals the first run in a stretch; gives undefined when no run is left
 */
export async function sealInRuns(
  options: SealOptions,
  sealNext: (stretch: Stretch) => Promise<SealedRun | undefined>,
): Promise<SealReport> {
  const { signal, onProgress } = options;
  let report = NOTHING_SEALED;
  for (const { from: start, through } of sealStretches(options)) {
    for (let from = start; signal?.aborted !== true; ) {
      const step = await sealNext({ from, through });
      if (step === undefined) break;
      report = addToReport(report, step.run, step.sealed);
      from = step.sealed.lastSequence + 1;
      onProgress?.(step.sealed.lastSequence);
    }
  }
  return report;
}

/** Blocks that begin at `from` or later and end at `through` or before. */
export interface Stretch {
  readonly from: number;
  readonly through: number;
}

/** The stretches that are sealed one after the other, so that no run crosses a border. */
export function sealStretches({ from = 1, through, borders = [] }: SealOptions): readonly Stretch[] {
  const inside = [...new Set(borders)].filter((border) => border >= from && border < through).sort((a, b) => a - b);
  return [...inside, through].map((end, index) => ({
    from: index === 0 ? from : inside[index - 1]! + 1,
    through: end,
  }));
}

/**
 * The first run of neighbouring blocks that is worth replacing by one sealed block, or undefined when no run is.
 *
 * Open blocks are always worth it. A sealed block that is less than half full joins its neighbours, so many small
 * compactions do not leave many small blocks. A fuller one is never packed again.
 *
 * @param candidates blocks in order, read only as far as needed
 * @param through blocks that end after this sequence are left alone
 * @param openBytes a run is full at this much open text
 */
export function nextRun(
  candidates: Iterable<SealCandidate>,
  through: number,
  openBytes: number = SEALED_BLOCK_OPEN_BYTES,
): readonly SealCandidate[] | undefined {
  let run: SealCandidate[] = [];
  for (const block of candidates) {
    if (block.lastSequence > through) break;
    if (!isPackedForGood(block)) run.push(block);
    if ((isPackedForGood(block) || isFull(run, openBytes)) && isWorthwhile(run)) return run;
    if (isPackedForGood(block)) run = [];
  }
  return isWorthwhile(run) ? run : undefined;
}

/**
 * Packs a run into one sealed block, decodes it again and compares every event: the result always says the same as the
 * blocks that it replaces.
 *
 * @param run verified blocks in order
 * @param startChain the chain before the first of them
 */
export function sealRun(run: readonly StoredBlock[], startChain: string): SealedBlock {
  return packWhole(joinBlocks(run), run, startChain);
}

/**
 * Packs a sealed block again with other tags. Its events, sequences and chains stay.
 *
 * @param block verified
 * @param tags one entry for each event
 */
export function retagBlock(block: StoredBlock, tags: readonly EventTags[]): SealedBlock {
  const { startChain } = readSealedPrefix(block.payload as Uint8Array)!;
  return packWhole({ ...decodeBlock(block), tags }, [block], startChain);
}

/** The events of blocks with their tags. */
export interface WholeBlock extends DecodedBlock {
  readonly tags: readonly EventTags[];
}

/**
 * Packs events as one sealed block that replaces `run`, decodes it again and compares every event and tag.
 *
 * @param startChain the chain before the first block of the run
 */
export function packWhole(whole: WholeBlock, run: readonly StoredBlock[], startChain: string): SealedBlock {
  const { events, commitEnds, tags } = whole;
  const chains = { startChain, endChain: run.at(-1)!.chain };
  const openBytes = run.reduce((sum, block) => sum + openBytesOf(block), 0);
  const payload = encodeSealedBlock(events, commitEnds, chains, openBytes, tags);
  const sealed: SealedBlock = {
    firstSequence: events[0]!.sequence,
    lastSequence: events.at(-1)!.sequence,
    recordedAt: events[0]!.recordedAt,
    encoding: 'sealed',
    bytes: payload.byteLength,
    payload,
    chain: chains.endChain,
    checksum: checksumOf(payload),
    tagList: tagListOf(
      events.map(({ type }) => type),
      tags,
    ),
    replaces: run.map(({ checksum: before }) => before),
  };
  proveSame(whole, { ...decodeBlock(sealed), tags: decodeTags(sealed) });
  return sealed;
}

/** Size of a block's events as open text. */
export function openBytesOf(block: StoredBlock): number {
  return typeof block.payload === 'string' ? block.bytes : (readSealedPrefix(block.payload)?.openBytes ?? block.bytes);
}

/** A block without its payload. */
export function headerOf({ firstSequence, lastSequence, recordedAt, encoding, bytes }: BlockHeader): BlockHeader {
  return { firstSequence, lastSequence, recordedAt, encoding, bytes };
}

/** What replacing `run` by `sealed` adds to a report. */
function addToReport(report: SealReport, run: readonly BlockHeader[], sealed: BlockHeader): SealReport {
  const newlySealed = run.filter((block) => block.encoding === 'open');
  return {
    sealedEvents: report.sealedEvents + newlySealed.reduce((sum, block) => sum + eventsOf(block), 0),
    blocksBefore: report.blocksBefore + run.length,
    blocksAfter: report.blocksAfter + 1,
    bytesBefore: report.bytesBefore + run.reduce((sum, block) => sum + block.bytes, 0),
    bytesAfter: report.bytesAfter + sealed.bytes,
    made: [...report.made, sealed],
  };
}

/** The report of a sealing that found nothing to do. */
export const NOTHING_SEALED: SealReport = {
  sealedEvents: 0,
  blocksBefore: 0,
  blocksAfter: 0,
  bytesBefore: 0,
  bytesAfter: 0,
  made: [],
};

/** Never packed or packed again: sealed and at least half full, or too large. */
function isPackedForGood(block: SealCandidate): boolean {
  if (block.openBytes > LARGEST_OPEN_BYTES_SEALED) return true;
  const halfFull = eventsOf(block) * 2 >= SEALED_BLOCK_EVENTS || block.openBytes * 2 >= SEALED_BLOCK_OPEN_BYTES;
  return block.encoding === 'sealed' && halfFull;
}

function isFull(run: readonly SealCandidate[], openBytes: number): boolean {
  if (run.length === 0) return false;
  const events = run.at(-1)!.lastSequence - run[0]!.firstSequence + 1;
  return events >= SEALED_BLOCK_EVENTS || run.reduce((sum, b) => sum + b.openBytes, 0) >= openBytes;
}

function isWorthwhile(run: readonly SealCandidate[]): boolean {
  return run.length > 1 || run[0]?.encoding === 'open';
}

function eventsOf({ firstSequence, lastSequence }: BlockHeader): number {
  return lastSequence - firstSequence + 1;
}

/** What a run of blocks says. */
export function joinBlocks(run: readonly StoredBlock[]): WholeBlock {
  const parts = run.map((block) => decodeBlock(block));
  return {
    events: parts.flatMap((part) => part.events),
    commitEnds: parts.flatMap((part) => part.commitEnds),
    tags: run.flatMap((block) => decodeTags(block)),
  };
}

function proveSame(original: WholeBlock, sealed: WholeBlock): void {
  assert(sameJson(original.commitEnds, sealed.commitEnds), 'sealing changed the commits of a block');
  assert(sameJson(original.events, sealed.events), 'sealing changed the events of a block');
  assert(sameJson(original.tags, sealed.tags), 'sealing changed the tags of a block');
}
