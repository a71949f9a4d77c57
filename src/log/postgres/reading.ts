/** Reads a log in PostgreSQL: blocks in verified pages, headers, outcomes, snapshots and small rows. */
import { corruptBlock, type StoredBlock, verifyBlock } from '../blocks/chain.ts';
import { eventsMissing, historyGone, outcomeDamaged } from '../log-errors.ts';
import type {
  Block,
  BlockEncoding,
  BlockHeader,
  Checkpoint,
  ReactorRow,
  SnapshotInfo,
  StoredOutcome,
} from '../log-store.ts';
import { checksumOfOutcome } from '../outcomes.ts';
import { isSound, readChunks, type SnapshotHeader } from '../snapshot-chunks.ts';
import type { Connections, Rows } from './connections.ts';
import type { Cell } from './driver.ts';
import type { LogState } from './known-log.ts';
import type { StatementName, Statements } from './statements.ts';

const READ_PAGE = { bytes: 1_048_576, blocks: 1_000 };
const HEADERS_A_PAGE = 1_000;

/** A header with the id of its chunks. */
interface SnapshotRow extends SnapshotHeader {
  readonly id: Buffer;
}

export class PostgresReader {
  readonly #connections: Connections;
  readonly #statements: Statements;
  readonly #log: number;
  readonly #path: string;

  constructor(connections: Connections, statements: Statements, log: number, path: string) {
    this.#connections = connections;
    this.#statements = statements;
    this.#log = log;
    this.#path = path;
  }

  async state(): Promise<LogState> {
    const [row] = await this.#ask('state');
    const [epoch, trimmedThrough, trimmedTime, trimmedChain, redactions, last, lastTime, chain] = row as readonly [
      number,
      number,
      number,
      string,
      number,
      number | null,
      number | null,
      string | null,
    ];
    const head =
      last === null
        ? { sequence: trimmedThrough, recordedAt: trimmedTime, chain: trimmedChain }
        : { sequence: last, recordedAt: lastTime!, chain: chain! };
    return { head, trimmedThrough, epoch, redactions };
  }

  /** Blocks from the one that holds `from` to the one that holds `to`, verified; see `LogStore.read`. */
  async *read(from: number, to: number): AsyncGenerator<Block, void> {
    for (let next = from; next <= to; ) {
      const blocks = await this.#page(next, to);
      let chain = await this.chainBefore(blocks[0]!.firstSequence);
      for (const block of blocks) {
        if (block.firstSequence > next) throw eventsMissing(this.#path, next);
        if (block.lastSequence < next) throw corruptBlock(block, this.#path, 'it ends before it begins');
        verifyBlock(block, chain, this.#path);
        chain = block.chain;
        next = block.lastSequence + 1;
        yield block;
      }
    }
  }

  async #page(next: number, to: number): Promise<StoredBlock[]> {
    const rows = await this.#ask('page', next, to, READ_PAGE.bytes, READ_PAGE.blocks);
    const blocks = rows.map(toBlock);
    if (blocks.length > 0 && blocks[0]!.lastSequence >= next) return blocks;
    const [trimmed] = (await this.#ask('trimmed'))[0] as readonly [number];
    throw next <= trimmed ? historyGone(this.#path, next, trimmed + 1) : eventsMissing(this.#path, next);
  }

  /** The chain before the block that begins at a sequence. */
  async chainBefore(first: number): Promise<string> {
    const chain = (await this.#ask('chainAt', first - 1))[0]![0];
    if (typeof chain !== 'string') throw eventsMissing(this.#path, first - 1);
    return chain;
  }

  async *headers(from: number): AsyncGenerator<BlockHeader, void> {
    for (let after = from - 1; ; ) {
      const rows = await this.#ask('headersAfter', after, HEADERS_A_PAGE);
      for (const header of rows.map(toHeader)) {
        if (header.firstSequence > after) yield header; // otherwise sealed meanwhile
        after = Math.max(after, header.lastSequence);
      }
      if (rows.length < HEADERS_A_PAGE) return;
    }
  }

  async blockAt(time: number): Promise<BlockHeader | undefined> {
    const [row] = await this.#ask('blockAt', Math.floor(time));
    return row && toHeader(row);
  }

  async outcome(commandId: string): Promise<StoredOutcome | undefined> {
    const [row] = await this.#ask('outcome', bytesOf(commandId));
    if (row === undefined) return undefined;
    const [recordedAt, outcome, checksum] = row as readonly [number, string, number];
    const stored = { commandId, recordedAt, outcome };
    if (checksumOfOutcome(stored) === checksum) return stored;
    throw outcomeDamaged(this.#path, commandId);
  }

  /** The ordinals of the oldest and of the newest outcome; zeros without one. */
  async ordinals(): Promise<{ readonly first: number; readonly last: number }> {
    const [first, last] = (await this.#ask('ordinals'))[0] as readonly [number, number];
    return { first, last };
  }

  /** Newest first. A damaged header is skipped: it is unknown which state it leads to. */
  async snapshots(owner: string): Promise<readonly SnapshotRow[]> {
    return (await this.#ask('snapshots', bytesOf(owner))).map(toSnapshot).filter(isSound);
  }

  async *readSnapshot({ owner, sequence }: SnapshotInfo): AsyncGenerator<Uint8Array, void> {
    const rows = (await this.#ask('snapshots', bytesOf(owner))).map(toSnapshot);
    const header = rows.find((row) => row.sequence === sequence);
    yield* readChunks({ path: this.#path, sequence }, header, async (part) => {
      const [row] = await this.#ask('chunk', header!.id, part);
      return row && { data: row[0] as Buffer, checksum: row[1] as number };
    });
  }

  async checkpoints(): Promise<readonly Checkpoint[]> {
    const rows = (await this.#ask('checkpoints')) as readonly (readonly [Buffer, number])[];
    return rows.map(([projection, sequence]) => ({ projection: projection.toString(), sequence }));
  }

  async reactors(): Promise<readonly (ReactorRow & { readonly ordinal: number })[]> {
    const rows = (await this.#ask('reactors')) as readonly (readonly [Buffer, number, string, number])[];
    return rows.map(([reactor, sequence, progress, ordinal]) => ({
      ...{ reactor: reactor.toString(), sequence, progress, ordinal },
    }));
  }

  async meta(key: string): Promise<string | undefined> {
    const [row] = await this.#ask('meta', bytesOf(key));
    return row && (row[0] as Buffer).toString();
  }

  #ask(name: StatementName, ...values: readonly unknown[]): Promise<Rows> {
    return this.#connections.ask('read', {
      ...{ name: `refold ${name}`, text: this.#statements[name], values: [this.#log, ...values] },
    });
  }
}

/** A name of the application, as its column holds it. */
export function bytesOf(text: string): Buffer {
  return Buffer.from(text.toWellFormed());
}

function toBlock(row: readonly Cell[]): StoredBlock {
  const [firstSequence, lastSequence, recordedAt, encoding, checksum, chain, bytes] = row as readonly [
    number,
    number,
    number,
    BlockEncoding,
    number,
    string,
    Buffer,
  ];
  const payload = encoding === 'open' ? bytes.toString() : bytes;
  return { firstSequence, lastSequence, recordedAt, encoding, bytes: bytes.byteLength, payload, chain, checksum };
}

function toHeader(row: readonly Cell[]): BlockHeader {
  const [firstSequence, lastSequence, recordedAt, encoding, bytes] = row as readonly [
    number,
    number,
    number,
    BlockEncoding,
    number,
  ];
  return { firstSequence, lastSequence, recordedAt, encoding, bytes };
}

function toSnapshot(row: readonly Cell[]): SnapshotRow {
  const [owner, sequence, recordedAt, chain, stateHash, fingerprint, format, bytes, chunks, checksum, id] =
    row as readonly [Buffer, number, number, string, string, string, number, number, number, number, Buffer];
  return {
    ...{ owner: owner.toString(), sequence, recordedAt, chain, stateHash, fingerprint, format, bytes },
    ...{ chunks, checksum, id },
  };
}
