/**
 * A store that writes its log in turns, as others do: it takes a turn when calls wait, and follows the log when none do.
 *
 * One loop does all of it. So nothing of others is folded between a decision and its answer, and each event comes once. The state is
 * that of the log, and within a turn also that of what the turn has decided. When a turn is lost, the state is recovered.
 */
import { grouped, isRefoldError, messageOf, RefoldError } from '../../core/errors.ts';
import { requireReadable } from '../../log/blocks/block-rules.ts';
import type { Block } from '../../log/log-store.ts';
import type { TurnAppend, TurnEnding, TurnFound } from '../../log/log-turn.ts';
import { WAIT_OVER } from '../../threads/aborted.ts';
import { Pace } from '../../threads/pace.ts';
import { failedBefore } from '../calls/failure.ts';
import { renameOwner } from '../calls/log-ownership.ts';
import { deposed } from '../calls/not-writer.ts';
import { COMMIT_TRACE, traced } from '../calls/traces.ts';
import { type UpcastRules, upcastRulesOf } from '../folding/upcast.ts';
import { recoverDespiteDrops } from '../past/history.ts';
import { Inflow } from '../replica/inflow.ts';
import { type ReaderParts, renewState } from '../replica/reader-state.ts';
import { FOLLOWER_LOOK_MS, Renewal } from '../replica/renewal.ts';
import { failureOf } from '../replica/replica.ts';
import type { Waiters } from '../replica/waiters.ts';
import type { Publisher } from '../writing/publisher.ts';
import { type InTurn, planAfterTurn } from '../writing/sharing/turn-plan.ts';
import type { TurnQueue } from '../writing/sharing/turn-queue.ts';
import type { WritePath } from '../writing/write-path.ts';

export interface MemberParts<State extends object> extends ReaderParts<State> {
  readonly publisher: Publisher;
  readonly waiters: Waiters;
  /** The first sequence of each event type so far; kept up to date. */
  readonly firstSeen: Map<string, number>;
  readonly writes: WritePath;
  /** Others have appended blocks with so many bytes, and their events are part of the state. */
  readonly onGrown: (bytes: number) => void;
  /** What was decided after this sequence is not in the log, and never will be. */
  readonly onLost: (sequence: number) => void;
}

/** How long the member may keep the event loop to itself while it reads what others have appended, in ms. */
const MEMBER_SLICE_MS = 10;
const NO_APPEND: TurnAppend = { commits: [], outcomes: [] };

export class Member<State extends object> {
  readonly #parts: MemberParts<State>;
  readonly #queue: TurnQueue<any>;
  readonly #inflow: Inflow<State>;
  readonly #renewal: Renewal;
  readonly #closing = new AbortController();
  readonly #pace = new Pace(MEMBER_SLICE_MS);
  /** Ends the following of the log: calls wait, or the log was redacted. */
  #round = new AbortController();
  #isRecovering = false;
  #ended: Promise<void> = Promise.resolve();

  /** Takes turns and follows the log, until it is closed. */
  static start<State extends object>(parts: MemberParts<State>): Member<State> {
    const member = new Member(parts);
    member.#ended = member.#run();
    return member;
  }

  private constructor(parts: MemberParts<State>) {
    const { writes, log, generation, failure } = parts;
    this.#parts = parts;
    this.#queue = writes.shared!;
    const onFolded = (sequence: number, recordedAt: number): void => writes.moveTo(sequence, recordedAt);
    this.#inflow = new Inflow({ ...parts, onFolded, kind: 'store' });
    this.#renewal = new Renewal(log, generation, FOLLOWER_LOOK_MS, () => this.#round.abort(WAIT_OVER));
    this.#queue.onWork(() => this.#round.abort(WAIT_OVER));
    failure.ends((error) => {
      this.#queue.refuse(error);
      this.#round.abort(WAIT_OVER);
      this.#renewal.close();
    });
  }

  /** Whether the state holds events that the log will never have. */
  get isRecovering(): boolean {
    return this.#isRecovering;
  }

  /** Resolves when the state has every event that is durable now. @throws RefoldError as `waitFor` does */
  async catchUp(): Promise<void> {
    await this.#renewal.current();
    await this.#parts.waiters.reach(this.#parts.log.head().sequence);
  }

  /** Stops. Resolves when nothing more is folded. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#round.abort(WAIT_OVER);
    this.#renewal.close();
    await this.#ended;
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    const { failure } = this.#parts;
    while (!this.#closing.signal.aborted && failure.error === undefined) {
      this.#round = new AbortController();
      try {
        if (this.#renewal.isDue) await this.#renew();
        if (this.#queue.isHeld) await this.#queue.park();
        else if (this.#queue.hasWork) await this.#turn();
        else await this.#follow();
        if (this.#pace.isOver) await this.#pace.rest();
      } catch (error) {
        await this.#troubled(error);
      }
    }
  }

  /** The log was redacted: the state is made again, at the same sequence. */
  async #renew(): Promise<void> {
    await this.#renewal.run(() => renewState(this.#parts, this.#parts.writes.durableSequence));
  }

  async #follow(): Promise<void> {
    const { log, writes } = this.#parts;
    const round = this.#round.signal;
    const rules = await this.#rules();
    if (round.aborted || this.#queue.hasWork || this.#queue.isHeld) return;
    for await (const block of log.follow(writes.durableSequence + 1, round)) {
      await this.#take(block, rules);
      if (round.aborted) break;
    }
  }

  /** The member is too far behind for a turn. */
  #readOn(): Promise<void> {
    return this.advance(this.#parts.log.head().sequence);
  }

  /** Folds what others have appended up to a sequence. For the loop, and for a redaction while the loop rests. */
  async advance(to: number): Promise<void> {
    const { log, writes } = this.#parts;
    const rules = await this.#rules();
    for await (const block of log.read({ from: writes.durableSequence + 1, to })) {
      await this.#take(block, rules);
      if (this.#closing.signal.aborted) return;
    }
  }

  /** The log was redacted by this store, and the state is that of the redacted log. */
  passOver(): void {
    this.#renewal.passOver();
  }

  /** Rests between blocks only: a snapshot is of the end of a block. */
  async #take(block: Block, rules: UpcastRules): Promise<void> {
    this.#fold(block, rules);
    if (this.#pace.isOver) await this.#pace.rest();
  }

  #fold(block: Block, rules: UpcastRules): void {
    const { writes, onGrown } = this.#parts;
    const before = writes.durableSequence;
    for (const _ of this.#inflow.take(block, before, rules));
    if (writes.durableSequence > before) onGrown(block.bytes);
  }

  #rules(): Promise<UpcastRules> {
    return upcastRulesOf(this.#parts.model, this.#parts.log);
  }

  async #turn(): Promise<void> {
    const { log, writes, failure } = this.#parts;
    if (log.keeping!.isKeeper) await renameOwner(log);
    const rules = await this.#rules();
    const ids = this.#queue.ids();
    let done: InTurn = 'nothing';
    const decide = (found: TurnFound): TurnAppend => {
      if (found.generation !== this.#renewal.generation) {
        done = 'redacted';
        return NO_APPEND;
      }
      this.#foldTail(found, rules);
      done = 'decided';
      const given = this.#queue.decide(found.outcomes, ids);
      if (failure.error !== undefined) throw failure.error;
      requireReadable(given.commits, found.head, log.path);
      return given;
    };
    const request = { after: writes.durableSequence, commandIds: [...ids], decide };
    const details = (): object => ({ path: log.path, calls: ids.size, expectedSequence: writes.durableSequence });
    let ending: TurnEnding;
    try {
      ending = await traced(COMMIT_TRACE, details, () => log.turn!(request));
    } catch (error) {
      return this.#fail(error);
    }
    await this.#after(ending, done);
  }

  #foldTail({ tail, head }: TurnFound, rules: UpcastRules): void {
    const { writes, log } = this.#parts;
    for (const block of tail) this.#fold(block, rules);
    if (writes.durableSequence !== head.sequence) throw notInTail(log.path, writes.durableSequence, head.sequence);
  }

  async #after(ending: TurnEnding, done: InTurn): Promise<void> {
    switch (planAfterTurn(ending, done)) {
      case 'answer':
        return this.#queue.done();
      case 'recover':
        return this.#recover();
      case 'renew':
        return this.#renewal.look();
      case 'catch up':
        return this.#readOn();
    }
  }

  /** The turn goes on meanwhile: a snapshot that asks for the state's place in the log is refused. */
  async #recover(): Promise<void> {
    const { model, log, fingerprint, state, writes, firstSeen, onLost } = this.#parts;
    const to = writes.durableSequence;
    if (writes.sequence > to) {
      this.#isRecovering = true;
      onLost(to);
      try {
        const { cursor } = await recoverDespiteDrops(model, log, fingerprint, { to });
        if (cursor.sequence !== to) throw notInTail(log.path, cursor.sequence, to);
        state.replace(cursor.state);
        firstSeen.clear();
        for (const [type, sequence] of cursor.firstSeen) firstSeen.set(type, sequence);
        writes.moveTo(to, cursor.recordedAt);
      } catch (error) {
        return this.#fail(error);
      }
      this.#isRecovering = false;
    }
    this.#queue.lost();
  }

  /** The calls of the turn get the error itself. */
  #fail(error: unknown): void {
    const { log, failure } = this.#parts;
    const cause = refusalOf(log.path, error);
    this.#queue.fail(cause, failure.error ?? (cause.code === 'NOT_WRITER' ? cause : failedBefore(log.path, cause)));
  }

  /** After history was dropped, continues with the newest snapshot. After anything else the store has failed. */
  async #troubled(error: unknown): Promise<void> {
    const { log, writes, onGrown } = this.#parts;
    try {
      if (!isRefoldError(error, 'HISTORY_GONE')) throw error;
      await this.#inflow.jump(writes.durableSequence, error);
      onGrown(0);
    } catch (cause) {
      if (this.#closing.signal.aborted) return;
      const failure = failureOf(log, writes.durableSequence, cause);
      this.#queue.fail(failure, failure);
    }
  }
}

/** For the caller it matters who writes; the log knows sequences and epochs. */
function refusalOf(path: string, error: unknown): RefoldError {
  if (isRefoldError(error, 'SEQUENCE_CONFLICT')) return deposed(path, error);
  if (isRefoldError(error)) return error;
  return new RefoldError('OUTCOME_UNKNOWN', `Cannot say whether the turn was written: ${messageOf(error)}`, {
    path,
    cause: error,
    hint: 'Reopen the store and look, or retry with the same commandId',
  });
}

function notInTail(path: string, sequence: number, head: number): RefoldError {
  const message = `Cannot go on with ${path}: it ends at ${grouped(head)}, and gave the events up to ${grouped(sequence)}`;
  return new RefoldError('LOG_CORRUPT', message, {
    path,
    sequence: sequence + 1,
    hint: 'Run refold verify, then open the store again',
  });
}
