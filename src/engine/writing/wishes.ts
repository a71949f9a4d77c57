/**
 * Wishes: what a call asks for. It is either events, or a command that decides on events.
 *
 * A wish is decided on the state that it finds when its turn comes, nearly always at once. A wish that must wait is *held*:
 * what the caller gave is validated and copied during the call, so that later changes to its objects do not matter. Only
 * what depends on the state waits for the turn.
 */
import type { EventMeta, Json } from '../../core/event.ts';
import { freezeJson } from '../../core/freeze.ts';
import type { Rejection } from '../../core/model.ts';
import { decodeCommit } from '../../log/blocks/block.ts';
import { tagCharacters } from '../../log/blocks/tag-list.ts';
import type { CommitTags } from '../../log/log-store.ts';
import { type Command, commandOf, decide, parseInput } from './commands.ts';
import { Deciding, type Desk } from './deciding.ts';
import { copyInput } from './held-input.ts';
import { type AdmittedCommit, atLeastOne, listOf, refusalOf } from './intake.ts';

/** The decision on a wish: a commit, which may be empty for a command, or a rejection. */
export interface Decided extends AdmittedCommit {
  readonly rejection?: Rejection | undefined;
  /** For the caller of a command: a frozen copy. */
  readonly result?: Json | undefined;
}

export interface Wish {
  /**
   * Runs the application's code.
   *
   * @param sequence the sequence of the last event folded
   * @param now what `recordedAt` will be
   * @throws RefoldError when the wish is refused
   */
  decide(desk: Desk, sequence: number, now: number): Decided;
  /** The same wish without references to the caller's objects. @throws RefoldError when it can already be refused */
  hold(desk: Desk): HeldWish;
}

export interface HeldWish extends Pick<Wish, 'decide'> {
  /** How many bytes it keeps in memory, roughly. */
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
    return new HeldEvents(this.#admit(desk, undefined, 0));
  }

  #admit({ intake }: Desk, firstSequence: number | undefined, recordedAt: number): AdmittedCommit {
    return atLeastOne(intake.admitCommit(listOf(this.#given), { firstSequence, recordedAt }));
  }
}

/** Events that were validated during the call, as JSON text. */
class HeldEvents implements HeldWish {
  readonly #json: string;
  readonly #tags: CommitTags | undefined;

  constructor({ json, tags }: AdmittedCommit) {
    this.#json = json;
    this.#tags = tags;
  }

  get bytes(): number {
    return this.#json.length + tagCharacters(this.#tags);
  }

  decide(_desk: Desk, sequence: number, now: number): Decided {
    const events = decodeCommit(this.#json, sequence + 1, now) as AdmittedCommit['events'];
    for (const { meta } of events) freezeJson(meta); // as in a wish that does not wait
    return { events, json: this.#json, tags: this.#tags };
  }
}

/** `execute`. */
export class CommandWish implements Wish {
  readonly #name: string;
  readonly #input: unknown;
  readonly #meta: EventMeta | undefined;

  /** @param meta for the events without meta; the engine's copy */
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
      // A transform of the schema may have given anything.
      const { copy, bytes } = copyInput(parsed);
      return new HeldCommand(this.#name, copy, this.#meta, bytes);
    } catch (error) {
      throw refusalOf(error, { type: this.#name }, 'execute');
    }
  }
}

/** A command whose input was parsed and copied during the call. */
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

/** A wish that was refused during the call. The log may still know the outcome of its `commandId`. */
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
