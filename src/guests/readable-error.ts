/** Turns anything that a model's module or a reducer threw into an error that can be reported. */
import { inspect } from 'node:util';

/** The error itself if it is readable, otherwise a new error that shows the thrown value. Never throws. */
export function readableError(thrown: unknown): Error {
  try {
    // Read once here, so that a getter or a Proxy that throws does so inside this `try`.
    if (thrown instanceof Error && typeof thrown.message === 'string' && typeof thrown.name === 'string') return thrown;
    return new Error(typeof thrown === 'string' ? thrown : inspect(thrown, { depth: 1, customInspect: false }));
  } catch {
    return new Error(`a thrown ${typeof thrown}`);
  }
}
