/**
 * The contract of a log: what every log must do. What it may also do is `LogCare` (`log-care.ts`).
 *
 * A log is a sequence of *blocks*, each one or more commits that became durable together. The interface handles blocks,
 * never single events. Every append names the sequence and the epoch that it expects, so a distributed log can
 * implement it later. The interface knows nothing of reducers and models: snapshots are opaque bytes, fingerprints
 * opaque text.
 *
 * Every write is fenced: a writer that another one has replaced gets `SEQUENCE_CONFLICT`, and nothing changes. One
 * suite checks every implementation (`contract/`).
 */
import type { RefoldError } from '../core/errors.ts';
import type { LogCare } from './log-care.ts';
import type { LogKeeping, TurnEnding, TurnRequest } from './log-turn.ts';
import type { OutcomeBounds } from './outcomes.ts';

/** Where a log ends. `sequence` 0 and an empty-log chain before the first event. */
export interface LogHead {
  readonly sequence: number;
  /** ms since the epoch of the last event; 0 for an empty log. */
  readonly recordedAt: number;
  /** Hash over all blocks so far, hex. */
  readonly chain: string;
}

/** What a block says without its payload being read. */
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

/** A sealed block as it is stored, with its checksum and its tag list. Its payload has the chain before it. */
export interface SealedBlock extends Block {
  readonly payload: Uint8Array;
  readonly checksum: number;
  readonly tagList: TagList;
  /** The checksums of the blocks that it was packed from, in order: they show whether one has changed since. */
  readonly replaces: readonly number[];
}

/** Which tags the events of a block have: as much as a query needs to skip the block. */
export interface TagList {
  readonly kinds: readonly TagKind[];
  /** A hash of each distinct tag, packed. */
  readonly hashes: Uint8Array;
}

/** An event type in a block, and the tagger of events of this type; 0 for events without one. */
export type TagKind = readonly [type: string, tagger: string | 0];

/** One commit as it becomes part of an open block; `json` is the text of its events (see `block.ts`). */
export interface QueuedCommit {
  readonly events: number;
  readonly recordedAt: number;
  readonly json: string;
  /** The tags of its events, when the model has any. They are kept in the block. */
  readonly tags?: CommitTags | undefined;
  /** The id of the call that made it, if it has one. It is kept in the block. */
  readonly commandId?: string | undefined;
}

/** The tags of an event, after the name of the tagger that computed them; 0 for an event without a tagger. */
export type EventTags = readonly [tagger: string, ...tags: string[]] | 0;

/** The type and the tags of each event of a commit. */
export interface CommitTags {
  readonly types: readonly string[];
  readonly events: readonly EventTags[];
}

/** Asks for the blocks of a range that may hold certain events. */
export interface BlockQuery {
  /** The blocks from the one that holds `from` to the one that holds `to`. */
  readonly from: number;
  readonly to: number;
  /** The last block first. */
  readonly reverse?: boolean | undefined;
  /** Only blocks that may hold such events; default all. */
  readonly tags?: TagQuery | undefined;
}

/** Events with a tag, and events whose stored tags cannot answer that. */
export interface TagQuery {
  /** Without it: only the events whose tags are not those of `taggers`. */
  readonly tag?: string | undefined;
  /**
   * The present tagger of each event type that has one. The tags of another tagger, or none at all, say nothing about an
   * event of such a type.
   */
  readonly taggers: ReadonlyMap<string, string>;
  /** Only events of these types; default all. */
  readonly types?: ReadonlySet<string> | undefined;
}

export interface AppendRequest {
  /** The head that this append expects: its first event gets `expectedSequence + 1`. */
  readonly expectedSequence: number;
  readonly epoch: number;
  /** They become one block. May be empty when only outcomes are written. */
  readonly commits: readonly QueuedCommit[];
  /** Remembered in the same transaction. */
  readonly outcomes: readonly StoredOutcome[];
}

/** The outcome of a command with a `commandId`. `outcome` is JSON of the engine, opaque here. */
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
  /** The log's chain at `sequence`, hex: proves that the snapshot belongs to this history. */
  readonly chain: string;
  readonly stateHash: string;
  /** JSON of the engine, opaque here. */
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

/** How far a reactor has come. */
export interface ReactorRow {
  readonly reactor: string;
  /** Events after this one must stay in the log. */
  readonly sequence: number;
  /** JSON of the engine, opaque here. */
  readonly progress: string;
}

/** What an acknowledged append survives: as Redis's `appendfsync` always, everysec, no. */
export type Durability = 'always' | 'everysec' | 'os';

/** What a log found out when it was opened. */
export interface LogOpening {
  /** Set when the log is on another server than at its last writer, as after a failover: what the two are called. */
  readonly failover?: { readonly from: string; readonly to: string } | undefined;
  /** Each is told once. */
  readonly warnings: readonly LogWarning[];
}

/** Something about where a log lies that its owner should know. */
export interface LogWarning {
  readonly name: 'RefoldDurabilityWarning' | 'RefoldFailoverWarning' | 'RefoldSnapshotWarning' | 'RefoldReplicaWarning';
  readonly message: string;
  /** What to do about it. */
  readonly detail: string;
}

export interface LogStore {
  /** The file, or `:memory:`; names the log in messages. */
  readonly path: string;
  readonly readOnly: boolean;
  /**
   * Rises by one with every writer that opens the log. Writes of an older writer are refused. A reader gives the epoch
   * of the last writer.
   */
  readonly epoch: number;
  /**
   * How large a block may be, in bytes of its text. The engine gathers what is queued into blocks of up to this size; a
   * single commit that is larger becomes one block.
   */
  readonly blockBytes: number;
  /** How long it remembers the outcomes of commands; absent for a log that only knows the usual bounds. */
  readonly remembers?: OutcomeBounds | undefined;
  /** What opening it found out; absent when a log has nothing to tell. */
  readonly opening?: LogOpening | undefined;
  /** What else the log can do; absent when it can do nothing of this. */
  readonly care?: LogCare | undefined;

  /**
   * The durable head. A writer's head moves with its appends. A reader (`readOnly`) looks it up for each call, because
   * another process may have written. When the two must fit together, ask for `firstSequence` first. When a reader
   * finds more than before, it wakes its followers.
   *
   * @throws RefoldError `STORE_FAILED` when the opened log was replaced by another one, if the log can detect that
   */
  head(): LogHead;
  /** The first sequence that is still in the log, as current as `head`: 1 until history was dropped. */
  firstSequence(): number;
  /**
   * How many redactions the log has had, as current and as cheap as `head`. When it has risen, events that were read
   * before may have other data now. Absent for a log that cannot redact.
   */
  generation?(): number;

  /**
   * Makes one block durable, all or nothing, and moves the head.
   *
   * @throws RefoldError `SEQUENCE_CONFLICT` (another head or epoch; nothing was written), `LOG_FULL` (nothing was
   * written), `OUTCOME_UNKNOWN` (an I/O error: it may or may not be there; this store appends no more)
   */
  append(request: AppendRequest): Promise<void>;

  /**
   * Takes a turn of a log that was opened with `writers: 'many'`. One turn of a member at a time. Absent when only one process
   * can write the log. A member uses it in place of `append`, which is refused.
   *
   * @throws RefoldError `SEQUENCE_CONFLICT` when the log is not written in turns any more, `LOG_CORRUPT`, `LOG_FULL`,
   * `OUTCOME_UNKNOWN`; what `decide` throws, and nothing was appended
   */
  turn?(request: TurnRequest): Promise<TurnEnding>;
  /** Set for a member: whether it is the keeper. All writes but turns are refused by the others, with `SEQUENCE_CONFLICT`. */
  readonly keeping?: LogKeeping | undefined;

  /**
   * Blocks in order, from the one that holds `from` (or the next after it) to the one that holds `to`, read in pages
   * bounded by bytes. Each is verified: checksum, chain, no gap.
   *
   * @throws RefoldError `HISTORY_GONE` when `from` was dropped, `LOG_CORRUPT` at the first damaged block
   */
  read(range: { readonly from: number; readonly to?: number }): AsyncIterable<Block>;

  /**
   * Like `read`, then gives every block that becomes durable, until the signal aborts. Without gaps.
   *
   * The process stays alive while a reader waits for the next block: until the signal aborts or the log is closed.
   */
  follow(from: number, signal: AbortSignal): AsyncIterable<Block>;

  /** Headers in order, without payloads, for planning: of all blocks, or of those that begin at `from` or later. */
  headers(from?: number): AsyncIterable<BlockHeader>;

  /**
   * Headers of the blocks that a query asks for, in order or in reverse. May give blocks that do not hold such events,
   * and gives every block of which it is not known what it holds. Absent when the log keeps no lists of tags: then all
   * blocks are read.
   *
   * @throws RefoldError `HISTORY_GONE` when a block of the range was dropped, `LOG_CORRUPT` when one is missing
   */
  find?(query: BlockQuery): AsyncIterable<BlockHeader>;

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
  /** Deletes the checkpoint of a projection; does nothing when there is no such checkpoint. */
  dropCheckpoint(projection: string): Promise<void>;

  reactors(): Promise<readonly ReactorRow[]>;
  /** Durable like an append once it resolves. */
  putReactor(row: ReactorRow): Promise<void>;
  /** Deletes what is kept of a reactor; does nothing when there is nothing. */
  dropReactor(reactor: string): Promise<void>;

  /** Small named texts: the model's name, measured rates. */
  getMeta(key: string): Promise<string | undefined>;
  putMeta(key: string, value: string): Promise<void>;

  /** Drops whole blocks that end at or before `sequence`, in bounded transactions; never the last block. */
  dropThrough(sequence: number): Promise<void>;

  /**
   * Calls back once when the log finds by itself, outside of a call, that it takes no more writes: its thread has died, or its
   * connection is lost. With an `epochConflict` when another writer has taken over. A log that cannot find out leaves it out. The
   * listener does not throw.
   */
  onLost?(listener: (cause: RefoldError) => void): void;

  /** Resolves when everything appended so far has reached the disk, whatever the durability. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
