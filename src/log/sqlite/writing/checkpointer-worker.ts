/** The thread that moves the WAL into the file over a separate connection, when the writer asks for it. */
import assert from 'node:assert';
import { isMainThread, workerData } from 'node:worker_threads';
import { type Connection, isBusy, isFull, loadDriver, openConnection } from '../file/driver.ts';
import { type CheckpointerOptions, CONNECTION, OUTCOME, STATE, WORD } from './checkpointer.ts';

async function main({ path, shared }: CheckpointerOptions): Promise<void> {
  const words = new Int32Array(shared);
  let connection: Connection | undefined;
  try {
    const driver = await loadDriver();
    // Unless the log was closed already.
    if (Atomics.compareExchange(words, WORD.connection, CONNECTION.none, CONNECTION.open) !== CONNECTION.none) return;
    Atomics.notify(words, WORD.connection);
    connection = openConnection(driver, path, { readOnly: false });
    // A checkpoint syncs the same under NORMAL and FULL: first the WAL, at the end the file.
    connection.pragma('synchronous = full');
    serve(connection, words);
  } catch {
    // Without this thread the writer moves the WAL itself, and gets the same error.
  } finally {
    connection?.close();
    Atomics.store(words, WORD.state, STATE.gone);
    Atomics.notify(words, WORD.state);
  }
}

/** Runs until the writer ends it. */
function serve(connection: Connection, words: Int32Array): void {
  for (;;) {
    Atomics.wait(words, WORD.state, STATE.idle);
    if (Atomics.load(words, WORD.state) === STATE.ending) return;
    Atomics.store(words, WORD.outcome, move(connection));
    Atomics.compareExchange(words, WORD.state, STATE.asked, STATE.idle);
    Atomics.notify(words, WORD.state);
  }
}

/**
 * SQLite syncs the file only after a checkpoint during which nothing was committed. So the last one should be short. At
 * most this many are tried.
 */
const PASSES = 5;

/** A passive checkpoint neither waits for readers and writers nor blocks them. */
function move(connection: Connection): number {
  try {
    let moved = -1;
    for (let pass = 0; pass < PASSES; pass++) {
      const [{ log }] = connection.pragma('wal_checkpoint(passive)') as [{ log: number }];
      if (log === moved) break; // nothing was committed during the one before
      moved = log;
    }
    return OUTCOME.moved;
  } catch (error) {
    if (isBusy(error)) return OUTCOME.moved;
    return isFull(error) ? OUTCOME.full : OUTCOME.broken;
  }
}

assert(!isMainThread, 'WAL checkpoints run in a separate thread');
await main(workerData as CheckpointerOptions);
