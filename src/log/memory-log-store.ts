/** An open log in memory. */
import { hostname } from 'node:os';
import { checksumOf, type StoredBlock, verifyBlock } from './blocks/chain.ts';
import { nextBlock } from './blocks/next-block.ts';
import { headerOf } from './blocks/sealing.ts';
import { mayHold } from './blocks/tag-list.ts';
import { followLog } from './following.ts';
import type { LogWriter } from './log-care.ts';
import {
  epochConflict,
  eventsMissing,
  historyGone,
  noTurns,
  notKeeper,
  openedReadOnly,
  sequenceConflict,
  snapshotDamaged,
  storeClosed,
} from './log-errors.ts';
import type {
  AppendRequest,
  Block,
  BlockHeader,
  BlockQuery,
  Checkpoint,
  LogHead,
  LogStore,
  ReactorRow,
  SnapshotInfo,
  StoredOutcome,
} from './log-store.ts';
import type { TurnEnding, TurnRequest } from './log-turn.ts';
import type { MemoryContents } from './memory.ts';
import { chainBefore, MemoryCare } from './memory-care.ts';
import { type MemoryMember, membersOf, takeTurn } from './memory-members.ts';
import { DEFAULT_BOUNDS, type OutcomeBounds, rememberOutcomes } from './outcomes.ts';

/** The same as for a file, so that a store in memory behaves like a store on a file. */
const MEMORY_BLOCK_BYTES = 4 * 1024 * 1024;

export class MemoryLogStore implements LogStore {
  readonly path = ':memory:';
  readonly readOnly: boolean;
  readonly blockBytes: number = MEMORY_BLOCK_BYTES;
  readonly remembers: OutcomeBounds;
  readonly care: MemoryCare;
  readonly keeping: MemoryMember | undefined;
  readonly #contents: MemoryContents;
  /** A writer's epoch. */
  readonly #epoch: number;
  readonly #writer: LogWriter = { pid: process.pid, host: hostname(), startedAt: Date.now() };
  #closed = false;

  /** @param member set when it is one of several writers */
  constructor(
    contents: MemoryContents,
    readOnly: boolean,
    bounds: OutcomeBounds = DEFAULT_BOUNDS,
    member?: MemoryMember,
  ) {
    this.#contents = contents;
    this.remembers = bounds;
    this.readOnly = readOnly;
    this.keeping = member;
    if (!readOnly && member === undefined) {
      contents.epoch += 1;
      contents.writer = this.#writer;
    }
    this.#epoch = contents.epoch;
    this.care = new MemoryCare({
      path: this.path,
      reading: () => this.#open(),
      writing: (epoch) => this.#writing(epoch),
    });
  }

  /** A reader gives the last writer's. */
  get epoch(): number {
    if (this.keeping !== undefined) return this.keeping.epoch ?? this.#contents.epoch;
    return this.readOnly ? this.#contents.epoch : this.#epoch;
  }

  head(): LogHead {
    return this.#contents.head;
  }

  firstSequence(): number {
    return this.#contents.trimmed.through + 1;
  }

  generation(): number {
    return this.#contents.redactions.length;
  }

  turn(request: TurnRequest): Promise<TurnEnding> {
    return membersOf(this.#contents).turns.run(() => {
      const contents = this.#open();
      if (this.keeping === undefined) throw noTurns(this.path);
      return takeTurn(contents, request, this.remembers);
    });
  }

  async append(request: AppendRequest): Promise<void> {
    if (this.keeping !== undefined) throw notKeeper(this.path);
    const contents = this.#writing(request.epoch);
    const { sequence } = contents.head;
    if (request.expectedSequence !== sequence) throw sequenceConflict(this.path, request.expectedSequence, sequence);
    if (request.commits.length > 0) {
      const { block, head } = nextBlock(contents.head, request.commits);
      contents.blocks.push(block);
      contents.head = head;
    }
    rememberOutcomes(contents.outcomes, request.outcomes, this.remembers);
    contents.bell.ring();
  }

  async *read({ from, to }: { readonly from: number; readonly to?: number }): AsyncGenerator<Block, void> {
    const end = Math.min(to ?? Number.POSITIVE_INFINITY, this.#open().head.sequence);
    for (let next = Math.max(1, from); next <= end; ) {
      const block = this.#blockWith(next);
      yield block;
      next = block.lastSequence + 1;
    }
  }

  /** Looks each block up again: since the last one, sealing may have replaced it or compaction dropped it. */
  #blockWith(sequence: number): Block {
    const { blocks, trimmed } = this.#open();
    if (sequence <= trimmed.through) throw historyGone(this.path, sequence, trimmed.through + 1);
    const index = indexOfBlock(blocks, sequence);
    const block = blocks[index];
    if (block === undefined || block.lastSequence < sequence) throw eventsMissing(this.path, sequence);
    verifyBlock(block, chainBefore(this.#contents, index), this.path);
    return block;
  }

  follow(from: number, signal: AbortSignal): AsyncIterable<Block> {
    const grown = (until: AbortSignal) => this.#open().bell.wait(until);
    return followLog({ head: () => this.head(), read: (range) => this.read(range), grown }, from, signal);
  }

  async *headers(from = 1): AsyncGenerator<BlockHeader, void> {
    for (const block of [...this.#open().blocks]) if (block.firstSequence >= from) yield headerOf(block);
  }

  async *find({ from, to, reverse = false, tags }: BlockQuery): AsyncGenerator<BlockHeader, void> {
    const { trimmed, blocks: all } = this.#open();
    const first = Math.max(1, from);
    if (first <= to && first <= trimmed.through) throw historyGone(this.path, first, trimmed.through + 1);
    const blocks = all.filter((block) => block.lastSequence >= from && block.firstSequence <= to);
    for (const block of reverse ? blocks.toReversed() : blocks) {
      const { tagList } = block;
      if (tags === undefined || tagList === undefined || mayHold(tagList, tags)) yield headerOf(block);
    }
  }

  async blockAt(time: number): Promise<BlockHeader | undefined> {
    const block = this.#open().blocks.findLast((candidate) => candidate.recordedAt <= time);
    return block && headerOf(block);
  }

  outcome(commandId: string): StoredOutcome | undefined {
    return this.#open().outcomes.get(commandId);
  }

  async putSnapshot(info: SnapshotInfo, chunks: Iterable<Uint8Array>): Promise<void> {
    const { snapshots } = this.#writing();
    const copies = Array.from(chunks, (chunk) => ({ bytes: Uint8Array.from(chunk), checksum: checksumOf(chunk) }));
    const existing = snapshots.findIndex(({ info: other }) => isSameSnapshot(other, info));
    if (existing >= 0) snapshots.splice(existing, 1);
    const bytes = copies.reduce((sum, chunk) => sum + chunk.bytes.byteLength, 0);
    snapshots.push({ info: { ...info, bytes }, chunks: copies });
  }

  async snapshots(owner: string): Promise<readonly SnapshotInfo[]> {
    const infos = this.#open().snapshots.map(({ info }) => info);
    return infos.filter((info) => info.owner === owner).sort((a, b) => b.sequence - a.sequence);
  }

  async *readSnapshot(info: SnapshotInfo): AsyncGenerator<Uint8Array, void> {
    const stored = this.#open().snapshots.find((snapshot) => isSameSnapshot(snapshot.info, info));
    if (stored === undefined) throw snapshotDamaged(this.path, info.sequence, 'it was deleted');
    let bytes = 0;
    for (const chunk of stored.chunks) {
      if (checksumOf(chunk.bytes) !== chunk.checksum)
        throw snapshotDamaged(this.path, info.sequence, 'a chunk changed');
      bytes += chunk.bytes.byteLength;
      yield Uint8Array.from(chunk.bytes);
    }
    if (bytes !== stored.info.bytes) throw snapshotDamaged(this.path, info.sequence, 'a chunk is missing');
  }

  async dropSnapshots(owner: string, sequences: readonly number[]): Promise<void> {
    const { snapshots } = this.#writing();
    const kept = snapshots.filter(({ info }) => info.owner !== owner || !sequences.includes(info.sequence));
    snapshots.splice(0, snapshots.length, ...kept);
  }

  async checkpoints(): Promise<readonly Checkpoint[]> {
    return Array.from(this.#open().checkpoints, ([projection, sequence]) => ({ projection, sequence }));
  }

  async putCheckpoint({ projection, sequence }: Checkpoint): Promise<void> {
    this.#writing().checkpoints.set(projection, sequence);
  }

  async dropCheckpoint(projection: string): Promise<void> {
    this.#writing().checkpoints.delete(projection);
  }

  async reactors(): Promise<readonly ReactorRow[]> {
    return [...this.#open().reactors.values()];
  }

  async putReactor({ reactor, sequence, progress }: ReactorRow): Promise<void> {
    this.#writing().reactors.set(reactor, { reactor, sequence, progress });
  }

  async dropReactor(reactor: string): Promise<void> {
    this.#writing().reactors.delete(reactor);
  }

  async getMeta(key: string): Promise<string | undefined> {
    return this.#open().meta.get(key);
  }

  async putMeta(key: string, value: string): Promise<void> {
    this.#writing().meta.set(key, value);
  }

  async dropThrough(sequence: number): Promise<void> {
    const contents = this.#writing();
    const { blocks } = contents;
    const drop = blocks.slice(0, -1).findLastIndex((block) => block.lastSequence <= sequence) + 1;
    const last = blocks.splice(0, drop).at(-1);
    if (last !== undefined) contents.trimmed = { through: last.lastSequence, chain: last.chain };
  }

  async flush(): Promise<void> {
    this.#open();
  }

  async close(): Promise<void> {
    if (this.keeping !== undefined && !this.#closed) membersOf(this.#contents).leave(this.keeping);
    this.#closed = true;
    if (this.#contents.writer === this.#writer) this.#contents.writer = undefined;
    this.#contents.bell.ring();
  }

  #open(): MemoryContents {
    if (this.#closed) throw storeClosed(this.path);
    return this.#contents;
  }

  /**
   * Every write gets the contents here.
   *
   * @param epoch the writer that asks
   */
  #writing(epoch: number = this.epoch): MemoryContents {
    const contents = this.#open();
    if (this.readOnly) throw openedReadOnly(this.path);
    if (this.keeping?.isKeeper === false) throw notKeeper(this.path);
    if (epoch !== contents.epoch) throw epochConflict(this.path, epoch, contents.epoch);
    return contents;
  }
}

/** Index of the last block that begins at or before `sequence`; -1 when no block does. */
function indexOfBlock(blocks: readonly StoredBlock[], sequence: number): number {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (blocks[middle]!.firstSequence <= sequence) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function isSameSnapshot(a: SnapshotInfo, b: SnapshotInfo): boolean {
  return a.owner === b.owner && a.sequence === b.sequence;
}
