/**
 * The one error class of refold, and the closed set of its codes.
 *
 * Every failure that comes from outside (a file, an option, an event, a command, another process) is a
 * `RefoldError`. The message says what was attempted and what stood in the way; `hint` says what to do. Our own
 * mistakes are assertions instead, and never carry a code.
 */
import { type InspectOptions, inspect } from 'node:util';

/** Each code with its cause and remedy is a row of the table in `docs/ERRORS.md`. */
export type ErrorCode =
  | 'EVENT_REJECTED'
  | 'UNKNOWN_EVENT_TYPE'
  | 'REDUCER_FAILED'
  | 'COMMAND_FAILED'
  | 'INVARIANT_BROKEN'
  | 'REENTRANT_WRITE'
  | 'SEQUENCE_CONFLICT'
  | 'LOG_LOCKED'
  | 'LOG_CORRUPT'
  | 'LOG_FULL'
  | 'OUTCOME_UNKNOWN'
  | 'STORE_FAILED'
  | 'STORE_CLOSED'
  | 'MODEL_MISMATCH'
  | 'HISTORY_GONE'
  | 'FORMAT_TOO_NEW'
  | 'NODE_TOO_OLD'
  | 'INVALID_OPTION';

/** Where it happened: whichever of these are known. */
export interface ErrorCoordinates {
  /** The log's file, or the file that was read. */
  readonly path?: string;
  /** Line of a text file, counted from 1. */
  readonly line?: number;
  /** The sequence that the failure is about. */
  readonly sequence?: number;
  /** The event type, command, option or projection by name. */
  readonly type?: string;
  /** Path inside the value that was refused, `data.items[3].price` style. */
  readonly at?: string;
}

export interface ErrorDetails extends ErrorCoordinates {
  /** What to do, in the imperative. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** zod's issues, on `EVENT_REJECTED`. */
  readonly issues?: readonly ValidationIssue[];
}

/** One finding of a schema, in zod's words. */
export interface ValidationIssue {
  readonly code?: string;
  readonly message: string;
  readonly path: readonly PropertyKey[];
}

export class RefoldError extends Error {
  override readonly name = 'RefoldError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly path: string | undefined;
  readonly line: number | undefined;
  readonly sequence: number | undefined;
  readonly type: string | undefined;
  readonly at: string | undefined;
  readonly issues: readonly ValidationIssue[] | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.path = details.path;
    this.line = details.line;
    this.sequence = details.sequence;
    this.type = details.type;
    this.at = details.at;
    this.issues = details.issues;
  }

  /** The error as plain JSON: what `--json` prints, and what crosses a thread. */
  toJSON(): SerializedError {
    const { code, message, hint, path, line, sequence, type, at } = this;
    const issues = plainIssues(this.issues);
    const known = Object.entries({ hint, path, line, sequence, type, at, issues }).filter(([, v]) => v !== undefined);
    return { code, message, ...Object.fromEntries(known) };
  }
}

/** A `RefoldError` without its stack. */
export type SerializedError = { readonly code: ErrorCode; readonly message: string } & Omit<ErrorDetails, 'cause'>;

/** A schema that is not zod's own, or a bigint limit, may put into an issue what JSON and threads do not take. */
function plainIssues(issues: readonly ValidationIssue[] | undefined): readonly ValidationIssue[] | undefined {
  if (issues === undefined) return undefined;
  try {
    return JSON.parse(JSON.stringify(issues, (_key, value) => (JSON_FREE.has(typeof value) ? String(value) : value)));
  } catch {
    return [];
  }
}

const JSON_FREE: ReadonlySet<string> = new Set(['bigint', 'symbol']);

/** Turns what `toJSON` gave back into an error, on the other side of a thread. */
export function reviveError(serialized: SerializedError, cause?: unknown): RefoldError {
  return new RefoldError(serialized.code, serialized.message, { ...serialized, cause });
}

/** True for a `RefoldError`, of the given code if one is named. False for whatever cannot even be looked at. */
export function isRefoldError(error: unknown, code?: ErrorCode): error is RefoldError {
  try {
    return error instanceof RefoldError && (code === undefined || error.code === code);
  } catch {
    return false; // a Proxy may throw when it is asked what it is
  }
}

/** `instanceof` for what may be a Proxy that throws when it is asked. */
export function isInstance<Kind>(value: unknown, kind: abstract new (...args: any[]) => Kind): value is Kind {
  try {
    return value instanceof kind;
  } catch {
    return false;
  }
}

/** A message is for people, and what was thrown may carry a whole document. */
const LONGEST_MESSAGE = 10_000;

/**
 * The text of anything that was thrown. Never throws itself: what has no message of its own (a value without a prototype, a
 * revoked Proxy, an error whose message is a getter that throws) is shown as it looks, or named by its kind.
 */
export function messageOf(thrown: unknown): string {
  const text = memberText(thrown, 'message') || appearance(thrown);
  return text.length <= LONGEST_MESSAGE ? text : `${text.slice(0, LONGEST_MESSAGE)}…`;
}

/** The stack of an error that has one; empty for anything else. */
export function stackOf(thrown: unknown): string {
  return memberText(thrown, 'stack');
}

/** A member that is a string, else the empty one. No class is asked for: errors of other realms are of another. */
function memberText(thrown: unknown, member: 'message' | 'name' | 'stack'): string {
  if (typeof thrown !== 'object' || thrown === null) return '';
  try {
    const text: unknown = Reflect.get(thrown, member);
    return typeof text === 'string' ? text : '';
  } catch {
    return '';
  }
}

function appearance(thrown: unknown): string {
  if (isInstance(thrown, Error)) return memberText(thrown, 'name') || 'an error without a message';
  try {
    return Object(thrown) === thrown ? inspect(thrown, APPEARANCE).split('\n', 1)[0]! : String(thrown);
  } catch {
    return `a thrown ${typeof thrown}`;
  }
}

/** Nothing of the thrown value is run for it. An error inside a Proxy would show its stack: its first line will do. */
const APPEARANCE: InspectOptions = { depth: 1, breakLength: Number.POSITIVE_INFINITY, customInspect: false };
