/** What else a log in memory can do: seal. It has no disk, so its sizes are 0 and it cannot be backed up. */
import { RefoldError, type SerializedError } from '../core/errors.ts';
import { nextTurn } from '../threads/timers.ts';
import { type StoredBlock, verifyBlocks } from './blocks/chain.ts';
import { headerOf, nextRun, openBytesOf, type SealedRun, type Stretch, sealInRuns, sealRun } from './blocks/sealing.ts';
import type { LogContents } from './copying/log-copying.ts';
import { contentsInMemory } from './copying/memory-filling.ts';
import type { LogCopy } from './log-backup.ts';
import type { LogCare, LogSize, LogWriter, SealOptions, SealReport } from './log-care.ts';
import type { SealedBlock } from './log-store.ts';
import type { MemoryContents } from './memory.ts';
import { MemoryRedaction } from './memory-redaction.ts';

/** The log that is cared for: both give its contents, or refuse. */
export interface CaredLog {
  readonly path: string;
  /** @throws RefoldError `STORE_CLOSED` */
  reading(): MemoryContents;
  /** @throws RefoldError `STORE_CLOSED`, `INVALID_OPTION` on a reader, `SEQUENCE_CONFLICT` on a replaced writer */
  writing(epoch?: number): MemoryContents;
}

export class MemoryCare implements LogCare {
  readonly redaction: MemoryRedaction;
  readonly #log: CaredLog;

  constructor(log: CaredLog) {
    this.#log = log;
    this.redaction = new MemoryRedaction(log);
  }

  async seal(options: SealOptions): Promise<SealReport> {
    const isDry = options.dryRun === true;
    return sealInRuns(options, async (stretch) => {
      const { blocks } = isDry ? this.#log.reading() : this.#log.writing();
      const next = this.#packNext(blocks, stretch);
      if (next === undefined) return undefined;
      const { start, run, sealed } = next;
      if (!isDry) blocks.splice(start, run.length, sealed);
      await nextTurn();
      return { run, sealed: headerOf(sealed) };
    });
  }

  #packNext(
    blocks: readonly StoredBlock[],
    { from, through }: Stretch,
  ): (SealedRun & { readonly start: number; readonly sealed: StoredBlock }) | undefined {
    const candidates = blocks
      .values()
      .filter(({ firstSequence }) => firstSequence >= from)
      .map((block) => ({ ...headerOf(block), openBytes: openBytesOf(block) }));
    const run = nextRun(candidates, through);
    if (run === undefined) return undefined;
    const start = blocks.findIndex((block) => block.firstSequence === run[0]!.firstSequence);
    const startChain = chainBefore(this.#log.reading(), start);
    const packed = blocks.slice(start, start + run.length);
    verifyBlocks(packed, startChain, this.#log.path);
    return { start, run, sealed: sealRun(packed, startChain) };
  }

  async writer(): Promise<LogWriter | undefined> {
    return this.#log.reading().writer;
  }

  async reclaim(): Promise<void> {
    this.#log.writing();
  }

  size(): LogSize {
    this.#log.reading();
    return { fileBytes: 0, walBytes: 0, freeBytes: 0 };
  }

  async checkStructure(): Promise<readonly SerializedError[]> {
    this.#log.reading();
    return [];
  }

  async replaceBlock(sealed: SealedBlock): Promise<boolean> {
    const contents = this.#log.writing();
    const index = contents.blocks.findIndex(({ firstSequence }) => firstSequence === sealed.firstSequence);
    const present = contents.blocks[index];
    if (present?.encoding !== 'sealed' || present.lastSequence !== sealed.lastSequence) return false;
    if (present.checksum !== sealed.replaces[0]) return false;
    verifyBlocks([sealed], chainBefore(contents, index), this.#log.path);
    if (sealed.chain !== present.chain) return false;
    contents.blocks[index] = sealed;
    return true;
  }

  async contents(): Promise<LogContents> {
    return contentsInMemory(this.#log.reading());
  }

  async backup(path: string): Promise<LogCopy> {
    throw new RefoldError('INVALID_OPTION', `Cannot back up a log in memory to ${path}: it has no file to copy`, {
      path,
      hint: 'Open the store with a path, or export its events',
    });
  }
}

/** The chain before the block at `index`. */
export function chainBefore({ blocks, trimmed }: MemoryContents, index: number): string {
  return index > 0 ? blocks[index - 1]!.chain : trimmed.chain;
}
