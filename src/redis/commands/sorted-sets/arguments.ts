/** Arguments that several commands on sorted sets have. */
import { longArgument } from '../../calls/arguments.ts';
import { CommandError } from '../../calls/errors.ts';

/** A count. @throws CommandError with `message`, also below `min` */
export function countArgument(text: string, min: number, message: string): number {
  const count = longArgument(text, message);
  if (count < min) throw new CommandError(message);
  return count;
}
