/** Effects on lists. */
import { z } from 'zod';
import { bytes, count, type EffectGroup, type OnKey, onKey, texts } from '../catalog.ts';
import { MAX_ENTRIES } from '../dense.ts';
import { collectionAt, type Database, databaseOf, newList, removeKey, resize, sizeOfText } from '../key-space.ts';
import type { List } from '../values.ts';

/** An end of a list: the first item is at the left. */
export type ListEnd = 'left' | 'right';

const end: z.ZodType<ListEnd, ListEnd> = z.enum(['left', 'right']);

export type ListEffects = {
  /** The item was added at an end of the list, which is created if it is not there. */
  readonly ListItemPushed: OnKey & { readonly end: ListEnd; readonly item: string };
  /** The items were added at an end, one after the other. */
  readonly ListItemsPushed: OnKey & { readonly end: ListEnd; readonly items: readonly string[] };
  /** So many items were taken from an end. */
  readonly ListItemsPopped: OnKey & { readonly end: ListEnd; readonly count: number };
  /** An item was taken from an end, and added at an end of another list, or of the same. */
  readonly ListItemMoved: OnKey & { readonly end: ListEnd; readonly toKey: string; readonly toEnd: ListEnd };
  readonly ListItemSet: OnKey & { readonly index: number; readonly item: string };
  /** The item was put before the one at the index. */
  readonly ListItemInserted: OnKey & { readonly index: number; readonly item: string };
  /** So many items that equal this one were deleted, those nearest to an end. */
  readonly ListItemsRemoved: OnKey & { readonly end: ListEnd; readonly item: string; readonly count: number };
  /** So many items were kept, from an index on, and all others were deleted. */
  readonly ListTrimmed: OnKey & { readonly index: number; readonly count: number };
};

export const listEffects: EffectGroup<ListEffects> = {
  events: {
    ListItemPushed: z.object({ ...onKey, end, item: bytes }),
    ListItemsPushed: z.object({ ...onKey, end, items: texts }),
    ListItemsPopped: z.object({ ...onKey, end, count }),
    ListItemMoved: z.object({ ...onKey, end, toKey: bytes, toEnd: end }),
    ListItemSet: z.object({ ...onKey, index: count, item: bytes }),
    ListItemInserted: z.object({ ...onKey, index: count, item: bytes }),
    ListItemsRemoved: z.object({ ...onKey, end, item: bytes, count }),
    ListTrimmed: z.object({ ...onKey, index: count, count }),
  },
  reducers: {
    ListItemPushed: (space, data) => pushItem(databaseOf(space, data.db), data.key, data.end, data.item),
    ListItemsPushed: (space, data) => {
      const database = databaseOf(space, data.db);
      for (const item of data.items) pushItem(database, data.key, data.end, item);
    },
    ListItemsPopped: (space, data) => {
      const database = databaseOf(space, data.db);
      const list = collectionAt<List>(database, data.key, 'list');
      if (list === undefined) return;
      for (let left = Math.min(data.count, list.items.size); left > 0; left--) takeItem(database, list, data.end);
      removeIfEmpty(database, data.key, list);
    },
    ListItemMoved: (space, { db, key, end: from, toKey, toEnd }) => {
      const database = databaseOf(space, db);
      const source = collectionAt<List>(database, key, 'list');
      if (source === undefined) return;
      const target = collectionAt<List>(database, toKey, 'list', newList);
      if (target === undefined || (target.items.size >= MAX_ENTRIES && key !== toKey)) return;
      addItem(database, target, toEnd, takeItem(database, source, from)!);
      removeIfEmpty(database, key, source);
    },
    ListItemSet: (space, { db, key, index, item }) => {
      const database = databaseOf(space, db);
      const list = collectionAt<List>(database, key, 'list');
      const old = list?.items.at(index);
      if (list === undefined || old === undefined) return;
      list.items.set(index, item);
      resize(database, list, item.length - old.length);
    },
    ListItemInserted: (space, { db, key, index, item }) => {
      const database = databaseOf(space, db);
      const list = collectionAt<List>(database, key, 'list');
      if (list === undefined || index > list.items.size || list.items.size >= MAX_ENTRIES) return;
      list.items.insert(index, item);
      resize(database, list, sizeOfItem(item));
    },
    ListItemsRemoved: (space, data) => {
      const database = databaseOf(space, data.db);
      const list = collectionAt<List>(database, data.key, 'list');
      if (list === undefined) return;
      const indices = indicesOf(list.items, data.item, data.end, data.count);
      deleteIndices(list, indices);
      resize(database, list, -indices.length * sizeOfItem(data.item));
      removeIfEmpty(database, data.key, list);
    },
    ListTrimmed: (space, { db, key, index, count: kept }) => {
      const database = databaseOf(space, db);
      const list = collectionAt<List>(database, key, 'list');
      if (list === undefined) return;
      const { size } = list.items;
      const end = Math.min(index + kept, size);
      const bytesOfRange = (from: number, to: number): number => {
        let sum = 0;
        for (let at = from; at < to; at++) sum += sizeOfItem(list.items.at(at)!);
        return sum;
      };
      resize(database, list, -bytesOfRange(0, Math.min(index, size)) - bytesOfRange(Math.max(index, end), size));
      list.items.truncate(index, end);
      removeIfEmpty(database, key, list);
    },
  },
};

/** The indices of the items that equal this one, up to `limit` of them, counted from an end. */
export function indicesOf(
  items: Pick<List['items'], 'at' | 'size'>,
  item: string,
  from: ListEnd,
  limit: number,
): number[] {
  const indices: number[] = [];
  const { size } = items;
  for (let step = 0; step < size && indices.length < limit; step++) {
    const index = from === 'left' ? step : size - 1 - step;
    if (items.at(index) === item) indices.push(index);
  }
  return indices;
}

/** From so many deletions on, a new list of what stays costs less than deleting one by one. */
const MANY_DELETIONS = 256;

/** @param indices in one direction */
function deleteIndices({ items }: List, indices: readonly number[]): void {
  if (indices.length < MANY_DELETIONS) {
    const isRising = indices.length > 1 && indices[0]! < indices[1]!;
    for (const index of isRising ? indices.toReversed() : indices) items.delete(index);
    return;
  }
  const deleted = new Set(indices);
  const kept = items.slice().filter((_, index) => !deleted.has(index));
  items.clear();
  for (const item of kept) items.push(item);
}

function pushItem(database: Database, key: string, at: ListEnd, item: string): void {
  const list = collectionAt<List>(database, key, 'list', newList);
  if (list !== undefined && list.items.size < MAX_ENTRIES) addItem(database, list, at, item);
}

function addItem(database: Database, list: List, at: ListEnd, item: string): void {
  if (at === 'left') list.items.unshift(item);
  else list.items.push(item);
  resize(database, list, sizeOfItem(item));
}

function takeItem(database: Database, list: List, from: ListEnd): string | undefined {
  const item = from === 'left' ? list.items.shift() : list.items.pop();
  if (item !== undefined) resize(database, list, -sizeOfItem(item));
  return item;
}

function removeIfEmpty(database: Database, key: string, list: List): void {
  if (list.items.size === 0) removeKey(database, key);
}

const PLACE_SIZE = 8;

function sizeOfItem(item: string): number {
  return sizeOfText(item) + PLACE_SIZE;
}
