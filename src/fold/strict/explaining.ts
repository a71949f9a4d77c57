/** Describes a difference between two folds: both values, and the likely reason. */
import type { Difference } from './comparison.ts';
import type { Witness } from './strict-state.ts';

/** Characters shown of each value. */
const SHOWN = 200;

export interface Explanation {
  readonly message: string;
  readonly hint: string;
}

export function describeDifference(found: Difference, at: string, witness: Witness): Explanation {
  const { what, ours, shadow } = found;
  if (what === 'shared') return sharedValue(at, ours);
  const reason = reasonOf(found, witness);
  const both = what === 'order' ? 'has its keys in another order' : `is ${show(ours)}, and ${show(shadow)}`;
  return {
    message: `${at || 'the state'} ${both} when the event is folded a second time; ${reason.likely}`,
    hint: reason.hint,
  };
}

function sharedValue(at: string, value: unknown): Explanation {
  return {
    message: `${at} is the same object each time the event is folded: ${show(value)} comes from outside the reducer`,
    hint: 'Make a new value for each event: a constant that a reducer puts into the state becomes part of it',
  };
}

function reasonOf({ ours, shadow }: Difference, { readClock, drewNumbers, clockAheadMs }: Witness): Reason {
  const apart = Math.abs(Number(shadow) - Number(ours));
  const isClock = readClock && (Math.abs(apart - clockAheadMs) < clockAheadMs / 2 || !drewNumbers);
  if (isClock) return CLOCK;
  return drewNumbers ? CHANCE : MEMORY;
}

interface Reason {
  readonly likely: string;
  readonly hint: string;
}

const CLOCK: Reason = {
  likely: 'the reducer reads the clock',
  hint: 'Use event.recordedAt, or put the time into the event',
};
const CHANCE: Reason = {
  likely: 'the reducer draws a random number or makes an id',
  hint: 'Draw it before the append, and put it into the event',
};
const MEMORY: Reason = {
  likely: 'the reducer uses something besides its three arguments',
  hint: 'Look for a variable outside the reducer, a reference kept from an earlier event, or one value in two places',
};

/** A value in at most 200 characters. */
function show(value: unknown): string {
  const text = textOf(value).toWellFormed();
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN - 1)}…`;
}

function textOf(value: unknown): string {
  if (value instanceof Map) return `Map(${value.size}) ${textOf([...value])}`;
  if (value instanceof Set) return `Set(${value.size}) ${textOf([...value])}`;
  if (value instanceof Date) return `Date(${Number(value)})`;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? JSON.stringify(value) : String(value);
  const shown = JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'bigint' ? `${member}n` : member instanceof Map || member instanceof Set ? [...member] : member,
  );
  return shown.slice(0, 2 * SHOWN);
}
