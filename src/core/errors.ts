/**
 * The one error class of refold, and the closed set of its codes.
 *
 * Every failure that comes from outside (a file, an option, an event, a command, another process) is a
 * `RefoldError`. The message says what was attempted and what stood in the way; `hint` says what to do. Our own
 * mistakes are assertions instead, and never carry a code.
 */

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
    const { code, message, hint, path, line, sequence, type, at, issues } = this;
    const known = Object.entries({ hint, path, line, sequence, type, at, issues }).filter(([, v]) => v !== undefined);
    return { code, message, ...Object.fromEntries(known) };
  }
}

/** A `RefoldError` without its stack. */
export type SerializedError = { readonly code: ErrorCode; readonly message: string } & Omit<ErrorDetails, 'cause'>;

/** Turns what `toJSON` gave back into an error, on the other side of a thread. */
export function reviveError(serialized: SerializedError, cause?: unknown): RefoldError {
  return new RefoldError(serialized.code, serialized.message, { ...serialized, cause });
}

/** True for a `RefoldError`, of the given code if one is named. */
export function isRefoldError(error: unknown, code?: ErrorCode): error is RefoldError {
  return error instanceof RefoldError && (code === undefined || error.code === code);
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
