/** Work that Ctrl-C stops, or a SIGTERM: the commands get it as an `AbortSignal`. */
import { EXIT } from './output/exit-codes.ts';

/** Runs the work. What it does with the signal is its own matter. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    return await work(stopping.signal);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

/** The same for work that rejects with the signal's reason and then leaves nothing behind: the process ends. */
export function interruptibleOrNothing<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return interruptible(async (signal) => {
    try {
      return await work(signal);
    } catch (error) {
      if (signal.aborted && error === signal.reason) process.exit(EXIT.interrupted);
      throw error;
    }
  });
}
