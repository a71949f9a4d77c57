/** Upkeep in a shared thread: one log after the other, with the jobs that came meanwhile in between. */
import { Mutex } from '../../../threads/mutex.ts';
import { nextTurn } from '../../../threads/timers.ts';

const TURNS = new Mutex();

/**
 * Runs work once that of other logs is done and the event loop had a turn.
 *
 * @param onError gets what the work throws: an uncaught error would end the thread with all its logs
 */
export function inTurn(work: () => void, onError: (error: unknown) => void): void {
  TURNS.run(async () => {
    await nextTurn();
    work();
  }).catch(onError);
}
