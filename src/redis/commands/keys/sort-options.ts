/** The arguments of SORT. */
import { integerArgument, isOption } from '../../calls/arguments.ts';
import { syntaxError } from '../../calls/errors.ts';

export interface SortOptions {
  /** The pattern of keys whose values weigh the elements. Undefined weighs the elements themselves. */
  readonly by: string | undefined;
  /** Patterns of keys whose values are given instead of the elements. */
  readonly get: readonly string[];
  readonly isAlphabetic: boolean;
  readonly isDescending: boolean;
  /** Elements left out at the beginning, and how many are given; negative for all. */
  readonly offset: number;
  readonly count: number;
  /** The key that receives the result. */
  readonly store: string | undefined;
}

/** @throws CommandError */
export function sortOptions(args: readonly string[], allowsStore: boolean): SortOptions {
  const get: string[] = [];
  let by: string | undefined;
  let store: string | undefined;
  let [isAlphabetic, isDescending] = [false, false];
  let [offset, count] = [0, -1];
  for (let at = 2; at < args.length; at++) {
    const left = args.length - at - 1;
    if (isOption(args[at], 'ASC')) isDescending = false;
    else if (isOption(args[at], 'DESC')) isDescending = true;
    else if (isOption(args[at], 'ALPHA')) isAlphabetic = true;
    else if (isOption(args[at], 'LIMIT') && left >= 2) {
      offset = integerArgument(args[++at]!);
      count = integerArgument(args[++at]!);
    } else if (allowsStore && isOption(args[at], 'STORE') && left >= 1) store = args[++at]!;
    else if (isOption(args[at], 'BY') && left >= 1) by = args[++at]!;
    else if (isOption(args[at], 'GET') && left >= 1) get.push(args[++at]!);
    else throw syntaxError();
  }
  return { by, get, isAlphabetic, isDescending, offset, count, store };
}

/** The key that SORT writes to, for COMMAND GETKEYS: the last STORE counts. */
export function keysOfSort(args: readonly string[]): readonly string[] {
  const keys = [args[1]!];
  for (let at = 2; at < args.length; at++) {
    if (isOption(args[at], 'LIMIT')) at += 2;
    else if (isOption(args[at], 'BY') || isOption(args[at], 'GET')) at++;
    else if (isOption(args[at], 'STORE') && at + 1 < args.length) keys[1] = args[++at]!;
  }
  return keys;
}
