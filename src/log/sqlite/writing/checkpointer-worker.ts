/** The thread that moves the WAL into the file, by a connection of its own, whenever the writer asks. */
import assert from 'node:assert';
import { isMainThread, workerData } from 'node:worker_threads';
import { type Connection, isBusy, isFull, loadDriver, openConnection } from '../file/driver.ts';
import {
  ASKED,
  BROKEN,
  type CheckpointerOptions,
  CONNECTION,
  ENDING,
  FULL,
  GONE,
  IDLE,
  MOVED,
  NONE,
  OPEN,
  OUTCOME,
  STATE,
} from './checkpointer.ts';

async function main({ path, shared }: CheckpointerOptions): Promise<void> {
  const words = new Int32Array(shared);
  let connection: Connection | undefined;
  try {
    const driver = await loadDriver();
    if (Atomics.compareExchange(words, CONNECTION, NONE, OPEN) !== NONE) return; // the log is closed already
    Atomics.notify(words, CONNECTION);
    connection = openConnection(driver, path, { readOnly: false });
    // What a checkpoint syncs is the same under NORMAL and FULL: the WAL before it, and the file after it.
    connection.pragma('synchronous = full');
    serve(connection, words);
  } catch {
    // Without this thread the writer does it all by itself, and meets whatever it was.
  } finally {
    connection?.close();
    Atomics.store(words, STATE, GONE);
    Atomics.notify(words, STATE);
  }
}

/** Until the writer ends it. */
function serve(connection: Connection, words: Int32Array): void {
  for (;;) {
    Atomics.wait(words, STATE, IDLE);
    if (Atomics.load(words, STATE) === ENDING) return;
    Atomics.store(words, OUTCOME, move(connection));
    Atomics.compareExchange(words, STATE, ASKED, IDLE);
    Atomics.notify(words, STATE);
  }
}

/**
 * SQLite syncs the file only at the end of a checkpoint that nothing was committed beside: the last one should be short. So
 * many are tried at most.
 */
const PASSES = 5;

/** Passive: it waits for nobody, and nobody for it. */
function move(connection: Connection): number {
  try {
    let moved = -1;
    for (let pass = 0; pass < PASSES; pass++) {
      const [{ log }] = connection.pragma('wal_checkpoint(passive)') as [{ log: number }];
      if (log === moved) break; // nothing came beside the one before
      moved = log;
    }
    return MOVED;
  } catch (error) {
    if (isBusy(error)) return MOVED;
    return isFull(error) ? FULL : BROKEN;
  }
}

assert(!isMainThread, 'checkpoints are made in a thread of their own');
await main(workerData as CheckpointerOptions);
