/** Arguments that several commands on sorted sets have. */
import { int64Argument } from '../../calls/arguments.ts';
import { CommandError } from '../../calls/errors.ts';

/** A count. One beyond 2^53 is rounded: nothing is that large. @throws CommandError with `message`, also below `min` */
export function countArgument(text: string, min: number, message: string): number {
  const count = Number(int64Argument(text, message));
  if (count < min) throw new CommandError(message);
  return count;
}
