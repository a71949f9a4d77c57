/** Process warnings, for what harms nothing that was acknowledged. Their names begin with `Refold`. */
import { isRefoldError, messageOf, type RefoldError, reviveError, stackOf } from '../../core/errors.ts';

/** What a warning is named after. */
export type WarningName = `Refold${string}Warning`;

/**
 * Warns of anything that was thrown, by application code perhaps, and never throws.
 *
 * A `RefoldError` keeps its class, code and coordinates. Always an error of our own: Node reads name, message and stack of
 * a warning in a later turn, where a getter that throws would end the process.
 */
export function warnOf(name: WarningName, thrown: unknown): void {
  const warning = copyOfOurs(thrown) ?? Object.assign(new Error(messageOf(thrown), { cause: thrown }), { name });
  const stack = stackOf(thrown);
  if (stack !== '') warning.stack = stack;
  try {
    process.emitWarning(warning, { type: name });
  } catch {
    // A test runner has loaded this into a realm of its own, whose errors are none for Node.
    const code = isRefoldError(warning) ? warning.code : undefined;
    process.emitWarning(warning.message, { type: name, ...(code && { code }), detail: stack });
  }
}

function copyOfOurs(thrown: unknown): RefoldError | undefined {
  if (!isRefoldError(thrown)) return undefined;
  try {
    return reviveError(thrown.toJSON(), thrown.cause);
  } catch {
    return undefined; // somebody has changed it since it was made
  }
}
