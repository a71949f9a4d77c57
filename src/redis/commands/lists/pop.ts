/** LPOP, RPOP, LMPOP, and their blocking forms. */
import { isOption, timeoutArgument } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { syntaxError, wrongArity } from '../../calls/errors.ts';
import { peekCollection } from '../../calls/lookup.ts';
import type { ListEnd } from '../../model/effects/lists.ts';
import type { List } from '../../model/values.ts';
import { countArgument, listEndArgument, positiveArgument } from './arguments.ts';
import { firstListOf, waitForList } from './waiting.ts';

export const lpop = (call: Call): void => pop(call, 'left');
export const rpop = (call: Call): void => pop(call, 'right');
export const blpop = (call: Call): void => popOrWait(call, 'left');
export const brpop = (call: Call): void => popOrWait(call, 'right');

function pop(call: Call, end: ListEnd): void {
  const { args, reply } = call;
  if (args.length > 3) throw wrongArity(end === 'left' ? 'lpop' : 'rpop');
  const count = args.length === 3 ? countArgument(args[2]!, 'ERR value is out of range, must be positive') : undefined;
  const list = peekCollection<List>(call, args[1]!, 'list');
  if (count === undefined) reply.bulk(list && takeItems(call, args[1]!, list, end, 1)[0]);
  else if (list === undefined) reply.nullArray();
  else reply.bulks(takeItems(call, args[1]!, list, end, count));
}

function popOrWait(call: Call, end: ListEnd): void {
  const { args, reply } = call;
  const timeoutMs = timeoutArgument(args.at(-1)!);
  const keys = args.slice(1, -1);
  const found = firstListOf(call, keys);
  if (found === undefined) {
    waitForList(call, keys, timeoutMs);
    return;
  }
  const [item] = takeItems(call, found.key, found.list, end, 1);
  reply.bulks([found.key, item!]);
}

export function lmpop(call: Call): void {
  const { keys, end, count } = multiplePopArguments(call.args, 1);
  if (!popFirst(call, keys, end, count)) call.reply.nullArray();
}

export function blmpop(call: Call): void {
  const timeoutMs = timeoutArgument(call.args[1]!);
  const { keys, end, count } = multiplePopArguments(call.args, 2);
  if (!popFirst(call, keys, end, count)) waitForList(call, keys, timeoutMs);
}

interface MultiplePop {
  readonly keys: readonly string[];
  readonly end: ListEnd;
  readonly count: number;
}

/** `numkeys key [key …] LEFT|RIGHT [COUNT count]` */
function multiplePopArguments(args: readonly string[], at: number): MultiplePop {
  const endAt = at + 1 + positiveArgument(args[at]!, 'ERR numkeys should be greater than 0');
  if (endAt >= args.length) throw syntaxError();
  const end = listEndArgument(args[endAt]!);
  if (args.length === endAt + 1) return { keys: args.slice(at + 1, endAt), end, count: 1 };
  if (args.length < endAt + 3 || !isOption(args[endAt + 1], 'COUNT')) throw syntaxError();
  const count = positiveArgument(args[endAt + 2]!, 'ERR count should be greater than 0');
  if (args.length > endAt + 3) throw syntaxError();
  return { keys: args.slice(at + 1, endAt), end, count };
}

/** Takes items from the first of the keys that holds a list, and replies. False without such a key. */
function popFirst(call: Call, keys: readonly string[], end: ListEnd, count: number): boolean {
  const found = firstListOf(call, keys);
  if (found === undefined) return false;
  const items = takeItems(call, found.key, found.list, end, count);
  call.reply.array(2);
  call.reply.bulk(found.key);
  call.reply.bulks(items);
  return true;
}

/** Takes up to so many items from an end of the list, and returns them in the order in which they left. */
function takeItems(call: Call, key: string, list: List, end: ListEnd, count: number): string[] {
  const { items } = list;
  const taken = Math.min(count, items.size);
  if (taken === 0) return [];
  const gone = end === 'left' ? items.slice(0, taken) : items.slice(-taken).reverse();
  const isAll = taken === items.size;
  call.apply('ListItemsPopped', { db: call.client.db, key, end, count: taken }, taken);
  call.notify('l', end === 'left' ? 'lpop' : 'rpop', key);
  if (isAll) call.notify('g', 'del', key);
  return gone;
}
