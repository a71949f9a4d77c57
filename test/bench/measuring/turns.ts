/**
 * Runs in turns: only one of the processes works at a time, run by run. So other load on the machine affects all of
 * them alike, and a ratio compares figures of the same minutes.
 */
import { once } from 'node:events';

/** What a process says that would begin its next run, and what it waits for. */
export const ASKS = 'may I';
export const GO = 'go';

/** The argument of a process that takes turns. */
export const IN_TURNS = 'in-turns';

const takesTurns = process.argv.includes(IN_TURNS);

/** Waits until no other process works. */
export async function myTurn(): Promise<void> {
  if (!takesTurns) return;
  process.send!(ASKS);
  await once(process, 'message');
}
