/**
 * Looks up outcomes by command id. What is asked for while a statement is under way waits, and goes into the next one with all the
 * others that wait: a thousand calls at once cost few statements.
 */
import { soon } from '../../../threads/timers.ts';
import type { StoredOutcome } from '../../log-store.ts';
import type { OutcomeRow } from '../tables/rows.ts';

/** So many ids are looked up in one statement. */
const IDS_A_STATEMENT = 1_000;

export interface LookUpParts {
  /** The rows of those ids that the log remembers, in any order. */
  readonly ask: (commandIds: readonly string[]) => Promise<readonly OutcomeRow[]>;
  /** @throws RefoldError `LOG_CORRUPT` for a damaged row */
  readonly toSound: (row: OutcomeRow) => StoredOutcome;
}

type LookUp = PromiseWithResolvers<OutcomeRow | undefined>;

export class OutcomeLookUps {
  readonly #parts: LookUpParts;
  readonly #waiting = new Map<string, LookUp>();
  #isAsking = false;

  constructor(parts: LookUpParts) {
    this.#parts = parts;
  }

  async find(commandId: string): Promise<StoredOutcome | undefined> {
    let waiting = this.#waiting.get(commandId);
    if (waiting === undefined) this.#waiting.set(commandId, (waiting = Promise.withResolvers()));
    if (!this.#isAsking) void this.#askAll();
    const row = await waiting.promise;
    return row && this.#parts.toSound(row);
  }

  /** Never rejects. */
  async #askAll(): Promise<void> {
    this.#isAsking = true;
    await soon(() => {}); // calls that are made at once share a statement
    while (this.#waiting.size > 0) await this.#answer([...this.#waiting].slice(0, IDS_A_STATEMENT));
    this.#isAsking = false;
  }

  async #answer(asked: readonly (readonly [string, LookUp])[]): Promise<void> {
    for (const [commandId] of asked) this.#waiting.delete(commandId);
    try {
      const rows = await this.#parts.ask(asked.map(([commandId]) => commandId));
      const found = new Map(rows.map((row) => [row.commandId, row]));
      for (const [commandId, { resolve }] of asked) resolve(found.get(commandId));
    } catch (error) {
      for (const [, { reject }] of asked) reject(error);
    }
  }
}
