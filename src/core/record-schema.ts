/**
 * Schemas that stand guard by themselves: objects whose members are all primitives.
 *
 * Most events are such flat records. Their schema looks at every member, reads nothing nested, and answers with a fresh
 * plain object: walking the input before it, and copying the output after it, would find nothing more and takes longer than
 * the schema. Told from zod's definitions, which zod documents for libraries (https://zod.dev/library-authors). A schema of
 * which this is not known for sure is no record, and its events are walked.
 */
import type { z } from 'zod';
import type { Json } from './event.ts';
import { FORBIDDEN_KEYS } from './guard.ts';
import { copyRecord, isPlainPrimitive, type RecordCheck, recordCheckOf } from './record-check.ts';

export interface RecordSchema {
  readonly schema: z.ZodType;
  readonly keys: ReadonlySet<string>;
  /** Whether the schema itself refuses members that it does not know. */
  readonly isStrict: boolean;
  /** Where the outcome is certain without asking the schema. */
  readonly check: RecordCheck | undefined;
}

/** The parts of zod's definitions that are looked at. */
interface Definition {
  readonly type: string;
  readonly shape?: { readonly [key: string]: unknown };
  readonly catchall?: unknown;
  readonly checks?: readonly unknown[] | undefined;
  readonly coerce?: boolean;
  readonly innerType?: unknown;
}

/** The schema as one of records; undefined when it is none. */
export function recordSchemaOf(schema: z.ZodType): RecordSchema | undefined {
  const definition = definitionOf(schema);
  // A check may put another value in the place of the object.
  if (definition?.type !== 'object' || (definition.checks ?? []).length > 0) return undefined;
  const { shape = {}, catchall } = definition;
  if (catchall !== undefined && definitionOf(catchall)?.type !== 'never') return undefined;
  const keys = Reflect.ownKeys(shape);
  if (!keys.every((key) => typeof key === 'string' && mayBeKey(key) && isPrimitive(shape[key]))) return undefined;
  const check = recordCheckOf(schema, shape);
  return { schema, keys: new Set(keys as string[]), isStrict: catchall !== undefined, check };
}

/**
 * The data of an event, the caller's no longer, when schema and guard have nothing against it: exactly what they would
 * give. Undefined otherwise; asking them finds out why.
 */
export function admitRecord(record: RecordSchema, input: unknown): Json | undefined {
  try {
    if (!mayFit(record, input)) return undefined;
    const copy = record.check && copyRecord(record.check, input);
    if (copy !== undefined) return copy;
    const { success, data } = record.schema.safeParse(input);
    return success && isPlainRecord(data) ? data : undefined;
  } catch {
    return undefined; // an input that throws when it is read, or a schema that does
  }
}

/**
 * What is for the long way in any case: to find that out after asking the schema would be to ask it twice, and a function of
 * the application's in a schema sees nothing that the guard would keep from it.
 */
function mayFit({ keys, isStrict }: RecordSchema, input: unknown): input is object {
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

/** Whether JSON would give back the very same record. */
function isPlainRecord(data: unknown): data is { readonly [key: string]: Json } {
  const record = data as { readonly [key: string]: unknown };
  for (const key in record) if (!isPlainPrimitive(record[key])) return false;
  return true;
}

function isPrimitive(schema: unknown): boolean {
  const definition = definitionOf(schema);
  switch (definition?.type) {
    case 'string':
    case 'number':
    case 'boolean':
      return definition.coerce !== true; // coercion reads whatever it is given
    case 'enum':
    case 'literal':
    case 'null':
    case 'custom': // gives what it was given, and is given primitives alone
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
