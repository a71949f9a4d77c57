/** Reading arguments of commands, with Redis's errors. */
import { parseDouble, parseInt64, parseSafeInteger } from '../protocol/numbers.ts';
import { CommandError, NOT_A_FLOAT, NOT_AN_INTEGER } from './errors.ts';

/** A safe integer. @throws CommandError with `message` */
export function integerArgument(text: string, message: string = NOT_AN_INTEGER): number {
  const value = parseSafeInteger(text);
  if (value === undefined) throw new CommandError(message);
  return value;
}

/** A 64-bit integer. @throws CommandError with `message` */
export function int64Argument(text: string, message: string = NOT_AN_INTEGER): bigint {
  const value = parseInt64(text);
  if (value === undefined) throw new CommandError(message);
  return BigInt(value);
}

/** A double, infinities included. @throws CommandError with `message` */
export function doubleArgument(text: string, message: string = NOT_A_FLOAT): number {
  const value = parseDouble(text);
  if (value === undefined) throw new CommandError(message);
  return value;
}

/** Whether an argument is this option, in any case. @param option in upper case */
export function isOption(text: string | undefined, option: string): boolean {
  return text !== undefined && text.length === option.length && text.toUpperCase() === option;
}

/** The time of a blocking command, in ms; 0 waits for ever. A fraction of a millisecond counts as one. @throws CommandError */
export function timeoutArgument(text: string): number {
  const seconds = parseDouble(text);
  if (seconds === undefined) throw new CommandError('ERR timeout is not a float or out of range');
  const ms = Math.ceil(seconds * 1000);
  // Redis says so of a time beyond 64 bits, too.
  if (ms < 0 || ms >= 2 ** 63) throw new CommandError('ERR timeout is negative');
  return ms;
}

/** A 64-bit integer as a number, which is rounded beyond 2^53: for positions and counts. @throws CommandError with `message` */
export function longArgument(text: string, message: string = NOT_AN_INTEGER): number {
  const value = parseInt64(text);
  if (value === undefined) throw new CommandError(message);
  return Number(value);
}
