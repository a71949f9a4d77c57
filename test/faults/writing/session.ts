/**
 * Writes a ledger to a real store, step by step, and marks each action.
 *
 * By default every commit has a `commandId`. So a process after a crash starts at the first
 * commit that was not acknowledged, whether or not it is in the log. The retry must put it into its place, once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isRefoldError, type LogStore, openStore, type StoreOptions } from 'refold';
import { type Ledger, ledgerModel, timeOfCommit } from '../judging/ledger.ts';
import type { LedgerStore } from '../judging/reading.ts';

/** A step on a store. `append`: commits one after the other; `together`: all at once, for a group commit. */
export type Step =
  | { readonly do: 'append' | 'together'; readonly commits: number }
  | { readonly do: 'snapshot' | 'compact' | 'flush' | 'pause' };

export interface SessionOptions {
  readonly ledger: Ledger;
  readonly mark: (line: string) => void;
  /** The first commit to issue. */
  readonly from: number;
  /** False: commits have no `commandId`, so that every append writes, whatever the log remembers. */
  readonly retryable?: boolean;
  /** For negative controls: marks `acked` at once, or for every result. */
  readonly lie?: 'early' | 'always' | undefined;
}

/** Longer than the idle time before a checkpoint. */
const PAUSE_MS = 40;

export class Session {
  readonly store: LedgerStore;
  readonly #options: SessionOptions;
  readonly #clock: { commit: number };
  #next: number;

  /** Opens the store; throws the error of the open. */
  static async open(
    where: { readonly path: string } | { readonly log: LogStore },
    options: SessionOptions,
    further: StoreOptions = {},
  ): Promise<Session> {
    const clock = { commit: options.from - 1 };
    options.mark('doing open');
    const store = await openStore(ledgerModel, { ...where, ...further, clock: () => timeOfCommit(clock.commit) });
    options.mark(`opened ${store.sequence}`);
    return new Session(store as unknown as LedgerStore, options, clock);
  }

  private constructor(store: LedgerStore, options: SessionOptions, clock: { commit: number }) {
    this.store = store;
    this.#options = options;
    this.#clock = clock;
    this.#next = options.from;
  }

  /** The next commit to issue. */
  get next(): number {
    return this.#next;
  }

  get isAtEnd(): boolean {
    return this.#next > this.#options.ledger.commits.length;
  }

  /** Runs a step. Errors are marked, not thrown. Returns false when the step did not succeed. */
  async carryOut(step: Step): Promise<boolean> {
    const what = step.do;
    this.#options.mark(`doing ${what}`);
    switch (what) {
      case 'append':
        return this.#appendInTurn(step.commits);
      case 'together':
        return (await Promise.all(this.#take(step.commits).map((number) => this.#append(number)))).every(Boolean);
      case 'pause':
        await sleep(PAUSE_MS);
        return true;
      case 'snapshot':
      case 'compact':
      case 'flush':
        return this.#attempt(what, () => this.store[what]());
    }
  }

  async close(): Promise<boolean> {
    this.#options.mark('doing close');
    return this.#attempt('close', () => this.store.close());
  }

  async #appendInTurn(commits: number): Promise<boolean> {
    for (let count = 0; count < commits && !this.isAtEnd; count++) {
      if (!(await this.#append(this.#next++))) return false;
    }
    return true;
  }

  #take(count: number): number[] {
    const first = this.#next;
    this.#next = Math.min(first + count, this.#options.ledger.commits.length + 1);
    return Array.from({ length: this.#next - first }, (_, index) => first + index);
  }

  async #append(number: number): Promise<boolean> {
    const { ledger, mark, lie, retryable = true } = this.#options;
    const { events, firstSequence, lastSequence } = ledger.commit(number);
    this.#clock.commit = number;
    mark(`issued ${number}`);
    if (lie === 'early') mark(`acked ${number}`);
    try {
      const commit = await this.store.append(events, retryable ? { commandId: `ledger-${number}` } : {});
      mark(`acked ${number}`);
      if (commit.firstSequence !== firstSequence || commit.lastSequence !== lastSequence)
        mark(`problem I4: commit ${number} belongs at ${firstSequence}, and came to ${commit.firstSequence}`);
      return true;
    } catch (error) {
      if (lie === 'always') mark(`acked ${number}`);
      else mark(`${isDefinite(error) ? 'refused' : 'unknown'} ${number} ${this.#codeOf(error)}`);
      return false;
    }
  }

  async #attempt(what: string, work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.#options.mark(`failed ${what} ${this.#codeOf(error)}`);
      return false;
    }
  }

  #codeOf(error: unknown): string {
    if (isRefoldError(error)) return error.code;
    this.#options.mark(`problem I6: an error without a code: ${String(error)}`);
    return 'no-code';
  }
}

/** All codes except one mean that nothing was written. */
function isDefinite(error: unknown): boolean {
  return isRefoldError(error) && error.code !== 'OUTCOME_UNKNOWN';
}
