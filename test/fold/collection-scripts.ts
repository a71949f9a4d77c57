/**
 * Operations of random reducers on Deques and on OrderedMaps below the top level. The oracle has arrays and Maps in their
 * places, so each operation works on both.
 */
import { Deque } from '../../src/fold/collections/deque.ts';
import { ascending, OrderedMap } from '../../src/fold/collections/ordered-map.ts';
import { change, type Operation, type Row, row, type State, see } from './fold-scripts.ts';

export type Item = Row | string | List;
export type List = Deque<any> | Item[];
export type Ranks = OrderedMap<number, Row> | Map<number, Row>;

/** A part of a state that stands in a table. */
export interface Room {
  name: string;
  list: List;
  ranks: Ranks;
}

/** Whether a state is the oracle's. */
const isPlain = (state: State): boolean => Array.isArray(state.line);

export const newList = (plain: boolean, items: Item[] = []): List => (plain ? items : new Deque(items));
export const newRanks = (plain: boolean, rows: Row[] = []): Ranks => {
  const entries = rows.map((each): [number, Row] => [each.n, each]);
  return plain ? new Map(entries) : new OrderedMap<number, Row>(ascending, entries);
};

export const newRoom = (plain: boolean, n: number): Room => ({
  name: `room ${n}`,
  list: newList(plain, [row(n), `first ${n}`]),
  ranks: newRanks(plain, [row(n), row(n + 1)]),
});

/** The methods of a Deque, on an array. */
function asDeque(list: List): Deque<any> {
  if (list instanceof Deque) return list;
  const at = (index: number): number => (index < 0 ? list.length + index : index);
  const methods = {
    get size() {
      return list.length;
    },
    at: (index: number) => list.at(index),
    set: (index: number, item: Item) => {
      const isThere = at(index) >= 0 && at(index) < list.length;
      if (isThere) list[at(index)] = item;
      return isThere;
    },
    push: (...items: Item[]) => list.push(...items),
    unshift: (...items: Item[]) => list.unshift(...items),
    pop: () => list.pop(),
    shift: () => list.shift(),
    insert: (index: number, item: Item) => void list.splice(index, 0, item),
    delete: (index: number) => at(index) >= 0 && at(index) < list.length && list.splice(at(index), 1).length === 1,
    truncate: (start: number, end: number) => {
      list.splice(end);
      list.splice(0, start);
    },
    clear: () => void (list.length = 0),
    slice: (start?: number, end?: number) => list.slice(start, end),
    values: () => list.values(),
  };
  return methods as unknown as Deque<any>;
}

/** Entries in the order of their keys. */
const ordered = (ranks: Ranks): [number, Row][] =>
  ranks instanceof OrderedMap ? [...ranks] : [...ranks].sort(([a], [b]) => a - b);

const isRow = (item: Item | undefined): item is Row =>
  typeof item === 'object' && !Array.isArray(item) && !(item instanceof Deque);

const textOf = (item: Item | undefined): string => {
  if (typeof item !== 'object') return String(item);
  return isRow(item) ? `row ${item.n}` : `list of ${asDeque(item).size}`;
};

/** One of the lists of a state: at the top level, in a property, in a table, in a large value, or in another list. */
function listOf(state: State, which: number): Deque<any> {
  const room = state.rooms.get(which % 3);
  const lists = [state.line, state.nested.list2, room?.list ?? state.line, state.big.list2];
  const list = asDeque(lists[which % 4]!);
  const inner = list.at(which);
  return which > 8 && typeof inner === 'object' && !isRow(inner) ? asDeque(inner) : list;
}

function ranksOf(state: State, which: number): Ranks {
  const room = state.rooms.get(which % 3);
  return [state.nested.ranks, room?.ranks ?? state.big.ranks, state.big.ranks][which % 3]!;
}

export const COLLECTION_OPERATIONS: Record<string, Operation> = {
  listPush: (state, key, n) => see(state, listOf(state, key).push(...(n % 2 === 0 ? [row(n)] : [`p${n}`, row(n)]))),
  listUnshift: (state, key, n) => see(state, listOf(state, key).unshift(row(n), `u${n}`)),
  listMany: (state, key, n) => {
    const list = listOf(state, key);
    if (list.size < 2_000 && n === 7) for (let k = 0; k < 700; k++) list.push(`many ${k}`);
  },
  listPop: (state, key) => see(state, textOf(listOf(state, key).pop())),
  listShift: (state, key) => see(state, textOf(listOf(state, key).shift())),
  listAt(state, key, n) {
    const item = listOf(state, key).at(n - 10);
    if (isRow(item)) change(item, n);
    see(state, textOf(item));
  },
  listSet: (state, key, n) => see(state, listOf(state, key).set(n - 5, n % 3 === 0 ? `set ${n}` : row(n))),
  listInsert: (state, key, n) => listOf(state, key).insert(n - 5, row(n)),
  listDelete: (state, key, n) => see(state, listOf(state, key).delete(n - 5)),
  listTruncate: (state, key, n) => (n % 5 === 0 ? listOf(state, key).truncate(n % 3, 12) : undefined),
  listClear: (state, key, n) => (n === 0 ? listOf(state, key).clear() : undefined),
  listWalk(state, key, n) {
    const list = listOf(state, key);
    const visited: string[] = [];
    for (const item of list.values()) {
      visited.push(textOf(item));
      if (visited.length > 12) break;
      if (isRow(item) && item.n % 2 === 0) item.n++;
      if (visited.length === n) list.push(row(n));
      if (visited.length === n - 1) list.shift();
    }
    see(state, visited);
  },
  listRead: (state, key, n) => see(state, listOf(state, key).slice(-n, 8).map(textOf)),
  listInList: (state, key, n) => {
    if (n % 4 === 0) listOf(state, key % 8).push(newList(isPlain(state), [row(n), 'inner']));
  },
  moveItem(state, key, n) {
    const item = listOf(state, key).shift();
    if (isRow(item)) state.archive.set(3_000 + n, item);
    else if (item !== undefined) listOf(state, key + 1).push(item);
  },
  moveOldItem(state, key) {
    const [id, moved] = state.archive.entries().next().value ?? [];
    if (moved === undefined) return;
    state.archive.delete(id!);
    moved.n++;
    listOf(state, key).push(moved);
  },
  replaceLine: (state, key, n) => {
    if (n % 6 !== 0) return;
    const kept = asDeque(state.line).slice(0, key);
    state.line = newList(isPlain(state), [...kept, row(n)]);
  },
  swapLists(state, key) {
    const room = state.rooms.get(key % 3);
    if (room === undefined) return;
    [state.nested.list2, room.list] = [room.list, state.nested.list2];
    [state.nested.ranks, room.ranks] = [room.ranks, state.nested.ranks];
  },
  openRoom: (state, key) => void state.rooms.set(key % 3, newRoom(isPlain(state), key)),
  closeRoom: (state, key, n) => (n % 4 === 0 ? void state.rooms.delete(key % 3) : undefined),
  moveRoom(state, key) {
    const room = state.rooms.get(key % 3);
    if (room === undefined) return;
    state.rooms.delete(key % 3);
    state.rooms.set((key + 1) % 3, room);
  },
  rankSet: (state, key, n) => void ranksOf(state, key).set(n, row(n)),
  rankChange: (state, key, n) => change(ranksOf(state, key).get(n), n),
  rankDelete: (state, key, n) => see(state, ranksOf(state, key).delete(n), ranksOf(state, key).size),
  rankAt(state, key, n) {
    const ranks = ranksOf(state, key);
    const entry = ranks instanceof OrderedMap ? ranks.at(n % 4) : ordered(ranks).at(n % 4);
    change(entry?.[1], n);
    see(state, entry?.[0]);
  },
  rankOf(state, key, n) {
    const ranks = ranksOf(state, key);
    see(state, ranks instanceof OrderedMap ? ranks.rank(n) : ordered(ranks).filter(([k]) => k < n).length);
  },
  rankRange(state, key, n) {
    const ranks = ranksOf(state, key);
    const entries =
      ranks instanceof OrderedMap
        ? [...ranks.range({ start: n % 3, end: 6, reverse: true })]
        : ordered(ranks)
            .slice(n % 3, 6)
            .reverse();
    for (const [k, each] of entries) if (k % 2 === 0) each.n++;
    see(
      state,
      entries.map(([k]) => k),
    );
  },
  rankClear: (state, key, n) => (n === 0 ? ranksOf(state, key).clear() : undefined),
  rankReplace: (state, key, n) => {
    if (key === 4) state.nested.ranks = newRanks(isPlain(state), [row(n), row(n + 2)]);
  },
};

/** Operations that put one value into two places, or put something there that does not belong into a state. */
export const COLLECTION_ALIASING: Record<string, Operation> = {
  shareItem(state, key, n) {
    const list = listOf(state, key);
    const item = list.at(n % 4);
    if (isRow(item)) (key % 2 === 0 ? list : listOf(state, key + 1)).push(item);
  },
  shareList(state, key) {
    if (key === 1) state.nested.list2 = state.line;
    if (key === 2) state.big.list2 = state.nested.list2;
    if (key === 3) state.nested.ranks = state.big.ranks;
    if (key === 4) asDeque(state.line).push(state.nested.list2);
  },
  freezeItem(state, key, n) {
    const list = listOf(state, key);
    if (key % 2 === 0) list.push(Object.freeze(row(n)));
    else Object.freeze(list.at(0));
  },
  oddItem(state, key, n) {
    if (key === 0) listOf(state, n).push((() => n) as never);
    if (key === 1) listOf(state, n).push(Symbol('s') as never);
    if (key === 2) Object.assign(listOf(state, n), { named: n });
    if (key === 3) ranksOf(state, n).set(n, new (class Odd {})() as never);
    if (key === 4) state.nested.ranks = new OrderedMap<number, Row>((a, b) => a - b);
    if (key === 5) state.other = new OrderedMap<number, Row>(ascending);
    if (key === 6) (state as { line: unknown }).line = state.nested.ranks;
  },
};
