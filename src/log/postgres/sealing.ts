/** Sealing: blocks are read and packed beside the writer, and one fenced statement puts the sealed block in their place. */
import { decodeBlock } from '../blocks/block.ts';
import { type StoredBlock, verifyBlocks } from '../blocks/chain.ts';
import {
  headerOf,
  nextRun,
  type SealCandidate,
  type SealedRun,
  type Stretch,
  sealInRuns,
  sealRun,
} from '../blocks/sealing.ts';
import type { SealOptions, SealReport } from '../log-care.ts';
import { storeClosed } from '../log-errors.ts';
import type { SealedBlock } from '../log-store.ts';
import { packRedacted } from '../unpacking/unpacking.ts';
import type { PostgresReader } from './reading.ts';
import type { PostgresWriter } from './writing.ts';

/** A run of so much text is packed here: a thread would take longer to answer. */
const PACKED_HERE_BYTES = 64 * 1024;
const PACKED_HERE_BLOCKS = 100;

export interface SealingParts {
  readonly path: string;
  readonly reader: PostgresReader;
  /** Undefined in a dry run. */
  readonly writer: PostgresWriter | undefined;
  /** Aborts when the log is closed. */
  readonly closing: AbortSignal;
  /** Called with the bytes of the blocks that were replaced, and of the new one. */
  readonly onSealed: (before: number, after: number) => void;
}

/** Seals as `LogCare.seal` says. */
export function sealLog(parts: SealingParts, options: SealOptions): Promise<SealReport> {
  return sealInRuns(options, async (stretch) => {
    for (;;) {
      if (parts.closing.aborted) throw storeClosed(parts.path);
      const step = await sealNext(parts, stretch);
      if (step !== 'changed') return step;
    }
  });
}

/** Undefined when no run is left; `changed` when the log was changed by another call meanwhile. */
async function sealNext(parts: SealingParts, stretch: Stretch): Promise<SealedRun | 'changed' | undefined> {
  const { path, reader, writer, onSealed } = parts;
  const found = await nextRunOf(reader, stretch);
  if (found === undefined) return undefined;
  const { startChain, blocks } = await reader.run(found[0]!.firstSequence, found.at(-1)!.firstSequence);
  if (blocks.length !== found.length || blocks.at(-1)!.lastSequence !== found.at(-1)!.lastSequence) return 'changed';
  verifyBlocks(blocks, startChain, path);
  const sealed = await pack(blocks, startChain);
  const run = blocks.map(headerOf);
  if (writer !== undefined) {
    if (!(await writer.seal(sealed, lastTimeOf(blocks.at(-1)!)))) return 'changed';
    onSealed(
      run.reduce((sum, { bytes }) => sum + bytes, 0),
      sealed.bytes,
    );
  }
  return { run, sealed: headerOf(sealed) };
}

/** Reads headers page by page until the first run is complete. */
async function nextRunOf(
  reader: PostgresReader,
  { from, through }: Stretch,
): Promise<readonly SealCandidate[] | undefined> {
  let candidates: SealCandidate[] = [];
  for (let next = from; ; ) {
    const { page, isLast } = await reader.candidates(next);
    candidates.push(...page);
    const last = candidates.at(-1);
    const run = nextRun(candidates, through);
    const isWhole = isLast || last === undefined || last.lastSequence >= through;
    // A run that ends with the page may go on in the next one.
    if (isWhole || (run !== undefined && run.at(-1) !== last)) return run;
    if (run === undefined) candidates = candidates.slice(-1); // all before it stay as they are
    next = last.lastSequence + 1;
  }
}

async function pack(blocks: readonly StoredBlock[], startChain: string): Promise<SealedBlock> {
  const bytes = blocks.reduce((sum, block) => sum + block.bytes, 0);
  const isSmall = blocks.length <= PACKED_HERE_BLOCKS && bytes <= PACKED_HERE_BYTES;
  return isSmall ? sealRun(blocks, startChain) : packRedacted(blocks, startChain, []);
}

/** When the last event of a block was recorded. */
export function lastTimeOf(block: StoredBlock): number {
  return decodeBlock(block).events.at(-1)!.recordedAt;
}
