/**
 * From the data in the log to the data that this model's reducers understand.
 *
 * The result of an upcaster is checked like the data of a new event, and copied. Logs that an earlier release wrote may
 * depend on an upcaster whose result would be refused now: their events are accepted as before, with a warning.
 */
import { isInstance, messageOf, RefoldError } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/event.ts';
import { copyPayload, MAX_DEPTH, PayloadRefused } from '../../core/guard.ts';
import { isPromiseLike, letGo } from '../../core/let-go.ts';
import type { EventType, Model } from '../../core/model.ts';
import type { LogStore } from '../../log/log-store.ts';
import { warnOf } from '../calls/warn.ts';

/** How strictly the results of upcasters are checked in one log. */
export interface UpcastRules {
  /** The log; absent when there is nothing to warn of. */
  readonly log?: LogStore;
  /** Events up to this one were recorded when results were not checked. */
  readonly uncheckedThrough: number;
  /** The upcasters that a warning has named, by type and version. */
  readonly warned: Set<string>;
}

/** This key holds the last sequence that was written before there were checks; 0 in a log that began with them. */
export const UNCHECKED_KEY = 'uncheckedThrough';

/** For a model without upcasters. */
const NO_RULES: UpcastRules = { uncheckedThrough: 0, warned: new Set() };

/** The upcasters that a warning has named, for each open log. */
const warnedIn = new WeakMap<LogStore, Set<string>>();

/** Call this after a log was opened for writing, before the first append. */
export async function beginChecking(log: LogStore): Promise<void> {
  if ((await log.getMeta(UNCHECKED_KEY)) !== undefined) return;
  await log.putMeta(UNCHECKED_KEY, String(log.head().sequence));
}

/** The rules for a log's events. Reads the log only if the model has upcasters. */
export async function upcastRulesOf(model: Model, log: LogStore): Promise<UpcastRules> {
  if (!model.types.values().some(({ version }) => version > 1)) return NO_RULES;
  let warned = warnedIn.get(log);
  if (warned === undefined) warnedIn.set(log, (warned = new Set()));
  return { log, uncheckedThrough: await uncheckedThrough(log), warned };
}

/**
 * The last event of a log that was recorded before there were checks. If no release with checks has written to the log yet,
 * or its entry is damaged, all its events count as unchecked.
 */
export async function uncheckedThrough(log: LogStore): Promise<number> {
  const through = Number((await log.getMeta(UNCHECKED_KEY)) ?? 'none');
  return Number.isSafeInteger(through) ? through : Number.POSITIVE_INFINITY;
}

/**
 * Brings an event to the model's version of its type. An event of that version is given back as it is.
 *
 * @throws RefoldError `MODEL_MISMATCH`: the type is unknown, its version is newer than the model's, or an upcaster threw or
 * gave something that cannot be the data of an event
 */
export function upcastEvent(model: Model, event: RecordedEvent, rules: UpcastRules): RecordedEvent {
  const eventType = model.types.get(event.type);
  if (eventType !== undefined && eventType.version === event.version) return event;
  if (eventType === undefined) throw unknownType(model, event);
  if (event.version > eventType.version) throw fromTheFuture(eventType, event);
  return { ...event, version: eventType.version, data: upcastData(eventType, event, rules) };
}

function upcastData(eventType: EventType, event: RecordedEvent, rules: UpcastRules): unknown {
  let data = event.data;
  for (let version = event.version; version < eventType.version; version++) {
    data = admitResult(runUpcaster(eventType, version, data, event), version, event, rules);
  }
  return data;
}

function runUpcaster(eventType: EventType, version: number, data: unknown, event: RecordedEvent): unknown {
  try {
    const result = eventType.upcast[version]!(data);
    if (!isPromiseLike(result)) return result;
    letGo(result);
  } catch (cause) {
    throw cannotUpcast(messageOf(cause), version, event, { cause });
  }
  throw cannotUpcast('it gave a promise', version, event);
}

/** Checks and copies a result. Without the copy, a constant that an upcaster gives each time would change with the state. */
function admitResult(result: unknown, version: number, event: RecordedEvent, rules: UpcastRules): unknown {
  if (result === undefined) throw cannotUpcast('it gave undefined', version, event);
  const isUnchecked = event.sequence <= rules.uncheckedThrough;
  try {
    const copy = copyPayload(result, 'data', false);
    return isUnchecked ? looseCopy(result, 1) : copy;
  } catch (cause) {
    const refused = isInstance(cause, PayloadRefused) ? cause : undefined;
    const problem = refused === undefined ? messageOf(cause) : `it gave ${refused.message} at ${refused.at}`;
    const error = cannotUpcast(problem, version, event, { cause, at: refused?.at });
    if (!isUnchecked) throw error;
    const taken = looselyCopied(result, error);
    warnOnce(error, version, event, rules);
    return taken;
  }
}

/** @throws the given error when it cannot even be read */
function looselyCopied(result: unknown, error: RefoldError): unknown {
  try {
    return looseCopy(result, 1);
  } catch {
    throw error;
  }
}

/** Copies only plain objects and arrays. All else stays as it was in states before there were checks. */
function looseCopy(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return value.map((item) => looseCopy(item, depth + 1));
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const copy: Record<PropertyKey, unknown> = { ...value };
  for (const key of Object.keys(copy)) copy[key] = looseCopy(copy[key], depth + 1);
  return copy;
}

function warnOnce(error: RefoldError, version: number, { type }: RecordedEvent, { log, warned }: UpcastRules): void {
  const upcaster = `${version} ${type}`;
  if (warned.has(upcaster)) return;
  warned.add(upcaster);
  const message = `${error.message}. It was recorded before this was checked and is taken as it is; new events are refused`;
  warnOf(log, 'RefoldReplayWarning', new Error(message));
}

function cannotUpcast(
  problem: string,
  version: number,
  { type, sequence }: RecordedEvent,
  details: { readonly cause?: unknown; readonly at?: string | undefined } = {},
): RefoldError {
  return new RefoldError('MODEL_MISMATCH', `Cannot upcast ${type} at ${sequence} from version ${version}: ${problem}`, {
    type,
    sequence,
    ...(details.at === undefined ? {} : { at: details.at }),
    cause: details.cause,
    hint: `Correct upcast[${version}] of ${type}: it must accept all data recorded as version ${version}, and give plain JSON`,
  });
}

function unknownType(model: Model, { type, sequence }: RecordedEvent): RefoldError {
  return new RefoldError(
    'MODEL_MISMATCH',
    `Cannot fold the event at ${sequence}: the model ${model.name} has no type ${type}`,
    {
      type,
      sequence,
      hint: `Keep the type in the model as long as the log holds such events, with an empty reducer if state ignores it`,
    },
  );
}

function fromTheFuture({ version }: EventType, event: RecordedEvent): RefoldError {
  const { type, sequence } = event;
  const problem = `${type} was recorded as version ${event.version}, and the model knows up to ${version}`;
  return new RefoldError('MODEL_MISMATCH', `Cannot fold the event at ${sequence}: ${problem}`, {
    type,
    sequence,
    hint: 'Run the newer release of the application that wrote it',
  });
}
