/**
 * Sorts the first few of many items: quicksort in the form of Bentley and McIlroy ("Engineering a sort function", 1993), which
 * leaves parts alone that none of the wanted items can be in.
 *
 * Redis sorts in this way where COUNT wants fewer than are found. It decides which of several items at the same distance
 * are given.
 */

/** Negative when `a` comes first, 0 for equal items. */
type Compare<T> = (a: T, b: T) => number;

/** So few items are sorted by insertion. */
const SHORT = 7;
/** From so many items on, the pivot is a median of medians. */
const LONG = 40;

/** Puts the first `wanted` items in their order, in place. */
export function sortFirst<T>(items: T[], wanted: number, compare: Compare<T>): void {
  sortPart(items, 0, items.length, wanted, compare);
}

function sortPart<T>(items: T[], start: number, end: number, wanted: number, compare: Compare<T>): void {
  if (end - start < SHORT) {
    sortShort(items, start, end, compare);
    return;
  }
  swap(items, start, pivotOf(items, start, end, compare));
  const { smaller, larger } = partition(items, start, end, compare);
  if (smaller > 1 && start < wanted) sortPart(items, start, start + smaller, wanted, compare);
  if (larger > 1 && end - larger < wanted) sortPart(items, end - larger, end, wanted, compare);
}

function sortShort<T>(items: T[], start: number, end: number, compare: Compare<T>): void {
  for (let next = start + 1; next < end; next++) {
    for (let at = next; at > start && compare(items[at - 1]!, items[at]!) > 0; at--) swap(items, at, at - 1);
  }
}

function pivotOf<T>(items: T[], start: number, end: number, compare: Compare<T>): number {
  const length = end - start;
  const median = (a: number, b: number, c: number) => medianOf(items, a, b, c, compare);
  const [first, middle, last] = [start, start + (length >>> 1), end - 1];
  if (length === SHORT) return middle;
  if (length <= LONG) return median(first, middle, last);
  const step = length >>> 3;
  return median(
    median(first, first + step, first + 2 * step),
    median(middle - step, middle, middle + step),
    median(last - 2 * step, last - step, last),
  );
}

function medianOf<T>(items: T[], a: number, b: number, c: number, compare: Compare<T>): number {
  const [first, second, third] = [items[a]!, items[b]!, items[c]!];
  if (compare(first, second) < 0) {
    if (compare(second, third) < 0) return b;
    return compare(first, third) < 0 ? c : a;
  }
  if (compare(second, third) > 0) return b;
  return compare(first, third) < 0 ? a : c;
}

/**
 * Divides a part by its first item. Items equal to it are gathered at both ends, and then moved to the middle.
 *
 * Returns how many items are smaller and larger.
 */
function partition<T>(
  items: T[],
  start: number,
  end: number,
  compare: Compare<T>,
): { readonly smaller: number; readonly larger: number } {
  const pivot = items[start]!;
  // Equal items lie before `equalLow` and after `equalHigh`.
  let [equalLow, low] = [start + 1, start + 1];
  let [equalHigh, high] = [end - 1, end - 1];
  for (;;) {
    for (; low <= high; low++) {
      const order = compare(items[low]!, pivot);
      if (order > 0) break;
      if (order === 0) swap(items, equalLow++, low);
    }
    for (; low <= high; high--) {
      const order = compare(items[high]!, pivot);
      if (order < 0) break;
      if (order === 0) swap(items, high, equalHigh--);
    }
    if (low > high) break;
    swap(items, low++, high--);
  }
  const [smaller, larger] = [low - equalLow, equalHigh - high];
  swapBlocks(items, start, low, Math.min(equalLow - start, smaller));
  swapBlocks(items, low, end, Math.min(larger, end - 1 - equalHigh));
  return { smaller, larger };
}

/** Exchanges so many items from a position on with those before another one. */
function swapBlocks<T>(items: T[], first: number, beforeSecond: number, length: number): void {
  for (let at = 0; at < length; at++) swap(items, first + at, beforeSecond - length + at);
}

function swap<T>(items: T[], a: number, b: number): void {
  const item = items[a]!;
  items[a] = items[b]!;
  items[b] = item;
}
