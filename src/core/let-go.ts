/** Values of an application's that nobody waits for. */
import { isInstance } from './errors.ts';

/** Whether a value is a promise, or looks like one to those who await it. False for what cannot even be looked at. */
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
 * Lets go of a value that may be a promise: should it be rejected, that is told to `onRejected`, and does not end the process.
 * Never throws.
 */
export function letGo(value: unknown, onRejected: (reason: unknown) => void = () => {}): void {
  if (!isPromiseLike(value)) return;
  try {
    Promise.resolve(value).then(undefined, onRejected);
  } catch (error) {
    onRejected(error);
  }
}
