/**
 * The way in: from what a caller gives to the recorded events of one commit.
 *
 * The result is plain JSON, copied by the engine. It is never validated again: on replay the checksums protect it. What the
 * caller gives is read once, and may throw when it is read.
 */
import type { EventType } from '../../../core/catalog.ts';
import { isInstance, RefoldError } from '../../../core/errors.ts';
import { type EventInput, type EventMeta, type Json, type RecordedEvent, recordedEvent } from '../../../core/event.ts';
import { flatText } from '../../../core/flat/flat-check.ts';
import { type FlatSchema, flatSchemaOf } from '../../../core/flat/flat-schema.ts';
import { type Model, retiredEvent } from '../../../core/model.ts';
import { listNearest, shortened } from '../../../core/nearest.ts';
import { TagsRefused, taggerOf, tagsOf } from '../../../core/tagging.ts';
import { encodeCommit } from '../../../log/blocks/block.ts';
import { tagCharacters } from '../../../log/blocks/tag-list.ts';
import type { CommitTags, EventTags } from '../../../log/log-store.ts';
import { admitData, admitMeta, coordinatesOf, rejected, schemaThrew, unreadable } from './values.ts';

/** Sequence and time of a commit's events, and the command that they come from. */
export interface Placement {
  /** The sequence of the commit's first event; undefined while it is not known. */
  readonly firstSequence: number | undefined;
  readonly recordedAt: number;
  /** The command that decided on the events, if one did. It is named if they are not events. */
  readonly command?: string | undefined;
  /** For events without meta, as `admitMeta` gave it. */
  readonly meta?: EventMeta | undefined;
  /** The id of the call, if it has one. */
  readonly commandId?: string | undefined;
}

/** The events of a commit, for the reducers to keep, and their text for the log. */
export interface AdmittedCommit {
  readonly events: RecordedEvent<string, Json>[];
  readonly json: string;
  /** Undefined in a model without tags. */
  readonly tags?: CommitTags | undefined;
}

/** The same, with the texts of the events alone. */
export interface AdmittedTexts {
  readonly events: RecordedEvent<string, Json>[];
  readonly texts: string;
  readonly tags?: CommitTags | undefined;
}

/** The largest text of one commit, in characters: it must fit into one row. */
const COMMIT_CHARACTERS = 256 * 1024 * 1024;

export class Intake {
  readonly #model: Model;
  readonly #gates = new Map<string, Gate>();
  readonly #hasTags: boolean;
  readonly #takesRetired: boolean;

  /** @param takesRetired whether events of retired types are taken: history from elsewhere may hold them */
  constructor(model: Model, takesRetired = false) {
    this.#model = model;
    this.#takesRetired = takesRetired;
    this.#hasTags = model.types.values().some(({ tags }) => tags !== undefined);
  }

  /**
   * Validates the events of one commit and encodes them. Encoding comes before any reducer runs: a reducer may put data into
   * the state and change it there.
   *
   * @throws RefoldError as `admit` does; `EVENT_REJECTED` when the text would be too long
   */
  admitCommit(inputs: readonly unknown[], placement: Placement): AdmittedCommit {
    const { events, texts, tags } = this.admitTexts(inputs, placement);
    return tags === undefined ? { events, json: `[${texts}]` } : { events, json: `[${texts}]`, tags };
  }

  /** As `admitCommit`, with the texts of the events alone: commas between, no brackets around. */
  admitTexts(inputs: readonly unknown[], placement: Placement): AdmittedTexts {
    const events = this.admit(inputs, placement);
    const { firstSequence } = placement;
    let texts: string;
    try {
      texts = this.#flatTexts(events) ?? encodeCommit(events).slice(1, -1);
    } catch (cause) {
      // The events are plain JSON, copied by the engine: only the length of the text can be wrong.
      throw tooLarge('more characters of JSON than a string can hold', firstSequence, cause);
    }
    requireCommitSize(texts.length, firstSequence);
    if (!this.#hasTags) return { events, texts };
    const tags = this.#tag(events);
    requireCommitSize(texts.length + tagCharacters(tags), firstSequence);
    return { events, texts, tags };
  }

  /** The texts, if every event is flat. */
  #flatTexts(events: readonly RecordedEvent<string, Json>[]): string | undefined {
    let texts = '';
    for (const { type, data, meta } of events) {
      const { flat, label } = this.#gates.get(type)!;
      const text = flat?.check && flatText(flat.check, label, data);
      if (text === undefined) return undefined;
      const end = meta === undefined ? ']' : `,${JSON.stringify(meta)}]`;
      texts = texts === '' ? text + end : `${texts},${text}${end}`;
    }
    return texts;
  }

  /**
   * Validates the events of one commit and places them in the log's order.
   *
   * @throws RefoldError `UNKNOWN_EVENT_TYPE`, or `EVENT_REJECTED` with zod's issues; `sequence` says which event
   */
  admit(inputs: readonly unknown[], placement: Placement): RecordedEvent<string, Json>[] {
    const { firstSequence } = placement;
    const events: RecordedEvent<string, Json>[] = [];
    // By index: so a hole counts as a missing event, and no method of the caller's array is called.
    for (let index = 0, count = lengthOf(inputs); index < count; index++) {
      const sequence = firstSequence === undefined ? undefined : firstSequence + index;
      events.push(this.#admitOne(inputs, index, sequence, placement));
    }
    return events;
  }

  #admitOne(
    inputs: readonly unknown[],
    index: number,
    sequence: number | undefined,
    placement: Placement,
  ): RecordedEvent<string, Json> {
    // Each part is read once: it may be a getter.
    let givenType: unknown;
    let givenData: unknown;
    let givenMeta: unknown;
    try {
      const input = inputs[index];
      if (typeof input === 'object' && input !== null) {
        ({ type: givenType, data: givenData, meta: givenMeta } = input as Partial<EventInput>);
      }
    } catch (cause) {
      throw unreadable('the event', coordinatesOf(undefined, sequence), cause);
    }
    if (typeof givenType !== 'string') throw notAnEvent(index, sequence, placement);
    const gate = this.#gateOf(givenType, sequence);
    const { type, version } = gate.eventType;
    const { recordedAt, commandId } = placement;
    const data = admitData(gate.eventType, gate.flat, givenData, sequence);
    const meta =
      givenMeta === undefined ? this.#metaFor(type, sequence, placement) : this.admitMeta(givenMeta, type, sequence);
    return recordedEvent(sequence ?? 0, recordedAt, type, version, data, meta, commandId);
  }

  /** The engine's copy of an event's meta, frozen. @throws RefoldError `EVENT_REJECTED` */
  admitMeta(meta: unknown, type: string, sequence: number | undefined, action = 'append'): EventMeta | undefined {
    return admitMeta(this.#model.meta, meta, { ...coordinatesOf(type, sequence), type }, action);
  }

  /** A schema may require a meta, or give a default. */
  #metaFor(type: string, sequence: number | undefined, { meta }: Placement): EventMeta | undefined {
    if (meta !== undefined || this.#model.meta === undefined) return meta;
    return this.admitMeta(undefined, type, sequence);
  }

  #tag(events: readonly RecordedEvent<string, Json>[]): CommitTags {
    return {
      types: events.map(({ type }) => type),
      events: events.map(({ type, data, sequence }) => tagOne(this.#gates.get(type)!, data, sequence)),
    };
  }

  #gateOf(type: string, sequence: number | undefined): Gate {
    return this.#gates.get(type) ?? this.#openGate(type, sequence);
  }

  /** Runs at the type's first event, not before: a schema may refer to schemas that are defined later. */
  #openGate(type: string, sequence: number | undefined): Gate {
    const eventType = this.#model.types.get(type);
    if (eventType === undefined) throw unknownType(this.#model, type, sequence);
    if (eventType.retired === true && !this.#takesRetired) throw retiredEvent('append', type, sequence);
    const label = `[${JSON.stringify(type)},${eventType.version},`;
    const gate = { eventType, label, flat: lookAtSchema(eventType, sequence), tagger: taggerOf(eventType) };
    this.#gates.set(type, gate);
    return gate;
  }
}

/** What `append` got, as a list. @throws RefoldError `EVENT_REJECTED` when it cannot be read */
export function listOf(given: unknown): readonly unknown[] {
  try {
    return Array.isArray(given) ? given : [given];
  } catch (cause) {
    throw unreadable('the events', {}, cause);
  }
}

/** @throws RefoldError `EVENT_REJECTED` for an empty commit, which is always a mistake */
export function atLeastOne<Admitted extends AdmittedCommit | AdmittedTexts>(commit: Admitted): Admitted {
  if (commit.events.length > 0) return commit;
  throw rejected('a commit needs at least one event', { hint: 'Append one event, or an array of them' });
}

/** The checks for the events of one type. */
interface Gate {
  readonly eventType: EventType;
  /** What stands before the data in the text of an event. */
  readonly label: string;
  readonly flat: FlatSchema | undefined;
  /** See `taggerOf`. */
  readonly tagger: string | undefined;
}

function tagOne({ eventType, tagger }: Gate, data: Json, sequence: number): EventTags {
  if (tagger === undefined) return 0;
  try {
    return [tagger, ...tagsOf(eventType, data)];
  } catch (error) {
    if (!isInstance(error, TagsRefused)) throw error;
    const { type } = eventType;
    const details = {
      ...coordinatesOf(type, sequence === 0 ? undefined : sequence),
      hint: error.hint,
      cause: error.cause,
    };
    throw rejected(`${type} cannot be tagged: ${error.message}`, details);
  }
}

/** The parts of a shape may be getters of the application's. */
function lookAtSchema({ type, schema }: EventType, sequence: number | undefined): FlatSchema | undefined {
  try {
    return flatSchemaOf(schema);
  } catch (cause) {
    throw schemaThrew(type, coordinatesOf(type, sequence), cause);
  }
}

function lengthOf(inputs: readonly unknown[]): number {
  try {
    return inputs.length;
  } catch (cause) {
    throw unreadable('the events', {}, cause);
  }
}

/** @throws RefoldError `EVENT_REJECTED` for a commit whose text is too long */
export function requireCommitSize(characters: number, firstSequence: number | undefined): void {
  if (characters > COMMIT_CHARACTERS) throw tooLarge(`${characters} characters of JSON`, firstSequence);
}

function notAnEvent(index: number, sequence: number | undefined, { command }: Placement): RefoldError {
  const which = index === 0 ? 'the event' : `event ${index + 1} of the commit`;
  const problem = `${which} is not { type, data, meta? }`;
  if (command !== undefined) return badDecision(command, `its decide did not give events: ${problem}`);
  const hint = 'Pass an object with a type and data, or an array of such objects without holes';
  return rejected(problem, { ...coordinatesOf(undefined, sequence), hint });
}

/** The error for a `decide` that threw, or did not give a decision. */
export function badDecision(command: string, problem: string, cause?: unknown): RefoldError {
  return new RefoldError('COMMAND_FAILED', `Cannot execute ${command}: ${problem}`, {
    type: command,
    cause,
    hint: "decide gives an event, an array of events, { events, result } with a result of plain JSON up to 64 KiB, or reject('CODE', 'why', data), synchronously; nothing was appended",
  });
}

function unknownType(model: Model, type: string, sequence: number | undefined): RefoldError {
  const message = `Cannot append: the model ${model.name} has no event type ${shortened(type)}`;
  return new RefoldError('UNKNOWN_EVENT_TYPE', message, {
    ...coordinatesOf(type, sequence),
    hint: `Correct the name, or add it to the model's events; it has ${listNearest(type, model.types.keys())}`,
  });
}

function tooLarge(size: string, sequence: number | undefined, cause?: unknown): RefoldError {
  return rejected(`the commit has ${size}`, {
    ...coordinatesOf(undefined, sequence),
    cause,
    hint: `Keep a commit under ${COMMIT_CHARACTERS} characters: store large content elsewhere and record where`,
  });
}
