/**
 * The oracle's account of a log: the issued commits, and the outcome of each.
 *
 * It uses only the marks that the writing process printed, one per line, and never the content of the log. A log is
 * then compared with it: no acknowledged commit is missing (I1), no commit is there that was not issued (I2), and no
 * commit is there that a definite error refused (I4). Complete commits (I3) and correct states (I5) are checked in
 * `judging/`.
 */
import type { Ledger } from '../judging/ledger.ts';

/**
 * The outcome of a commit. `issued`: its process ended before the answer; as with `unknown`, the log may hold it or
 * not.
 */
export type Fate = 'issued' | 'acked' | 'refused' | 'unknown';

const FATES: readonly string[] = ['issued', 'acked', 'refused', 'unknown'] satisfies Fate[];

export class Account {
  /** The problems that a writing process found itself. */
  readonly problems: string[] = [];
  /** The number of commits and steps for each error. */
  readonly errors = new Map<string, number>();
  readonly #ledger: Ledger;
  readonly #fates = new Map<number, { readonly fate: Fate; readonly code: string | undefined }>();
  #lastAcked = 0;
  #lastIssued = 0;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** The last commit that was acknowledged; 0 for none. */
  get lastAcked(): number {
    return this.#lastAcked;
  }

  /**
   * Takes a mark: `issued 7`, `acked 7`, `refused 7 LOG_FULL`, `unknown 7 OUTCOME_UNKNOWN`, `failed compact LOG_FULL`,
   * `problem` and a description. Other lines describe progress and are ignored.
   */
  take(line: string): void {
    const [word = '', what = '', code] = line.split(' ');
    if (word === 'problem') this.problems.push(line.slice('problem '.length));
    if (word === 'failed' || word === 'refused' || word === 'unknown') this.#count(code ?? what);
    if (!FATES.includes(word)) return;
    const number = Number(what);
    this.#fates.set(number, { fate: word as Fate, code });
    this.#lastIssued = Math.max(this.#lastIssued, number);
    if (word === 'acked') this.#lastAcked = Math.max(this.#lastAcked, number);
  }

  fateOf(number: number): Fate | undefined {
    return this.#fates.get(number)?.fate;
  }

  /** Compares a log that ends at `head` with the account. */
  judge(head: number): string[] {
    const problems: string[] = [];
    const acked = this.#endOf(this.#lastAcked);
    if (head < acked) problems.push(`I1: the log ends at ${head}, and ${acked} was acknowledged`);
    const issued = this.#endOf(this.#lastIssued);
    if (head > issued) problems.push(`I2: the log ends at ${head}, and nothing was issued after ${issued}`);
    for (const [number, { fate, code }] of this.#fates) {
      if (fate !== 'refused' || this.#endOf(number) > head) continue;
      problems.push(`I4: commit ${number} was refused (${code}), and it is in the log`);
    }
    return problems;
  }

  #endOf(number: number): number {
    return number === 0 ? 0 : this.#ledger.commit(number).lastSequence;
  }

  #count(code: string): void {
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }
}
