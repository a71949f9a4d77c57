/** Gathers commits into blocks. Up to two blocks are being written while the next one is filled. */
import { isRefoldError, messageOf, RefoldError } from '../../core/errors.ts';
import { requireReadable } from '../../log/blocks/block-rules.ts';
import { tagCharacters } from '../../log/blocks/tag-list.ts';
import type { LogHead, LogStore, QueuedCommit } from '../../log/log-store.ts';
import { renameOwner } from '../calls/log-ownership.ts';

/**
 * A block is sent at this size, in characters; a single larger commit becomes one block. A log accepts larger blocks, but
 * longer-lived text costs the garbage collector more: at four times this size, an eighth of the import's time.
 */
const IMPORT_BLOCK_BYTES = 1024 * 1024;
/** Added to a commit's text in its block and in memory, roughly. */
const COMMIT_BYTES = 64;
/** The log's writer has the next block while it syncs one. */
const IN_FLIGHT = 2;

export class BlockWriter {
  readonly #log: LogStore;
  #commits: QueuedCommit[] = [];
  #bytes = 0;
  /** Where the log ends after everything sent so far. */
  #sent: Pick<LogHead, 'sequence' | 'recordedAt'>;
  #inFlight: Promise<void>[] = [];
  #failure: RefoldError | undefined;

  constructor(log: LogStore) {
    this.#log = log;
    this.#sent = log.head();
  }

  /** True when the caller must wait for `room`: enough blocks are being written, or one of them has failed. */
  get isFull(): boolean {
    return this.#inFlight.length > IN_FLIGHT || this.#failure !== undefined;
  }

  add(commit: QueuedCommit): void {
    const bytes = commit.json.length + tagCharacters(commit.tags) + COMMIT_BYTES;
    if (this.#bytes + bytes > Math.min(IMPORT_BLOCK_BYTES, this.#log.blockBytes)) this.#send();
    this.#commits.push(commit);
    this.#bytes += bytes;
  }

  /** Resolves when there is room for another block. @throws RefoldError the first failure of an append */
  async room(): Promise<void> {
    while (this.#inFlight.length > IN_FLIGHT) {
      await this.#inFlight[0];
      this.#inFlight.shift();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Resolves when everything added is durable. @throws RefoldError the first failure of an append */
  async drained(): Promise<void> {
    this.#send();
    await Promise.all(this.#inFlight);
    this.#inFlight = [];
    if (this.#failure !== undefined) throw this.#failure;
  }

  #send(): void {
    const commits = this.#commits;
    if (commits.length === 0 || this.#failure !== undefined) return;
    this.#commits = [];
    this.#bytes = 0;
    const writing = this.#append(commits).catch((error: unknown) => {
      // The first failure is reported: the second block stands on the first.
      this.#failure ??= isRefoldError(error) ? error : unknownOutcome(this.#log.path, error);
    });
    this.#inFlight.push(writing);
  }

  async #append(commits: readonly QueuedCommit[]): Promise<void> {
    const { path, epoch } = this.#log;
    const expectedSequence = this.#sent.sequence;
    this.#sent = requireReadable(commits, this.#sent, path);
    const renaming = renameOwner(this.#log);
    if (renaming !== undefined) await renaming;
    await this.#log.append({ expectedSequence, epoch, commits, outcomes: [] });
  }
}

function unknownOutcome(path: string, cause: unknown): RefoldError {
  return new RefoldError('OUTCOME_UNKNOWN', `Cannot say whether the events were written: ${messageOf(cause)}`, {
    path,
    cause,
    hint: 'Open the log and look where it ends',
  });
}
