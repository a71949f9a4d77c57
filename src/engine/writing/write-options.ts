/** The options of `append`, `execute` and `transact`, and their checks. */
import type { EventMeta } from '../../core/event.ts';
import { checkOptions, type OptionChecks } from '../calls/call-options.ts';
import { isCommandId } from './commands.ts';

export interface AppendOptions {
  /** The sequence that the store must be at, else the call is a `SEQUENCE_CONFLICT`. Default: any sequence. */
  readonly expectedSequence?: number | undefined;
  /** Makes a retry safe: the write is done once, and its outcome is remembered. 1 to 200 characters. */
  readonly commandId?: string | undefined;
}

export interface ExecuteOptions<Meta = EventMeta> extends AppendOptions {
  /** The meta of every event that the command decides on, unless the event has one. */
  readonly meta?: Meta | undefined;
}

/** The options of `transact`. */
export interface TransactOptions {
  /** The sequence that the store must be at before the callback runs, else the call is a `SEQUENCE_CONFLICT`. */
  readonly expectedSequence?: number | undefined;
}

const APPEND_CHECKS: OptionChecks<AppendOptions> = {
  // Negative numbers are allowed: a sequence that no log has is a conflict like any other.
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
