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
import { type Command, commandOf, decide, parseInput } from './commands.ts';
import { Deciding, type Desk } from './deciding.ts';
import { copyInput } from './held-input.ts';
import { type AdmittedCommit, atLeastOne, listOf, refusalOf } from './intake.ts';

/** What a wish comes to: a commit, which may be empty for a command, or a rejection. */
export interface Decided extends AdmittedCommit {
  readonly rejection?: Rejection | undefined;
  /** For the caller of a command; our own, frozen. */
  readonly result?: Json | undefined;
}

export interface Wish {
  /**
   * Runs the application's code.
   *
   * @param sequence of the last event folded
   * @param now what `recordedAt` will be
   * @throws RefoldError when the wish is refused
   */
  decide(desk: Desk, sequence: number, now: number): Decided;
  /** The same wish with nothing of the caller's left in it. @throws RefoldError when it can be refused already */
  hold(desk: Desk): HeldWish;
}

export interface HeldWish extends Pick<Wish, 'decide'> {
  /** What it keeps in memory, roughly. */
  readonly bytes: number;
}

/** `append`: one event, or an array of them. */
export class EventsWish implements Wish {
  readonly #given: unknown;

  constructor(given: unknown) {
    this.#given = given;
  }

  decide(desk: Desk, sequence: number, now: number): Decided {
    return this.#admit(desk, sequence + 1, now);
  }

  hold(desk: Desk): HeldWish {
    return new HeldEvents(this.#admit(desk, undefined, 0).json);
  }

  #admit({ intake }: Desk, firstSequence: number | undefined, recordedAt: number): AdmittedCommit {
    return atLeastOne(intake.admitCommit(listOf(this.#given), { firstSequence, recordedAt }));
  }
}

/** Events that were validated at the call, as their text. */
class HeldEvents implements HeldWish {
  readonly #json: string;

  constructor(json: string) {
    this.#json = json;
  }

  get bytes(): number {
    return this.#json.length;
  }

  decide(_desk: Desk, sequence: number, now: number): Decided {
    const events = decodeCommit(this.#json, sequence + 1, now) as AdmittedCommit['events'];
    for (const { meta } of events) freezeJson(meta); // as it is at once
    return { events, json: this.#json };
  }
}

/** `execute`. */
export class CommandWish implements Wish {
  readonly #name: string;
  readonly #input: unknown;
  readonly #meta: EventMeta | undefined;

  /** @param meta for the events that have none; the engine's own */
  constructor(name: string, input: unknown, meta: EventMeta | undefined) {
    this.#name = name;
    this.#input = input;
    this.#meta = meta;
  }

  decide(desk: Desk, sequence: number, now: number): Decided {
    const command = commandOf(desk.model, this.#name);
    const parsed = parseInput(command, this.#name, this.#input);
    return decideParsed(desk, command, this.#name, parsed, this.#meta, sequence, now);
  }

  hold({ model }: Desk): HeldWish {
    const parsed = parseInput(commandOf(model, this.#name), this.#name, this.#input);
    try {
      // A transform may have put anything into what it gave.
      const { copy, bytes } = copyInput(parsed);
      return new HeldCommand(this.#name, copy, this.#meta, bytes);
    } catch (error) {
      throw refusalOf(error, { type: this.#name }, 'execute');
    }
  }
}

/** A command whose input was parsed at the call, and copied. */
class HeldCommand implements HeldWish {
  readonly bytes: number;
  readonly #name: string;
  readonly #parsed: unknown;
  readonly #meta: EventMeta | undefined;

  constructor(name: string, parsed: unknown, meta: EventMeta | undefined, bytes: number) {
    this.bytes = bytes;
    this.#name = name;
    this.#parsed = parsed;
    this.#meta = meta;
  }

  decide(desk: Desk, sequence: number, now: number): Decided {
    const command = commandOf(desk.model, this.#name);
    return decideParsed(desk, command, this.#name, this.#parsed, this.#meta, sequence, now);
  }
}

/** A wish that was refused at the call, and that the log may know an answer to all the same. */
export class RefusedWish implements HeldWish {
  readonly bytes = 0;
  readonly #error: unknown;

  constructor(error: unknown) {
    this.#error = error;
  }

  decide(): never {
    throw this.#error;
  }
}

function decideParsed(
  desk: Desk,
  command: Command,
  name: string,
  parsed: unknown,
  meta: EventMeta | undefined,
  sequence: number,
  now: number,
): Decided {
  const context = new Deciding(desk, sequence, now, meta);
  const verdict = decide(command, name, parsed, desk.live.value, context);
  if ('rejected' in verdict) return { events: [], json: '', rejection: verdict.rejected };
  const placement = { firstSequence: sequence + 1, recordedAt: now, command: name, meta };
  const commit = desk.intake.admitCommit(verdict.accepted, placement);
  return verdict.result === undefined ? commit : { ...commit, result: verdict.result };
}
