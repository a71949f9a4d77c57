/** The order of members in replies. */
import type { Call } from '../../calls/call.ts';
import { isCompactSet } from '../../calls/encoding.ts';
import { type Dense, MAX_ENTRIES, type ReadonlyDense } from '../../model/dense.ts';
import { parseInt64 } from '../../protocol/numbers.ts';

/** A small set of integers is answered in their order, as Redis does. Any other keeps the order of the dictionary. */
export function orderedMembers(call: Call, members: ReadonlyDense<true>): readonly string[] {
  return isCompactSet(members, call.parts.config) ? sortedIntegers(members.keys) : members.keys;
}

/** As `orderedMembers`, for members that are in no set. */
export function orderedResult(call: Call, members: readonly string[]): readonly string[] {
  if (members.length > MAX_ENTRIES) return members;
  return orderedMembers(call, { keys: members, slots: NO_SLOTS, values: [] });
}

const NO_SLOTS: Dense<true>['slots'] = new Map();

function sortedIntegers(texts: readonly string[]): readonly string[] {
  const numbers = texts.map((text) => parseInt64(text)!);
  return numbers.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)).map(String);
}
