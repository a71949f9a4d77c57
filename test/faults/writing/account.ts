/**
 * The oracle's account of a log: what was issued to it, and what came of each commit.
 *
 * It is kept from marks that the writing process gave as it went, one line each, and never from what the log says. A log
 * is then held against it: nothing acknowledged is missing (I1), nothing is there that was not issued (I2), and what was
 * refused by a definite error is not there (I4). That commits are whole (I3) and states right (I5) is for `judging/`.
 */
import type { Ledger } from '../judging/ledger.ts';

/** What came of a commit. `issued`: its process ended before it could say; like `unknown`, it may be there or not. */
export type Fate = 'issued' | 'acked' | 'refused' | 'unknown';

const FATES: readonly string[] = ['issued', 'acked', 'refused', 'unknown'] satisfies Fate[];

export class Account {
  /** What a writing process found wrong itself. */
  readonly problems: string[] = [];
  /** How many commits and steps ended in which error. */
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
   * `problem` and what it is. Other lines say where the process was, and are passed over.
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

  /** Holds a log that ends at `head` against what was said of it. */
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
