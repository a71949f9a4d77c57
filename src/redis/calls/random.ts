/** Random entries of dictionaries, for SRANDMEMBER, SPOP and HRANDFIELD. The log records what was chosen, and no chance. */
import { INT64_MAX, INT64_MIN } from '../protocol/numbers.ts';
import type { Reply } from '../protocol/reply.ts';
import { int64Argument } from './arguments.ts';
import { CommandError } from './errors.ts';

/** A whole number from 0 to below `size`, each equally likely. */
export function randomBelow(size: number): number {
  return Math.floor(Math.random() * size);
}

/** So many different positions below `size`, each choice equally likely: Floyd's way, in O(count). */
export function distinctPositions(size: number, count: number): Iterable<number> {
  const chosen = new Set<number>();
  for (let below = size - count + 1; below <= size; below++) {
    const position = randomBelow(below);
    chosen.add(chosen.has(position) ? below - 1 : position);
  }
  return chosen;
}

/** So many positions below `size`, each of them any. */
export function* repeatedPositions(size: number, count: number): Generator<number, void> {
  for (let left = count; left > 0; left--) yield randomBelow(size);
}

/** The count of a command that chooses: negative when entries may repeat. @throws CommandError */
export function randomCountArgument(text: string): bigint {
  const count = int64Argument(text);
  if (count !== INT64_MIN) return count;
  throw new CommandError(`ERR value is out of range, value must between -${INT64_MAX} and ${INT64_MAX}`);
}

/** The most bytes of one reply with entries that may repeat. Without a bound, a count alone could take all memory. */
const LARGEST_REPLY = 128 * 1024 * 1024;

/** Hands the positions on, as long as the reply is not too large. @throws CommandError */
export function* boundedPositions(reply: Reply, positions: Iterable<number>): Generator<number, void> {
  const most = reply.size + LARGEST_REPLY;
  for (const position of positions) {
    if (reply.size > most) throw new CommandError('ERR the reply is too large');
    yield position;
  }
}
