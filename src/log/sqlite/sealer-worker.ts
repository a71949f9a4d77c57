/**
 * The thread that packs: reads a run on a connection of its own, verifies it, packs it and proves the result.
 *
 * It changes nothing. A read transaction is held while rows are read, and over before the packing begins, so that the WAL
 * can be written back meanwhile.
 */
import assert from 'node:assert';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { type StoredBlock, verifyBlocks } from '../chain.ts';
import { OPEN_BYTES_OFFSET } from '../sealed-block.ts';
import { headerOf, nextRun, SEALED_BLOCK_EVENTS, type SealCandidate, sealRun } from '../sealing.ts';
import {
  BLOCK_COLUMNS,
  type BlockRow,
  chainBefore,
  HEADER_COLUMNS,
  type HeaderRow,
  readStateRow,
  toBlock,
  toHeader,
} from './block-rows.ts';
import { type Connection, type Driver, loadDriver, openConnection, readFailure, type Statement } from './driver.ts';
import type { PackAnswer, Packed, PackRequest } from './sealer.ts';

/** A run as it was read, not yet verified. */
interface ReadRun {
  readonly startChain: string;
  readonly blocks: readonly StoredBlock[];
}

class Packer {
  readonly #path: string;
  readonly #connection: Connection;
  readonly #candidates: Statement<CandidateRow>;
  readonly #blocks: Statement<BlockRow>;

  constructor(driver: Driver, path: string) {
    this.#path = path;
    this.#connection = openConnection(driver, path, { readOnly: true });
    // SQLite reads a payload as a whole even for eight bytes of it: not where the events alone make the block full enough.
    this.#candidates = this.#connection
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
    this.#blocks = this.#connection
      .prepare(`select ${BLOCK_COLUMNS} from blocks where first_sequence between ? and ? order by first_sequence`)
      .raw() as Statement<BlockRow>;
  }

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

function main(driver: Driver, port: MessagePort, path: string): void {
  let packer: Packer | undefined;
  const answer = (request: PackRequest): PackAnswer => {
    try {
      packer ??= new Packer(driver, path);
      const packed = packer.pack(request);
      return packed === undefined ? {} : { packed };
    } catch (error) {
      return { error: readFailure(error, 'seal', path).toJSON() };
    }
  };
  port.on('message', (message: PackRequest | 'end') => {
    if (message === 'end') {
      packer?.close();
      port.close();
      return;
    }
    const { packed, error } = answer(message);
    const moved = packed === undefined ? [] : [(packed.packed.sealed.payload as Uint8Array<ArrayBuffer>).buffer];
    port.postMessage({ ...(packed && { packed }), ...(error && { error }) } satisfies PackAnswer, moved);
  });
}

assert(parentPort, 'sealing runs in a thread of its own');
main(await loadDriver(), parentPort, workerData as string);
