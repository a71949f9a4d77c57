/**
 * One event without what must be forgotten: runs `redact` of its type, and checks what it gives.
 *
 * `redact` is code of the application. It may throw, or give anything. What it gives is read once and copied, and must be data
 * that a new event of this type could have.
 */
import type { EventType } from '../../core/catalog.ts';
import { type ErrorDetails, grouped, messageOf, RefoldError } from '../../core/errors.ts';
import { type EventMeta, type Json, type RecordedEvent, recordedEvent } from '../../core/event.ts';
import { frozenCopy } from '../../core/freeze.ts';
import { copyPayload, inspectInput } from '../../core/guard.ts';
import { isPromiseLike, letGo } from '../../core/let-go.ts';
import type { Model } from '../../core/model.ts';
import { isParts } from '../../core/parts.ts';
import { sameJson } from '../../log/blocks/packed-values.ts';
import { admitMeta, parseWith, refusalOf } from '../writing/intake/values.ts';

/**
 * @param event in the model's version
 * @returns the event with new data, and new meta if `redact` has a second parameter
 * @throws RefoldError `INVALID_OPTION` when its type has no `redact`; `EVENT_REJECTED` when `redact` throws or gives a promise, or
 * when the result does not fit the schemas. Both name the sequence
 */
export function redactEvent(model: Model, event: RecordedEvent): RecordedEvent {
  const eventType = model.types.get(event.type)!;
  if (eventType.redact === undefined) throw withoutRedact(event);
  const { data: given, meta: givenMeta } = runRedact(eventType, event);
  const data = dataThatFits(eventType, given, event);
  const meta = givenMeta === event.meta ? event.meta : admitRedactedMeta(model, givenMeta, event);
  const { sequence, recordedAt, type, version, commandId } = event;
  return recordedEvent(sequence, recordedAt, type, version, data, meta, commandId);
}

interface Redacted {
  readonly data: unknown;
  readonly meta: unknown;
}

function runRedact({ redact }: EventType, event: RecordedEvent): Redacted {
  const decidesMeta = redact!.length >= 2;
  const data = frozenCopy(event.data);
  const ownMeta = decidesMeta ? frozenCopy(event.meta) : undefined;
  let problem = 'redact gave a promise';
  try {
    const given: unknown = redact!(data, ownMeta);
    if (isPromiseLike(given)) letGo(given);
    else if (!decidesMeta) return { data: given, meta: event.meta };
    else if (isParts(given) && 'data' in given) {
      const { meta } = given;
      return { data: given.data, meta: meta === ownMeta ? event.meta : meta };
    } else problem = 'redact has a second parameter and did not give { data, meta }';
  } catch (cause) {
    throw refused(event, `redact threw: ${messageOf(cause)}`, cause);
  }
  throw refused(event, problem);
}

/**
 * The data as the schema gives it. A schema that changes data which was recorded already (a transform, that is) cannot say in
 * which form the result is. Then nothing is guessed.
 */
function dataThatFits(eventType: EventType, given: unknown, event: RecordedEvent): Json {
  const details = detailsOf(event);
  let own: Json;
  try {
    inspectInput(given, 'data');
    own = copyPayload(given, 'data', false);
  } catch (error) {
    throw refusalOf(error, { ...details, hint: REDACT_HINT }, 'redact');
  }
  const what = `the redacted data of ${event.type} at ${grouped(event.sequence)}`;
  const parsed = copied(parseWith(eventType.schema, own, what, { ...details, hint: REDACT_HINT }, 'redact'), event);
  if (sameJson(parsed, own)) return parsed;
  if (changesRecorded(eventType, event)) {
    throw refused(event, 'its schema changes data that was recorded already, so the form of the result is unclear');
  }
  return parsed;
}

function changesRecorded({ schema }: EventType, { data }: RecordedEvent): boolean {
  try {
    const result = schema.safeParse(data);
    return result.success && !sameJson(copyPayload(result.data, 'data', false), copyPayload(data, 'data', false));
  } catch {
    return false;
  }
}

function copied(parsed: unknown, event: RecordedEvent): Json {
  try {
    return copyPayload(parsed, 'data', false);
  } catch (error) {
    throw refusalOf(error, { ...detailsOf(event), hint: REDACT_HINT }, 'redact');
  }
}

function admitRedactedMeta({ meta: schema }: Model, given: unknown, event: RecordedEvent): EventMeta | undefined {
  if (given === undefined && schema === undefined) return undefined;
  return admitMeta(schema, given, { ...detailsOf(event), type: event.type }, 'redact');
}

const REDACT_HINT =
  'Correct redact of the type: it gives data that fits the schema, synchronously; nothing was changed';

function detailsOf({ type, sequence }: RecordedEvent): ErrorDetails {
  return { type, sequence };
}

function refused(event: RecordedEvent, problem: string, cause?: unknown): RefoldError {
  const message = `Cannot redact ${event.type} at ${grouped(event.sequence)}: ${problem}`;
  return new RefoldError('EVENT_REJECTED', message, { ...detailsOf(event), cause, hint: REDACT_HINT });
}

function withoutRedact({ type, sequence }: RecordedEvent): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot redact ${type} at ${grouped(sequence)}: the type has no redact`, {
    type,
    sequence,
    hint: `Give ${type} a redact in the model, (data) => data if it holds nothing to forget, or select other events; nothing was changed`,
  });
}
