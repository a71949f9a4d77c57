/** Process warnings, for failures that do not affect anything acknowledged. Their names begin with `Refold`. */
import { isRefoldError, messageOf, type RefoldError, reviveError, stackOf } from '../../core/errors.ts';

/** The name of a warning. */
export type WarningName = `Refold${string}Warning`;

/**
 * Warns of anything that was thrown, perhaps by application code. Never throws.
 *
 * A `RefoldError` keeps its class, code and coordinates. The warning is always a copy: Node reads its name, message and stack
 * in a later turn, where a getter that throws would end the process.
 */
export function warnOf(name: WarningName, thrown: unknown): void {
  const warning = copyOfOurs(thrown) ?? Object.assign(new Error(messageOf(thrown), { cause: thrown }), { name });
  const stack = stackOf(thrown);
  if (stack !== '') warning.stack = stack;
  try {
    process.emitWarning(warning, { type: name });
  } catch {
    // A test runner has loaded this file into another realm. Node does not accept errors of that realm.
    const code = isRefoldError(warning) ? warning.code : undefined;
    process.emitWarning(warning.message, { type: name, ...(code && { code }), detail: stack });
  }
}

function copyOfOurs(thrown: unknown): RefoldError | undefined {
  if (!isRefoldError(thrown)) return undefined;
  try {
    return reviveError(thrown.toJSON(), thrown.cause);
  } catch {
    return undefined; // application code has changed it since it was made
  }
}
