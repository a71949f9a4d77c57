/**
 * Operations of random reducers on Maps below the top level: in entries, in Maps, in objects of any size, in arrays and
 * in Sets.
 */
import { Deque } from '../../src/fold/collections/deque.ts';
import { OrderedMap } from '../../src/fold/collections/ordered-map.ts';
import type { List } from './collection-scripts.ts';
import { change, type Operation, type Row, row, type State, see } from './fold-scripts.ts';

export type Table = Map<number, Row>;

/** An entry of a table that holds tables. */
export interface Shop {
  name: string;
  tags: string[];
  lines: Table;
  /** Tables right in a table. */
  pages: Map<number, Table>;
  inner: { notes: Map<string, { text: string; likes: Map<number, number> }>; count: number };
}

/** Maps in places that are not entries of tables. */
export interface Deep {
  a: { b: { index: Table } };
  list: [Table, { index: Table }];
  set: Set<Table>;
  line: List;
  levels: OrderedMap<number, { index: Table }> | Map<number, { index: Table }>;
}

export const newTable = (...keys: number[]): Table => new Map(keys.map((key) => [key, row(key)]));

export const newShop = (n: number): Shop => ({
  name: `shop ${n}`,
  tags: [`t${n}`],
  lines: newTable(n, 7, 3),
  pages: new Map([
    [1, newTable(1, 2)],
    [0, newTable()],
  ]),
  inner: { notes: new Map([['n', { text: 'note', likes: new Map([[n, 1]]) }]]), count: 0 },
});

/** @param list and `levels` of the kinds that the state has */
export const newDeep = (line: List, levels: Deep['levels']): Deep => ({
  a: { b: { index: newTable(1, 4) } },
  list: [newTable(2), { index: newTable(5, 1) }],
  set: new Set([newTable(8), newTable(9)]),
  line,
  levels,
});

/** An object that is too large to copy, with a Map below it. */
export const newWide = (): Record<string, { n: number; index?: Table }> =>
  Object.fromEntries(
    Array.from({ length: 70 }, (_, n) => [`w${n}`, n % 50 === 0 ? { n, index: newTable(n % 7, 12) } : { n }]),
  );

const firstLevel = ({ levels }: Deep): { index: Table } | undefined =>
  levels instanceof OrderedMap ? levels.get(1) : levels.get(1);

const lineTable = ({ line }: Deep): Table | undefined => {
  const item = line instanceof Deque ? line.at(0) : line[0];
  return (item as { index?: Table } | undefined)?.index;
};

/** One of the tables below the top level. */
function tableOf(state: State, which: number): Table {
  const { shops, deep, wide } = state;
  const shop = shops.get(which % 3);
  const tables = [
    shop?.lines,
    shop?.pages.get(which % 2),
    deep.a.b.index,
    deep.list[0],
    deep.list[1].index,
    [...deep.set].at(which % 2),
    wide.w50!.index,
    firstLevel(deep)?.index,
    lineTable(deep),
    shop?.lines,
  ];
  return tables[which % tables.length] ?? deep.a.b.index;
}

export const NESTED_OPERATIONS: Record<string, Operation> = {
  tableSet: (state, key, n) => void tableOf(state, key).set(n % 9, row(n)),
  tableChange: (state, key, n) => change(tableOf(state, key).get(n % 9), n),
  tableDelete: (state, key, n) => see(state, tableOf(state, key).delete(n % 9), tableOf(state, key).size),
  tableDeleteAndSet(state, key, n) {
    const table = tableOf(state, key);
    table.delete(n % 9);
    table.set(n % 9, row(n));
  },
  tableMoveToEnd(state, key, n) {
    const table = tableOf(state, key);
    const moved = table.get(n % 9);
    if (moved === undefined) return;
    table.delete(n % 9);
    table.set(n % 9, moved);
    moved.n++;
  },
  tableClear: (state, key, n) => (n % 5 === 0 ? tableOf(state, key).clear() : undefined),
  tableRead: (state, key, n) =>
    see(state, tableOf(state, key).get(n % 9)?.n, tableOf(state, key).has(n), [...tableOf(state, key).keys()]),
  tableWalk(state, key, n) {
    const table = tableOf(state, key);
    const visited: number[] = [];
    for (const [k, value] of table) {
      visited.push(k);
      if (visited.length > 20) break;
      if (k === n % 9) table.delete((n + 1) % 9);
      else if (k % 3 === 0 && !table.has(k + 100)) table.set(k + 100, row(k));
      else if (k % 4 === 1) value.n++;
      if (k === key % 9 && visited.indexOf(k) === visited.length - 1) {
        table.delete(k);
        table.set(k, row(n));
      }
    }
    see(state, visited);
  },
  tableForEach(state, key, n) {
    let sum = 0;
    tableOf(state, key).forEach((value, k) => {
      sum += value.n * k;
      if (k === n % 9) value.inner.x = sum;
    });
    see(state, sum);
  },
  tableClearWhileWalking(state, key, n) {
    if (n % 4 !== 0) return;
    const table = tableOf(state, key);
    const visited: number[] = [];
    for (const k of table.keys()) {
      visited.push(k);
      if (visited.length === 2) {
        table.clear();
        table.set(n, row(n)).set(99, row(99));
      }
      if (visited.length > 8) break;
    }
    see(state, visited);
  },
  tableMoveRow(state, key, n) {
    const table = tableOf(state, key);
    const moved = table.get(n % 9);
    if (moved === undefined) return;
    table.delete(n % 9);
    tableOf(state, key + 1).set(n % 9, moved);
    moved.n++;
  },
  openShop: (state, key) => void state.shops.set(key % 3, newShop(key)),
  closeShop: (state, key, n) => (n % 4 === 0 ? void state.shops.delete(key % 3) : undefined),
  changeShop(state, key, n) {
    const shop = state.shops.get(key % 3);
    if (shop === undefined) return;
    if (n % 2 === 0) shop.name = `shop ${n}`;
    else shop.inner.count += n;
    shop.lines.set(n % 9, row(n));
  },
  changeAndCloseShop(state, key, n) {
    const shop = state.shops.get(key % 3);
    if (shop === undefined || n % 3 !== 0) return;
    change(shop.lines.get(7), n);
    shop.lines.delete(3);
    state.shops.delete(key % 3);
    if (n % 2 === 0 && shop.lines.has(7)) state.archive.set(4_000 + n, shop.lines.get(7)!);
  },
  moveShop(state, key, n) {
    const shop = state.shops.get(key % 3);
    if (shop === undefined) return;
    state.shops.delete(key % 3);
    if (n % 2 === 0) shop.lines.set(n % 9, row(n));
    state.shops.set((key + 1) % 3, shop);
  },
  wrapShop(state, key, n) {
    const shop = state.shops.get(key % 3);
    if (shop === undefined) return;
    state.shops.set(key % 3, { ...shop, name: `again ${n}`, inner: { ...shop.inner, count: n } });
  },
  swapTables(state, key) {
    const [one, other] = [state.shops.get(key % 3), state.shops.get((key + 1) % 3)];
    if (one === undefined || other === undefined) return;
    [one.lines, other.lines] = [other.lines, one.lines];
    [one.pages, state.deep.list[1].index] = [new Map([[1, state.deep.list[1].index]]), one.pages.get(1) ?? newTable()];
  },
  swapWithWide({ deep, wide }, key, n) {
    if (n % 3 !== 0) return;
    const { index } = deep.a.b;
    deep.a.b.index = wide.w50!.index!;
    wide.w50!.index = index;
    index.set(key, row(key));
  },
  replaceTable(state, key, n) {
    const shop = state.shops.get(key % 3);
    if (shop !== undefined) shop.lines = n % 2 === 0 ? newTable(n, 1) : new Map([...shop.lines].reverse());
  },
  replaceBySame(state, key, n) {
    const shop = state.shops.get(key % 3);
    if (shop === undefined) return;
    if (n % 2 === 0) shop.lines.set(1, row(1));
    shop.lines = new Map(shop.lines);
    state.deep.list[0] = newTable(2);
  },
  pageIn(state, key, n) {
    const pages = state.shops.get(key % 3)?.pages;
    if (n % 3 === 0) pages?.set(n % 4, newTable(n));
    else if (n % 3 === 1) see(state, pages?.delete(n % 4), pages && [...pages.keys()]);
    else pages?.get(n % 2)?.set(n, row(n));
  },
  pageToLines(state, key) {
    const shop = state.shops.get(key % 3);
    const page = shop?.pages.get(1);
    if (shop === undefined || page === undefined) return;
    shop.pages.delete(1);
    shop.lines = page;
    page.set(6, row(6));
  },
  tableToTop(state, key, n) {
    const shop = state.shops.get(key % 3);
    if (shop === undefined) return;
    const { lines } = shop;
    shop.lines = newTable(n % 9);
    state.archive = lines;
    if (n % 2 === 0) lines.set(n, row(n));
  },
  topToTable(state, key, n) {
    const shop = state.shops.get(key % 3);
    if (shop === undefined || n % 2 === 0) return;
    shop.lines = state.archive;
    state.archive = newTable(n);
    change(shop.lines.get(n), n);
  },
  like(state, key, n) {
    const notes = state.shops.get(key % 3)?.inner.notes;
    if (n % 6 === 0) notes?.set(`n${key}`, { text: 'new', likes: new Map() });
    const note = notes?.get(n % 4 === 0 ? `n${key}` : 'n');
    if (note !== undefined) note.likes.set(n, (note.likes.get(n) ?? 0) + key);
    if (n % 7 === 0) note?.likes.clear();
  },
  setTable({ deep }, key, n) {
    if (n % 5 === 0) deep.set.add(newTable(key));
    else if (n % 5 === 1) deep.set = new Set([newTable(n), newTable(8)]);
    else for (const table of deep.set) change(table.get(8), n);
  },
  listTables({ deep }, key, n) {
    if (n % 3 === 0) deep.list.reverse();
    if (n % 3 === 0 && !(deep.list[0] instanceof Map)) deep.list.reverse();
    deep.list[1].index.set(key, row(n));
    deep.list[0] = deep.list[0].size > 6 ? newTable(n) : deep.list[0];
  },
  wideTable({ wide }, key, n) {
    if (n % 4 === 0) wide[`w${key}`] = { n, index: newTable(n) };
    if (n % 4 === 1) wide[`w${key}`]!.n += n;
    wide[`w${key}`]?.index?.set(n % 9, row(n));
  },
};

/** Operations that put one table into two places, into itself, or that freeze it. */
export const NESTED_ALIASING: Record<string, Operation> = {
  shareTable(state, key, n) {
    const table = tableOf(state, key);
    const shop = state.shops.get(n % 3);
    if (key % 4 === 0) state.deep.list[0] = table;
    else if (key % 4 === 1) shop?.pages.set(n, table);
    else if (key % 4 === 2 && shop !== undefined) shop.lines = state.rows;
    else state.extra = { table };
    table.set(1, row(n));
  },
  shareTableRow(state, key, n) {
    const shared = tableOf(state, key).get(n % 9);
    if (shared !== undefined) tableOf(state, key + 1).set(n, shared);
  },
  shareShop(state, key) {
    const shop = state.shops.get(key % 3);
    if (shop !== undefined) state.shops.set((key + 1) % 3, { ...shop });
  },
  tableInItself(state, key, n) {
    const table = tableOf(state, key);
    table.set(n, { ...row(n), more: { table } });
  },
  freezeTable: (state, key) => void Object.freeze(tableOf(state, key)),
  oddTable(state, key, n) {
    const table = tableOf(state, key);
    if (n % 4 === 0) Object.assign(table, { named: n });
    if (n % 4 === 1) table.set(Symbol('s') as never, row(n));
    if (n % 4 === 2) table.set(n, (() => n) as never);
    if (n % 4 === 3) table.set(n, Object.freeze(row(n)));
  },
};
