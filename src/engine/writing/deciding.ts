/**
 * What `decide` gets besides state and input: the time, the sequence, `fold` and `event`.
 *
 * `fold` runs events on drafts beside the state, so it leaves no trace in the state. Its result may be read until `decide`
 * returns.
 */
import { RefoldError } from '../../core/errors.ts';
import type { DecideContext, Model } from '../../core/model.ts';
import type { LiveState, StagedCommit } from '../../fold/live-state.ts';
import { type Intake, listOf, type Placement } from './intake/intake.ts';

/** What all decisions of a store are made with. */
export interface Desk {
  readonly model: Model;
  readonly intake: Intake;
  readonly live: LiveState<object>;
}

export class Deciding implements DecideContext {
  readonly now: number;
  readonly sequence: number;
  readonly #desk: Desk;
  readonly #placement: Placement;
  /** The staged commits that `fold` has shown; undefined before its first call. */
  #staged: StagedCommit[] | undefined;
  /** How many events the last staged commit holds; `ENDED` when `decide` has returned. */
  #folded = 0;

  /**
   * @param sequence of the last event in the state
   * @param placement of the events that the command decides on
   */
  constructor(desk: Desk, sequence: number, placement: Placement) {
    this.now = placement.recordedAt;
    this.sequence = sequence;
    this.#desk = desk;
    this.#placement = placement;
  }

  /** Made on each access, so that a command without `fold` pays nothing. It works without its context object. */
  get fold(): DecideContext['fold'] {
    return (events, onto) => this.#fold(events, onto);
  }

  get event(): DecideContext['event'] {
    return this.#desk.model.event as DecideContext['event'];
  }

  /** Called when `decide` has returned. */
  end(): void {
    if (this.#staged !== undefined) for (const staged of this.#staged) staged.end(RETURNED);
    this.#folded = ENDED;
  }

  #fold(given: unknown, onto: unknown): object {
    const { model, intake, live } = this.#desk;
    const before = this.#stagedAt(onto);
    const firstSequence = this.sequence + 1 + (before === undefined ? 0 : this.#folded);
    const { meta, commandId } = this.#placement;
    const events = intake.admit(listOf(given), { firstSequence, recordedAt: this.now, meta, commandId });
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
    if (this.#folded === ENDED) throw refused(RETURNED, 'Call fold before decide returns');
    if (onto === undefined) return undefined;
    const last = this.#staged?.at(-1);
    if (last !== undefined && onto === last.state) return last;
    throw refused(
      'the second argument is not the state that the last call gave',
      'Leave it out to start from the state again',
    );
  }

  #stage(live: LiveState<object>): StagedCommit {
    const staged = live.stage('the state that fold gave');
    (this.#staged ??= []).push(staged);
    this.#folded = 0;
    return staged;
  }
}

const RETURNED = 'decide has returned';
const ENDED = -1;

function refused(problem: string, hint: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot fold: ${problem}`, { type: 'fold', hint });
}
