/**
 * Writes that may be asked twice, in rounds: a copy that arrives late changes nothing.
 *
 * Where a connection is lost, a write may still be on its way. Asked again, it is done; then its first copy could arrive and undo what
 * was written after it. So each write names the round in which it is sent, and the server refuses every round but the last. After a
 * lost connection the next round begins before anything is asked again. Writes are asked again in the order of their calls, and new
 * ones wait meanwhile. Nothing is updated as long as no connection is lost.
 *
 * Appends need no rounds: they name the end of the log that they expect.
 */
import { storeClosed } from '../../log-errors.ts';
import type { Rows } from './connections.ts';
import { type Patience, Tries } from './patience.ts';
import { ConnectionLost, ServerBusy, unreachable } from './refusals.ts';

/** Sends a write in a round. Undefined when the server has refused it, because another round is the last. */
export type SendWrite = (round: number) => Promise<Rows | undefined>;

export class WriteRounds {
  readonly #patience: Patience;
  readonly #begin: (round: number) => Promise<number>;
  #round = 0;
  #unsure = 0;
  #earlier: Promise<unknown> = Promise.resolve();

  /** @param begin makes this round the last, unless a later one is, and gives the last */
  constructor(patience: Patience, begin: (round: number) => Promise<number>) {
    this.#patience = patience;
    this.#begin = begin;
  }

  /**
   * Asks once, and again in a later round where it is unknown what became of it.
   *
   * @throws RefoldError `STORE_FAILED` when there was no answer in time, `STORE_CLOSED`; what `send` throws
   */
  ask(send: SendWrite): Promise<Rows> {
    const ending = this.#bring(send, this.#earlier);
    this.#earlier = ending.catch(() => {});
    return ending;
  }

  async #bring(send: SendWrite, earlier: Promise<unknown>): Promise<Rows> {
    if (this.#unsure > 0) await earlier;
    let problem: unknown;
    try {
      const rows = await send(this.#round);
      if (rows !== undefined) return rows;
    } catch (error) {
      problem = error;
    }
    this.#unsure += 1;
    const tries = new Tries(this.#patience.within);
    try {
      await earlier;
      return await this.#askAgain(send, tries, problem);
    } finally {
      this.#unsure -= 1;
    }
  }

  /** @param problem of the attempt before; undefined when its round was not the last */
  async #askAgain(send: SendWrite, tries: Tries, problem: unknown): Promise<Rows> {
    for (let last = problem, isOver = !(problem instanceof ServerBusy); ; ) {
      if (last !== undefined) await this.#rest(tries, last);
      try {
        if (isOver) this.#round = await this.#begin(this.#round + 1);
        isOver = false;
        const rows = await send(this.#round);
        if (rows !== undefined) return rows;
        [last, isOver] = [undefined, true];
      } catch (error) {
        last = error;
        isOver ||= error instanceof ConnectionLost;
      }
    }
  }

  /** @throws the problem, when nothing is to be asked again */
  async #rest(tries: Tries, problem: unknown): Promise<void> {
    const { path, closing } = this.#patience;
    if (closing.aborted) throw storeClosed(path);
    if (await tries.mayAskAgain(problem)) return;
    throw problem instanceof ConnectionLost ? unreachable(path, problem) : problem;
  }
}
