/**
 * A clean stop: on SIGTERM or SIGINT stores are closed, which waits for what is pending and takes a snapshot, and then
 * the signal does what it would have done.
 *
 * Nothing durable depends on it: a log survives SIGKILL just as well. It saves the next open the replay, and under
 * durability `everysec` and `os` it syncs what was acknowledged.
 */
import { messageOf } from '../core/errors.ts';
import { nextTurn } from '../threads/timers.ts';
import { checkValue, type OptionCheck } from './calls/call-options.ts';

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
 * Several stores are closed together, and the process ends when all are. Where the application listens to the signal as
 * well, it is left to the application to end the process. A second signal does not wait. Of a worker thread's no signal
 * is ever heard: call it in the main thread.
 *
 * @throws RefoldError `INVALID_OPTION` for what cannot be closed
 * @returns the function that takes it back; a store that was closed meanwhile need not be taken back
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
  for (const result of results) if (result.status === 'rejected') warn(signal, result.reason);
  await nextTurn(); // warnings are told in a turn of their own
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

function stopListening(): void {
  for (const signal of SIGNALS) process.off(signal, stop);
}

function warn(signal: Signal, error: unknown): void {
  process.emitWarning(`A store could not be closed on ${signal}: ${messageOf(error)}`, { type: 'RefoldCloseWarning' });
}
