/**
 * Packs runs: reads one on a connection of its own, verifies it, packs it and proves the result. It changes nothing.
 *
 * A read transaction is held while rows are read, and over before the packing begins, so that the WAL can be written back
 * meanwhile. Runs in the sealing thread, and for a handful of small blocks in the thread that asks.
 */
import { type StoredBlock, verifyBlocks } from '../../blocks/chain.ts';
import { OPEN_BYTES_OFFSET } from '../../blocks/sealed-block.ts';
import type { SealedRun, Stretch } from '../../blocks/sealing.ts';
import { headerOf, nextRun, SEALED_BLOCK_EVENTS, type SealCandidate, sealRun } from '../../blocks/sealing.ts';
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

/** What is asked for: the first run in a stretch, full at `openBytes` of text if that is said. */
export interface PackRequest extends Stretch {
  readonly openBytes?: number;
}

/** A run, packed; the payload of its sealed block has a buffer of its own, to be moved from thread to thread. */
export interface Packed extends SealedRun {
  readonly packed: PackedRun;
}

/** A stretch of no more text and blocks than this is packed faster than a thread has started. */
const SMALL_BYTES = 64 * 1024;
const SMALL_BLOCKS = 100;

/** A run as it was read, not yet verified. */
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
    // SQLite reads a payload as a whole even for eight bytes of it: not where the events alone make the block full enough.
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

  /** True when so little is left in a stretch that it is not worth a thread. */
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

  /** The first run in a stretch, packed; undefined when there is none. @throws RefoldError `LOG_CORRUPT` */
  pack(request: PackRequest): Packed | undefined {
    const read = this.#connection.transaction(() => this.#readRun(request))();
    if (read === undefined) return undefined;
    const { startChain, blocks } = read;
    verifyBlocks(blocks, startChain, this.#path);
    const sealed = sealRun(blocks, startChain);
    // A buffer of its own, which can be moved to another thread: a small payload may share one.
    const payload = new Uint8Array(sealed.payload as Uint8Array);
    const packed = { blocks: blocks.length, startChain, sealed: { ...sealed, payload } };
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
