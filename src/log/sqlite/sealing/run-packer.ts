/**
 * Packs runs: reads one on a separate connection, verifies it, packs it and proves the result. It changes nothing.
 *
 * The read transaction ends before the packing begins, so the WAL can be moved into the file meanwhile. This code runs
 * in the sealing thread, and for a few small blocks in the calling thread.
 */
import { type StoredBlock, verifyBlocks } from '../../blocks/chain.ts';
import { OPEN_BYTES_OFFSET } from '../../blocks/sealed-block.ts';
import type { SealedRun, Stretch } from '../../blocks/sealing.ts';
import { headerOf, nextRun, SEALED_BLOCK_EVENTS, type SealCandidate, sealRun } from '../../blocks/sealing.ts';
import { hasTaggers } from '../../blocks/tag-list.ts';
import {
  BLOCK_COLUMNS,
  type BlockRow,
  chainBefore,
  HEADER_COLUMNS,
  type HeaderRow,
  readStateRow,
  toBlock,
  toHeader,
} from '../file/block-rows.ts';
import { type Connection, type Driver, openConnection, readFailure, type Statement } from '../file/driver.ts';
import type { PackedRun } from '../writing/writer-protocol.ts';

/** A request: the first run in a stretch. With `openBytes` a run is full at this much text. */
export interface PackRequest extends Stretch {
  readonly openBytes?: number;
}

/** A packed run. The payload of its sealed block has a separate buffer, which can be moved to another thread. */
export interface Packed extends SealedRun {
  readonly packed: PackedRun;
}

/** To pack a stretch of at most this many blocks and bytes takes less time than to start a thread. */
const SMALL_BYTES = 64 * 1024;
const SMALL_BLOCKS = 100;

/** A run as read, not yet verified. */
interface ReadRun {
  readonly startChain: string;
  readonly blocks: readonly StoredBlock[];
}

export class RunPacker {
  readonly #path: string;
  readonly #connection: Connection;
  readonly #candidates: Statement<CandidateRow>;
  readonly #blocks: Statement<BlockRow>;

  /** @throws RefoldError when the log cannot be read */
  static open(driver: Driver, path: string): RunPacker {
    let connection: Connection | undefined;
    try {
      connection = openConnection(driver, path, { readOnly: true });
      return new RunPacker(connection, path);
    } catch (error) {
      connection?.close();
      throw readFailure(error, 'seal', path);
    }
  }

  private constructor(connection: Connection, path: string) {
    this.#path = path;
    this.#connection = connection;
    // SQLite reads a whole payload even for eight bytes of it. Skip that when the number of events makes the block
    // full.
    this.#candidates = connection
      .prepare(
        `select ${HEADER_COLUMNS},
           case when encoding = 'sealed' and (last_sequence - first_sequence + 1) * 2 < ${SEALED_BLOCK_EVENTS}
             then substr(payload, ${OPEN_BYTES_OFFSET + 1}, 8)
           end
         from blocks
         where first_sequence >= ?
         order by first_sequence`,
      )
      .raw() as Statement<CandidateRow>;
    this.#blocks = connection
      .prepare(`select ${BLOCK_COLUMNS} from blocks where first_sequence between ? and ? order by first_sequence`)
      .raw() as Statement<BlockRow>;
  }

  /** True when too little is left in a stretch to start a thread for it. */
  isSmall({ from, through }: Stretch): boolean {
    let bytes = 0;
    let blocks = 0;
    for (const { lastSequence, openBytes } of this.#readCandidates(from)) {
      if (lastSequence > through) return true;
      bytes += openBytes;
      blocks += 1;
      if (bytes > SMALL_BYTES || blocks > SMALL_BLOCKS) return false;
    }
    return true;
  }

  /** The first run in a stretch, packed; undefined when no run is left. @throws RefoldError `LOG_CORRUPT` */
  pack(request: PackRequest): Packed | undefined {
    const read = this.#connection.transaction(() => this.#readRun(request))();
    if (read === undefined) return undefined;
    const { startChain, blocks } = read;
    verifyBlocks(blocks, startChain, this.#path);
    const sealed = sealRun(blocks, startChain);
    // A small payload may share its buffer, and a shared one cannot be moved to another thread.
    const payload = new Uint8Array(sealed.payload as Uint8Array);
    const packed = { startChain, sealed: { ...sealed, payload }, withTags: hasTaggers(sealed.tagList) };
    return { run: blocks.map(headerOf), sealed: headerOf(sealed), packed };
  }

  #readRun({ from, through, openBytes }: PackRequest): ReadRun | undefined {
    const run = nextRun(this.#readCandidates(from), through, openBytes);
    if (run === undefined) return undefined;
    const first = run[0]!.firstSequence;
    const startChain = chainBefore(
      this.#connection,
      first,
      this.#path,
      readStateRow(this.#connection, this.#path).trimmed,
    );
    return { startChain, blocks: this.#blocks.all(first, run.at(-1)!.firstSequence).map(toBlock) };
  }

  *#readCandidates(from: number): Generator<SealCandidate, void> {
    for (const row of this.#candidates.iterate(from)) {
      const header = toHeader(row.slice(0, 5) as unknown as HeaderRow, this.#path);
      const openBytes = row[5] === null ? header.bytes : Number(row[5].readBigUInt64LE(0));
      yield { ...header, openBytes };
    }
  }

  close(): void {
    this.#connection.close();
  }
}

type CandidateRow = [...HeaderRow, openBytes: Buffer | null];
