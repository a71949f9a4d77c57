/**
 * Watches a log that another process writes: where it begins and ends now, and whether it is still the same log.
 *
 * Each question looks it up, which costs one `data_version` when nothing was written. While `follow` or a live replica
 * waits for news, one poll looks for all of them on this handle.
 */
import { grouped, RefoldError } from '../../../core/errors.ts';
import { Bell } from '../../following.ts';
import type { LogState } from '../file/block-rows.ts';
import { fileIdentity } from '../file/files.ts';
import type { LogReader } from './reader.ts';

/** How often a waiting reader looks for appends of another process, in ms. */
const POLL_MS = 25;

export class Watch {
  /** Rings when the log may have changed, and when it was deleted or replaced. */
  readonly bell: Bell = new Bell({ everyMs: POLL_MS, hasNews: () => this.#hasNews() });
  readonly #reader: LogReader;
  readonly #identity: string | undefined;
  #state: LogState;
  /** The `data_version` at which the state was read. */
  #version = 0;
  #lost: RefoldError | undefined;

  /** @param identity of the file, taken before `reader` opened it: so a file that replaced it since then is noticed */
  constructor(reader: LogReader, state: LogState, identity: string | undefined) {
    this.#reader = reader;
    this.#state = state;
    this.#identity = identity;
  }

  /**
   * Where the log begins and ends now.
   *
   * @throws RefoldError `STORE_FAILED` when another log has taken its place; what reading throws
   */
  look(): LogState {
    if (this.#lost !== undefined) throw this.#lost;
    const version = this.#reader.dataVersion(); // before the state: the next look finds what is written in between
    if (version === this.#version) return this.#state;
    const state = this.#reader.state();
    const problem = whyAnother(this.#state, state);
    if (problem !== undefined) throw this.#lose(problem);
    this.#version = version;
    this.#state = state;
    this.bell.ring(); // otherwise waiting readers would not hear of what this look has seen
    return state;
  }

  /** Also true when the look fails: the woken readers then read, and get the error. */
  #hasNews(): boolean {
    try {
      const identity = fileIdentity(this.#reader.path);
      if (identity !== this.#identity) this.#lose(identity === undefined ? 'it was deleted' : 'another file is there');
      return this.#lost !== undefined || this.#reader.dataVersion() !== this.#version;
    } catch {
      return true;
    }
  }

  #lose(problem: string): RefoldError {
    this.#lost ??= replaced(this.#reader.path, problem);
    return this.#lost;
  }
}

/** Why the present file cannot be the log that was read last; undefined when it can. */
function whyAnother({ logId, head }: LogState, now: LogState): string | undefined {
  if (now.logId !== logId) return 'it holds another log';
  if (now.head.sequence < head.sequence)
    return `it ended at ${grouped(head.sequence)}, and ends at ${grouped(now.head.sequence)} now`;
  const isSame = now.head.sequence > head.sequence || now.head.chain === head.chain;
  return isSame ? undefined : `its event ${grouped(head.sequence)} is not the one that was there`;
}

function replaced(path: string, problem: string): RefoldError {
  return new RefoldError('STORE_FAILED', `Cannot go on reading ${path}: the file was replaced: ${problem}`, {
    path,
    hint: 'Close this store or log, and open it again',
  });
}
