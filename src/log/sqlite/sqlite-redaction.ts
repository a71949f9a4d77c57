/** Redaction of a log in a SQLite file, seen from the store: the writer thread does the work. */
import { every, nextTurn, pause, performance } from '../../threads/timers.ts';
import type { LogRedaction, RecordedRedaction, RedactionFence, RedactionRow, ScrubReport } from '../log-redaction.ts';
import type { SealedBlock, StoredOutcome } from '../log-store.ts';
import type { CommandIds } from '../paging/known-ids.ts';
import { sizeOf } from './file/files.ts';
import type { LogReader } from './reading/reader.ts';
import type { WriterClient } from './writing/writer-client.ts';

/** How often to try to empty the WAL, and how long to wait in between. A reader of one page is done in that time. */
const WAL_TRIES = 10;
const WAL_PAUSE_MS = 100;
/** How many outcomes are listed in one turn of the event loop. */
const OUTCOMES_LISTED_AT_ONCE = 500;
/** How often progress is reported while the file is rebuilt. */
const PROGRESS_MS = 200;

export class SqliteRedaction implements LogRedaction {
  readonly #reader: LogReader;
  readonly #writing: () => WriterClient;
  readonly #onRedacted: () => void;

  /** @param writing gives the writer, or refuses: the log is closed or was opened read-only */
  constructor(reader: LogReader, writing: () => WriterClient, onRedacted: () => void) {
    this.#reader = reader;
    this.#writing = writing;
    this.#onRedacted = onRedacted;
  }

  async chainBefore(firstSequence: number): Promise<string> {
    return this.#reader.chainBefore(firstSequence);
  }

  async stage(blocks: readonly SealedBlock[], outcomes: readonly StoredOutcome[]): Promise<void> {
    const moved = blocks.map((block) => ({ ...block, payload: new Uint8Array(block.payload) }));
    const buffers = moved.map(({ payload }) => payload.buffer);
    await this.#writing().do('stageRedaction', { blocks: moved, outcomes }, buffers);
  }

  async apply(row: RedactionRow, fence: RedactionFence): Promise<void> {
    await this.#writing().do('applyRedaction', { row, fence });
    this.#onRedacted();
  }

  async *outcomes(): AsyncGenerator<StoredOutcome, void> {
    for (let after: Uint8Array | undefined = new Uint8Array(); after !== undefined; ) {
      const { ids, last }: CommandIds<Uint8Array> = this.#reader.commandIds(after, OUTCOMES_LISTED_AT_ONCE);
      for (const id of ids) {
        const outcome = this.#reader.outcome(id);
        if (outcome !== undefined) yield outcome;
      }
      after = last;
      await nextTurn();
    }
  }

  async discard(): Promise<void> {
    await this.#writing().do('discardRedaction', undefined);
  }

  async redactions(): Promise<readonly RecordedRedaction[]> {
    return this.#reader.redactions();
  }

  async scrub(onProgress: (fraction: number) => void = () => {}): Promise<ScrubReport> {
    const start = performance.now();
    const writer = this.#writing();
    onProgress(0);
    const isPending = this.#reader.needsScrub() && !(await this.#scrub(writer, onProgress));
    onProgress(1);
    return { ...(isPending && { pending: A_READER }), milliseconds: performance.now() - start };
  }

  /** True when it is complete. */
  async #scrub(writer: WriterClient, onProgress: (fraction: number) => void): Promise<boolean> {
    while (await writer.do('sweepChunks', undefined)); // the chunks of dropped snapshots are rows, and would be kept
    const stop = this.#watchRebuild(onProgress);
    try {
      await writer.do('rebuildFile', undefined);
    } finally {
      stop();
    }
    for (let attempt = 1; ; attempt++) {
      if (await writer.do('emptyWal', undefined)) return true;
      if (attempt === WAL_TRIES) return false;
      await pause(WAL_PAUSE_MS); // appends get their turn
    }
  }

  /** The rebuilt file is written to the WAL first, which says how far it is. */
  #watchRebuild(onProgress: (fraction: number) => void): () => void {
    const { path } = this.#reader;
    const total = Math.max(1, sizeOf(path) - this.#reader.freeBytes());
    let told = 0;
    return every(PROGRESS_MS, () => {
      const fraction = Math.min(0.99, sizeOf(`${path}-wal`) / total);
      if (fraction > told) onProgress((told = fraction));
    });
  }
}

const A_READER = 'a reader of the log, in this process or another one, keeps old bytes in the -wal';
