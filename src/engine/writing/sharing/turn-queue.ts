/**
 * The calls of a store that writes its log in turns: all of them wait, and a turn decides those that come first.
 *
 * It stands in place of `Turns` and of `CommitQueue`. Nothing of a turn is answered before the turn is durable, because each decision
 * stands on the ones before it. When a turn was lost, its calls wait again, before all others.
 *
 *     join ──> waits ── decide ──> decided ── done ──> answered
 *                ^──────── lost ──────┘
 */
import { RefoldError } from '../../../core/errors.ts';
import type { LogHead, StoredOutcome } from '../../../log/log-store.ts';
import type { TurnAppend } from '../../../log/log-turn.ts';
import { performance } from '../../../threads/timers.ts';
import type { Reentrancy } from '../../calls/reentrancy.ts';
import type { Meter } from '../../metrics/meter.ts';
import type { Completed } from '../commit-queue.ts';
import type { QueuedWrite } from '../queued-write.ts';
import type { Begin, Waiting } from '../turns/turns.ts';
import { afterLostTurn, CALLS_A_TURN, mayDecideMore } from './turn-plan.ts';

/** A place in the log. */
export type Place = Pick<LogHead, 'sequence' | 'recordedAt'>;

/** A call, as far as its turn is concerned. */
export interface TurnCall extends Waiting {
  /** Undefined for a call that only waits for those before it. */
  readonly ask: unknown;
  readonly options: { readonly commandId?: string | undefined };
  /** What the log knows of its commandId; set in its turn. */
  known?: { readonly outcome?: StoredOutcome | undefined; readonly error?: unknown };
}

export interface TurnQueueParts<Call> {
  readonly path: string;
  readonly blockBytes: number;
  readonly guard: Reentrancy;
  readonly meter: Meter;
  readonly work: Begin<Call>;
  /** As for `CommitQueue`. */
  readonly onComplete: (completed: Completed) => void;
  /** Where the state is now. */
  readonly place: () => Place;
  /** The head of the log at a place that is durable. */
  readonly headAt: (place: Place) => Promise<LogHead>;
}

/** A call in the queue. */
interface Entry<Call> {
  readonly call: Call;
  outlasted: number;
}

/** A call that was decided in a turn. */
interface DecidedCall<Call> {
  readonly entry: Entry<Call>;
  readonly milliseconds: number;
  readonly answer: { readonly value: unknown } | { readonly error: unknown };
}

interface Turn<Call> {
  readonly decided: DecidedCall<Call>[];
  readonly writes: QueuedWrite[];
  bytes: number;
  decidedAt: number;
  readonly over: PromiseWithResolvers<'done' | 'lost'>;
}

export class TurnQueue<Call extends TurnCall> {
  readonly isFull = false;
  readonly meter: Meter;
  readonly #parts: TurnQueueParts<Call>;
  #waiting: Entry<Call>[] = [];
  #waitingBytes = 0;
  #turn: Turn<Call> | undefined;
  #hold: { readonly parked: PromiseWithResolvers<void>; readonly released: PromiseWithResolvers<void> } | undefined;
  #failure: RefoldError | undefined;
  #onWork: () => void = () => {};

  constructor(parts: TurnQueueParts<Call>) {
    this.#parts = parts;
    this.meter = parts.meter;
  }

  /** Calls back when there is something to do, which is looked at outside of the call. */
  onWork(listener: () => void): void {
    this.#onWork = listener;
  }

  /** No call begins before its turn. */
  get mayBegin(): boolean {
    return false;
  }

  get isHoldingBack(): boolean {
    return this.#waiting.length > 0 || this.#turn !== undefined;
  }

  /** How many bytes the calls keep in memory, roughly. */
  get bytes(): number {
    return this.#waitingBytes + (this.#turn?.bytes ?? 0);
  }

  /** Whether calls wait, and may be decided. */
  get hasWork(): boolean {
    return this.#waiting.length > 0 && this.#hold === undefined && this.#failure === undefined;
  }

  get isHeld(): boolean {
    return this.#hold !== undefined;
  }

  join(call: Call): void {
    if (this.#failure !== undefined) {
      this.#refuse(call, this.#failure);
      return;
    }
    this.#waiting.push({ call, outlasted: 0 });
    this.#waitingBytes += call.bytes;
    this.#passMarkers();
    if (this.hasWork) this.#onWork();
  }

  /** Calls begin in turns alone. */
  admit(): void {}

  /** The ids of the calls that the next turn may decide. */
  ids(): Set<string> {
    const ids = new Set<string>();
    for (const { call } of this.#waiting.slice(0, CALLS_A_TURN)) {
      if (call.options.commandId !== undefined) ids.add(call.options.commandId);
    }
    return ids;
  }

  /**
   * Decides calls in order, in a turn of the log. `done`, `lost` or `fail` must follow.
   *
   * @param asked the ids whose outcomes were looked up in this turn. Another id ends the turn
   */
  decide(outcomes: ReadonlyMap<string, StoredOutcome>, asked: ReadonlySet<string>): TurnAppend {
    const turn: Turn<Call> = {
      ...{ decided: [], writes: [], bytes: 0, decidedAt: 0 },
      over: Promise.withResolvers(),
    };
    this.#turn = turn;
    const start = performance.now();
    for (const entry of this.#waiting) {
      const { call } = entry;
      const { commandId } = call.options;
      const begun = performance.now();
      const { blockBytes } = this.#parts;
      const soFar = { calls: turn.decided.length, milliseconds: begun - start, bytes: turn.bytes, blockBytes };
      if (!mayDecideMore(soFar) || (commandId !== undefined && !asked.has(commandId))) break;
      if (commandId !== undefined) call.known = { outcome: outcomes.get(commandId) };
      const answer = this.#begin(call);
      turn.decided.push({ entry, answer, milliseconds: performance.now() - begun });
    }
    for (const { entry } of turn.decided) this.#waitingBytes -= entry.call.bytes;
    this.#waiting = this.#waiting.slice(turn.decided.length);
    turn.decidedAt = performance.now();
    return blockOf(turn);
  }

  /** Application code of the call runs here. */
  #begin(call: Call): DecidedCall<Call>['answer'] {
    const { guard, work } = this.#parts;
    guard.enter();
    try {
      const value = work.begin(call);
      if (value instanceof Promise) value.catch(() => {}); // it is not awaited when the turn is lost
      return { value };
    } catch (error) {
      return { error };
    } finally {
      guard.leave();
    }
  }

  /** A call that is being decided writes. The promise resolves when the turn is durable. */
  push<Answer>(write: QueuedWrite): Promise<Answer> {
    const turn = this.#turn!;
    turn.writes.push(write);
    turn.bytes += write.bytes;
    return write.promise<Answer>();
  }

  /** What the turn has decided is durable. */
  done(): void {
    const turn = this.#end('done');
    const { commits, outcomes } = blockOf(turn);
    this.meter.sync.add(performance.now() - turn.decidedAt);
    for (const write of turn.writes) write.resolve();
    this.#parts.onComplete({ commits: commits as readonly QueuedWrite[], outcomes });
    for (const { entry, answer } of turn.decided) {
      if ('error' in answer) this.#refuse(entry.call, answer.error);
      else entry.call.resolve(answer.value);
    }
    this.#passMarkers();
  }

  /** What the turn has decided is not in the log, and never will be. */
  lost(): void {
    const again: Entry<Call>[] = [];
    for (const { entry, milliseconds } of this.#end('lost').decided) {
      const { outlasted, isDecidedAgain } = afterLostTurn({ milliseconds, outlasted: entry.outlasted });
      entry.outlasted = outlasted;
      delete entry.call.known;
      if (isDecidedAgain) again.push(entry);
      else this.#refuse(entry.call, outlastedTurn(this.#parts.path, milliseconds));
    }
    for (const { call } of again) this.#waitingBytes += call.bytes;
    this.#waiting = [...again, ...this.#waiting];
    if (this.#failure !== undefined) this.refuse(this.#failure);
    this.#passMarkers();
  }

  /**
   * The store can do nothing more.
   *
   * @param error for the calls of the turn
   * @param failure for those that wait, and for all that come
   */
  fail(error: RefoldError, failure: RefoldError): void {
    const turn = this.#turn === undefined ? undefined : this.#end('lost');
    this.#failure ??= failure;
    this.#parts.onComplete({ commits: [], outcomes: [], failure });
    for (const { entry } of turn?.decided ?? []) this.#refuse(entry.call, error);
    this.refuse(failure);
  }

  /** Refuses what waits, and all that comes. A turn that has begun gets the answer of the log. */
  refuse(error: RefoldError): void {
    this.#failure ??= error;
    const refused = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const { call } of refused) this.#refuse(call, this.#failure);
    this.#hold?.parked.reject(this.#failure);
  }

  #end(ending: 'done' | 'lost'): Turn<Call> {
    const turn = this.#turn!;
    this.#turn = undefined;
    turn.over.resolve(ending);
    return turn;
  }

  #refuse(call: Call, error: unknown): void {
    this.#parts.work.refused(call);
    call.resolve(Promise.reject(error));
  }

  /** Calls that only wait have waited for all that matters. */
  #passMarkers(): void {
    if (this.#turn !== undefined) return;
    const first = this.#waiting.findIndex(({ call }) => call.ask !== undefined);
    const count = first < 0 ? this.#waiting.length : first;
    for (const { call } of this.#waiting.slice(0, count)) call.resolve(undefined);
    if (count > 0) this.#waiting = this.#waiting.slice(count);
  }

  /**
   * The head of the log at the state as it is now, once that is durable.
   *
   * @throws RefoldError `SEQUENCE_CONFLICT` when it never will be, or when no block ends there
   */
  async fence(): Promise<LogHead> {
    const { path, place, headAt } = this.#parts;
    const now = place();
    if (this.#turn !== undefined && this.#turn.writes.length > 0 && (await this.#turn.over.promise) === 'lost')
      throw notKept(path);
    return headAt(now);
  }

  /** Resolves when everything pushed so far has its answer. */
  async settled(): Promise<void> {
    await this.#turn?.over.promise;
  }

  /** The same: calls that wait are waited for elsewhere. @throws RefoldError when the store can do nothing more */
  async drained(): Promise<void> {
    await this.settled();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Lets all calls wait, and resolves when no turn is under way. @returns lets them go on. Call it once */
  async hold(): Promise<() => void> {
    if (this.#failure !== undefined) throw this.#failure;
    const hold = { parked: Promise.withResolvers<void>(), released: Promise.withResolvers<void>() };
    this.#hold = hold;
    const release = (): void => {
      this.#hold = undefined;
      hold.released.resolve();
    };
    this.#onWork();
    try {
      await hold.parked.promise;
      return release;
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Nothing is under way now: resolves when calls may go on. */
  async park(): Promise<void> {
    this.#hold?.parked.resolve();
    await this.#hold?.released.promise;
  }
}

function blockOf({ writes }: { readonly writes: readonly QueuedWrite[] }): TurnAppend {
  return {
    commits: writes.filter(({ hasCommit }) => hasCommit),
    outcomes: writes.map(({ outcome }) => outcome).filter((outcome) => outcome !== undefined),
  };
}

function outlastedTurn(path: string, milliseconds: number): RefoldError {
  const ms = Math.round(milliseconds);
  return new RefoldError(
    'COMMAND_FAILED',
    `Cannot decide in a turn of ${path}: it took ${ms} ms, and the turn was over`,
    {
      path,
      hint: 'Do slow work before the call: other processes wait for the turn of this one',
    },
  );
}

function notKept(path: string): RefoldError {
  return new RefoldError('SEQUENCE_CONFLICT', `Cannot say where ${path} ends: the turn was lost`, {
    path,
    hint: 'Try again: the state has been recovered',
  });
}
