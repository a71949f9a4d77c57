/**
 * Wishes: what a call asks for. It is either events, or a command that decides on events.
 *
 * A wish is decided on the state that it finds when its turn comes, nearly always at once. A wish that must wait is *held*:
 * what the caller gave is validated and copied during the call, so that later changes to its objects do not matter. Only
 * what depends on the state waits for the turn.
 */
import type { EventMeta, Json } from '../../core/event.ts';
import { freezeJson } from '../../core/freeze.ts';
import { decodeCommit } from '../../log/blocks/block.ts';
import { tagCharacters } from '../../log/blocks/tag-list.ts';
import type { CommitTags } from '../../log/log-store.ts';
import { type Command, commandOf, decide, inputRefusal, parseInput } from './commands.ts';
import { Deciding, type Desk } from './deciding.ts';
import { copyInput } from './intake/held-input.ts';
import { type AdmittedCommit, atLeastOne, listOf } from './intake/intake.ts';
import { digestOfCommand, digestOfEvents, type InputDigest } from './outcomes/input-digest.ts';
import type { Refusal } from './outcomes/outcome.ts';

/** The decision on a wish: a commit, which may be empty for a command, or a rejection. */
export interface Decided extends AdmittedCommit {
  readonly rejection?: Refusal | undefined;
  /** For the caller of a command: a frozen copy. */
  readonly result?: Json | undefined;
}

export interface Wish extends Askable {
  /** The same wish without references to the caller's objects. @throws RefoldError when it can already be refused */
  hold(desk: Desk): HeldWish;
}

export interface HeldWish extends Askable {
  /** How many bytes it keeps in memory, roughly. */
  readonly bytes: number;
  /** The same, for one decision of several: `decide` may change the input that it is given. */
  again(): HeldWish;
}

/** A wish whose turn has come. */
export interface Askable {
  /**
   * Runs the application's code.
   *
   * @param sequence the sequence of the last event folded
   * @param now what `recordedAt` will be
   * @throws RefoldError when the wish is refused
   */
  decide(desk: Desk, sequence: number, now: number): Decided;
  /**
   * The digest of what is asked for, to be compared with that of an earlier call with the same `commandId`. Parses the
   * input if that was not done yet.
   *
   * @throws RefoldError when the input is refused
   */
  digest(desk: Desk): InputDigest;
}

/** `append`: one event, or an array of them. */
export class EventsWish implements Wish {
  readonly #given: unknown;
  readonly #commandId: string | undefined;
  #digest: InputDigest | undefined;

  constructor(given: unknown, commandId: string | undefined) {
    this.#given = given;
    this.#commandId = commandId;
  }

  decide(desk: Desk, sequence: number, now: number): Decided {
    return this.#admit(desk, sequence + 1, now);
  }

  digest(desk: Desk): InputDigest {
    if (this.#digest === undefined) this.#admit(desk, undefined, 0);
    return this.#digest!;
  }

  hold(desk: Desk): HeldWish {
    return new HeldEvents(this.#admit(desk, undefined, 0), this.#commandId, this.#digest);
  }

  #admit({ intake }: Desk, firstSequence: number | undefined, recordedAt: number): AdmittedCommit {
    const commandId = this.#commandId;
    const commit = atLeastOne(intake.admitCommit(listOf(this.#given), { firstSequence, recordedAt, commandId }));
    // Now: reducers may change the data.
    if (commandId !== undefined) this.#digest = digestOfEvents(commit.events);
    return commit;
  }
}

/** Events that were validated during the call, as JSON text. */
class HeldEvents implements HeldWish {
  readonly #json: string;
  readonly #tags: CommitTags | undefined;
  readonly #commandId: string | undefined;
  readonly #digest: InputDigest | undefined;

  constructor({ json, tags }: AdmittedCommit, commandId: string | undefined, digest: InputDigest | undefined) {
    this.#json = json;
    this.#tags = tags;
    this.#commandId = commandId;
    this.#digest = digest;
  }

  get bytes(): number {
    return this.#json.length + tagCharacters(this.#tags);
  }

  decide(_desk: Desk, sequence: number, now: number): Decided {
    const events = decodeCommit(this.#json, sequence + 1, now, this.#commandId) as AdmittedCommit['events'];
    for (const { meta } of events) freezeJson(meta); // as in a wish that does not wait
    return { events, json: this.#json, tags: this.#tags };
  }

  digest(): InputDigest {
    return this.#digest!;
  }

  again(): HeldWish {
    return this;
  }
}

/** The name of a command, and what its events get. */
interface Order {
  readonly name: string;
  /** For the events without meta; the engine's copy. */
  readonly meta: EventMeta | undefined;
  readonly commandId: string | undefined;
}

/** `execute`. */
export class CommandWish implements Wish {
  readonly #order: Order;
  readonly #input: unknown;
  #digest: InputDigest | undefined;

  constructor(order: Order, input: unknown) {
    this.#order = order;
    this.#input = input;
  }

  decide(desk: Desk, sequence: number, now: number): Decided {
    const command = commandOf(desk.model, this.#order.name);
    return decideParsed(desk, command, this.#order, this.#parse(command), sequence, now);
  }

  digest({ model }: Desk): InputDigest {
    if (this.#digest === undefined) this.#parse(commandOf(model, this.#order.name));
    return this.#digest!;
  }

  hold({ model }: Desk): HeldWish {
    const { name } = this.#order;
    const parsed = this.#parse(commandOf(model, name));
    try {
      // A transform of the schema may have given anything.
      const { copy, bytes } = copyInput(parsed);
      return new HeldCommand(this.#order, copy, bytes, this.#digest);
    } catch (error) {
      throw inputRefusal(error, name);
    }
  }

  #parse(command: Command): unknown {
    const { name, commandId } = this.#order;
    const parsed = parseInput(command, name, this.#input);
    if (commandId === undefined) return parsed;
    try {
      // Now: `decide` may change it.
      this.#digest = digestOfCommand(name, parsed);
    } catch (error) {
      throw inputRefusal(error, name);
    }
    return parsed;
  }
}

/** A command whose input was parsed and copied during the call. */
class HeldCommand implements HeldWish {
  readonly bytes: number;
  readonly #order: Order;
  readonly #parsed: unknown;
  readonly #digest: InputDigest | undefined;

  constructor(order: Order, parsed: unknown, bytes: number, digest: InputDigest | undefined) {
    this.bytes = bytes;
    this.#order = order;
    this.#parsed = parsed;
    this.#digest = digest;
  }

  decide(desk: Desk, sequence: number, now: number): Decided {
    return decideParsed(desk, commandOf(desk.model, this.#order.name), this.#order, this.#parsed, sequence, now);
  }

  digest(): InputDigest {
    return this.#digest!;
  }

  again(): HeldWish {
    return new HeldCommand(this.#order, copyInput(this.#parsed).copy, this.bytes, this.#digest);
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

  digest(): never {
    throw this.#error;
  }

  again(): HeldWish {
    return this;
  }
}

/** For a log that looks up asynchronously: it may still know the command. If it does not, the wish is refused when its turn comes. */
export function holdOrRefuse(wish: Wish, desk: Desk): HeldWish {
  try {
    return wish.hold(desk);
  } catch (error) {
    return new RefusedWish(error);
  }
}

function decideParsed(
  desk: Desk,
  command: Command,
  { name, meta, commandId }: Order,
  parsed: unknown,
  sequence: number,
  now: number,
): Decided {
  const placement = { firstSequence: sequence + 1, recordedAt: now, command: name, meta, commandId };
  const verdict = decide(command, name, parsed, desk.live.value, new Deciding(desk, sequence, placement));
  if ('rejected' in verdict) return { events: [], json: '', rejection: verdict.rejected };
  const commit = desk.intake.admitCommit(verdict.accepted, placement);
  return verdict.result === undefined ? commit : { ...commit, result: verdict.result };
}
