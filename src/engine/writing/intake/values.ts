/**
 * What a caller gives as the data or the meta of an event: checked by its schema, and copied by the engine.
 *
 * The only place where a schema of events runs. A value is read once, and may throw when it is read. So may its schema.
 */
import type { EventType } from '../../../core/catalog.ts';
import {
  describeIssues,
  type ErrorDetails,
  isInstance,
  isRefoldError,
  messageOf,
  RefoldError,
  type ValidationIssue,
} from '../../../core/errors.ts';
import type { EventMeta, Json } from '../../../core/event.ts';
import { admitFlat, type FlatSchema } from '../../../core/flat/flat-schema.ts';
import { copyPayload, inspectInput, PayloadRefused } from '../../../core/guard.ts';
import type { Model } from '../../../core/model.ts';

const HINT_DATA = 'Correct the data, or give the type a new version with an upcaster';

/** The engine's copy of an event's data. @throws RefoldError `EVENT_REJECTED` */
export function admitData(
  { type, schema }: EventType,
  flat: FlatSchema | undefined,
  input: unknown,
  sequence: number | undefined,
): Json {
  const data = flat === undefined ? undefined : admitFlat(flat, input);
  if (data !== undefined) return data;
  try {
    inspectInput(input, 'data');
  } catch (error) {
    throw refusalOf(error, coordinatesOf(type, sequence));
  }
  const details = { ...coordinatesOf(type, sequence), hint: HINT_DATA };
  const parsed = parseWith(schema, input, `the data of ${type}`, details);
  try {
    return copyPayload(parsed, 'data', false);
  } catch (error) {
    throw refusalOf(error, coordinatesOf(type, sequence));
  }
}

/**
 * The engine's copy of an event's meta, frozen; undefined when the schema gives undefined.
 *
 * @throws RefoldError `EVENT_REJECTED`
 */
export function admitMeta(
  schema: Model['meta'],
  meta: unknown,
  coordinates: ErrorDetails & { readonly type: string },
  action = 'append',
): EventMeta | undefined {
  const what = `the meta of ${coordinates.type}`;
  let copy: Json;
  try {
    if (meta !== undefined) inspectInput(meta, 'meta');
    const parsed =
      schema === undefined ? meta : parseWith(schema, meta, what, { ...coordinates, hint: HINT_META }, action);
    if (parsed === undefined) return undefined;
    copy = copyPayload(parsed, 'meta', true);
  } catch (error) {
    throw isRefoldError(error, 'EVENT_REJECTED') ? error : refusalOf(error, coordinates, action);
  }
  if (typeof copy === 'object' && copy !== null && !Array.isArray(copy)) return copy as EventMeta;
  throw rejected(`${what} is not an object`, { ...coordinates, hint: 'Pass meta as an object of plain JSON' }, action);
}

const HINT_META = "Give a meta that fits the model's schema of meta";

/**
 * A schema may throw: in a transform, or because it is asynchronous. A schema that is not from zod may give anything.
 *
 * @param what names the value in messages, as in `the data of Placed`
 */
export function parseWith(
  schema: EventType['schema'],
  input: unknown,
  what: string,
  details: ErrorDetails,
  action?: string,
): unknown {
  let issues: readonly ValidationIssue[];
  let described: string;
  try {
    const result = schema.safeParse(input);
    if (result.success) return result.data;
    issues = result.error.issues;
    described = describeIssues(issues);
  } catch (cause) {
    throw schemaThrew(what.replace('the data of ', ''), details, cause, action);
  }
  throw rejected(`${what} does not fit its schema: ${described}`, { ...details, issues }, action);
}

/** Turns what a guard or a caller's getter threw into an error with coordinates; also a `RefoldError` of a getter. */
export function refusalOf(error: unknown, coordinates: ErrorDetails, action = 'append'): RefoldError {
  const what = coordinates.type ?? 'the value';
  if (!isInstance(error, PayloadRefused)) return unreadable(what, coordinates, error, action);
  const details = { ...coordinates, at: error.at, hint: error.hint };
  return rejected(`${what} holds ${error.message} at ${error.at}`, details, action);
}

/** The details of an error that say which event it is about, as far as that is known. */
export function coordinatesOf(type: string | undefined, sequence: number | undefined): ErrorDetails {
  return { ...(type === undefined ? {} : { type }), ...(sequence === undefined ? {} : { sequence }) };
}

/** @param what names the value, or its type */
export function schemaThrew(what: string, details: ErrorDetails, cause: unknown, action?: string): RefoldError {
  const hint = 'Schemas must be synchronous and must not throw';
  return rejected(`the schema of ${what} threw: ${messageOf(cause)}`, { ...details, cause, hint }, action);
}

/** @param what names what threw when it was read */
export function unreadable(what: string, coordinates: ErrorDetails, cause: unknown, action?: string): RefoldError {
  const hint = 'Pass plain objects without getters or proxies';
  return rejected(`reading ${what} threw: ${messageOf(cause)}`, { ...coordinates, cause, hint }, action);
}

/** @param problem stands after `Cannot append: ` */
export function rejected(problem: string, details: ErrorDetails, action = 'append'): RefoldError {
  return new RefoldError('EVENT_REJECTED', `Cannot ${action}: ${problem}`, details);
}
