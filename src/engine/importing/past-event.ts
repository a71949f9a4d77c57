/** An event from elsewhere: read once, checked, and brought to the model's version. It may hold anything. */
import { isInstance, isRefoldError, messageOf, RefoldError } from '../../core/errors.ts';
import type { EventMeta, Json, RecordedEvent } from '../../core/event.ts';
import { copyPayload, inspectInput } from '../../core/guard.ts';
import type { Model } from '../../core/model.ts';
import { formersOf } from '../folding/formers.ts';
import { listed, strictRules, upcastEvent } from '../folding/upcast.ts';
import { LAST_TIME } from '../writing/clock.ts';
import { isCommandId } from '../writing/commands.ts';
import { refusalOf } from '../writing/intake/values.ts';

/** An event from elsewhere, with the time that it had. */
export interface PastEvent {
  readonly type: string;
  readonly data: unknown;
  readonly meta?: EventMeta | undefined;
  /** The id of the call that recorded it, if there was one: 1 to 200 characters. */
  readonly commandId?: string | undefined;
  /** When it happened, in whole ms since the epoch. */
  readonly recordedAt: number;
  /** The version of `data`; default the model's. Older data is upcast. */
  readonly version?: number | undefined;
}

/** An event whose type and time were checked. The intake checks data and meta. */
interface ReadEvent extends Omit<PastEvent, 'version'> {
  readonly version: unknown;
}

/**
 * Reads an event, checks its time and its version, and upcasts data of an older version.
 *
 * @param sequence that the event would have
 * @returns the event; several, or none, for an event of a type that the model makes others of
 * @throws RefoldError `EVENT_REJECTED`
 */
export function readPastEvent(given: unknown, model: Model, sequence: number): readonly ReadEvent[] {
  const event = partsOf(given);
  const { type } = event;
  if (typeof type !== 'string') throw refused('its type is not a string', {}, HINT_EVENT);
  if (!isTime(event.recordedAt))
    throw refused(`its recordedAt is ${shown(event.recordedAt)}`, { type }, HINT_RECORDED_AT);
  const { commandId } = event;
  if (commandId !== undefined && !isCommandId(commandId))
    throw refused('its commandId is not a string of 1 to 200 characters', { type }, HINT_EVENT);
  const known = model.types.get(type);
  const isFormer = formersOf(model)?.has(type) === true;
  const { version = known?.version ?? 1 } = event;
  // The intake refuses an unknown type.
  if (!isFormer && (known === undefined || version === known.version)) return [event];
  if (!isVersion(version) || (known !== undefined && version > known.version)) {
    const problem = `its version is ${shown(version)}, and the model has ${known?.version ?? 'an older one'}`;
    throw refused(
      problem,
      { type },
      `Give a version from 1 to ${known?.version ?? 'the last one'}, or use a newer model`,
    );
  }
  const { recordedAt, meta } = event;
  const data = ownCopy(event.data, type, sequence);
  // The intake checks and copies the meta.
  const old = { sequence, recordedAt, type, version, data, ...(meta === undefined ? {} : { meta }) };
  return upcast(model, old).map((one) => ({ ...event, type: one.type, data: one.data, version: one.version }));
}

/** The parts of an event, each read once: the event may have getters, or be a Proxy. */
function partsOf(given: unknown): ReadEvent {
  try {
    if (typeof given === 'object' && given !== null) {
      const { type, data, meta, commandId, recordedAt, version } = given as ReadEvent;
      return { type, data, meta, commandId, recordedAt, version };
    }
  } catch (cause) {
    throw refused(`reading it threw: ${messageOf(cause)}`, { cause }, 'Pass plain objects without getters or proxies');
  }
  throw refused(`it is ${given === null ? 'null' : typeof given}`, {}, HINT_EVENT);
}

/**
 * The engine's copy of an event's data: its caller may change it, and so may an upcaster.
 *
 * @throws RefoldError `EVENT_REJECTED`
 */
export function ownCopy(data: unknown, type: string, sequence: number): Json {
  try {
    inspectInput(data, 'data');
    return copyPayload(data, 'data', false);
  } catch (error) {
    throw refusalOf(error, { type, sequence });
  }
}

function upcast(model: Model, old: RecordedEvent): readonly RecordedEvent[] {
  try {
    return listed(upcastEvent(model, old, strictRules(model)));
  } catch (error) {
    if (!isRefoldError(error)) throw error;
    const { code: _code, message, ...details } = error.toJSON();
    throw new RefoldError('EVENT_REJECTED', message, { ...details, cause: error.cause });
  }
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= LAST_TIME;
}

function isVersion(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

/** A number as it is; of any other value only its kind: its text may be long, and reading it may throw. */
/** A value of any kind in a message. A `toString` of the application is not called. */
export function shown(value: unknown): string {
  if (typeof value === 'number' || value === undefined || value === null) return String(value);
  return isInstance(value, Date) ? 'a Date' : `a ${typeof value}`;
}

const HINT_EVENT = 'An event is { type, data, meta?, recordedAt, version?, commandId? }';
const HINT_RECORDED_AT = `Give ms since the epoch: a whole number from 0 to ${LAST_TIME}`;

function refused(problem: string, details: { readonly type?: string; readonly cause?: unknown }, hint: string) {
  return new RefoldError('EVENT_REJECTED', `Cannot append: ${problem}`, { ...details, hint });
}
