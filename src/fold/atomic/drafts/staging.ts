/**
 * What the draft of a Map has staged beside it, and how that becomes part of the Map at the end of the commit.
 *
 *     base     a b c d e       entries in the Map's order
 *     staged   b:B d:D f:F     new values, and drafts of entries that were read; GONE where an entry was deleted
 *     added    f d             keys at the end; d was deleted and set again
 *     shows    a B c e F D     exactly what a plain Map would show
 *
 * The functions here need placed values: call them after `placeEntries`.
 */
import type { NotedMap } from '../../capture.ts';
import type { EntryChange } from '../noted.ts';

export const GONE: unique symbol = Symbol('gone');
/** Represents a staged undefined, so that one lookup shows whether a key is staged. */
export const STAGED_UNDEFINED: unique symbol = Symbol('undefined');

/** What is staged at a key. */
export type Staged<V> = V | typeof GONE | typeof STAGED_UNDEFINED;

type StagedEntries<K, V> = ReadonlyMap<K, Staged<V>>;
/** Keys at the end, in order; undefined when no key was added. */
type AddedKeys<K> = ReadonlySet<K> | undefined;

/**
 * The changes, in an order in which they can be applied.
 *
 * @param isCleared whether `clear` has hidden all entries of the base
 */
export function* changesOf<K, V>(
  base: ReadonlyMap<K, V>,
  isCleared: boolean,
  staged: StagedEntries<K, V>,
  added: AddedKeys<K>,
): Generator<EntryChange> {
  if (isCleared) for (const [key, before] of base) yield { key, isGone: true, before };
  for (const [key, value] of staged) {
    if (added?.has(key)) continue;
    const before = base.get(key);
    if (value === GONE) yield { key, isGone: true, before };
    else {
      const after = shownAs(value);
      if (!Object.is(before, after)) yield { key, before, after };
    }
  }
  for (const key of added ?? []) {
    // It was deleted and set again: its place is at the end now.
    if (!isCleared && base.has(key)) yield { key, isGone: true, before: base.get(key) };
    yield { key, isNew: true, after: shownAs(staged.get(key)) };
  }
}

/** Saves the entries that are about to change for a capture of the Map. */
export function keepReplaced(capture: NotedMap, isCleared: boolean, staged: StagedEntries<unknown, unknown>): void {
  if (isCleared) capture.keepAll();
  for (const key of staged.keys()) capture.keep(key);
}

/**
 * Applies the changes to the base. Cannot fail. Every commit calls it for each table that it changes, so it gets its
 * arguments one by one: an object for them would cost time.
 *
 * @param hasMoved whether a key of the base was deleted and set again
 */
export function applyStaged<K, V>(
  base: Map<K, V>,
  isCleared: boolean,
  staged: StagedEntries<K, V>,
  added: AddedKeys<K>,
  hasMoved: boolean,
): void {
  // From the prototype, because a table's own methods throw.
  const { set, delete: remove, clear } = Map.prototype;
  if (isCleared) clear.call(base);
  for (const [key, value] of staged) {
    if (value === GONE) remove.call(base, key);
    else if (!added?.has(key)) set.call(base, key, value === STAGED_UNDEFINED ? undefined : value);
  }
  if (added === undefined) return;
  for (const key of added) {
    const value = staged.get(key);
    if (hasMoved) remove.call(base, key); // from its old place, if it was deleted and set again
    set.call(base, key, value === STAGED_UNDEFINED ? undefined : value);
  }
}

function shownAs<V>(value: Staged<V> | undefined): V | undefined {
  return value === STAGED_UNDEFINED ? undefined : (value as V);
}
