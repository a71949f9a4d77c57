/**
 * Checks a flat object without its schema, where the outcome is certain.
 *
 * zod allocates two objects for each member that it checks. Most members are of a few kinds that one line can check:
 * any string, a number or an integer within bounds, one of a few values, a function of the application. This file copies and checks a
 * flat object of such members. An object that is not certainly valid is left to its schema, which then says why. An
 * object that passes equals the schema's output: the same members in the same order, in a new object.
 */
import type { Json } from '../event.ts';

/** The checks of a flat object's members, by name. */
export interface FlatCheck {
  readonly members: ReadonlyMap<string, MemberCheck>;
  /** The number of required members. */
  readonly required: number;
}

interface MemberCheck {
  /** The member's name as JSON writes it, with the colon. */
  readonly label: string;
  /** The member's position in the schema, and so in the schema's output. */
  readonly index: number;
  readonly isRequired: boolean;
  readonly isNullable: boolean;
  readonly kind: 'text' | 'number' | 'integer' | 'boolean' | 'one of' | 'function';
  /** The bounds of a number. Both are included. */
  readonly least: number;
  readonly most: number;
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
    /** Those of a check. */
    readonly check?: string;
    readonly value?: unknown;
    readonly inclusive?: boolean;
    readonly when?: unknown;
  };
}

/** The check of an object's members; undefined when a member needs its schema. */
export function flatCheckOf(schema: unknown, shape: { readonly [key: string]: unknown }): FlatCheck | undefined {
  if (!isOwn(internalsOf(schema))) return undefined;
  const members = new Map<string, MemberCheck>();
  for (const [index, key] of Object.keys(shape).entries()) {
    const member = memberCheckOf(key, shape[key], index);
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

/**
 * A text, and the JSON text of a flat object behind it, as `JSON.stringify` gives it, but faster. Undefined when the
 * object is not certainly one of the check's members.
 *
 * @param data a copy without getters, whose texts are well-formed
 */
export function flatText({ members }: FlatCheck, before: string, data: Json): string | undefined {
  const object = data as { readonly [key: string]: unknown };
  let text = before;
  let separator = '{';
  for (const key in object) {
    const value = object[key];
    const member = members.get(key);
    if (member === undefined || (typeof value === 'object' && value !== null)) return undefined;
    text += separator + member.label + (typeof value === 'string' ? stringText(value) : String(value));
    separator = ',';
  }
  return text + (separator === ',' ? '}' : '{}');
}

/** A short text without anything to escape is copied. V8's own function is faster for long ones. */
function stringText(text: string): string {
  return text.length <= SHORT_TEXT && isUnescaped(text) ? `"${text}"` : JSON.stringify(text);
}

const SHORT_TEXT = 64;

function isUnescaped(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < SPACE || code === QUOTE_CODE || code === BACKSLASH_CODE || code >= FIRST_SURROGATE) return false;
  }
  return true;
}

const SPACE = 32;
const QUOTE_CODE = 34;
const BACKSLASH_CODE = 92;
const FIRST_SURROGATE = 0xd800;

function passes({ kind, isNullable, least, most, values, accepts }: MemberCheck, value: unknown): boolean {
  if (value === null && isNullable) return true;
  switch (kind) {
    case 'text':
      return typeof value === 'string' && value.isWellFormed();
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) && isWithin(value as number, least, most);
    case 'integer':
      return Number.isSafeInteger(value) && !Object.is(value, -0) && isWithin(value as number, least, most);
    case 'boolean':
      return typeof value === 'boolean';
    case 'one of':
      return values.has(value) && !Object.is(value, -0);
    case 'function':
      return isPlainPrimitive(value) && accepts(value) === true;
  }
}

function isWithin(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
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

function memberCheckOf(key: string, schema: unknown, index: number): MemberCheck | undefined {
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
  if (internals === undefined || !isOwn(internals)) return undefined;
  const range = internals.def.type === 'number' ? rangeOf(internals) : undefined;
  const kind = range?.kind ?? kindOf(internals);
  if (kind === undefined) return undefined;
  const { values = NO_VALUES, def } = internals;
  const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = range ?? {};
  const label = `${JSON.stringify(key)}:`;
  return { label, index, isRequired, isNullable, kind, least, most, values, accepts: def.fn ?? Boolean };
}

interface Range {
  readonly kind: 'number' | 'integer';
  readonly least: number;
  readonly most: number;
}

/** The bounds of a number; undefined when it has other checks, too. */
function rangeOf({ def }: Internals): Range | undefined {
  if (def.coerce === true || (def.format !== undefined && def.format !== SAFE_INTEGER)) return undefined;
  let kind: Range['kind'] = def.format === undefined ? 'number' : 'integer';
  let least = Number.NEGATIVE_INFINITY;
  let most = Number.POSITIVE_INFINITY;
  for (const each of def.checks ?? []) {
    const internals = internalsOf(each);
    if (internals === undefined || !isOwn(internals) || internals.def.when !== undefined) return undefined;
    const { check, value, inclusive, format } = internals.def;
    if (check === 'number_format' && format === SAFE_INTEGER) kind = 'integer';
    else if (typeof value !== 'number' || inclusive !== true) return undefined;
    else if (check === 'greater_than') least = Math.max(least, value);
    else if (check === 'less_than') most = Math.min(most, value);
    else return undefined;
  }
  return { kind, least, most };
}

const SAFE_INTEGER = 'safeint';

function kindOf({ def, values }: Internals): MemberCheck['kind'] | undefined {
  if ((def.checks ?? []).length > 0 || def.coerce === true) return undefined;
  switch (def.type) {
    case 'string':
      return def.format === undefined ? 'text' : undefined;
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
  /^\$?_?(Zod|ZodMini)(Type|Object|ObjectJIT|String|Number|NumberFormat|CheckNumberFormat|CheckGreaterThan|CheckLessThan|Check|Boolean|Enum|Literal|Custom|Optional|Nullable)$/;

function isOwn(internals: Internals | undefined): boolean {
  return internals !== undefined && [...internals.traits].every((trait) => OWN_TRAIT.test(trait));
}

function internalsOf(schema: unknown): Internals | undefined {
  return (schema as { readonly _zod?: Internals } | undefined)?._zod;
}
