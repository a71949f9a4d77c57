/**
 * A second opinion on the state: a source that has replayed the log, and the hash of what it gives.
 *
 * If the hashes differ, a reducer is not deterministic. Only a caller who asked for a snapshot waits for its check.
 */
import type { EncodedState } from '../folding/stored-snapshots.ts';
import type { Divergence } from '../past/divergence.ts';
import { learnRates, type Rates } from './rates.ts';
import type { SnapshotThread } from './thread.ts';

export class SnapshotChecker {
  readonly #thread: SnapshotThread | undefined;
  readonly #rates: Rates;
  #agreed: number;
  #divergence: Divergence | undefined;

  /**
   * @param thread undefined where no thread can have the model: nothing is checked then
   * @param base the sequence that the live state was recovered from
   * @param rates learn from each replay
   */
  constructor(thread: SnapshotThread | undefined, base: number, rates: Rates) {
    this.#thread = thread;
    this.#agreed = base;
    this.#rates = rates;
  }

  /**
   * The last sequence at which the live state and a replay agreed, or the sequence of the snapshot that both came from.
   */
  get agreed(): number {
    return this.#agreed;
  }

  /** Why the live state is not what a replay gives, once that was found. */
  get divergence(): Divergence | undefined {
    return this.#divergence;
  }

  /** The log was redacted from a sequence on: agreements from there on were about another state. */
  forget(from: number): void {
    this.#agreed = Math.min(this.#agreed, from - 1);
  }

  /** Whether a background check may run now: such checks take at most a tenth of the thread's time. */
  get isRested(): boolean {
    return this.#thread?.isRested ?? false;
  }

  /**
   * Compares the state at `to` with what a replay gives, from the last snapshot on which both agreed.
   *
   * @returns the first divergent event and the place; undefined when both are equal, or cannot be compared
   */
  async check(to: number, live: EncodedState): Promise<Divergence | undefined> {
    // A keyframe on the way would be kept before it is compared.
    const order = { to, base: this.#agreed, keyframeEvents: Number.POSITIVE_INFINITY };
    const replayed = await this.#thread?.make(order, () => {});
    if (replayed === undefined) return undefined;
    if (replayed.measured !== undefined) learnRates(this.#rates, replayed.measured);
    if (replayed.encoded.stateHash !== live.stateHash) return this.#explain(to, live);
    this.#agreed = Math.max(this.#agreed, to);
    return undefined;
  }

  /** Finds out why a replay gave another state. The reason may be that the thread's model is another one. */
  async #explain(to: number, { chunks }: EncodedState): Promise<Divergence | undefined> {
    const found = await this.#thread?.explain({ to, base: this.#agreed, live: chunks });
    if (found === undefined) return undefined;
    const { betweenReplays, ...divergence } = found;
    if (betweenReplays || (await this.#thread?.isSame())) return (this.#divergence = divergence);
    await this.#thread?.giveUp('the model that its module exports folds otherwise than the one in use');
    return undefined;
  }
}
