/**
 * The one error class of refold, and the closed set of its codes.
 *
 * Every failure that comes from outside (a file, an option, an event, a command, another process) is a `RefoldError`.
 * The message says what refold tried to do and why it failed. `hint` says what to do about it. Mistakes in refold
 * itself are assertions instead, and never carry a code.
 */
import { type InspectOptions, inspect } from 'node:util';

/** Each code with its cause and remedy is a row of the table in `docs/ERRORS.md`. */
export type ErrorCode =
  | 'EVENT_REJECTED'
  | 'COMMAND_INPUT_REJECTED'
  | 'UNKNOWN_EVENT_TYPE'
  | 'REDUCER_FAILED'
  | 'COMMAND_FAILED'
  | 'COMMAND_ID_REUSED'
  | 'REACTOR_FAILED'
  | 'INVARIANT_BROKEN'
  | 'REENTRANT_WRITE'
  | 'SEQUENCE_CONFLICT'
  | 'NOT_WRITER'
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

/** Where it happened. Each member is present only if it is known. */
export interface ErrorCoordinates {
  /** The log's file, or the file that was read. */
  readonly path?: string;
  /** Line of a text file, counted from 1. */
  readonly line?: number;
  /** The sequence that the failure is about. */
  readonly sequence?: number;
  /** Place of an event among those that were handed over to be imported, counted from 0. */
  readonly index?: number;
  /** The event type, command, option or projection by name. */
  readonly type?: string;
  /** Path inside the refused value, such as `data.items[3].price`. */
  readonly at?: string;
}

export interface ErrorDetails extends ErrorCoordinates {
  /** What to do, in the imperative. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** zod's issues, on `EVENT_REJECTED` and `COMMAND_INPUT_REJECTED`. */
  readonly issues?: readonly ValidationIssue[];
}

/** One issue that a schema found, in zod's form. */
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
  readonly index: number | undefined;
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
    this.index = details.index;
    this.type = details.type;
    this.at = details.at;
    this.issues = details.issues;
  }

  /** The error as plain JSON. `--json` prints this form, and threads send it to each other. */
  toJSON(): SerializedError {
    const { code, message, hint, path, line, sequence, index, type, at } = this;
    const issues = plainIssues(this.issues);
    const known = Object.entries({ hint, path, line, sequence, index, type, at, issues }).filter(
      ([, v]) => v !== undefined,
    );
    return { code, message, ...Object.fromEntries(known) };
  }
}

/** A `RefoldError` without its stack. */
export type SerializedError = { readonly code: ErrorCode; readonly message: string } & Omit<ErrorDetails, 'cause'>;

/** A custom schema or a bigint limit may put values into an issue that JSON and threads do not accept. */
function plainIssues(issues: readonly ValidationIssue[] | undefined): readonly ValidationIssue[] | undefined {
  if (issues === undefined) return undefined;
  try {
    return JSON.parse(JSON.stringify(issues, (_key, value) => (JSON_FREE.has(typeof value) ? String(value) : value)));
  } catch {
    return [];
  }
}

const JSON_FREE: ReadonlySet<string> = new Set(['bigint', 'symbol']);

/** Rebuilds an error from the result of `toJSON`, for instance after it was sent to another thread. */
export function reviveError(serialized: SerializedError, cause?: unknown): RefoldError {
  return new RefoldError(serialized.code, serialized.message, { ...serialized, cause });
}

/**
 * True for a `RefoldError`; with `code`, only for one with that code. False for a value that throws when it is
 * inspected.
 */
export function isRefoldError(error: unknown, code?: ErrorCode): error is RefoldError {
  try {
    return error instanceof RefoldError && (code === undefined || error.code === code);
  } catch {
    return false; // a Proxy may throw on `instanceof`
  }
}

/** `instanceof` that gives false for a Proxy that throws. */
export function isInstance<Kind>(value: unknown, kind: abstract new (...args: any[]) => Kind): value is Kind {
  try {
    return value instanceof kind;
  } catch {
    return false;
  }
}

/** In characters. A thrown value may contain a whole document, and a message is for people. */
const LONGEST_MESSAGE = 10_000;

/**
 * The text of any thrown value. Never throws itself. A value without a usable message (a value without a prototype, a
 * revoked Proxy, an error whose message is a getter that throws) is printed, or named by its type.
 */
export function messageOf(thrown: unknown): string {
  const text = memberText(thrown, 'message') || appearance(thrown);
  return text.length <= LONGEST_MESSAGE ? text : `${text.slice(0, LONGEST_MESSAGE)}…`;
}

/** The stack of an error that has one; empty for anything else. */
export function stackOf(thrown: unknown): string {
  return memberText(thrown, 'stack');
}

/**
 * The member if it is a string, otherwise ''. It checks no class, because errors of other realms have other classes.
 */
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

/**
 * `customInspect: false` runs no code of the thrown value. An error inside a Proxy prints its stack: one line is
 * enough.
 */
const APPEARANCE: InspectOptions = { depth: 1, breakLength: Number.POSITIVE_INFINITY, customInspect: false };

/** zod's issues in one line. */
export function describeIssues(issues: readonly ValidationIssue[]): string {
  const shown = issues.slice(0, 3).map((issue) => `${issue.path.map(String).join('.') || 'value'}: ${issue.message}`);
  const more = issues.length > 3 ? ` (and ${issues.length - 3} more)` : '';
  return shown.join('; ').toWellFormed() + more;
}

/**
 * A whole number from 0 on as messages show it: `1,000,000`. Not by `toLocaleString`: the tables of checks are made when refold
 * is imported, and its first call in a process loads the data of a locale, which takes about 10 ms.
 */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
