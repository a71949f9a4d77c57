/** Arguments that commands on lists share. */
import { int64Argument, isOption } from '../../calls/arguments.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';
import type { ListEnd } from '../../model/effects/lists.ts';

/** An index or a count of 64 bits. One beyond 2^53 is rounded, because no list is so long. @throws CommandError */
export function indexArgument(text: string): number {
  return Number(int64Argument(text));
}

/** A count from 0. @throws CommandError with `message` */
export function countArgument(text: string, message: string): number {
  const count = Number(int64Argument(text, message));
  if (count < 0) throw new CommandError(message);
  return count;
}

/** A count from 1. @throws CommandError with `message` */
export function positiveArgument(text: string, message: string): number {
  const count = countArgument(text, message);
  if (count === 0) throw new CommandError(message);
  return count;
}

/** LEFT or RIGHT. @throws CommandError */
export function listEndArgument(text: string): ListEnd {
  if (isOption(text, 'LEFT')) return 'left';
  if (isOption(text, 'RIGHT')) return 'right';
  throw syntaxError();
}

/** A range of items: from `start` up to `end`, which is not included. Negative arguments count from the end. */
export function rangeOf(first: number, last: number, size: number): { readonly start: number; readonly end: number } {
  const start = Math.max(0, first < 0 ? first + size : first);
  const end = Math.min(size, (last < 0 ? last + size : last) + 1);
  return start < end ? { start, end } : { start: 0, end: 0 };
}
