/** The thread that moves the WAL into the file, by a connection of its own, whenever the writer asks. */
import assert from 'node:assert';
import { isMainThread, workerData } from 'node:worker_threads';
import { type Connection, isBusy, isFull, loadDriver, openConnection } from '../file/driver.ts';
import { type CheckpointerOptions, CONNECTION, OUTCOME, STATE, WORD } from './checkpointer.ts';

async function main({ path, shared }: CheckpointerOptions): Promise<void> {
  const words = new Int32Array(shared);
  let connection: Connection | undefined;
  try {
    const driver = await loadDriver();
    if (Atomics.compareExchange(words, WORD.connection, CONNECTION.none, CONNECTION.open) !== CONNECTION.none) return; // the log is closed already
    Atomics.notify(words, WORD.connection);
    connection = openConnection(driver, path, { readOnly: false });
    // What a checkpoint syncs is the same under NORMAL and FULL: the WAL before it, and the file after it.
    connection.pragma('synchronous = full');
    serve(connection, words);
  } catch {
    // Without this thread the writer does it all by itself, and meets whatever it was.
  } finally {
    connection?.close();
    Atomics.store(words, WORD.state, STATE.gone);
    Atomics.notify(words, WORD.state);
  }
}

/** Until the writer ends it. */
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
    return OUTCOME.moved;
  } catch (error) {
    if (isBusy(error)) return OUTCOME.moved;
    return isFull(error) ? OUTCOME.full : OUTCOME.broken;
  }
}

assert(!isMainThread, 'checkpoints are made in a thread of their own');
await main(workerData as CheckpointerOptions);
