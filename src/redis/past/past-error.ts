/** What the thread for the past reports when it cannot do its task. */
import type { PastFailure } from './messages.ts';

/** The log could not give what was asked for. */
export class PastError extends Error {
  readonly code: string;
  readonly firstSequence: number | undefined;

  constructor({ code, message, firstSequence }: PastFailure) {
    super(message);
    this.code = code;
    this.firstSequence = firstSequence;
  }
}
