/** What else a log in PostgreSQL can do: seal, sizes, structure check, redaction. It has no files: its server has. */
import type { SerializedError } from '../../core/errors.ts';
import { performance } from '../../threads/timers.ts';
import { UnderWay } from '../../threads/under-way.ts';
import { decodeBlock } from '../blocks/block.ts';
import type { LogContents } from '../copying/log-copying.ts';
import type { LogCare, LogSize, LogWriter, SealOptions, SealReport } from '../log-care.ts';
import { notKeeper, openedReadOnly, storeClosed } from '../log-errors.ts';
import type { SealedBlock } from '../log-store.ts';
import type { LogKeeping } from '../log-turn.ts';
import { contentsOnServer } from './copying/server-contents.ts';
import type { KnownLog } from './known-log.ts';
import { PostgresRedaction } from './postgres-redaction.ts';
import type { PostgresReader } from './reading.ts';
import { sealLog } from './sealing.ts';
import type { Connections } from './server/connections.ts';
import type { Patience } from './server/patience.ts';
import { findingsIn } from './structure.ts';
import type { PostgresWriter } from './writing.ts';

/** A reader counts the bytes again after so long. */
const BYTES_KEPT_MS = 30_000;

export interface CareParts {
  readonly path: string;
  readonly id: string;
  readonly schema: string;
  readonly log: number;
  readonly connections: Connections;
  readonly known: KnownLog;
  readonly patience: Patience;
  readonly reader: PostgresReader;
  /** Undefined for a reader, and for a member that is not the keeper. */
  readonly writer: PostgresWriter | undefined;
  readonly membership: LogKeeping | undefined;
  /** Who holds the lease now. */
  readonly holder: () => Promise<LogWriter | undefined>;
}

export class PostgresCare implements LogCare {
  readonly redaction: PostgresRedaction;
  readonly #parts: CareParts;
  readonly #stop = new AbortController();
  readonly #underWay = new UnderWay();
  #bytes = 0;
  #countedAt = Number.NEGATIVE_INFINITY;

  /** @param onRedacted called when a redaction was applied */
  constructor(parts: CareParts, onRedacted: () => void) {
    this.#parts = parts;
    this.redaction = new PostgresRedaction({
      ...parts,
      onRedacted,
      reading: () => this.#reading(),
      writing: () => this.#writing(),
      guarded: (work) => this.#guarded(work),
    });
    this.#count();
  }

  seal(options: SealOptions): Promise<SealReport> {
    return this.#guarded(() => {
      const writer = options.dryRun === true ? undefined : this.#writing();
      const onSealed = (before: number, after: number): void => this.grew(after - before);
      const { path, reader } = this.#parts;
      return sealLog({ path, reader, writer, closing: this.#stop.signal, onSealed }, options);
    });
  }

  /** Deletes leftovers. The server gives their space to new rows. */
  async reclaim(): Promise<void> {
    await this.#guarded(() => this.#writing().sweepChunks());
  }

  id(): string {
    return this.#parts.id;
  }

  /** The bytes of all blocks, as last counted: the server's own files also hold old row versions and other logs. */
  size(): LogSize {
    this.#requireOpen();
    const isOld = performance.now() - this.#countedAt > BYTES_KEPT_MS;
    if (this.#parts.writer === undefined && isOld) this.#count();
    return { fileBytes: this.#bytes, walBytes: 0, freeBytes: 0 };
  }

  /** So many bytes of blocks were added, or deleted where the number is negative. */
  grew(bytes: number): void {
    this.#bytes = Math.max(0, this.#bytes + bytes);
  }

  #count(): void {
    this.#countedAt = performance.now();
    void this.#underWay.run(() =>
      this.#parts.reader.ask('bytes').then(
        (rows) => this.grew(Number(rows[0]![0]) - this.#bytes),
        () => {}, // it is asked again
      ),
    );
  }

  async writer(): Promise<LogWriter | undefined> {
    this.#requireOpen();
    return this.#parts.holder();
  }

  checkStructure(): Promise<readonly SerializedError[]> {
    return this.#guarded(async () => {
      this.#requireOpen();
      const { reader, path } = this.#parts;
      return (await findingsIn(reader, path)).map((finding) => finding.toJSON());
    });
  }

  replaceBlock(sealed: SealedBlock): Promise<boolean> {
    return this.#guarded(async () => {
      const writer = this.#writing();
      const lastTime = decodeBlock(sealed).events.at(-1)!.recordedAt;
      return writer.seal(sealed, lastTime);
    });
  }

  contents(): Promise<LogContents> {
    return this.#guarded(() => contentsOnServer(this.#reading(), this.#parts.path));
  }

  /** Refuses all later calls, and ends sealing after the block in progress. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#underWay.ended();
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    this.#requireOpen();
    return this.#underWay.run(work);
  }

  #reading(): PostgresReader {
    this.#requireOpen();
    return this.#parts.reader;
  }

  #writing(): PostgresWriter {
    this.#requireOpen();
    return requireWriter(this.#parts);
  }

  #requireOpen(): void {
    if (this.#stop.signal.aborted) throw storeClosed(this.#parts.path);
  }
}

/** @throws RefoldError `INVALID_OPTION` when the log is open for reading; `SEQUENCE_CONFLICT` for a member that is not the keeper */
export function requireWriter({ path, writer, membership }: CareParts): PostgresWriter {
  if (writer === undefined) throw (membership === undefined ? openedReadOnly : notKeeper)(path);
  return writer;
}
