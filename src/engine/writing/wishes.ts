/**
 * What a call asks for: events as they are, or a command that will decide on some.
 *
 * A wish is decided in the state as it is when its turn comes, which is nearly always at once. One that must wait is *held*:
 * everything of the caller's is validated and made the engine's own at the call, so that an object which is used again is
 * recorded as it was; only what depends on the state is left for its turn.
 */
import type { EventMeta, Json } from '../../core/event.ts';
import { freezeJson } from '../../core/freeze.ts';
import type { Rejection } from '../../core/model.ts';
import { decodeCommit } from '../../log/blocks/block.ts';
import { commandOf, decide, parseInput } from './commands.ts';
import { Deciding, type Desk } from './deciding.ts';
import { type CopiedInput, copyInput } from './held-input.ts';
import { type AdmittedCommit, atLeastOne, type Intake, listOf, refusalOf } from './intake.ts';

/** When and in which state a wish is decided. */
export interface Moment {
  readonly state: object;
  /** Of the last event folded. */
  readonly sequence: number;
  /** What `recordedAt` will be. */
  readonly now: number;
}

/** What a wish comes to: a commit, which may be empty for a command, or a rejection. */
export type Decision = AdmittedDecision | { readonly rejected: Rejection };

export interface AdmittedDecision extends AdmittedCommit {
  /** For the caller of a command; our own, frozen. */
  readonly result?: Json | undefined;
}

export interface Wish {
  /** Runs the application's code. @throws RefoldError when the wish is refused */
  decide(moment: Moment): Decision;
  /** The same wish with nothing of the caller's left in it. @throws RefoldError when it can be refused already */
  hold(): HeldWish;
}

export interface HeldWish extends Pick<Wish, 'decide'> {
  /** What it keeps in memory, roughly. */
  readonly bytes: number;
}

/** `append`: one event, or an array of them. */
export class EventsWish implements Wish {
  readonly #intake: Intake;
  readonly #given: unknown;

  constructor(intake: Intake, given: unknown) {
    this.#intake = intake;
    this.#given = given;
  }

  decide({ sequence, now }: Moment): AdmittedCommit {
    return this.#admit(sequence + 1, now);
  }

  hold(): HeldWish {
    const { json } = this.#admit(undefined, 0);
    const decideHeld = ({ sequence, now }: Moment): AdmittedCommit => {
      const events = decodeCommit(json, sequence + 1, now) as AdmittedCommit['events'];
      for (const { meta } of events) freezeJson(meta); // as it is at once
      return { events, json };
    };
    return { bytes: json.length, decide: decideHeld };
  }

  #admit(firstSequence: number | undefined, recordedAt: number): AdmittedCommit {
    return atLeastOne(this.#intake.admitCommit(listOf(this.#given), { firstSequence, recordedAt }));
  }
}

/** `execute`. */
export class CommandWish implements Wish {
  readonly #desk: Desk;
  readonly #name: string;
  readonly #input: unknown;
  readonly #meta: EventMeta | undefined;

  /** @param meta for the events that have none; the engine's own */
  constructor(desk: Desk, name: string, input: unknown, meta: EventMeta | undefined) {
    this.#desk = desk;
    this.#name = name;
    this.#input = input;
    this.#meta = meta;
  }

  decide(moment: Moment): Decision {
    return this.#decide(this.#parse(), moment);
  }

  hold(): HeldWish {
    const { copy, bytes } = this.#copy(this.#parse());
    return { bytes, decide: (moment) => this.#decide(copy, moment) };
  }

  /** A transform may have put anything into what it gave. */
  #copy(input: unknown): CopiedInput {
    try {
      return copyInput(input);
    } catch (error) {
      throw refusalOf(error, { type: this.#name }, 'execute');
    }
  }

  #parse(): unknown {
    return parseInput(commandOf(this.#desk.model, this.#name), this.#name, this.#input);
  }

  #decide(input: unknown, moment: Moment): Decision {
    const { state, sequence, now } = moment;
    const context = new Deciding(this.#desk, sequence, now, this.#meta);
    const verdict = decide(commandOf(this.#desk.model, this.#name), this.#name, input, state, context);
    if ('rejected' in verdict) return verdict;
    const placement = { firstSequence: sequence + 1, recordedAt: now, command: this.#name, meta: this.#meta };
    const { events, json } = this.#desk.intake.admitCommit(verdict.accepted, placement);
    return { events, json, result: verdict.result };
  }
}
