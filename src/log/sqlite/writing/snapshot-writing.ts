/**
 * The writer's work on snapshots.
 *
 * A small one is one short transaction. The chunks of a large one are written one by one, so that an append never waits
 * long. The header row comes last and makes the snapshot exist. The same transaction replaces an older snapshot of the
 * same owner and sequence. Chunks without a header were interrupted, replaced or dropped. They are swept a few rows at
 * a time.
 */
import zlib from 'node:zlib';
import { RefoldError } from '../../../core/errors.ts';
import { checksumOf } from '../../blocks/chain.ts';
import { checksumOfSnapshot } from '../../blocks/snapshot-chunks.ts';
import type { SnapshotInfo } from '../../log-store.ts';
import type { Connection, Statement } from '../file/driver.ts';
import { raiseFormat } from '../file/format.ts';
import type { WriteConnection } from './write-connection.ts';
import type { Jobs } from './writer-protocol.ts';

/** Deleting a chunk frees about 250 pages: a few chunks make a short transaction. */
const SWEPT_CHUNKS_AT_ONCE = 16;

export class SnapshotWriting {
  readonly #writer: WriteConnection;
  readonly #sql: ReturnType<typeof prepareStatements>;
  /** Snapshots in progress: their chunks have no header yet. */
  readonly #begun = new Set<number>();
  #lastId: number;
  /** True when there may be chunks without a snapshot: a process that died may have left some. */
  #mayHaveOrphans = true;

  constructor(writer: WriteConnection) {
    this.#writer = writer;
    this.#sql = prepareStatements(writer.connection);
    this.#lastId = this.#sql.lastId.get()!;
  }

  /** True when `sweep` has something to do. */
  needsSweep(): boolean {
    if (!this.#mayHaveOrphans) return false;
    try {
      this.#mayHaveOrphans = this.#findOrphan() !== undefined;
    } catch {
      // The snapshot exists. The next sweep will report the damage.
    }
    return this.#mayHaveOrphans;
  }

  #findOrphan(): number | undefined {
    return this.#sql.orphans.all().find((id) => !this.#begun.has(id));
  }

  /** Writes a whole snapshot in one transaction. Returns the bytes written. */
  put({ info, chunks }: Jobs['putSnapshot']['takes']): number {
    const id = ++this.#lastId;
    const packed = chunks.map((chunk) => zlib.zstdCompressSync(chunk));
    this.#writer.transact(() => {
      for (const [part, data] of packed.entries()) {
        this.#sql.insertChunk.run(id, part, chunks[part]!.byteLength, checksumOf(data), data);
      }
      this.#insertHeader(id, packed.length, info);
    });
    return packed.reduce((sum, data) => sum + data.byteLength, 0);
  }

  begin(): number {
    const id = ++this.#lastId;
    this.#begun.add(id);
    return id;
  }

  /** Answers the bytes written. */
  putChunk({ id, part, bytes, checksum, data }: Jobs['putChunk']['takes']): number {
    this.#requireBegun(id);
    this.#writer.transact(() => this.#sql.insertChunk.run(id, part, bytes, checksum, data));
    return data.byteLength;
  }

  finish({ id, chunks, info }: Jobs['finishSnapshot']['takes']): void {
    this.#requireBegun(id);
    this.#writer.transact(() => this.#insertHeader(id, chunks, info));
    this.#begun.delete(id);
  }

  #insertHeader(id: number, chunks: number, info: SnapshotInfo): void {
    const { owner, sequence, recordedAt, chain, stateHash, fingerprint, format, bytes } = info;
    this.#deleteHeader(owner, sequence);
    const values = [id, owner, sequence, recordedAt, chain, stateHash, fingerprint, format, bytes, chunks];
    this.#sql.insertHeader.run(...values, checksumOfSnapshot(info, chunks));
    raiseFormat(this.#writer.connection, { snapshotFormat: format });
  }

  #deleteHeader(owner: string, sequence: number): void {
    if (this.#sql.deleteHeader.run(owner, sequence).changes > 0) this.#mayHaveOrphans = true;
  }

  /** Gives a snapshot up. Its chunks will be swept. */
  abandon(id: number): void {
    this.#begun.delete(id);
    this.#mayHaveOrphans = true;
  }

  /**
   * Gives up the snapshots in progress, whose states are from before a redaction. That redaction has also deleted headers.
   */
  giveUpAll(): void {
    this.#begun.clear();
    this.#mayHaveOrphans = true;
  }

  #requireBegun(id: number): void {
    if (!this.#begun.has(id)) throw snapshotGivenUp(this.#writer.path);
  }

  drop({ owner, sequences }: Jobs['dropSnapshots']['takes']): void {
    this.#writer.transact(() => {
      for (const sequence of sequences) this.#deleteHeader(owner, sequence);
    });
  }

  /** Deletes a few chunks that belong to no snapshot. Returns true when there may be more. */
  sweep(): boolean {
    const orphan = this.#findOrphan();
    this.#mayHaveOrphans = orphan !== undefined;
    if (orphan === undefined) return false;
    const { changes } = this.#writer.transact(() => this.#sql.deleteChunks.run(orphan, SWEPT_CHUNKS_AT_ONCE));
    // A damaged index may list chunks without a row. Sweeping them again and again would never end.
    return changes > 0;
  }
}

function snapshotGivenUp(path: string): RefoldError {
  return new RefoldError('SEQUENCE_CONFLICT', `Cannot finish a snapshot of ${path}: events were redacted meanwhile`, {
    path,
    hint: 'Take the snapshot again',
  });
}

function prepareStatements(connection: Connection) {
  const lastId = connection
    .prepare(
      `select max(
         coalesce((select max(id) from snapshots), 0),
         coalesce((select max(snapshot_id) from snapshot_chunks), 0)
       )`,
    )
    .pluck() as Statement<number>;
  const insertChunk = connection.prepare(
    'insert into snapshot_chunks (snapshot_id, part, bytes, checksum, data) values (?, ?, ?, ?, ?)',
  );
  const insertHeader = connection.prepare(
    `insert into snapshots (id, owner, sequence, recorded_at, chain, state_hash, fingerprint, format, bytes, chunks, checksum)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const deleteHeader = connection.prepare('delete from snapshots where owner = ? and sequence = ?');
  const orphans = connection
    .prepare('select distinct snapshot_id from snapshot_chunks except select id from snapshots')
    .pluck() as Statement<number>;
  const deleteChunks = connection.prepare(
    `delete from snapshot_chunks
     where rowid in (select rowid from snapshot_chunks where snapshot_id = ? limit ?)`,
  );
  return { lastId, insertChunk, insertHeader, deleteHeader, orphans, deleteChunks };
}
