/**
 * A log in memory: the whole contract of `LogStore`, with data that lives as long as its contents are held.
 *
 * For tests, and for stores opened at `:memory:`. It keeps blocks in the very form a file would (checksums, chain, open
 * and sealed payloads), so that whatever runs on it runs on a file. Nothing here survives the process.
 */
import assert from 'node:assert';
import { RefoldError } from '../core/errors.ts';
import { isParts } from '../core/parts.ts';
import { nextTurn } from '../threads/timers.ts';
import { encodeOpenBlock } from './blocks/block.ts';
import { chainAfter, checksumOf, EMPTY_CHAIN, type StoredBlock, verifyBlock, verifyBlocks } from './blocks/chain.ts';
import { headerOf, nextRun, openBytesOf, sealInRuns, sealRun } from './blocks/sealing.ts';
import { Bell, followLog } from './following.ts';
import {
  epochConflict,
  eventsMissing,
  historyGone,
  sequenceConflict,
  snapshotDamaged,
  storeClosed,
} from './log-errors.ts';
import type { LogSource, OpenLogOptions } from './log-source.ts';
import type {
  AppendRequest,
  Block,
  BlockHeader,
  Checkpoint,
  Durability,
  LogHead,
  LogSize,
  LogStore,
  SealOptions,
  SealReport,
  SnapshotInfo,
  StoredOutcome,
} from './log-store.ts';
import { FORGOTTEN_PER_NEW_OUTCOME, OUTCOME_AGE_MS, OUTCOMES_KEPT } from './outcomes.ts';

export interface MemoryLogOptions {
  /** Accepted for symmetry; memory has no disk to reach. */
  readonly durability?: Durability;
  /** Opens what another log in memory holds; default is an empty one. */
  readonly contents?: MemoryContents;
}

interface StoredSnapshot {
  readonly info: SnapshotInfo;
  readonly chunks: { readonly bytes: Uint8Array; readonly checksum: number }[];
}

/**
 * What a log in memory holds, and a source of it: `openStore(model, { log: contents })` reopens the same log, whoever wrote
 * it. Only this thread has it.
 */
export class MemoryContents implements LogSource {
  readonly name: string = ':memory:';
  readonly blocks: StoredBlock[] = [];
  readonly outcomes: Map<string, StoredOutcome> = new Map();
  readonly snapshots: StoredSnapshot[] = [];
  readonly checkpoints: Map<string, number> = new Map();
  readonly meta: Map<string, string> = new Map();
  readonly bell: Bell = new Bell();
  head: LogHead = { sequence: 0, recordedAt: 0, chain: EMPTY_CHAIN };
  /** The end of what was dropped. */
  trimmed: { readonly through: number; readonly chain: string } = { through: 0, chain: EMPTY_CHAIN };
  epoch = 0;

  /** Opens the log. Its writer replaces the one before it. `durability` is taken and means nothing: there is no disk. */
  async open({ readOnly = false }: OpenLogOptions = {}): Promise<LogStore> {
    return new MemoryLog(this, readOnly);
  }
}

/** Opens a log in memory; with the contents of another, that log is its writer no more. */
export function openMemoryLog(options: MemoryLogOptions = {}): LogStore {
  const contents = contentsOf(options);
  if (contents !== undefined) return new MemoryLog(contents, false);
  throw new RefoldError('INVALID_OPTION', 'Cannot open a log in memory: its options are { contents?, durability? }', {
    type: 'contents',
    hint: 'Give contents as new MemoryContents() made them, or nothing',
  });
}

/** Undefined for options that are none. */
function contentsOf(options: unknown): MemoryContents | undefined {
  try {
    if (!isParts(options)) return undefined;
    for (const name in options) if (name !== 'contents' && name !== 'durability') return undefined;
    const { contents = new MemoryContents() } = options;
    return contents instanceof MemoryContents ? contents : undefined;
  } catch {
    return undefined; // a getter or a proxy
  }
}

class MemoryLog implements LogStore {
  readonly path = ':memory:';
  readonly readOnly: boolean;
  readonly #contents: MemoryContents;
  /** Of a writer. */
  readonly #epoch: number;
  #closed = false;

  constructor(contents: MemoryContents, readOnly: boolean) {
    this.#contents = contents;
    this.readOnly = readOnly;
    if (!readOnly) contents.epoch += 1;
    this.#epoch = contents.epoch;
  }

  /** A reader's is the last writer's. */
  get epoch(): number {
    return this.readOnly ? this.#contents.epoch : this.#epoch;
  }

  head(): LogHead {
    return this.#contents.head;
  }

  firstSequence(): number {
    return this.#contents.trimmed.through + 1;
  }

  async append(request: AppendRequest): Promise<void> {
    const contents = this.#open();
    this.#checkWriter(request);
    if (request.commits.length > 0) this.#appendBlock(contents, request);
    rememberOutcomes(contents.outcomes, request.outcomes);
    contents.bell.ring();
  }

  #checkWriter({ epoch, expectedSequence }: AppendRequest): void {
    const { epoch: current, head } = this.#contents;
    if (epoch !== current) throw epochConflict(this.path, epoch, current);
    if (expectedSequence !== head.sequence) throw sequenceConflict(this.path, expectedSequence, head.sequence);
  }

  #appendBlock(contents: MemoryContents, { commits, expectedSequence }: AppendRequest): void {
    const payload = encodeOpenBlock(commits);
    const firstSequence = expectedSequence + 1;
    const lastSequence = expectedSequence + commits.reduce((sum, commit) => sum + commit.events, 0);
    assert(lastSequence >= firstSequence, 'a block without events');
    const checksum = checksumOf(payload);
    const bytes = Buffer.byteLength(payload);
    const recordedAt = commits[0]!.recordedAt;
    const chain = chainAfter(contents.head.chain, { checksum, firstSequence, lastSequence, recordedAt });
    contents.blocks.push({
      firstSequence,
      lastSequence,
      recordedAt,
      encoding: 'open',
      bytes,
      payload,
      chain,
      checksum,
    });
    contents.head = { sequence: lastSequence, recordedAt: commits.at(-1)!.recordedAt, chain };
  }

  async *read({ from, to }: { readonly from: number; readonly to?: number }): AsyncGenerator<Block, void> {
    const end = Math.min(to ?? Number.POSITIVE_INFINITY, this.#open().head.sequence);
    for (let next = Math.max(1, from); next <= end; ) {
      const block = this.#blockWith(next);
      yield block;
      next = block.lastSequence + 1;
    }
  }

  /** Looked up anew for each block: sealing may have replaced it, or compaction dropped it, since the last one. */
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

  async blockAt(time: number): Promise<BlockHeader | undefined> {
    const block = this.#open().blocks.findLast((candidate) => candidate.recordedAt <= time);
    return block && headerOf(block);
  }

  outcome(commandId: string): StoredOutcome | undefined {
    return this.#open().outcomes.get(commandId);
  }

  async putSnapshot(info: SnapshotInfo, chunks: Iterable<Uint8Array>): Promise<void> {
    const { snapshots } = this.#open();
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
    if (stored === undefined) throw snapshotDamaged(this.path, info.sequence, 'it is gone');
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
    const { snapshots } = this.#open();
    const kept = snapshots.filter(({ info }) => info.owner !== owner || !sequences.includes(info.sequence));
    snapshots.splice(0, snapshots.length, ...kept);
  }

  async checkpoints(): Promise<readonly Checkpoint[]> {
    return Array.from(this.#open().checkpoints, ([projection, sequence]) => ({ projection, sequence }));
  }

  async putCheckpoint({ projection, sequence }: Checkpoint): Promise<void> {
    this.#open().checkpoints.set(projection, sequence);
  }

  async dropCheckpoint(projection: string): Promise<void> {
    this.#open().checkpoints.delete(projection);
  }

  async getMeta(key: string): Promise<string | undefined> {
    return this.#open().meta.get(key);
  }

  async putMeta(key: string, value: string): Promise<void> {
    this.#open().meta.set(key, value);
  }

  seal(options: SealOptions): Promise<SealReport> {
    return sealInRuns(options, async ({ from, through }) => {
      const { blocks } = this.#open();
      const candidates = blocks
        .values()
        .filter(({ firstSequence }) => firstSequence >= from)
        .map((block) => ({ ...headerOf(block), openBytes: openBytesOf(block) }));
      const run = nextRun(candidates, through);
      if (run === undefined) return undefined;
      const start = blocks.findIndex((block) => block.firstSequence === run[0]!.firstSequence);
      const sealed = this.#packBlocks(start, run.length);
      if (options.dryRun !== true) blocks.splice(start, run.length, sealed);
      await nextTurn();
      return { run, sealed: headerOf(sealed) };
    });
  }

  #packBlocks(start: number, count: number): StoredBlock {
    const startChain = chainBefore(this.#contents, start);
    const run = this.#contents.blocks.slice(start, start + count);
    verifyBlocks(run, startChain, this.path);
    return sealRun(run, startChain);
  }

  async dropThrough(sequence: number): Promise<void> {
    const contents = this.#open();
    const { blocks } = contents;
    const drop = blocks.slice(0, -1).findLastIndex((block) => block.lastSequence <= sequence) + 1;
    const last = blocks.splice(0, drop).at(-1);
    if (last !== undefined) contents.trimmed = { through: last.lastSequence, chain: last.chain };
  }

  async reclaim(): Promise<void> {
    this.#open();
  }

  async flush(): Promise<void> {
    this.#open();
  }

  size(): LogSize {
    this.#open();
    return { fileBytes: 0, walBytes: 0, freeBytes: 0 };
  }

  async backup(path: string): Promise<void> {
    throw new RefoldError('INVALID_OPTION', `Cannot back up a log in memory to ${path}: it has no file to copy`, {
      path,
      hint: 'Open the store with a path, or export its events',
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#contents.bell.ring();
  }

  #open(): MemoryContents {
    if (this.#closed) throw storeClosed(this.path);
    return this.#contents;
  }
}

function rememberOutcomes(kept: Map<string, StoredOutcome>, outcomes: readonly StoredOutcome[]): void {
  for (const outcome of outcomes) {
    kept.delete(outcome.commandId); // so that it joins at the end: the oldest come first
    kept.set(outcome.commandId, outcome);
  }
  const newest = outcomes.at(-1);
  if (newest === undefined) return;
  let toForget = outcomes.length * FORGOTTEN_PER_NEW_OUTCOME;
  for (const [commandId, { recordedAt }] of kept) {
    const outlived = kept.size > OUTCOMES_KEPT || recordedAt < newest.recordedAt - OUTCOME_AGE_MS;
    if (!outlived || toForget === 0) return;
    kept.delete(commandId);
    toForget -= 1;
  }
}

/** Index of the last block that begins at or before `sequence`; -1 when there is none. */
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

function chainBefore({ blocks, trimmed }: MemoryContents, index: number): string {
  return index > 0 ? blocks[index - 1]!.chain : trimmed.chain;
}

function isSameSnapshot(a: SnapshotInfo, b: SnapshotInfo): boolean {
  return a.owner === b.owner && a.sequence === b.sequence;
}
