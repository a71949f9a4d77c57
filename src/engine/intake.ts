/**
 * The way in: from what a caller hands over to the recorded events of one commit.
 *
 * The only place where a schema runs. What comes out is the engine's own plain JSON and will never be validated again:
 * on replay the checksums vouch for it.
 */
import { type ErrorDetails, isInstance, isRefoldError, RefoldError, type ValidationIssue } from '../core/errors.ts';
import type { EventInput, EventMeta, Json, RecordedEvent } from '../core/event.ts';
import { copyPayload, inspectInput, PayloadRefused } from '../core/guard.ts';
import type { EventType, Model } from '../core/model.ts';
import { admitRecord, type RecordSchema, recordSchemaOf } from '../core/record-schema.ts';

/** Where the events of a commit go, and when. */
export interface Placement {
  /** The sequence of the commit's first event. */
  readonly firstSequence: number;
  readonly recordedAt: number;
  /** Whether data is deeply frozen: readers may then share it. */
  readonly frozen: boolean;
}

export class Intake {
  readonly #model: Model;
  readonly #gates = new Map<string, Gate>();

  constructor(model: Model) {
    this.#model = model;
  }

  /**
   * Validates the events of one commit and places them in the log's order.
   *
   * @throws RefoldError `UNKNOWN_EVENT_TYPE`, or `EVENT_REJECTED` with zod's issues; `sequence` says which event
   */
  admit(inputs: readonly EventInput[], placement: Placement): RecordedEvent<string, Json>[] {
    return inputs.map((input, index) => this.#admitOne(input, placement.firstSequence + index, placement));
  }

  #admitOne(input: EventInput, sequence: number, { recordedAt, frozen }: Placement): RecordedEvent<string, Json> {
    const gate = this.#gateOf(input, sequence);
    const { type, version } = gate.eventType;
    const data = admitData(gate, input.data, sequence, frozen);
    if (input.meta === undefined) return { sequence, recordedAt, type, version, data };
    return { sequence, recordedAt, type, version, data, meta: admitMeta(input.meta, type, sequence) };
  }

  #gateOf(input: EventInput, sequence: number): Gate {
    if (typeof input !== 'object' || input === null || typeof input.type !== 'string') {
      throw rejected('an event is { type, data, meta? }', { sequence, hint: 'Pass an object with a type and data' });
    }
    return this.#gates.get(input.type) ?? this.#openGate(input.type, sequence);
  }

  /** With the type's first event, and not before: a schema may name others that are defined later. */
  #openGate(type: string, sequence: number): Gate {
    const eventType = this.#model.types.get(type);
    if (eventType === undefined) throw unknownType(this.#model, type, sequence);
    const gate = { eventType, record: recordSchemaOf(eventType.schema) };
    this.#gates.set(type, gate);
    return gate;
  }
}

/** What the events of one type have to pass. */
interface Gate {
  readonly eventType: EventType;
  readonly record: RecordSchema | undefined;
}

function unknownType(model: Model, type: string, sequence: number): RefoldError {
  const known = [...model.types.keys()].join(', ');
  return new RefoldError('UNKNOWN_EVENT_TYPE', `Cannot append: the model ${model.name} has no event type ${type}`, {
    type,
    sequence,
    hint: `Add it to the model's events; it has ${known}`,
  });
}

function admitData({ eventType, record }: Gate, input: unknown, sequence: number, frozen: boolean): Json {
  const data = record === undefined ? undefined : admitRecord(record, input);
  if (data !== undefined) return frozen ? Object.freeze(data) : data;
  try {
    inspectInput(input, 'data');
    return copyPayload(parse(eventType, input, sequence), 'data', frozen);
  } catch (error) {
    throw refusalOf(error, { type: eventType.type, sequence });
  }
}

/** The engine's own copy of an event's meta. @throws RefoldError `EVENT_REJECTED` */
export function admitMeta(meta: unknown, type: string, sequence: number): EventMeta {
  if (typeof meta !== 'object' || meta === null || Array.isArray(meta)) {
    const hint = 'Pass meta as an object of plain JSON';
    throw rejected(`the meta of ${type} is not an object`, { type, sequence, hint });
  }
  try {
    inspectInput(meta, 'meta');
    return copyPayload(meta, 'meta', true) as EventMeta;
  } catch (error) {
    throw refusalOf(error, { type, sequence });
  }
}

function parse(eventType: EventType, input: unknown, sequence: number): unknown {
  const { type } = eventType;
  const result = safeParse(eventType, input);
  if (result.success) return result.data;
  const issues = result.error.issues;
  throw rejected(`the data of ${type} does not fit its schema: ${describeIssues(issues)}`, {
    type,
    sequence,
    issues,
    hint: 'Correct the data, or give the type a new version with an upcaster',
  });
}

/** A schema may throw by itself, in a transform or because it wants to be asynchronous. */
function safeParse({ type, schema }: EventType, input: unknown): ReturnType<EventType['schema']['safeParse']> {
  try {
    return schema.safeParse(input);
  } catch (cause) {
    throw rejected(`the schema of ${type} threw`, {
      type,
      cause,
      hint: 'Schemas must be synchronous and must not throw',
    });
  }
}

/** What a guard threw, as the error with coordinates; also what a caller's getter threw. */
export function refusalOf(error: unknown, coordinates: ErrorDetails, action = 'append'): RefoldError {
  if (isRefoldError(error)) return error;
  const what = coordinates.type ?? 'the value';
  if (isInstance(error, PayloadRefused)) {
    const details = { ...coordinates, at: error.at, hint: error.hint };
    return rejected(`${what} holds ${error.message} at ${error.at}`, details, action);
  }
  const hint = 'Pass plain objects without getters or proxies';
  return rejected(`reading ${what} threw`, { ...coordinates, cause: error, hint }, action);
}

/** zod's issues in one line. */
export function describeIssues(issues: readonly ValidationIssue[]): string {
  const shown = issues.slice(0, 3).map((issue) => `${issue.path.map(String).join('.') || 'value'}: ${issue.message}`);
  const more = issues.length > 3 ? ` (and ${issues.length - 3} more)` : '';
  return shown.join('; ').toWellFormed() + more;
}

function rejected(problem: string, details: ErrorDetails, action = 'append'): RefoldError {
  return new RefoldError('EVENT_REJECTED', `Cannot ${action}: ${problem}`, details);
}
