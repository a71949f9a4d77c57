/** Handles promises of the application that refold does not await. */
import { isInstance } from './errors.ts';

/** Whether a value is a promise or has a `then` method. False for a value that throws when it is inspected. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  if (isInstance(value, Promise)) return true;
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  try {
    return typeof (value as { then?: unknown }).then === 'function';
  } catch {
    return false;
  }
}

/**
 * Stops tracking a value that may be a promise. If the promise rejects, `onRejected` gets the reason, and the process
 * does not end. Never throws.
 */
export function letGo(value: unknown, onRejected: (reason: unknown) => void = () => {}): void {
  if (!isPromiseLike(value)) return;
  try {
    Promise.resolve(value).then(undefined, onRejected);
  } catch (error) {
    onRejected(error);
  }
}
