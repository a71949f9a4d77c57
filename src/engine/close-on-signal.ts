/**
 * A clean stop on SIGTERM or SIGINT: the stores are closed, which waits for pending work and takes a snapshot. Then the
 * signal does what it would have done.
 *
 * Nothing durable depends on it: a log also survives SIGKILL. A clean stop saves the next open the replay. Under durability
 * `everysec` and `os` it also syncs what was acknowledged.
 */
import { messageOf } from '../core/errors.ts';
import { nextTurn } from '../threads/timers.ts';
import { checkValue, type OptionCheck } from './calls/call-options.ts';
import { warnThat } from './calls/warn.ts';

/** What can be closed: a store, a log, a server that holds one. */
export interface Closable {
  close(): Promise<void>;
}

const CLOSABLE: OptionCheck = [
  'something that can be closed, such as a store',
  (value) => typeof (value as Partial<Closable> | null)?.close === 'function',
];

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
type Signal = (typeof SIGNALS)[number];

/** All that are to be closed, in the order of their registration. */
const registered = new Set<Closable>();

/**
 * Closes a store when the process is asked to stop, then lets the signal end the process.
 *
 * Several stores are closed together, and the process ends when all are closed. If the application also listens to the
 * signal, the application has to end the process. A second signal ends the process without waiting. Call this in the main
 * thread: worker threads do not get signals.
 *
 * @throws RefoldError `INVALID_OPTION` when `store` has no `close`
 * @returns the function that undoes the registration. It need not be called for a store that was closed meanwhile
 */
export function closeOnSignal(store: Closable): () => void {
  checkValue('close on a signal', 'store', CLOSABLE, store);
  if (registered.size === 0) for (const signal of SIGNALS) process.on(signal, stop);
  registered.add(store);
  return () => {
    if (registered.delete(store) && registered.size === 0) stopListening();
  };
}

async function stop(signal: Signal): Promise<void> {
  const stores = [...registered];
  registered.clear();
  stopListening(); // from here on a second signal ends the process at once
  const results = await Promise.allSettled(stores.map(async (store) => store.close()));
  for (const [index, result] of results.entries()) {
    if (result.status === 'rejected') warn(stores[index]!, signal, result.reason);
  }
  await nextTurn(); // Node reports warnings in a later turn
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

function stopListening(): void {
  for (const signal of SIGNALS) process.off(signal, stop);
}

function warn(store: Closable, signal: Signal, error: unknown): void {
  warnThat(store, 'RefoldCloseWarning', `A store could not be closed on ${signal}: ${messageOf(error)}`);
}
