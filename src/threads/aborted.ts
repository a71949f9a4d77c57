/** What an aborted call throws. */

/**
 * The reason of signals that only end a wait, and that go off often. Without a reason each would make an error, which takes longer than
 * all that it ends.
 */
export const WAIT_OVER = 'the wait is over';

/** The reason of a signal. An object that only behaves like a signal may not give one. */
export function reasonOf(signal: AbortSignal): unknown {
  return signal.reason ?? new DOMException('The operation was aborted', 'AbortError');
}

/** Throws the reason of a signal that has aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw reasonOf(signal);
}
