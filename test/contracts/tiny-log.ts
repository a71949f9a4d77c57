/**
 * A log as somebody outside would write it: with nothing but `refold/log`. It keeps its blocks in a Map, seals nothing and
 * has no files, so that it offers no `care`.
 */
import {
  type AppendRequest,
  Bell,
  type Block,
  type BlockHeader,
  type Checkpoint,
  checksumOf,
  EMPTY_CHAIN,
  epochConflict,
  eventsMissing,
  followLog,
  headerOf,
  historyGone,
  type LogHead,
  type LogSource,
  type LogStore,
  nextBlock,
  openedReadOnly,
  type ReactorRow,
  rememberOutcomes,
  requireDurability,
  type SnapshotInfo,
  type StoredBlock,
  type StoredOutcome,
  sequenceConflict,
  snapshotDamaged,
  storeClosed,
  verifyBlock,
} from 'refold/log';

interface Shelf {
  head: LogHead;
  dropped: { readonly through: number; readonly chain: string };
  epoch: number;
  /** By first sequence, in order. */
  readonly blocks: Map<number, StoredBlock>;
  readonly outcomes: Map<string, StoredOutcome>;
  readonly snapshots: Map<string, { readonly info: SnapshotInfo; readonly bytes: Buffer; readonly checksum: number }>;
  readonly checkpoints: Map<string, number>;
  readonly reactors: Map<string, ReactorRow>;
  readonly meta: Map<string, string>;
  readonly bell: Bell;
}

/** A new and empty log. */
export function tinyLog(name: string, blockBytes: number = 64 * 1024): LogSource {
  const shelf: Shelf = {
    head: { sequence: 0, recordedAt: 0, chain: EMPTY_CHAIN },
    dropped: { through: 0, chain: EMPTY_CHAIN },
    epoch: 0,
    blocks: new Map(),
    outcomes: new Map(),
    snapshots: new Map(),
    checkpoints: new Map(),
    reactors: new Map(),
    meta: new Map(),
    bell: new Bell(),
  };
  return {
    name,
    open: async ({ durability = 'always', readOnly = false }) => {
      requireDurability(durability);
      return new TinyLog(name, shelf, readOnly, blockBytes);
    },
  };
}

class TinyLog implements LogStore {
  readonly path: string;
  readonly readOnly: boolean;
  readonly blockBytes: number;
  readonly #shelf: Shelf;
  readonly #epoch: number;
  #closed = false;

  constructor(path: string, shelf: Shelf, readOnly: boolean, blockBytes: number) {
    this.path = path;
    this.readOnly = readOnly;
    this.blockBytes = blockBytes;
    this.#shelf = shelf;
    if (!readOnly) shelf.epoch += 1;
    this.#epoch = shelf.epoch;
  }

  get epoch(): number {
    return this.readOnly ? this.#shelf.epoch : this.#epoch;
  }

  head(): LogHead {
    return this.#shelf.head;
  }

  firstSequence(): number {
    return this.#shelf.dropped.through + 1;
  }

  async append({ expectedSequence, epoch, commits, outcomes }: AppendRequest): Promise<void> {
    const shelf = this.#write(epoch);
    const { sequence } = shelf.head;
    if (expectedSequence !== sequence) throw sequenceConflict(this.path, expectedSequence, sequence);
    if (commits.length > 0) {
      const { block, head } = nextBlock(shelf.head, commits);
      shelf.blocks.set(block.firstSequence, block);
      shelf.head = head;
    }
    rememberOutcomes(shelf.outcomes, outcomes);
    shelf.bell.ring();
  }

  async *read({ from, to }: { readonly from: number; readonly to?: number }): AsyncGenerator<Block, void> {
    const end = Math.min(to ?? Number.POSITIVE_INFINITY, this.#read().head.sequence);
    for (let next = Math.max(1, from); next <= end; ) {
      const block = this.#blockWith(next);
      yield block;
      next = block.lastSequence + 1;
    }
  }

  #blockWith(sequence: number): Block {
    const { blocks, dropped } = this.#read();
    if (sequence <= dropped.through) throw historyGone(this.path, sequence, dropped.through + 1);
    const block = [...blocks.values()].find(({ lastSequence }) => lastSequence >= sequence);
    if (block === undefined || block.firstSequence > sequence) throw eventsMissing(this.path, sequence);
    const before = [...blocks.values()].find(({ lastSequence }) => lastSequence === block.firstSequence - 1);
    verifyBlock(block, before?.chain ?? dropped.chain, this.path);
    return block;
  }

  follow(from: number, signal: AbortSignal): AsyncIterable<Block> {
    const grown = async (until: AbortSignal): Promise<void> => this.#read().bell.wait(until);
    return followLog({ head: () => this.head(), read: (range) => this.read(range), grown }, from, signal);
  }

  async *headers(from = 1): AsyncGenerator<BlockHeader, void> {
    for (const block of [...this.#read().blocks.values()]) if (block.firstSequence >= from) yield headerOf(block);
  }

  async blockAt(time: number): Promise<BlockHeader | undefined> {
    const block = [...this.#read().blocks.values()].findLast(({ recordedAt }) => recordedAt <= time);
    return block && headerOf(block);
  }

  outcome(commandId: string): StoredOutcome | undefined {
    return this.#read().outcomes.get(commandId);
  }

  async putSnapshot(info: SnapshotInfo, chunks: Iterable<Uint8Array>): Promise<void> {
    const { snapshots } = this.#write();
    const bytes = Buffer.concat([...chunks]);
    const stored = { info: { ...info, bytes: bytes.byteLength }, bytes, checksum: checksumOf(bytes) };
    snapshots.set(keyOf(info), stored);
  }

  async snapshots(owner: string): Promise<readonly SnapshotInfo[]> {
    const infos = Array.from(this.#read().snapshots.values(), ({ info }) => info);
    return infos.filter((info) => info.owner === owner).sort((a, b) => b.sequence - a.sequence);
  }

  async *readSnapshot(info: SnapshotInfo): AsyncGenerator<Uint8Array, void> {
    const stored = this.#read().snapshots.get(keyOf(info));
    if (stored === undefined) throw snapshotDamaged(this.path, info.sequence, 'it was dropped');
    if (checksumOf(stored.bytes) !== stored.checksum) throw snapshotDamaged(this.path, info.sequence, 'it changed');
    yield Uint8Array.from(stored.bytes);
  }

  async dropSnapshots(owner: string, sequences: readonly number[]): Promise<void> {
    const { snapshots } = this.#write();
    for (const sequence of sequences) snapshots.delete(keyOf({ owner, sequence }));
  }

  async checkpoints(): Promise<readonly Checkpoint[]> {
    return Array.from(this.#read().checkpoints, ([projection, sequence]) => ({ projection, sequence }));
  }

  async putCheckpoint({ projection, sequence }: Checkpoint): Promise<void> {
    this.#write().checkpoints.set(projection, sequence);
  }

  async dropCheckpoint(projection: string): Promise<void> {
    this.#write().checkpoints.delete(projection);
  }

  async reactors(): Promise<readonly ReactorRow[]> {
    return [...this.#read().reactors.values()];
  }

  async putReactor(row: ReactorRow): Promise<void> {
    this.#write().reactors.set(row.reactor, row);
  }

  async dropReactor(reactor: string): Promise<void> {
    this.#write().reactors.delete(reactor);
  }

  async getMeta(key: string): Promise<string | undefined> {
    return this.#read().meta.get(key);
  }

  async putMeta(key: string, value: string): Promise<void> {
    this.#write().meta.set(key, value);
  }

  async dropThrough(sequence: number): Promise<void> {
    const shelf = this.#write();
    const whole = [...shelf.blocks.values()].slice(0, -1).filter(({ lastSequence }) => lastSequence <= sequence);
    for (const { firstSequence, lastSequence, chain } of whole) {
      shelf.blocks.delete(firstSequence);
      shelf.dropped = { through: lastSequence, chain };
    }
  }

  async flush(): Promise<void> {
    this.#read();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#shelf.bell.ring();
  }

  #read(): Shelf {
    if (this.#closed) throw storeClosed(this.path);
    return this.#shelf;
  }

  #write(epoch: number = this.#epoch): Shelf {
    const shelf = this.#read();
    if (this.readOnly) throw openedReadOnly(this.path);
    if (epoch !== shelf.epoch) throw epochConflict(this.path, epoch, shelf.epoch);
    return shelf;
  }
}

function keyOf({ owner, sequence }: Pick<SnapshotInfo, 'owner' | 'sequence'>): string {
  return `${sequence} ${owner}`;
}
