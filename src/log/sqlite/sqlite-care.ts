/**
 * What else a log in a SQLite file can do: seal, reclaim space, report its sizes, check its structure, and be backed
 * up.
 */
import type { SerializedError } from '../../core/errors.ts';
import { readSealedPrefix } from '../blocks/sealed-block.ts';
import type { LogContents } from '../copying/log-copying.ts';
import type { LogBackupOptions, LogCopy } from '../log-backup.ts';
import type { LogCare, LogFile, LogSize, LogWriter, SealOptions, SealReport } from '../log-care.ts';
import { openedReadOnly, storeClosed } from '../log-errors.ts';
import type { SealedBlock } from '../log-store.ts';
import { contentsOfFile } from './copying/file-contents.ts';
import { loadDriver } from './file/driver.ts';
import { filesOf, sizeOf } from './file/files.ts';
import { lockHolderOf } from './file/lock.ts';
import { backUp } from './mending/backup.ts';
import { checkInThread } from './mending/check.ts';
import type { LogReader } from './reading/reader.ts';
import { sealInThread } from './sealing/sealer.ts';
import { SqliteRedaction } from './sqlite-redaction.ts';
import type { WriterClient } from './writing/writer-client.ts';

/** The size of SQLite's pages in our files, and about how many bytes a row takes besides its text. */
const PAGE_BYTES = 4096;
const ROW_BYTES = 100;

export class SqliteCare implements LogCare {
  readonly redaction: SqliteRedaction;
  readonly #path: string;
  readonly #reader: LogReader;
  /** Undefined when the log was opened read-only. */
  readonly #writer: WriterClient | undefined;
  readonly #sealing = new Set<Promise<SealReport>>();
  readonly #stop = new AbortController();

  /** @param onRedacted called when a redaction was applied */
  constructor(reader: LogReader, writer: WriterClient | undefined, onRedacted: () => void) {
    this.#path = reader.path;
    this.redaction = new SqliteRedaction(reader, () => this.#writing(), onRedacted);
    this.#reader = reader;
    this.#writer = writer;
  }

  async seal(options: SealOptions): Promise<SealReport> {
    this.#requireOpen();
    const writer = options.dryRun === true ? this.#writer : this.#writing();
    const sealing = sealInThread(this.#path, writer, options, this.#stop.signal);
    this.#sealing.add(sealing);
    return sealing.finally(() => this.#sealing.delete(sealing));
  }

  async reclaim(): Promise<void> {
    const writer = this.#writing();
    while (await writer.do('reclaimPages', undefined));
  }

  size(): LogSize {
    const freeBytes = this.#reader.freeBytes();
    return { fileBytes: sizeOf(this.#path), walBytes: sizeOf(`${this.#path}-wal`), freeBytes };
  }

  files(): readonly LogFile[] {
    return filesOf(this.#path);
  }

  async writer(): Promise<LogWriter | undefined> {
    return lockHolderOf(await loadDriver(), this.#path);
  }

  format(): number {
    return this.#reader.format();
  }

  id(): string {
    return this.#reader.id();
  }

  storedBytes(textBytes: number): number {
    return storedInPages(textBytes);
  }

  async checkStructure(): Promise<readonly SerializedError[]> {
    this.#requireOpen();
    return checkInThread(this.#path);
  }

  async replaceBlock(sealed: SealedBlock): Promise<boolean> {
    const { startChain } = readSealedPrefix(sealed.payload)!;
    const payload = new Uint8Array(sealed.payload); // a separate buffer, which moves to the writer
    const run = { startChain, sealed: { ...sealed, payload }, withTags: true };
    return this.#writing().do('swapRun', run, [payload.buffer]);
  }

  async contents(): Promise<LogContents> {
    this.#requireOpen();
    return contentsOfFile(this.#path);
  }

  async backup(path: string, options: LogBackupOptions = {}): Promise<LogCopy> {
    this.#requireOpen();
    return backUp(this.#path, path, options);
  }

  /** Refuses all later calls, and ends sealing after the block in progress. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#sealing);
  }

  #writing(): WriterClient {
    this.#requireOpen();
    if (this.#writer === undefined) throw openedReadOnly(this.#path);
    return this.#writer;
  }

  #requireOpen(): void {
    if (this.#stop.signal.aborted) throw storeClosed(this.#path);
  }
}

/** How much of the file a row takes: its bytes, or whole pages when it is large enough to have its own. */
export function storedInPages(textBytes: number): number {
  const row = textBytes + ROW_BYTES;
  return row * 2 < PAGE_BYTES ? row : Math.ceil(row / PAGE_BYTES) * PAGE_BYTES;
}
