/**
 * What `decide` is handed besides state and input: the time, the sequence, and `fold`.
 *
 * `fold` runs events on drafts beside the state, so nothing that is decided there is left behind. What it gives may be read
 * until `decide` returns.
 */
import { RefoldError } from '../../core/errors.ts';
import type { EventMeta } from '../../core/event.ts';
import type { DecideContext, Model } from '../../core/model.ts';
import type { LiveState, StagedCommit } from '../../fold/live-state.ts';
import { type Intake, listOf } from './intake.ts';

/** What decisions are made with: the same for all of a store's. */
export interface Desk {
  readonly model: Model;
  readonly intake: Intake;
  readonly live: LiveState<object>;
}

export class Deciding implements DecideContext {
  readonly now: number;
  readonly sequence: number;
  readonly #desk: Desk;
  readonly #meta: EventMeta | undefined;
  /** Those that are shown, from the first call on. */
  #staged: StagedCommit[] | undefined;
  /** Events that the last of them holds; `HAS_RETURNED` when `decide` has returned. */
  #folded = 0;

  /** @param meta for events that have none */
  constructor(desk: Desk, sequence: number, now: number, meta: EventMeta | undefined) {
    this.now = now;
    this.sequence = sequence;
    this.#desk = desk;
    this.#meta = meta;
  }

  /** Made when it is asked for, so that a command without it pays nothing; it may be taken out of the context. */
  get fold(): DecideContext['fold'] {
    return (events, onto) => this.#fold(events, onto);
  }

  /** `decide` has returned. */
  end(): void {
    if (this.#staged !== undefined) for (const staged of this.#staged) staged.end(RETURNED);
    this.#folded = HAS_RETURNED;
  }

  #fold(given: unknown, onto: unknown): object {
    const { model, intake, live } = this.#desk;
    const before = this.#stagedAt(onto);
    const firstSequence = this.sequence + 1 + (before === undefined ? 0 : this.#folded);
    const events = intake.admit(listOf(given), { firstSequence, recordedAt: this.now, meta: this.#meta });
    const staged = before ?? this.#stage(live);
    try {
      for (const event of events) staged.fold(model.reducers, event);
    } catch (error) {
      staged.end('an event could not be folded into it');
      throw error;
    }
    this.#folded += events.length;
    return staged.state;
  }

  /** @throws RefoldError `INVALID_OPTION` */
  #stagedAt(onto: unknown): StagedCommit | undefined {
    if (this.#folded === HAS_RETURNED) throw refused(RETURNED, 'Call fold before decide returns');
    if (onto === undefined) return undefined;
    const last = this.#staged?.at(-1);
    if (last !== undefined && onto === last.state) return last;
    throw refused('the second argument is not what the last call gave', 'Leave it out to start from the state again');
  }

  #stage(live: LiveState<object>): StagedCommit {
    const staged = live.stage('the state that fold gave');
    (this.#staged ??= []).push(staged);
    this.#folded = 0;
    return staged;
  }
}

const RETURNED = 'decide has returned';
const HAS_RETURNED = -1;

function refused(problem: string, hint: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot fold: ${problem}`, { type: 'fold', hint });
}
