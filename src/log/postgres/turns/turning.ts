/**
 * Turns of a log in PostgreSQL. A turn is a transaction that begins with the lock of the log's row, and takes two round trips: the lock
 * with all that is to be known, and the append with the commit.
 *
 * A turn whose commit got no answer is settled under the next lock: that one is granted when the transaction has ended, so the log has
 * the block by then, or never will. A turn has a connection to itself, which is closed after a rest.
 */
import { RefoldError } from '../../../core/errors.ts';
import { later } from '../../../threads/timers.ts';
import { verifyBlocks } from '../../blocks/chain.ts';
import { nextBlock } from '../../blocks/next-block.ts';
import { noTurns, storeClosed } from '../../log-errors.ts';
import type { LogHead } from '../../log-store.ts';
import { TURN_TAIL_BYTES, type TurnAppend, type TurnEnding, type TurnFound, type TurnRequest } from '../../log-turn.ts';
import { BEGIN, type Held, type Rows } from '../server/connections.ts';
import { type Patience, Tries } from '../server/patience.ts';
import { ConnectionLost, ServerBusy, unreachable } from '../server/refusals.ts';
import { utf8Array } from '../tables/array-values.ts';
import { bytesOf, type LogState, soundOutcome, toBlock, toOutcome, toState } from '../tables/rows.ts';
import { type AppendedRows, appendedRows, type Fate, fateIn, lastOfEach } from './appended-rows.ts';
import type { TurnStatements } from './turn-statements.ts';

/** After this long without a turn its connection is closed. */
const TURN_REST_MS = 2_000;

export interface TurnerParts {
  /** The number of the log. */
  readonly log: number;
  readonly patience: Patience;
  readonly statements: TurnStatements & { readonly append: string; readonly fate: string };
  /** Lets bells of the log wait until the returned function is called. */
  readonly quiet: () => () => void;
  /** A connection for turns alone. */
  readonly hold: () => Promise<Held>;
  /** Compares the end of the log with what was seen of it. @throws RefoldError `LOG_CORRUPT` */
  readonly requireKept: () => Promise<unknown>;
  /** Whether a chain is another one than was seen at a sequence. */
  readonly isAnother: (sequence: number, chain: string) => boolean;
}

/** How a turn ended, and what is known of the log then. */
export interface TurnResult {
  readonly ending: TurnEnding;
  readonly state?: Partial<LogState>;
  readonly lastOrdinal?: number;
}

interface Begun extends TurnFound {
  readonly state: LogState;
  readonly lastOrdinal: number;
  readonly isBehind: boolean;
}

export class Turner {
  readonly #parts: TurnerParts;
  #takeBack: () => void = () => {};
  #held: Held | undefined;

  constructor(parts: TurnerParts) {
    this.#parts = parts;
  }

  /** @throws as `LogStore.turn` */
  async take(request: TurnRequest): Promise<TurnResult> {
    this.#takeBack();
    const heed = this.#parts.quiet();
    try {
      const [held, begun] = await this.#patiently(
        async (connection) => [connection, await this.#begin(connection, request)] as const,
      );
      if (begun.isBehind) return await this.#end(held, { ending: 'behind', state: begun.state });
      let given: TurnAppend;
      try {
        given = request.decide(begun);
      } catch (error) {
        await this.#end(held, undefined);
        throw error;
      }
      if (given.commits.length + given.outcomes.length === 0)
        return await this.#end(held, { ending: 'done', state: begun.state });
      return await this.#append(held, begun, given);
    } finally {
      heed();
      this.#takeBack = later(TURN_REST_MS, () => this.close());
    }
  }

  close(): void {
    this.#takeBack();
    void this.#held?.end();
    this.#held = undefined;
  }

  /** Asks once more on another connection where one was lost, and where the lock was not granted in time. */
  async #patiently<T>(work: (held: Held) => Promise<T>): Promise<T> {
    const { patience } = this.#parts;
    for (const tries = new Tries(patience.within); ; ) {
      let held: Held | undefined;
      try {
        held = await this.#parts.hold();
        this.#held = held;
        return await work(held);
      } catch (error) {
        if (error instanceof ConnectionLost) held?.giveUp();
        else if (held !== undefined) await this.#end(held, undefined);
        if (patience.closing.aborted) throw storeClosed(patience.path);
        if (await tries.mayAskAgain(error)) continue;
        throw error instanceof ConnectionLost ? unreachable(patience.path, error) : error;
      }
    }
  }

  /** Everything of the first round trip. */
  async #begin(held: Held, { after, commandIds }: TurnRequest): Promise<Begun> {
    const { log, statements, patience } = this.#parts;
    const questions = [
      { text: BEGIN, values: [] },
      { name: 'refold turn lock', text: statements.lock, values: [log] },
      { name: 'refold turn state', text: statements.state, values: [log] },
      { name: 'refold turn tail', text: statements.tail, values: [log, after + 1, TURN_TAIL_BYTES] },
      { name: 'refold turn outcomes', text: statements.outcomes, values: [log, utf8Array(commandIds)] },
    ];
    const answers = questions.map((question) => held.ask(question));
    const [, locked, stated, tail, outcomes] = await inOrder(answers);
    if (locked![0]?.[0] !== 'many') throw noTurns(patience.path);
    const state = toState(stated![0]!);
    const blocks = await this.#verified(tail!, state.head, after);
    const isBehind = (blocks.at(-1)?.lastSequence ?? after) !== state.head.sequence;
    return {
      ...{ head: state.head, tail: blocks, isBehind, state, generation: state.redactions },
      outcomes: new Map(outcomes!.map(toOutcome).map((row) => [row.commandId, soundOutcome(row, patience.path)])),
      lastOrdinal: stated![0]![8] as number,
    };
  }

  async #verified(rows: Rows, head: LogHead, after: number): Promise<ReturnType<typeof toBlock>[]> {
    const { patience, isAnother, requireKept } = this.#parts;
    const blocks = rows.map(toBlock);
    const startChain = rows[0]?.[7] as string | undefined;
    const [end, chain] =
      startChain === undefined ? [head.sequence, head.chain] : [blocks[0]!.firstSequence - 1, startChain];
    if (head.sequence < after || isAnother(end, chain)) await requireKept();
    if (startChain !== undefined) verifyBlocks(blocks, startChain, patience.path);
    return blocks;
  }

  async #append(held: Held, { head, state, lastOrdinal }: Begun, given: TurnAppend): Promise<TurnResult> {
    const { log, statements } = this.#parts;
    const after = given.commits.length === 0 ? undefined : nextBlock(head, given.commits);
    const rows = appendedRows(head, after, lastOfEach(given.outcomes), lastOrdinal + 1);
    const done: TurnResult = {
      ending: 'done',
      state: { ...state, head: after?.head ?? head },
      lastOrdinal: rows.last?.ordinal ?? lastOrdinal,
    };
    const append = { name: 'refold turn append', text: statements.append, values: [log, state.epoch, ...rows.values] };
    try {
      const [answer] = await inOrder([held.ask(append), held.ask({ text: 'commit', values: [] })]);
      return answer![0]![2] === true ? done : { ending: 'lost' };
    } catch (error) {
      if (!(error instanceof ConnectionLost || error instanceof ServerBusy)) throw error; // nothing was committed
      held.giveUp();
      const fate = await this.#settle(rows, error);
      return fate === 'done' ? done : { ending: 'lost' };
    }
  }

  /** Under the next lock the transaction has ended. */
  async #settle(rows: AppendedRows, cause: Error): Promise<Fate> {
    const { log, statements, patience } = this.#parts;
    const { before, last } = rows;
    const id = last === undefined ? Buffer.alloc(0) : bytesOf(last.commandId);
    const fate = await this.#patiently(async (held) => {
      const [, , found] = await inOrder([
        held.ask({ text: BEGIN, values: [] }),
        held.ask({ name: 'refold turn lock', text: statements.lock, values: [log] }),
        held.ask({ name: 'refold fate', text: statements.fate, values: [log, before.sequence + 1, id] }),
      ]);
      await this.#end(held, undefined);
      return fateIn(found![0]!, rows);
    }).catch((error: Error) => {
      throw unknownTurn(patience.path, before.sequence, error);
    });
    if (fate === 'unknown') throw unknownTurn(patience.path, before.sequence, cause);
    return fate;
  }

  /** Ends a transaction that changes nothing. */
  async #end<T>(held: Held, result: T): Promise<T> {
    await held.ask({ text: 'rollback', values: [] }).catch(() => held.giveUp());
    return result;
  }
}

/** All answers, or the first error: what failed behind it failed because of it. */
async function inOrder(answers: readonly Promise<Rows>[]): Promise<Rows[]> {
  for (const answer of answers) answer.catch(() => {});
  const given: Rows[] = [];
  for (const answer of answers) given.push(await answer);
  return given;
}

function unknownTurn(path: string, sequence: number, cause: Error): RefoldError {
  return new RefoldError(
    'OUTCOME_UNKNOWN',
    `Cannot tell whether ${path} has the events after ${sequence}: ${cause.message}`,
    { path, sequence: sequence + 1, hint: 'Open the log again: recovery shows what it has', cause },
  );
}
