/** Fills a log in memory with a copy of another one. */
import { checksumOf } from '../blocks/chain.ts';
import { eventsMissing } from '../log-errors.ts';
import type { Block, LogHead, SnapshotInfo, StoredOutcome } from '../log-store.ts';
import type { MemoryContents } from '../memory.ts';
import { endOf, filledBlocks } from './filled-blocks.ts';
import type { CopyMark, LastRows, LogContents, LogFilling } from './log-copying.ts';
import { decodeMark, encodeMark, UNFINISHED_KEY } from './unfinished.ts';

export class MemoryFilling implements LogFilling {
  readonly path: string;
  readonly found: CopyMark | undefined;
  readonly #contents: MemoryContents;

  constructor(contents: MemoryContents) {
    this.#contents = contents;
    this.path = contents.name;
    this.found = decodeMark(contents.meta.get(UNFINISHED_KEY));
  }

  get end(): LogHead {
    return this.#contents.head;
  }

  async begin(mark: CopyMark, trimmed: LogHead, keepsBlocks: boolean): Promise<void> {
    const { blocks, outcomes, snapshots, meta } = this.#contents;
    outcomes.clear();
    snapshots.length = 0;
    meta.clear();
    meta.set(UNFINISHED_KEY, encodeMark(mark));
    if (keepsBlocks) return;
    blocks.length = 0;
    this.#contents.trimmed = { through: trimmed.sequence, chain: trimmed.chain };
    this.#contents.head = trimmed;
  }

  async putBlocks(given: readonly Block[]): Promise<void> {
    const { blocks, trimmed } = this.#contents;
    const first = given[0]!.firstSequence;
    const kept = blocks.filter((block) => block.firstSequence < first);
    const before = kept.at(-1) ?? { lastSequence: trimmed.through, chain: trimmed.chain };
    if (before.lastSequence !== first - 1) throw eventsMissing(this.path, first - 1);
    const filled = filledBlocks(given, before.chain, this.path);
    blocks.splice(kept.length, blocks.length, ...filled.map(({ lastRecordedAt: _, hasTags: __, ...block }) => block));
    this.#contents.head = endOf(filled)!;
  }

  async putOutcomes(outcomes: readonly StoredOutcome[]): Promise<void> {
    for (const outcome of outcomes) this.#contents.outcomes.set(outcome.commandId, { ...outcome });
  }

  async putSnapshot(info: SnapshotInfo, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const copies: { readonly bytes: Uint8Array; readonly checksum: number }[] = [];
    for await (const chunk of chunks) copies.push({ bytes: Uint8Array.from(chunk), checksum: checksumOf(chunk) });
    this.#contents.snapshots.push({ info, chunks: copies });
  }

  async finish({ epoch, checkpoints, reactors, meta, redactions }: LastRows): Promise<number> {
    const contents = this.#contents;
    for (const { projection, sequence } of checkpoints) contents.checkpoints.set(projection, sequence);
    for (const row of reactors) contents.reactors.set(row.reactor, row);
    for (const [key, value] of meta) contents.meta.set(key, value);
    contents.redactions.push(...redactions);
    contents.epoch = Math.max(contents.epoch, epoch) + 1;
    contents.meta.delete(UNFINISHED_KEY);
    return contents.epoch;
  }

  async close(): Promise<void> {}
}

/** What is in a log in memory, for a copy of it. */
export function contentsInMemory({ trimmed, meta, snapshots, outcomes, redactions }: MemoryContents): LogContents {
  return {
    trimmed: { sequence: trimmed.through, recordedAt: 0, chain: trimmed.chain },
    meta: [...meta],
    generation: redactions.length,
    owners: [...new Set(snapshots.map(({ info }) => info.owner))],
    async *outcomes() {
      yield* [...outcomes.values()];
    },
  };
}
