/** What a model's module or a reducer threw, which may be anything, as an error that can be told. */
import { inspect } from 'node:util';

/** The very error, if it can be read; otherwise one that shows what was thrown. Never throws. */
export function readableError(thrown: unknown): Error {
  try {
    // Read once here, so that a getter or a Proxy that throws does so where it does no harm.
    if (thrown instanceof Error && typeof thrown.message === 'string' && typeof thrown.name === 'string') return thrown;
    return new Error(typeof thrown === 'string' ? thrown : inspect(thrown, { depth: 1, customInspect: false }));
  } catch {
    return new Error(`a thrown ${typeof thrown}`);
  }
}
