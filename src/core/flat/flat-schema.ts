/**
 * Recognises schemas that need no payload guard: objects whose members are all primitives.
 *
 * Most events are such flat objects. Their schema checks every member, reads nothing nested, and returns a new plain
 * object. The guard would find nothing more, and it takes longer than the schema. This file reads zod's definitions,
 * which zod documents for libraries (https://zod.dev/library-authors). When a schema is not certainly of a flat object,
 * its events pass through the guard.
 */
import type { z } from 'zod';
import type { Json } from '../event.ts';
import { FORBIDDEN_KEYS } from '../guard.ts';
import { copyFlat, type FlatCheck, flatCheckOf, isPlainPrimitive } from './flat-check.ts';

export interface FlatSchema {
  readonly schema: z.ZodType;
  readonly keys: ReadonlySet<string>;
  /** Whether the schema itself refuses unknown members. */
  readonly isStrict: boolean;
  /** A check that replaces the schema where the outcome is certain. */
  readonly check: FlatCheck | undefined;
}

/** The parts of zod's definitions that this file reads. */
interface Definition {
  readonly type: string;
  readonly shape?: { readonly [key: string]: unknown };
  readonly catchall?: unknown;
  readonly checks?: readonly unknown[] | undefined;
  readonly coerce?: boolean;
  readonly innerType?: unknown;
}

/** The schema as one of a flat object; undefined when it is not certainly one. */
export function flatSchemaOf(schema: z.ZodType): FlatSchema | undefined {
  const definition = definitionOf(schema);
  // A check may replace the object by another value.
  if (definition?.type !== 'object' || (definition.checks ?? []).length > 0) return undefined;
  const { shape = {}, catchall } = definition;
  if (catchall !== undefined && definitionOf(catchall)?.type !== 'never') return undefined;
  const keys = Reflect.ownKeys(shape);
  if (!keys.every((key) => typeof key === 'string' && mayBeKey(key) && isPrimitive(shape[key]))) return undefined;
  const check = flatCheckOf(schema, shape);
  return { schema, keys: new Set(keys as string[]), isStrict: catchall !== undefined, check };
}

/**
 * The engine's copy of an event's data, if schema and guard would accept it. It equals their output. Undefined
 * otherwise: running them then gives the reason.
 */
export function admitFlat(flat: FlatSchema, input: unknown): Json | undefined {
  try {
    if (!mayFit(flat, input)) return undefined;
    const copy = flat.check && copyFlat(flat.check, input);
    if (copy !== undefined) return copy;
    const { success, data } = flat.schema.safeParse(input);
    return success && isFlat(data) ? data : undefined;
  } catch {
    return undefined; // a getter of the input threw, or the schema did
  }
}

/**
 * False for an input that the guard has to check anyway. Finding this out first saves running the schema twice. It also
 * keeps from the application's functions in a schema every value that the guard would refuse.
 */
function mayFit({ keys, isStrict }: FlatSchema, input: unknown): input is object {
  if (typeof input !== 'object' || input === null) return false;
  const members = input as { readonly [key: string]: unknown };
  for (const key in members) if (!mayBeMember(members[key]) || !(isStrict || keys.has(key))) return false;
  return true;
}

function mayBeMember(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    default:
      return value === null;
  }
}

/** Whether JSON returns the object unchanged. */
function isFlat(data: unknown): data is { readonly [key: string]: Json } {
  const members = data as { readonly [key: string]: unknown };
  for (const key in members) if (!isPlainPrimitive(members[key])) return false;
  return true;
}

function isPrimitive(schema: unknown): boolean {
  const definition = definitionOf(schema);
  switch (definition?.type) {
    case 'string':
    case 'number':
    case 'boolean':
      return definition.coerce !== true; // coercion accepts objects, too
    case 'enum':
    case 'literal':
    case 'null':
    case 'custom': // returns its input, and gets only primitives here
      return true;
    case 'optional':
    case 'nullable':
    case 'default':
      return isPrimitive(definition.innerType);
    default:
      return false;
  }
}

function mayBeKey(key: string): boolean {
  return key.isWellFormed() && !FORBIDDEN_KEYS.has(key);
}

function definitionOf(schema: unknown): Definition | undefined {
  return (schema as { readonly _zod?: { readonly def?: Definition } } | undefined)?._zod?.def;
}
