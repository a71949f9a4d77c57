/** The redaction of a log in memory. Old payloads are forgotten with their blocks, so there is nothing to scrub. */
import { decodeBlock } from './blocks/block.ts';
import { type StoredBlock, verifyBlock } from './blocks/chain.ts';
import { proveKept } from './blocks/redacting.ts';
import { joinBlocks } from './blocks/sealing.ts';
import { blocksChanged, requireApart, sequenceConflict } from './log-errors.ts';
import type { LogRedaction, RecordedRedaction, RedactionFence, RedactionRow, ScrubReport } from './log-redaction.ts';
import type { LogHead, SealedBlock, StoredOutcome } from './log-store.ts';
import type { MemoryContents } from './memory.ts';
import { type CaredLog, chainBefore } from './memory-care.ts';

/** Blocks and outcomes that are to take the place of others. */
interface StagedRedaction {
  /** In order. */
  readonly blocks: readonly SealedBlock[];
  readonly outcomes: readonly StoredOutcome[];
}

const NOTHING_STAGED: StagedRedaction = { blocks: [], outcomes: [] };

export class MemoryRedaction implements LogRedaction {
  readonly #log: CaredLog;
  /** It belongs to this writer: another one begins with nothing. */
  #staged: StagedRedaction = NOTHING_STAGED;

  constructor(log: CaredLog) {
    this.#log = log;
  }

  async chainBefore(firstSequence: number): Promise<string> {
    const contents = this.#log.reading();
    const index = contents.blocks.findIndex((block) => block.firstSequence === firstSequence);
    if (index < 0) throw blocksChanged(this.#log.path, firstSequence);
    return chainBefore(contents, index);
  }

  async stage(blocks: readonly SealedBlock[], outcomes: readonly StoredOutcome[]): Promise<void> {
    const contents = this.#log.writing();
    for (const block of blocks) this.#requireFit(contents, block);
    const byPlace = new Map([...this.#staged.blocks, ...blocks].map((block) => [block.firstSequence, block]));
    const inOrder = [...byPlace.values()].sort((a, b) => a.firstSequence - b.firstSequence);
    this.#staged = { blocks: inOrder, outcomes: [...this.#staged.outcomes, ...outcomes] };
  }

  #requireFit(contents: MemoryContents, block: SealedBlock): void {
    const { start, run } = this.#runOf(contents, block);
    verifyBlock(block, chainBefore(contents, start), this.#log.path);
    proveKept(joinBlocks(run), decodeBlock(block));
  }

  /** The blocks that a staged block was packed from, if they are still there. */
  #runOf({ blocks }: MemoryContents, { firstSequence, lastSequence, chain, replaces }: SealedBlock): Run {
    const start = blocks.findIndex((block) => block.firstSequence === firstSequence);
    const run = start < 0 ? [] : blocks.slice(start, start + replaces.length);
    const isSame = run.length === replaces.length && run.every(({ checksum }, index) => checksum === replaces[index]);
    const last = run.at(-1);
    if (!isSame || last?.lastSequence !== lastSequence || last.chain !== chain) {
      throw blocksChanged(this.#log.path, firstSequence);
    }
    return { start, run };
  }

  async apply(row: RedactionRow, { expectedSequence, epoch, onHeld }: RedactionFence): Promise<void> {
    const contents = this.#log.writing(epoch);
    // Others may append while the caller folds: then it is called again.
    for (let head: LogHead | undefined; onHeld !== undefined && head?.sequence !== contents.head.sequence; ) {
      head = contents.head;
      await onHeld(head);
    }
    this.#log.writing(epoch); // still
    const { sequence } = contents.head;
    if (expectedSequence !== undefined && expectedSequence !== sequence)
      throw sequenceConflict(this.#log.path, expectedSequence, sequence);
    const { blocks, snapshots, outcomes } = contents;
    const staged = this.#staged;
    requireApart(staged.blocks, this.#log.path);
    for (const block of staged.blocks) this.#runOf(contents, block);
    for (const block of staged.blocks) {
      const { start, run } = this.#runOf(contents, block);
      blocks.splice(start, run.length, block);
    }
    for (const outcome of staged.outcomes) {
      if (outcomes.get(outcome.commandId)?.recordedAt === outcome.recordedAt) outcomes.set(outcome.commandId, outcome);
    }
    const kept = snapshots.filter(({ info }) => info.sequence < row.firstSequence);
    snapshots.splice(0, snapshots.length, ...kept);
    contents.redactions.push({ ...row });
    this.#staged = NOTHING_STAGED;
    contents.bell.ring();
  }

  async *outcomes(): AsyncGenerator<StoredOutcome, void> {
    yield* [...this.#log.reading().outcomes.values()];
  }

  async discard(): Promise<void> {
    this.#log.writing();
    this.#staged = NOTHING_STAGED;
  }

  async scrub(onProgress?: (fraction: number) => void): Promise<ScrubReport> {
    this.#log.writing();
    onProgress?.(1);
    return { milliseconds: 0 };
  }

  async redactions(): Promise<readonly RecordedRedaction[]> {
    return this.#log.reading().redactions.map((row) => ({ ...row, scrubbed: true }));
  }
}

interface Run {
  readonly start: number;
  readonly run: readonly StoredBlock[];
}
