/**
 * Appends in their order, each in one statement. The next one is sent while the last is under way.
 *
 * An append whose connection was lost is settled, not guessed: it is asked again on a new connection. Then the log either has its
 * block, which the chain proves, or it never will. Until that is known, nothing new is sent. A block that was refused behind one
 * that had to be settled is asked again too: it was refused because the other was not there yet.
 */

import { RefoldError } from '../../core/errors.ts';
import { nextBlock } from '../blocks/next-block.ts';
import { epochConflict, sequenceConflict, storeFailed } from '../log-errors.ts';
import type { AppendRequest, LogHead } from '../log-store.ts';
import type { OutcomePlaces } from './outcomes/places.ts';
import type { PostgresReader } from './reading.ts';
import type { Rows } from './server/connections.ts';
import { Tries } from './server/patience.ts';
import { ConnectionLost, ServerBusy } from './server/refusals.ts';
import { bytesOf } from './tables/rows.ts';
import { type AppendedRows, appendedRows, type Fate, fateIn, lastOfEach } from './turns/appended-rows.ts';

export interface AppendParts {
  readonly path: string;
  readonly epoch: number;
  readonly head: LogHead;
  /** How long to look for what became of an append, in ms. */
  readonly settleWithin: number;
  readonly outcomes: OutcomePlaces;
  readonly reader: PostgresReader;
  /** Asks the statement once. @param areNew whether the log certainly holds none of the ids */
  readonly ask: (values: readonly unknown[], areNew: boolean) => Promise<Rows>;
  /** What a refusal means, when the epoch is not this writer's, or the log ends elsewhere. */
  readonly explain: (refusal: RefoldError) => Promise<RefoldError>;
}

/** An append on its way. */
type Entry = AppendedRows;

/** What one attempt came to. */
type Attempt =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly refusal: RefoldError }
  | { readonly kind: 'unsure'; readonly cause: Error };

/** How an append ended: `settled` when it was unsure for a time. */
type Ending = 'done' | 'settled' | 'refused';

export class Appender {
  readonly #parts: AppendParts;
  /** The head after all appends that were handed in, whether they are durable yet or not. */
  #head: LogHead;
  #durable: LogHead;
  #underWay = 0;
  #unsure = 0;
  #earlier: Promise<Ending> = Promise.resolve('done');
  #failure: RefoldError | undefined;

  constructor(parts: AppendParts) {
    this.#parts = parts;
    this.#head = parts.head;
    this.#durable = parts.head;
  }

  /**
   * The head once the append is durable.
   *
   * @param areNew whether the log certainly holds none of the ids, and none comes twice
   * @throws as `LogStore.append`
   */
  async append(request: AppendRequest, areNew: boolean): Promise<LogHead> {
    if (this.#failure !== undefined) throw storeFailed(this.#parts.path, this.#failure);
    const entry = this.#enter(request, areNew);
    this.#underWay += 1;
    const ending = this.#bring(entry, areNew, this.#earlier);
    this.#earlier = ending.catch(() => 'refused');
    try {
      await ending;
      if (entry.after.sequence > this.#durable.sequence) this.#durable = entry.after;
      return entry.after;
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#head = this.#durable;
    }
  }

  #enter({ expectedSequence, epoch, commits, outcomes: given }: AppendRequest, areNew: boolean): Entry {
    const { path, epoch: own } = this.#parts;
    const before = this.#head;
    if (epoch !== own) throw epochConflict(path, epoch, own);
    if (expectedSequence !== before.sequence) throw sequenceConflict(path, expectedSequence, before.sequence);
    const { head: after, block } =
      commits.length === 0 ? { head: before, block: undefined } : nextBlock(before, commits);
    this.#head = after;
    const outcomes = areNew ? given : lastOfEach(given);
    const first = this.#parts.outcomes.place(given, outcomes.length);
    return appendedRows(before, block && { head: after, block }, outcomes, first);
  }

  async #bring(entry: Entry, areNew: boolean, earlier: Promise<Ending>): Promise<Ending> {
    if (this.#unsure > 0) await earlier;
    if (this.#failure !== undefined) throw storeFailed(this.#parts.path, this.#failure);
    const first = await this.#try(entry, areNew);
    if (first.kind === 'done') return 'done';
    this.#unsure += 1;
    try {
      const before = await earlier;
      if (this.#failure !== undefined) throw this.#unknown(entry, this.#failure);
      if (first.kind === 'refused' && before !== 'settled') throw await this.#parts.explain(first.refusal);
      await this.#settle(entry);
      return 'settled';
    } finally {
      this.#unsure -= 1;
    }
  }

  async #try(entry: Entry, areNew: boolean): Promise<Attempt> {
    const { path, epoch, ask } = this.#parts;
    try {
      const [found, tail, isDone] = (await ask(entry.values, areNew))[0] as readonly [number | null, number, boolean];
      if (isDone) return { kind: 'done' };
      const isReplaced = found !== epoch;
      const refusal = isReplaced
        ? epochConflict(path, epoch, found ?? 0)
        : sequenceConflict(path, entry.before.sequence, tail);
      return { kind: 'refused', refusal };
    } catch (error) {
      if (error instanceof ConnectionLost || error instanceof ServerBusy) return { kind: 'unsure', cause: error };
      throw error;
    }
  }

  /** Asks until it is known whether the log has the append, and so perhaps its ids. */
  async #settle(entry: Entry): Promise<void> {
    const tries = new Tries(this.#parts.settleWithin);
    for (;;) {
      const attempt = await this.#try(entry, false);
      if (attempt.kind === 'done') return;
      if (attempt.kind === 'refused') {
        const fate = await this.#fateOf(entry);
        if (fate === 'done') return;
        if (fate === 'absent') throw await this.#parts.explain(attempt.refusal);
        throw this.#fail(this.#unknown(entry, attempt.refusal));
      }
      if (!(await tries.mayAskAgain(attempt.cause))) throw this.#fail(this.#unknown(entry, attempt.cause));
    }
  }

  /** What the log holds in the place of an append; unknown without an answer. */
  async #fateOf(entry: Entry): Promise<Fate> {
    const { before, last } = entry;
    const id = last === undefined ? Buffer.alloc(0) : bytesOf(last.commandId);
    try {
      const rows = await this.#parts.reader.ask('fate', before.sequence + 1, id);
      return fateIn(rows[0]!, entry);
    } catch {
      return 'unknown';
    }
  }

  #unknown({ before }: Entry, cause: Error): RefoldError {
    const { path } = this.#parts;
    return new RefoldError(
      'OUTCOME_UNKNOWN',
      `Cannot tell whether ${path} has the events after ${before.sequence}: ${cause.message}`,
      { path, sequence: before.sequence + 1, hint: 'Open the log again: recovery shows what it has', cause },
    );
  }

  #fail(failure: RefoldError): RefoldError {
    this.#failure ??= failure;
    return failure;
  }
}
