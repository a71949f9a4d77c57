/** The options of `append` and `execute`, and their checking. */
import type { EventMeta } from '../../core/event.ts';
import { checkOptions, type OptionChecks } from '../calls/call-options.ts';
import { isCommandId } from './commands.ts';

export interface AppendOptions {
  /** The sequence that the store must be at; another one is a `SEQUENCE_CONFLICT`. Default: wherever it is. */
  readonly expectedSequence?: number | undefined;
  /** Makes a retry safe: done once, and remembered. 1 to 200 characters. */
  readonly commandId?: string | undefined;
}

export interface ExecuteOptions extends AppendOptions {
  /** Put on every event that the command decides on, unless it has its own. */
  readonly meta?: EventMeta | undefined;
}

/** The options of `transact`. */
export interface TransactOptions {
  /** The sequence that the store must be at before the callback runs; another one is a `SEQUENCE_CONFLICT`. */
  readonly expectedSequence?: number | undefined;
}

const APPEND_CHECKS: OptionChecks<AppendOptions> = {
  // Of any sign: a sequence that no log is ever at is a conflict as any other.
  expectedSequence: ['a sequence: a whole number', Number.isSafeInteger],
  commandId: ['a string of 1 to 200 characters, without lone surrogates', isCommandId],
};

const EXECUTE_CHECKS: OptionChecks<ExecuteOptions> = {
  ...APPEND_CHECKS,
  meta: ['an object of plain JSON', (value) => typeof value === 'object' && value !== null && !Array.isArray(value)],
};

/** @throws RefoldError `INVALID_OPTION` */
export function appendOptions(given: unknown): AppendOptions {
  return checkOptions('append', APPEND_CHECKS, given);
}

const TRANSACT_CHECKS: OptionChecks<TransactOptions> = { expectedSequence: APPEND_CHECKS.expectedSequence };

/** @throws RefoldError `INVALID_OPTION` */
export function transactOptions(given: unknown): TransactOptions {
  return checkOptions('transact', TRANSACT_CHECKS, given);
}

/** @throws RefoldError `INVALID_OPTION` */
export function executeOptions(given: unknown): ExecuteOptions {
  return checkOptions('execute', EXECUTE_CHECKS, given);
}
