/** SINTER, SUNION and SDIFF, with the forms that store or count. */
import { int64Argument, isOption } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';
import { requireRoom } from '../../calls/limits.ts';
import { peekCollection, readCollection } from '../../calls/lookup.ts';
import { denseSize } from '../../model/dense.ts';
import type { Members } from '../../model/values.ts';
import { addMembers } from './change.ts';
import { orderedMembers, orderedResult } from './order.ts';
import { replyMembers } from './read.ts';

/** Makes one list of members from sets; undefined stands for a missing key. */
type Combination = (call: Call, sets: readonly (Members | undefined)[]) => readonly string[];

export const sinter = (call: Call): void => answer(call, intersection);
export const sunion = (call: Call): void => answer(call, union);
export const sdiff = (call: Call): void => answer(call, difference);
export const sinterstore = (call: Call): void => store(call, intersection, 'sinterstore');
export const sunionstore = (call: Call): void => store(call, union, 'sunionstore');
export const sdiffstore = (call: Call): void => store(call, difference, 'sdiffstore');

function answer(call: Call, combine: Combination): void {
  const sets = call.args.slice(1).map((key) => readCollection<Members>(call, key, 'set'));
  replyMembers(call.reply, combine(call, sets));
}

/** The key gets the result in place of what it held. An empty result deletes it. */
function store(call: Call, combine: Combination, event: string): void {
  const { args, client, reply } = call;
  const key = args[1]!;
  const sets = args.slice(2).map((source) => peekCollection<Members>(call, source, 'set'));
  const members = combine(call, sets);
  requireRoom(0, members.length);
  call.requireCommitRoom(key, members);
  const isReplaced = call.peek(key) !== undefined;
  if (isReplaced) call.apply('KeyDeleted', { db: client.db, key }, members.length === 0 ? 1 : 0);
  if (members.length > 0) {
    addMembers(call, key, members, 1);
    call.notify('s', event, key);
  } else if (isReplaced) {
    call.notify('g', 'del', key);
  }
  reply.integer(members.length);
}

export function sintercard(call: Call): void {
  const { args, reply } = call;
  const first = 2;
  const count = int64Argument(args[1]!, NO_KEYS);
  if (count <= 0n) throw new CommandError(NO_KEYS);
  if (count > BigInt(args.length - first)) {
    throw new CommandError("ERR Number of keys can't be greater than number of args");
  }
  const end = first + Number(count);
  const limit = limitOption(args, end);
  const sets = args.slice(first, end).map((key) => readCollection<Members>(call, key, 'set'));
  let size = 0;
  for (const _ of commonMembers(call, sets)) if (++size === limit) break;
  reply.integer(size);
}

const NO_KEYS = 'ERR numkeys should be greater than 0';

/** LIMIT, which may be repeated; 0 for none. @throws CommandError */
function limitOption(args: readonly string[], start: number): number {
  const message = "ERR LIMIT can't be negative";
  let limit = 0n;
  for (let at = start; at < args.length; at += 2) {
    const value = args[at + 1];
    if (!isOption(args[at], 'LIMIT') || value === undefined) throw syntaxError();
    limit = int64Argument(value, message);
    if (limit < 0n) throw new CommandError(message);
  }
  return Number(limit);
}

function intersection(call: Call, sets: readonly (Members | undefined)[]): readonly string[] {
  return [...commonMembers(call, sets)];
}

/** The members of the smallest set that are in all others. */
function* commonMembers(call: Call, sets: readonly (Members | undefined)[]): Generator<string, void> {
  const present = sets.filter((set) => set !== undefined);
  if (present.length < sets.length) return;
  const [smallest, ...others] = present.sort((a, b) => denseSize(a.members) - denseSize(b.members));
  const lookups = others.map(({ members }) => members.slots);
  for (const member of orderedMembers(call, smallest!.members)) {
    if (lookups.every((slots) => slots.has(member))) yield member;
  }
}

function union(call: Call, sets: readonly (Members | undefined)[]): readonly string[] {
  const result = new Set<string>();
  for (const set of sets) {
    for (const member of set?.members.keys ?? []) {
      if (result.has(member)) continue;
      requireRoom(result.size, 1);
      result.add(member);
    }
  }
  return orderedResult(call, [...result]);
}

/** Members of the first set that are in no other. Either each is looked up everywhere, or the others are walked through. */
function difference(call: Call, [first, ...rest]: readonly (Members | undefined)[]): readonly string[] {
  if (first === undefined) return [];
  const { keys } = first.members;
  const others = rest.filter((set) => set !== undefined).map(({ members }) => members);
  const sizeOfOthers = others.reduce((sum, other) => sum + other.keys.length, 0);
  if (keys.length * others.length <= keys.length + sizeOfOthers) {
    const result = keys.filter((member) => !others.some(({ slots }) => slots.has(member)));
    return orderedResult(call, result);
  }
  const result = new Set(keys);
  for (const other of others) for (const member of other.keys) result.delete(member);
  return orderedResult(call, [...result]);
}
