/**
 * How a signal ends the command line: what must be closed is closed, then the process exits, which deletes a temporary book.
 *
 * A second signal exits at once.
 */

const EXIT_INTERRUPTED = 130;
const tasks = new Set<() => Promise<void>>();

/** Closes something before a signal ends the process. Returns a function that forgets it. */
export function closeOnSignal(close: () => Promise<void>): () => void {
  tasks.add(close);
  return () => void tasks.delete(close);
}

/** From now on signals end the process like this. SIGHUP is the terminal that was closed. */
export function endOnSignals(): void {
  let isEnding = false;
  const end = (): void => {
    if (isEnding || tasks.size === 0) process.exit(EXIT_INTERRUPTED);
    isEnding = true;
    void Promise.allSettled([...tasks].map((close) => close())).then(() => process.exit(EXIT_INTERRUPTED));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
}
