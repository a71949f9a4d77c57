/**
 * Checks a flat object without its schema, where the outcome is certain.
 *
 * zod allocates two objects for each member that it checks. Most members are of a few kinds that one line can check:
 * any string, a number, an integer, one of a few values, a function of the application. This file copies and checks a
 * flat object of such members. An object that is not certainly valid is left to its schema, which then says why. An
 * object that passes equals the schema's output: the same members in the same order, in a new object.
 */
import type { Json } from './event.ts';

/** The checks of a flat object's members, by name. */
export interface FlatCheck {
  readonly members: ReadonlyMap<string, MemberCheck>;
  /** The number of required members. */
  readonly required: number;
}

interface MemberCheck {
  /** The member's position in the schema, and so in the schema's output. */
  readonly index: number;
  readonly isRequired: boolean;
  readonly isNullable: boolean;
  readonly kind: 'text' | 'number' | 'integer' | 'boolean' | 'one of' | 'function';
  readonly values: ReadonlySet<unknown>;
  readonly accepts: (value: unknown) => unknown;
}

/** The parts of zod's schemas that this file reads. `traits` names the classes that a schema is an instance of. */
interface Internals {
  readonly traits: ReadonlySet<string>;
  readonly values?: ReadonlySet<unknown>;
  readonly def: {
    readonly type: string;
    readonly format?: string;
    readonly checks?: readonly unknown[];
    readonly coerce?: boolean;
    readonly innerType?: unknown;
    readonly fn?: (value: unknown) => unknown;
  };
}

/** The check of an object's members; undefined when a member needs its schema. */
export function flatCheckOf(schema: unknown, shape: { readonly [key: string]: unknown }): FlatCheck | undefined {
  if (!isOwn(internalsOf(schema))) return undefined;
  const members = new Map<string, MemberCheck>();
  for (const [index, key] of Object.keys(shape).entries()) {
    const member = memberCheckOf(shape[key], index);
    if (member === undefined) return undefined;
    members.set(key, member);
  }
  return { members, required: members.values().reduce((sum, { isRequired }) => sum + Number(isRequired), 0) };
}

/** A copy of the object if it is certainly valid; undefined otherwise. */
export function copyFlat({ members, required }: FlatCheck, input: object): Json | undefined {
  if (Object.getPrototypeOf(input) !== Object.prototype) return undefined;
  // Copy first: each getter runs once, and the checked value is the stored value.
  const copy: Record<string, unknown> = { ...input };
  let found = 0;
  let last = -1;
  for (const key in copy) {
    const member = members.get(key);
    if (member === undefined || member.index < last || !passes(member, copy[key])) return undefined;
    last = member.index;
    if (member.isRequired) found++;
  }
  if (found !== required || Object.getOwnPropertySymbols(copy).length > 0) return undefined;
  return copy as Json;
}

function passes({ kind, isNullable, values, accepts }: MemberCheck, value: unknown): boolean {
  if (value === null && isNullable) return true;
  switch (kind) {
    case 'text':
      return typeof value === 'string' && value.isWellFormed();
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    case 'integer':
      return Number.isSafeInteger(value) && !Object.is(value, -0);
    case 'boolean':
      return typeof value === 'boolean';
    case 'one of':
      return values.has(value) && !Object.is(value, -0);
    case 'function':
      return isPlainPrimitive(value) && accepts(value) === true;
  }
}

/** Whether JSON returns the primitive unchanged. */
export function isPlainPrimitive(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed();
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    case 'boolean':
      return true;
    default:
      return value === null;
  }
}

function memberCheckOf(schema: unknown, index: number): MemberCheck | undefined {
  let internals = internalsOf(schema);
  let isRequired = true;
  let isNullable = false;
  for (
    ;
    internals !== undefined && WRAPPERS.has(internals.def.type);
    internals = internalsOf(internals.def.innerType)
  ) {
    if (!isOwn(internals)) return undefined;
    if (internals.def.type === 'optional') isRequired = false;
    else isNullable = true;
  }
  const kind = internals === undefined || !isOwn(internals) ? undefined : kindOf(internals);
  if (kind === undefined) return undefined;
  const { values = NO_VALUES, def } = internals!;
  return { index, isRequired, isNullable, kind, values, accepts: def.fn ?? Boolean };
}

function kindOf({ def, values }: Internals): MemberCheck['kind'] | undefined {
  if ((def.checks ?? []).length > 0 || def.coerce === true) return undefined;
  switch (def.type) {
    case 'string':
      return def.format === undefined ? 'text' : undefined;
    case 'number':
      return def.format === undefined ? 'number' : def.format === 'safeint' ? 'integer' : undefined;
    case 'boolean':
      return 'boolean';
    case 'enum':
    case 'literal':
      return values !== undefined && [...values].every(isPlainPrimitive) ? 'one of' : undefined;
    case 'custom':
      return 'function';
    default:
      return undefined;
  }
}

const WRAPPERS: ReadonlySet<string> = new Set(['optional', 'nullable']);
const NO_VALUES: ReadonlySet<unknown> = new Set();

/** zod's own classes. A class derived from them may behave differently. */
const OWN_TRAIT =
  /^\$?_?(Zod|ZodMini)(Type|Object|ObjectJIT|String|Number|NumberFormat|CheckNumberFormat|Check|Boolean|Enum|Literal|Custom|Optional|Nullable)$/;

function isOwn(internals: Internals | undefined): boolean {
  return internals !== undefined && [...internals.traits].every((trait) => OWN_TRAIT.test(trait));
}

function internalsOf(schema: unknown): Internals | undefined {
  return (schema as { readonly _zod?: Internals } | undefined)?._zod;
}
