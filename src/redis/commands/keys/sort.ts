/** SORT and SORT_RO. */
import type { Call } from '../../calls/call.ts';
import { CommandError, wrongType } from '../../calls/errors.ts';
import { textOf } from '../../calls/lookup.ts';
import { denseGet, MAX_ENTRIES } from '../../model/dense.ts';
import { membersBetween } from '../../model/sorted-sets.ts';
import type { List, Members, SortedSet, Value } from '../../model/values.ts';
import { putList } from '../../plain/put-value.ts';
import { parseDouble } from '../../protocol/numbers.ts';
import { type SortOptions, sortOptions } from './sort-options.ts';

export const sort: (call: Call) => void = (call) => sortKey(call, sortOptions(call.args, true));
export const sortRo: (call: Call) => void = (call) => sortKey(call, sortOptions(call.args, false));

type Sortable = List | Members | SortedSet;

function sortKey(call: Call, options: SortOptions): void {
  const value = requireSortable(call.read(call.args[1]!));
  const sorted = sortedElements(call, value, options);
  const results =
    options.get.length === 0 ? sorted : sorted.flatMap((element) => lookUpAll(call, options.get, element));
  if (options.store === undefined) {
    call.reply.array(results.length);
    for (const result of results) call.reply.bulk(result);
  } else {
    store(
      call,
      options.store,
      results.map((result) => result ?? ''),
    );
  }
}

/** @throws CommandError WRONGTYPE */
function requireSortable(value: Value | undefined): Sortable | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' || !(value.kind === 'list' || value.kind === 'set' || value.kind === 'zset')) {
    throw wrongType();
  }
  return value;
}

/** The elements that the result shows, in order. @throws CommandError when one has no weight */
function sortedElements(call: Call, value: Sortable | undefined, options: SortOptions): readonly string[] {
  if (value === undefined) return [];
  const { by, isDescending, store: toKey } = options;
  const isUnsorted = by !== undefined && !by.includes('*');
  if (!isUnsorted) return slice(inOrder(call, elementsOf(value), options), options);
  // A set has no order, but what is stored must not depend on chance.
  if (value.kind === 'set' && toKey !== undefined) {
    return slice(inOrder(call, elementsOf(value), { ...options, by: undefined, isAlphabetic: true }), options);
  }
  if (value.kind === 'set') return slice(elementsOf(value), options);
  const { start, end } = boundsOf(sizeOf(value), options);
  return isDescending ? lastElements(value, start, end) : firstElements(value, start, end);
}

function elementsOf(value: Sortable): readonly string[] {
  if (value.kind === 'list') return [...value.items];
  return value.kind === 'set' ? value.members.keys : value.scores.keys;
}

function sizeOf(value: List | SortedSet): number {
  return value.kind === 'list' ? value.items.size : value.order.size;
}

/** Elements of a list or a sorted set in their own order. */
function firstElements(value: List | SortedSet, start: number, end: number): readonly string[] {
  if (value.kind === 'list') return value.items.slice(start, end);
  return [...membersBetween(value, start, end)].map(({ member }) => member);
}

/** The same from the end. */
function lastElements(value: List | SortedSet, start: number, end: number): readonly string[] {
  const size = sizeOf(value);
  return [...firstElements(value, size - end, size - start)].reverse();
}

/** Which elements LIMIT asks for. `end` is not included. */
function boundsOf(size: number, { offset, count }: SortOptions): { readonly start: number; readonly end: number } {
  const start = Math.min(Math.max(0, offset), size);
  return { start, end: count < 0 ? size : Math.min(size, start + count) };
}

function slice(elements: readonly string[], options: SortOptions): readonly string[] {
  const { start, end } = boundsOf(elements.length, options);
  return elements.slice(start, end);
}

function inOrder(call: Call, elements: readonly string[], options: SortOptions): readonly string[] {
  const { by, isAlphabetic, isDescending } = options;
  const weightOf = (element: string): string | undefined => (by === undefined ? element : lookUp(call, by, element));
  const sign = isDescending ? -1 : 1;
  if (isAlphabetic) {
    const weighed = elements.map((element) => ({ element, weight: weightOf(element) }));
    return weighed.sort((a, b) => sign * compareTexts(a.weight, b.weight)).map(({ element }) => element);
  }
  const weighed = elements.map((element) => ({ element, weight: numberOf(weightOf(element)) }));
  return weighed
    .sort((a, b) => sign * (a.weight < b.weight ? -1 : a.weight > b.weight ? 1 : compareTexts(a.element, b.element)))
    .map(({ element }) => element);
}

/** By bytes. What is not there comes first. */
function compareTexts(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  return a < b ? -1 : 1;
}

/** A weight as a number; 0 when it is not there. @throws CommandError */
function numberOf(text: string | undefined): number {
  const [read = ''] = text?.trimStart().split('\0') ?? []; // as C's strtod does, which ends at the first zero byte
  if (read === '') return 0;
  const number = parseDouble(read);
  if (number === undefined || (!Number.isFinite(number) && !/inf/i.test(read))) {
    throw new CommandError("ERR One or more scores can't be converted into double");
  }
  return number;
}

function lookUpAll(call: Call, patterns: readonly string[], element: string): (string | undefined)[] {
  return patterns.map((pattern) => lookUp(call, pattern, element));
}

/**
 * The value that a pattern names for an element: `#` is the element itself, `weight_*` a string, `object_*->field` a field
 * of a hash. Undefined when it is missing.
 */
function lookUp(call: Call, pattern: string, element: string): string | undefined {
  if (pattern === '#') return element;
  const star = pattern.indexOf('*');
  if (star === -1) return undefined;
  const arrow = pattern.indexOf('->', star + 1);
  const hasField = arrow !== -1 && arrow + 2 < pattern.length;
  const key = `${pattern.slice(0, star)}${element}${pattern.slice(star + 1, hasField ? arrow : undefined)}`;
  const value = call.read(key);
  if (value === undefined) return undefined;
  if (typeof value === 'string' || value.kind === 'bytes') return hasField ? undefined : textOf(value);
  return hasField && value.kind === 'hash' ? denseGet(value.fields, pattern.slice(arrow + 2)) : undefined;
}

function store(call: Call, key: string, results: readonly string[]): void {
  if (results.length > MAX_ENTRIES) throw new CommandError('OOM command not allowed: the result has too many elements');
  call.requireCommitRoom(key, results);
  const { db } = call.client;
  const isTaken = call.live(key) !== undefined;
  if (isTaken) call.apply('KeyDeleted', { db, key }, results.length === 0 ? 1 : 0);
  putList(call, key, results);
  if (results.length > 0) call.notify('l', 'sortstore', key);
  else if (isTaken) call.notify('g', 'del', key);
  call.reply.integer(results.length);
}
