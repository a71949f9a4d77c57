/**
 * The interface behind the log: what the engine asks of whatever holds the blocks.
 *
 * A log is a sequence of *blocks*, each one or more commits that became durable together. The interface speaks of blocks,
 * never of single events, and every append names the sequence and the epoch it believes in, so that a distributed log can
 * stand behind it later. It knows no reducer and no model: snapshots are opaque bytes, fingerprints opaque text.
 *
 * One contract suite (`test/contracts/`) runs against every implementation.
 */
import type { SerializedError } from '../core/errors.ts';

/** Where a log ends. `sequence` 0 and an empty-log chain before the first event. */
export interface LogHead {
  readonly sequence: number;
  /** ms since the epoch of the last event; 0 for an empty log. */
  readonly recordedAt: number;
  /** Hash over all blocks so far, hex. */
  readonly chain: string;
}

/** What is known of a block without reading its payload. */
export interface BlockHeader {
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** ms since the epoch of the block's first event. */
  readonly recordedAt: number;
  readonly encoding: BlockEncoding;
  /** Size of the payload. */
  readonly bytes: number;
}

/** `open`: JSON text, as written. `sealed`: many commits, packed and compressed. */
export type BlockEncoding = 'open' | 'sealed';

/** A block whose checksum has been verified and whose chain links to the block before it. */
export interface Block extends BlockHeader {
  readonly payload: string | Uint8Array;
  /** The chain after this block, hex. */
  readonly chain: string;
}

/** One commit as it becomes part of an open block; `json` is the text of its events (see `block.ts`). */
export interface QueuedCommit {
  readonly events: number;
  readonly recordedAt: number;
  readonly json: string;
}

export interface AppendRequest {
  /** The head this append believes in: its first event gets `expectedSequence + 1`. */
  readonly expectedSequence: number;
  readonly epoch: number;
  /** Become one block. May be empty when only outcomes are to be kept. */
  readonly commits: readonly QueuedCommit[];
  /** Remembered in the same transaction. */
  readonly outcomes: readonly StoredOutcome[];
}

/** What a command with a `commandId` came to. `outcome` is the engine's JSON, opaque here. */
export interface StoredOutcome {
  readonly commandId: string;
  readonly recordedAt: number;
  readonly outcome: string;
}

/** A snapshot without its state. `owner` is `''` for the model and the name of a projection otherwise. */
export interface SnapshotInfo {
  readonly owner: string;
  readonly sequence: number;
  readonly recordedAt: number;
  /** The log's chain at `sequence`, hex: says that the snapshot belongs to this very history. */
  readonly chain: string;
  readonly stateHash: string;
  /** The engine's JSON, opaque here. */
  readonly fingerprint: string;
  /** Version of the state codec. */
  readonly format: number;
  /** Uncompressed size of the chunks. */
  readonly bytes: number;
}

export interface Checkpoint {
  readonly projection: string;
  readonly sequence: number;
}

export interface SealOptions {
  /** Blocks that begin before this sequence are left alone; default 1. */
  readonly from?: number;
  /** Blocks that end at or before this sequence are sealed. */
  readonly through: number;
  /** No sealed block is made that goes across one of these sequences; default none. */
  readonly borders?: readonly number[];
  /** Packs and proves everything, and changes nothing; also where the log is read-only. */
  readonly dryRun?: boolean | undefined;
  /** Stop after the block in progress. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (sealedThrough: number) => void;
}

export interface SealReport {
  readonly sealedEvents: number;
  readonly blocksBefore: number;
  readonly blocksAfter: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** The sealed blocks that were made, in order. */
  readonly made: readonly BlockHeader[];
}

/** Sizes on disk; zero where a log has no files. */
export interface LogSize {
  readonly fileBytes: number;
  readonly walBytes: number;
  /** Pages of the file that hold nothing and can be returned. */
  readonly freeBytes: number;
}

/** How far an acknowledged append has got: Redis's `appendfsync` always, everysec, no. */
export type Durability = 'always' | 'everysec' | 'os';

export interface LogStore {
  /** The file, or `:memory:`; names the log in messages. */
  readonly path: string;
  readonly readOnly: boolean;
  /** Rises by one with every writer that opens the log; an append with an older one is refused. A reader's is the last writer's. */
  readonly epoch: number;

  /**
   * The durable head. A writer's moves with its own appends. A reader's (`readOnly`) is the log's as it is now: it is looked
   * up for each call, for others write. Ask for `firstSequence` first where the two must fit together.
   */
  head(): LogHead;
  /** The first sequence still in the log, as fresh as `head`: 1 until history was dropped. */
  firstSequence(): number;

  /**
   * Makes one block durable, all or nothing, and moves the head.
   *
   * @throws RefoldError `SEQUENCE_CONFLICT` (another head or epoch; nothing was written), `LOG_FULL` (nothing was
   * written), `OUTCOME_UNKNOWN` (an I/O error: it may or may not be there; this store appends no more)
   */
  append(request: AppendRequest): Promise<void>;

  /**
   * Blocks in order, from the one that holds `from` (or the next after it) to the one that holds `to`, read in pages
   * bounded by bytes. Each is verified: checksum, chain, no gap.
   *
   * @throws RefoldError `HISTORY_GONE` when `from` was dropped, `LOG_CORRUPT` at the first damaged block
   */
  read(range: { readonly from: number; readonly to?: number }): AsyncIterable<Block>;

  /**
   * Like `read`, then on with every block that becomes durable, until the signal. Gap-free.
   *
   * While somebody waits for the next block the process stays alive, whether or not a block can still come: until the
   * signal, or until the log is closed.
   */
  follow(from: number, signal: AbortSignal): AsyncIterable<Block>;

  /** Headers in order, without payloads, for planning: of all blocks, or of those that begin at `from` or later. */
  headers(from?: number): AsyncIterable<BlockHeader>;

  /** The last block whose first event was recorded at or before `time`, or undefined. */
  blockAt(time: number): Promise<BlockHeader | undefined>;

  /** The remembered outcome of a command, or undefined. */
  outcome(commandId: string): StoredOutcome | undefined | Promise<StoredOutcome | undefined>;

  /** Stores a snapshot, all or nothing. One of the same owner and sequence is replaced. */
  putSnapshot(info: SnapshotInfo, chunks: Iterable<Uint8Array>): Promise<void>;
  /** Newest first. */
  snapshots(owner: string): Promise<readonly SnapshotInfo[]>;
  /**
   * The chunks that `putSnapshot` was given, in order; chunk borders may differ.
   *
   * @throws RefoldError `LOG_CORRUPT` when a chunk is missing or fails its checksum
   */
  readSnapshot(info: SnapshotInfo): AsyncIterable<Uint8Array>;
  dropSnapshots(owner: string, sequences: readonly number[]): Promise<void>;

  checkpoints(): Promise<readonly Checkpoint[]>;
  putCheckpoint(checkpoint: Checkpoint): Promise<void>;
  /** Forgets how far a projection has come; nothing happens when there is no such checkpoint. */
  dropCheckpoint(projection: string): Promise<void>;

  /** Small named texts: the model's name, measured rates. */
  getMeta(key: string): Promise<string | undefined>;
  putMeta(key: string, value: string): Promise<void>;

  /**
   * Packs open blocks (and merges small sealed ones) into sealed ones, each proven to decode to the same events first.
   * Appends wait for the replacing of rows at most, never for the packing.
   *
   * @throws RefoldError `LOG_CORRUPT` at the first damaged block; what was sealed before it stays sealed
   */
  seal(options: SealOptions): Promise<SealReport>;
  /** Drops whole blocks that end at or before `sequence`, in bounded transactions; never the last block. */
  dropThrough(sequence: number): Promise<void>;
  /** Gives free pages back to the file system. */
  reclaim(): Promise<void>;

  /** Resolves when everything appended so far has reached the disk, whatever the durability. */
  flush(): Promise<void>;
  /**
   * What is wrong below the blocks' content: the store's own structure, snapshots, outcomes. Absent where there is nothing
   * of the kind to check.
   */
  checkStructure?(): Promise<readonly SerializedError[]>;
  /** As of now, and cheap: asked by `stats()`, which does not wait. */
  size(): LogSize;
  /** Writes a consistent copy of the log to a new file. */
  backup(path: string, onProgress?: (fraction: number) => void): Promise<void>;
  close(): Promise<void>;
}
