/** LLEN, LINDEX, LRANGE and LPOS. */
import { isOption } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';
import { readCollection } from '../../calls/lookup.ts';
import type { List } from '../../model/values.ts';
import { countArgument, indexArgument, rangeOf } from './arguments.ts';

export function llen(call: Call): void {
  call.reply.integer(readCollection<List>(call, call.args[1]!, 'list')?.items.size ?? 0);
}

export function lindex(call: Call): void {
  const list = readCollection<List>(call, call.args[1]!, 'list');
  call.reply.bulk(list?.items.at(indexArgument(call.args[2]!)));
}

export function lrange(call: Call): void {
  const { args, reply } = call;
  const [first, last] = [indexArgument(args[2]!), indexArgument(args[3]!)];
  const list = readCollection<List>(call, args[1]!, 'list');
  const { start, end } = rangeOf(first, last, list?.items.size ?? 0);
  reply.array(end - start);
  for (let index = start; index < end; index++) reply.bulk(list!.items.at(index));
}

interface PositionOptions {
  /** Which match is the first to be told: 1 is the first from the left, -1 the first from the right. */
  readonly rank: number;
  /** How many matches are told; 0 for all. Undefined for one, without an array. */
  readonly count: number | undefined;
  /** How many items are compared; 0 for all. */
  readonly maxLength: number;
}

export function lpos(call: Call): void {
  const { args, reply } = call;
  const options = positionOptions(args);
  const list = readCollection<List>(call, args[1]!, 'list');
  const positions = list === undefined ? [] : positionsOf(list.items, args[2]!, options);
  if (options.count === undefined) {
    if (positions.length === 0) reply.null();
    else reply.integer(positions[0]!);
    return;
  }
  reply.array(positions.length);
  for (const position of positions) reply.integer(position);
}

function positionOptions(args: readonly string[]): PositionOptions {
  let options: PositionOptions = { rank: 1, count: undefined, maxLength: 0 };
  for (let at = 3; at < args.length; at += 2) {
    const [option, value] = [args[at], args[at + 1]];
    if (value === undefined) throw syntaxError();
    if (isOption(option, 'RANK')) options = { ...options, rank: rankArgument(value) };
    else if (isOption(option, 'COUNT')) {
      options = { ...options, count: countArgument(value, "ERR COUNT can't be negative") };
    } else if (isOption(option, 'MAXLEN')) {
      options = { ...options, maxLength: countArgument(value, "ERR MAXLEN can't be negative") };
    } else throw syntaxError();
  }
  return options;
}

function rankArgument(text: string): number {
  const rank = indexArgument(text);
  if (rank !== 0) return rank;
  throw new CommandError(
    "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
  );
}

function positionsOf(items: List['items'], item: string, { rank, count, maxLength }: PositionOptions): number[] {
  const { size } = items;
  const wanted = count === undefined ? 1 : count || Number.POSITIVE_INFINITY;
  const steps = maxLength === 0 ? size : Math.min(size, maxLength);
  const found: number[] = [];
  let skipped = Math.abs(rank) - 1;
  for (let step = 0; step < steps && found.length < wanted; step++) {
    const index = rank > 0 ? step : size - 1 - step;
    if (items.at(index) !== item) continue;
    if (skipped > 0) skipped--;
    else found.push(index);
  }
  return found;
}
