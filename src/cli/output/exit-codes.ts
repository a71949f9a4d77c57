/**
 * The exit codes of `refold`, and the table that `--help` prints.
 *
 * The code tells a script what to do next: correct the call (2), try again later or elsewhere (3), restore a backup or
 * update refold (4).
 */
import type { ErrorCode } from '../../index.ts';

export const EXIT = {
  ok: 0,
  checkFailed: 1,
  badInput: 2,
  notNow: 3,
  damage: 4,
  unexpected: 70,
  outputFailed: 74,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The exit code of each error code. */
const BY_ERROR: { readonly [Code in ErrorCode]: ExitCode } = {
  INVALID_OPTION: EXIT.badInput,
  EVENT_REJECTED: EXIT.badInput,
  UNKNOWN_EVENT_TYPE: EXIT.badInput,
  MODEL_MISMATCH: EXIT.badInput,
  REDUCER_FAILED: EXIT.badInput,
  COMMAND_FAILED: EXIT.badInput,
  COMMAND_ID_REUSED: EXIT.badInput,
  COMMAND_INPUT_REJECTED: EXIT.badInput,
  REACTOR_FAILED: EXIT.badInput,
  REENTRANT_WRITE: EXIT.badInput,
  INVARIANT_BROKEN: EXIT.checkFailed,
  SEQUENCE_CONFLICT: EXIT.notNow,
  NOT_WRITER: EXIT.notNow,
  LOG_LOCKED: EXIT.notNow,
  LOG_FULL: EXIT.notNow,
  OUTCOME_UNKNOWN: EXIT.notNow,
  STORE_FAILED: EXIT.notNow,
  STORE_CLOSED: EXIT.notNow,
  NODE_TOO_OLD: EXIT.notNow,
  LOG_CORRUPT: EXIT.damage,
  FORMAT_TOO_NEW: EXIT.damage,
  HISTORY_GONE: EXIT.damage,
};

/** The exit code for an error code. An unknown error code is a defect. */
export function exitCodeOf(code: string): ExitCode {
  return Object.hasOwn(BY_ERROR, code) ? BY_ERROR[code as ErrorCode] : EXIT.unexpected;
}

/** Printed by `--help`. */
export const EXIT_CODE_HELP = `Exit codes:
  0    success; for verify, doctor and repair --plan: the log is sound; for check: it opens
  1    verify, doctor, repair --plan or replay --verify found something wrong; for check: the log does not open with the model;
       for rehearse: the models differ; for bisect: an invariant was broken, or a condition was never met
  2    bad usage or input: an option, a path, an event, the wrong model, a reducer that throws
  3    the log cannot be used now or here: locked, disk full, Node too old
  4    the log cannot be read: damaged, written in a newer format, or its history was dropped
  70   a defect in refold or in the model
  74   the output could not be written; a closed pipe is not a failure
  130  interrupted`;
