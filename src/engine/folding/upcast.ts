/**
 * From the events in the log to the events that this model's reducers understand.
 *
 * An event is upcast to the present version of its type, or becomes events of other types: see `formers.ts`. The result of an
 * upcaster is checked like the data of a new event, and copied. Logs that an earlier release wrote may
 * depend on an upcaster whose result would be refused now: their events are accepted as before, with a warning.
 */
import type { EventType } from '../../core/catalog.ts';
import { grouped, isInstance, messageOf, RefoldError } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/event.ts';
import { freezeJson } from '../../core/freeze.ts';
import { copyPayload, MAX_DEPTH, PayloadRefused } from '../../core/guard.ts';
import { isPromiseLike, letGo } from '../../core/let-go.ts';
import type { Model } from '../../core/model.ts';
import type { LogStore } from '../../log/log-store.ts';
import { warnOf } from '../calls/warn.ts';
import { type Formers, formersOf, type Turn } from './formers.ts';

/** How strictly the results of upcasters are checked in one log. */
export interface UpcastRules {
  /** The log; absent when there is nothing to warn of. */
  readonly log?: LogStore;
  /** Events up to this one were recorded when results were not checked. */
  readonly uncheckedThrough: number;
  /** The upcasters that a warning has named, by type and version. */
  readonly warned: Set<string>;
  /** Undefined if no type of the model is from another. */
  readonly formers?: Formers | undefined;
  /** Called for each event that is not as it was recorded. */
  readonly onUpcast?: ((present: RecordedEvent, recorded: RecordedEvent) => void) | undefined;
}

/** This key holds the last sequence that was written before there were checks; 0 in a log that began with them. */
export const UNCHECKED_KEY = 'uncheckedThrough';

/** For a model without upcasters. */
const NO_RULES: UpcastRules = { uncheckedThrough: 0, warned: new Set() };

/** The rules for events that no log holds: every result is checked. */
export function strictRules(model: Model, onUpcast?: UpcastRules['onUpcast']): UpcastRules {
  return { ...NO_RULES, formers: formersOf(model), onUpcast };
}

/** The upcasters that a warning has named, for each open log. */
const warnedIn = new WeakMap<LogStore, Set<string>>();

/** Call this after a log was opened for writing, before the first append. */
export async function beginChecking(log: LogStore): Promise<void> {
  if ((await log.getMeta(UNCHECKED_KEY)) !== undefined) return;
  await log.putMeta(UNCHECKED_KEY, String(log.head().sequence));
}

/** The rules for a log's events. Reads the log only if the model has upcasters. */
export async function upcastRulesOf(
  model: Model,
  log: LogStore,
  onUpcast?: UpcastRules['onUpcast'],
): Promise<UpcastRules> {
  const formers = formersOf(model);
  if (formers === undefined && !model.types.values().some(({ version }) => version > 1)) return NO_RULES;
  let warned = warnedIn.get(log);
  if (warned === undefined) warnedIn.set(log, (warned = new Set()));
  return { log, uncheckedThrough: await uncheckedThrough(log), warned, formers, onUpcast };
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
 * What a recorded event is for the model: itself, if it is of the model's version; an upcast event; or what it became by `from`.
 *
 * @throws RefoldError `UNKNOWN_EVENT_TYPE`; `MODEL_MISMATCH`: its version is newer than the model's, or an upcaster threw or
 * gave something that cannot be the data of an event
 */
export function upcastEvent(
  model: Model,
  event: RecordedEvent,
  rules: UpcastRules,
): RecordedEvent | readonly RecordedEvent[] {
  const turns = rules.formers?.get(event.type);
  if (turns !== undefined) return becomes(model, event, turns, rules);
  const eventType = model.types.get(event.type);
  if (eventType !== undefined && eventType.version === event.version) return event;
  if (eventType === undefined) throw unknownType(model, event);
  const present = upcastOne(eventType, event, rules);
  rules.onUpcast?.(present, event);
  return present;
}

/** What recorded events are for the model, in order. May give the list itself, with other events in it. */
export function upcastEvents(model: Model, events: RecordedEvent[], rules: UpcastRules): RecordedEvent[] {
  if (rules.formers !== undefined) return events.flatMap((event) => upcastEvent(model, event, rules));
  for (let index = 0; index < events.length; index++) {
    events[index] = upcastEvent(model, events[index]!, rules) as RecordedEvent;
  }
  return events;
}

/** What `upcastEvent` gave, as a list. */
export function listed(present: RecordedEvent | readonly RecordedEvent[]): readonly RecordedEvent[] {
  return Array.isArray(present) ? present : [present as RecordedEvent];
}

/**
 * A recorded event in the newest version of the type that it was recorded as, whatever it becomes by `from`. An event of a
 * type that the model does not have stays as it is.
 */
export function inOwnType(model: Model, event: RecordedEvent, rules: UpcastRules): RecordedEvent {
  const eventType = model.types.get(event.type);
  return eventType === undefined ? event : upcastOne(eventType, event, rules);
}

function upcastOne(eventType: EventType, event: RecordedEvent, rules: UpcastRules): RecordedEvent {
  if (eventType.version === event.version) return event;
  if (event.version > eventType.version) throw fromTheFuture(eventType, event);
  return { ...event, version: eventType.version, data: upcastData(eventType, event, rules) };
}

/** The events that a recorded event became. If there are several, `part` counts them. */
function becomes(
  model: Model,
  recorded: RecordedEvent,
  turns: readonly Turn[],
  rules: UpcastRules,
): readonly RecordedEvent[] {
  const events = follow(model, recorded, turns, rules);
  const present = events.length < 2 ? events : events.map((event, index) => ({ ...event, part: index + 1 }));
  if (rules.onUpcast !== undefined) for (const event of present) rules.onUpcast(event, recorded);
  return present;
}

/** Follows a chain of types, each from the one before. */
function follow(model: Model, event: RecordedEvent, turns: readonly Turn[], rules: UpcastRules): RecordedEvent[] {
  const old = inOwnType(model, event, rules);
  freezeJson(old.data);
  freezeJson(old.meta);
  const events: RecordedEvent[] = [];
  for (const one of turns) {
    const { into } = one;
    const further = rules.formers?.get(into.type);
    for (const data of turnedData(one, old)) {
      const made = { ...old, type: into.type, version: into.version, data };
      if (further === undefined) events.push(made);
      else events.push(...follow(model, made, further, rules));
    }
  }
  return events;
}

/** The most events that one recorded event can become of one type. */
const MOST_PARTS = 100_000;

function turnedData({ into, turn }: Turn, event: RecordedEvent): unknown[] {
  try {
    const given = turn(event.data, event.meta);
    if (isPromiseLike(given)) {
      letGo(given);
      throw new Error('it gave a promise');
    }
    if (!Array.isArray(given)) return [admitTurned(given)];
    if (given.length > MOST_PARTS) throw new Error(`it gave more than ${MOST_PARTS} events`);
    return Array.from(given as unknown[], (data) => admitTurned(data));
  } catch (cause) {
    throw cannotTurn(into, event, cause);
  }
}

function admitTurned(data: unknown): unknown {
  if (data === undefined) throw new Error('it gave undefined');
  return copyPayload(data, 'data', false);
}

function cannotTurn({ type: into }: EventType, { type, sequence }: RecordedEvent, cause: unknown): RefoldError {
  const refused = isInstance(cause, PayloadRefused) ? cause : undefined;
  const problem = refused === undefined ? messageOf(cause) : `it gave ${refused.message} at ${refused.at}`;
  return new RefoldError('MODEL_MISMATCH', `Cannot make ${into} of ${type} at ${grouped(sequence)}: ${problem}`, {
    type,
    sequence,
    ...(refused === undefined ? {} : { at: refused.at }),
    cause,
    hint: `Correct from.${type} of ${into}: it must accept all data recorded, and give plain JSON, an array of it, or []`,
  });
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
  return new RefoldError(
    'MODEL_MISMATCH',
    `Cannot upcast ${type} at ${grouped(sequence)} from version ${version}: ${problem}`,
    {
      type,
      sequence,
      ...(details.at === undefined ? {} : { at: details.at }),
      cause: details.cause,
      hint: `Correct upcast[${version}] of ${type}: it must accept all data recorded as version ${version}, and give plain JSON`,
    },
  );
}

function unknownType(model: Model, { type, sequence }: RecordedEvent): RefoldError {
  return new RefoldError(
    'UNKNOWN_EVENT_TYPE',
    `Cannot fold the event at ${grouped(sequence)}: the model ${model.name} has no type ${type}`,
    {
      type,
      sequence,
      hint: `Run the newer release of the application if it wrote ${type}; otherwise keep the type in the model, with retired: true, as long as the log holds such events`,
    },
  );
}

function fromTheFuture({ version }: EventType, event: RecordedEvent): RefoldError {
  const { type, sequence } = event;
  const problem = `${type} was recorded as version ${event.version}, and the model knows up to ${version}`;
  return new RefoldError('MODEL_MISMATCH', `Cannot fold the event at ${grouped(sequence)}: ${problem}`, {
    type,
    sequence,
    hint: 'Run the newer release of the application that wrote it',
  });
}
