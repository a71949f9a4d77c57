/** Ctrl-C and SIGTERM: they end a command at once, or reach its work as an `AbortSignal`. */
import { EXIT } from './output/exit-codes.ts';

/**
 * Runs a command that a signal ends quietly, with the exit code of an interruption. A command that listens to the signal itself ends
 * as it likes. No command leaves more behind than a power failure would: a log recovers from that at the next open.
 */
export async function endingOnSignals<T>(command: () => Promise<T>): Promise<T> {
  process.on('SIGINT', end).on('SIGTERM', end);
  try {
    return await command();
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
  }
}

function end(signal: 'SIGINT' | 'SIGTERM'): void {
  if (process.listenerCount(signal) === 1) process.exit(EXIT.interrupted);
}

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
