/**
 * Runs in turns: of the processes that take turns only one is at work at a time, run by run. What the machine does
 * meanwhile, such as other guests of its host, then meets all of them alike, and a ratio of two is one of the same minutes.
 */
import { once } from 'node:events';

/** What a process says that would begin its next run, and what it waits for. */
export const ASKS = 'may I';
export const GO = 'go';

/** The argument of a process that takes turns. */
export const IN_TURNS = 'in-turns';

const takesTurns = process.argv.includes(IN_TURNS);

/** Waits until nobody else is at work. */
export async function myTurn(): Promise<void> {
  if (!takesTurns) return;
  process.send!(ASKS);
  await once(process, 'message');
}
