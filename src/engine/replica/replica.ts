/**
 * A live replica: follows a log that another process writes, and keeps its state current.
 *
 * It folds commit by commit, as the writer does, so that a reader never sees half a commit. If the events that it needs next
 * were dropped, it loads the newest snapshot, warns, and continues from there. Any other failure ends it: the state stays as
 * of its last whole commit, and calls that wait are rejected with the reason.
 */
import { grouped, isRefoldError, messageOf, RefoldError } from '../../core/errors.ts';
import type { Block, LogStore } from '../../log/log-store.ts';
import { WAIT_OVER } from '../../threads/aborted.ts';
import { Pace } from '../../threads/pace.ts';
import { warnOf } from '../calls/warn.ts';
import { type UpcastRules, upcastRulesOf } from '../folding/upcast.ts';
import type { Publisher } from '../writing/publisher.ts';
import { Inflow } from './inflow.ts';
import { type ReaderParts, renewState } from './reader-state.ts';
import { FOLLOWER_LOOK_MS, Renewal } from './renewal.ts';
import type { Waiters } from './waiters.ts';

export interface ReplicaParts<State extends object> extends ReaderParts<State> {
  readonly publisher: Publisher;
  readonly waiters: Waiters;
  /** The first sequence of each event type so far; kept up to date. */
  readonly firstSeen: Map<string, number>;
  /** Called when the state has changed. */
  readonly onAdvance: () => void;
}

/** How long the replica may keep the event loop to itself while it catches up, in ms. */
const REPLICA_SLICE_MS = 10;

export class Replica<State extends object> {
  readonly #parts: ReplicaParts<State>;
  readonly #inflow: Inflow<State>;
  readonly #closing = new AbortController();
  readonly #pace = new Pace(REPLICA_SLICE_MS);
  readonly #renewal: Renewal;
  /** Ends when the log was redacted: what follows is read again. */
  #round = new AbortController();
  #sequence: number;
  #ended: Promise<void> = Promise.resolve();

  /** Follows the log from the event after `sequence` on, until it is closed. */
  static start<State extends object>(parts: ReplicaParts<State>): Replica<State> {
    const replica = new Replica(parts);
    replica.#ended = replica.#run();
    return replica;
  }

  private constructor(parts: ReplicaParts<State>) {
    this.#parts = parts;
    this.#sequence = parts.sequence;
    const onFolded = (sequence: number): void => {
      this.#sequence = sequence;
    };
    this.#inflow = new Inflow({ ...parts, onFolded, kind: 'replica' });
    this.#renewal = new Renewal(parts.log, parts.generation, FOLLOWER_LOOK_MS, () => this.#round.abort(WAIT_OVER));
  }

  /** Resolves when the state is that of the log, if the log was redacted. */
  renewed(): Promise<void> {
    return this.#renewal.current();
  }

  /** @throws RefoldError `STORE_FAILED` when a reducer under the direct fold may have left the state half changed */
  get state(): State {
    const { state, failure } = this.#parts;
    if (!state.isWhole && failure.error !== undefined) throw failure.error;
    return state.value;
  }

  /** The sequence of the last event in the state. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Resolves when the state has every event that is durable now. @throws RefoldError as `waitFor` does */
  async catchUp(): Promise<void> {
    await this.#renewal.current();
    await this.#parts.waiters.reach(this.#parts.log.head().sequence); // asking for the head also wakes the follower
  }

  /** Looks whether the log was redacted: the state is made again then. */
  look(): void {
    this.#renewal.look();
  }

  /** Stops following. Resolves when nothing more is folded. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#round.abort(WAIT_OVER);
    this.#renewal.close();
    await this.#ended;
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    const { signal } = this.#closing;
    const { model, log, failure } = this.#parts;
    while (!signal.aborted && failure.error === undefined) {
      try {
        this.#round = new AbortController();
        if (this.#renewal.isDue) await this.#renewal.run(() => renewState(this.#parts, this.#sequence));
        const rules = await upcastRulesOf(model, log);
        const round = this.#round.signal;
        if (signal.aborted) return;
        for await (const block of log.follow(this.#sequence + 1, round)) {
          if (round.aborted) break;
          await this.#take(block, rules);
        }
      } catch (error) {
        if (!signal.aborted) await this.#recover(error);
      }
    }
  }

  /** Folds a block commit by commit. */
  async #take(block: Block, rules: UpcastRules): Promise<void> {
    for (const _ of this.#inflow.take(block, this.#sequence, rules)) {
      if (this.#pace.isOver) await this.#pace.rest();
      if (this.#closing.signal.aborted) return;
    }
    this.#parts.onAdvance();
  }

  /** After history was dropped, continues with the newest snapshot. After anything else the replica has failed. */
  async #recover(error: unknown): Promise<void> {
    try {
      if (!isRefoldError(error, 'HISTORY_GONE')) throw error;
      await this.#inflow.jump(this.#sequence, error);
      this.#parts.onAdvance();
    } catch (cause) {
      if (this.#closing.signal.aborted) return;
      const failure = failureOf(this.#parts.log, this.#sequence, cause);
      this.#parts.failure.fail(failure);
      warnOf(this.#parts.log, 'RefoldReplicaWarning', failure);
      this.#renewal.close();
    }
  }
}

/** Why a store cannot follow its log any more. */
export function failureOf({ path }: LogStore, sequence: number, cause: unknown): RefoldError {
  if (isRefoldError(cause, 'STORE_FAILED')) return cause;
  const { type, hint } = isRefoldError(cause) ? cause : {};
  const message = `Cannot follow ${path} after sequence ${grouped(sequence)}: ${messageOf(cause)}`;
  return new RefoldError('STORE_FAILED', message, {
    path,
    sequence: isRefoldError(cause) ? (cause.sequence ?? sequence) : sequence,
    ...(type !== undefined && { type }),
    hint: hint ?? 'Look at the cause, then open the replica again',
    cause,
  });
}
