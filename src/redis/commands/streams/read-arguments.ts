/** What XREAD and XREADGROUP were asked for. */
import { longArgument } from '../../calls/arguments.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';

export interface ReadArguments {
  /** How many entries of each stream at most; 0 for all, undefined when it was not said. */
  readonly count: number | undefined;
  /** In ms; undefined when the command does not block, 0 waits for ever. */
  readonly blockMs: number | undefined;
  readonly group: string | undefined;
  readonly consumer: string;
  /** NOACK: what is delivered is not pending. */
  readonly noAck: boolean;
  /** The position of the first key. There are as many ids behind the keys. */
  readonly firstKey: number;
  readonly keys: readonly string[];
  readonly ids: readonly string[];
}

/** @param name `xread` or `xreadgroup` @throws CommandError */
export function readArguments(args: readonly string[], name: 'xread' | 'xreadgroup'): ReadArguments {
  let count: number | undefined;
  let blockMs: number | undefined;
  let group: string | undefined;
  let consumer = '';
  let noAck = false;
  for (let at = 1; at < args.length; at++) {
    const word = args[at]!.toUpperCase();
    const left = args.length - at - 1;
    if (word === 'BLOCK' && left > 0) {
      blockMs = blockArgument(args[++at]!);
    } else if (word === 'COUNT' && left > 0) {
      count = Math.max(longArgument(args[++at]!), 0);
    } else if (word === 'GROUP' && left >= 2) {
      if (name === 'xread') throw onlyForGroups('GROUP');
      group = args[++at]!;
      consumer = args[++at]!;
    } else if (word === 'NOACK') {
      if (name === 'xread') throw onlyForGroups('NOACK');
      noAck = true;
    } else if (word === 'STREAMS' && left > 0) {
      if (left % 2 === 1) throw unbalanced();
      if (name === 'xreadgroup' && group === undefined)
        throw new CommandError('ERR Missing GROUP option for XREADGROUP');
      const firstId = at + 1 + left / 2;
      const [keys, ids] = [args.slice(at + 1, firstId), args.slice(firstId)];
      return { count, blockMs, group, consumer, noAck, firstKey: at + 1, keys, ids };
    } else {
      throw syntaxError();
    }
  }
  throw syntaxError();
}

function blockArgument(text: string): number {
  const ms = longArgument(text, 'ERR timeout is not an integer or out of range');
  if (ms < 0) throw new CommandError('ERR timeout is negative');
  return ms;
}

function onlyForGroups(option: string): CommandError {
  return new CommandError(`ERR The ${option} option is only supported by XREADGROUP. You called XREAD instead.`);
}

/** Redis 7.0 names XREAD here for XREADGROUP, too. */
function unbalanced(): CommandError {
  return new CommandError("ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.");
}
