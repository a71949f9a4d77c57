/**
 * Random reducers: scripts of small operations over a state with every kind of value. Any fold can run them.
 *
 * A script writes what it reads (orders of keys, sizes, neighbours) into `seen` in the state, so that comparing states
 * also compares the values that were read.
 */
import fc from 'fast-check';
import type { RecordedEvent } from '../../src/core/event.ts';
import { ascending, OrderedMap } from '../../src/fold/collections/ordered-map.ts';
import {
  COLLECTION_ALIASING,
  COLLECTION_OPERATIONS,
  type List,
  newList,
  newRanks,
  newRoom,
  type Ranks,
  type Room,
} from './collection-scripts.ts';

import {
  type Deep,
  NESTED_ALIASING,
  NESTED_OPERATIONS,
  newDeep,
  newShop,
  newTable,
  newWide,
  type Shop,
} from './nested-scripts.ts';

export interface Row {
  n: number;
  tags: string[];
  inner: { x: number; y?: number };
  more?: unknown;
}

export interface State {
  rows: Map<number, Row>;
  archive: Map<number, Row>;
  /** A plain Map for the oracle, which does not support OrderedMap. */
  levels: OrderedMap<number, Row> | Map<number, Row>;
  flags: Map<string, number | undefined>;
  /** Arrays and Maps for the oracle, in place of all Deques and OrderedMaps. */
  line: List;
  rooms: Map<number, Room>;
  /** Entries with tables in them, and tables in other places below the top level. */
  shops: Map<number, Shop>;
  deep: Deep;
  wide: Record<string, { n: number; index?: Map<number, Row> }>;
  counter: number;
  note?: string | undefined;
  nested: { list: number[]; tags: Set<string>; index: Map<string, Row>; row: Row; list2: List; ranks: Ranks };
  /** Too large to copy, so the fold makes a draft of it. */
  big: { list: Row[]; index: Map<number, Row>; tags: Set<string>; text: string; list2: List; ranks: Ranks };
  seen: string[];
  [extra: string]: unknown;
}

export const row = (n: number): Row => ({ n, tags: [`t${n}`], inner: { x: n } });

/** @param plain whether it is the oracle's */
export function initialState(plain = false): State {
  const levels: State['levels'] = plain ? new Map() : new OrderedMap<number, Row>(ascending);
  for (let n = 1; n <= 6; n++) levels.set(n * 10, row(n));
  const deepLevels = plain ? new Map() : new OrderedMap<number, { index: Map<number, Row> }>(ascending);
  deepLevels.set(1, { index: newTable(3, 2) });
  return {
    rows: new Map([5, 3, 9, 1].map((n) => [n, row(n)])),
    archive: new Map(),
    levels,
    flags: new Map([['a', undefined]]),
    line: newList(plain, [row(1), 'a', row(2)]),
    rooms: new Map([[1, newRoom(plain, 1)]]),
    shops: new Map([0, 2].map((n) => [n, newShop(n)])),
    deep: newDeep(newList(plain, [{ ...row(1), index: newTable(4) } as Row]), deepLevels),
    wide: newWide(),
    counter: 1,
    nested: {
      list: [1, 2, 3],
      tags: new Set(['x', 'y']),
      index: new Map([['r', row(1)]]),
      row: row(2),
      list2: newList(plain, [row(3)]),
      ranks: newRanks(plain, [row(4), row(2)]),
    },
    big: {
      list: Array.from({ length: 60 }, (_, n) => row(n)),
      index: new Map(Array.from({ length: 5 }, (_, n) => [n, row(n)])),
      tags: new Set(['p']),
      text: 'big',
      list2: newList(plain),
      ranks: newRanks(plain),
    },
    seen: [],
  };
}

export type Operation = (state: State, a: number, b: number) => void;

/** The first entry after `key` in either kind of `levels`. */
function nextLevel(levels: State['levels'], key: number): [number, Row] | undefined {
  if (levels instanceof OrderedMap) return levels.nextAfter(key);
  const next = Math.min(...[...levels.keys()].filter((other) => other > key));
  return levels.has(next) ? [next, levels.get(next)!] : undefined;
}

export const see = (state: State, ...what: unknown[]): void => {
  state.seen = [...state.seen.slice(-5), what.map(String).join(' ')];
};

export const change = (row: Row | undefined, n: number): void => {
  if (row === undefined) return;
  row.n += n;
  if (n % 2 === 0) row.inner.x = n;
  if (n % 3 === 0) row.tags.push(`p${n}`);
  if (n % 5 === 0) row.inner = { x: n, y: row.n };
  if (n % 7 === 0) row.more = { list: [n], when: new Date(n), none: undefined, big: 10n ** BigInt(n) };
  if (n % 4 === 0) delete row.more;
};

/** Operations that never put a value into two places. All folds must give the same result for them. */
export const OPERATIONS: Record<string, Operation> = {
  ...COLLECTION_OPERATIONS,
  ...NESTED_OPERATIONS,
  setRow: ({ rows }, key, n) => void rows.set(key, row(n)),
  changeRow: ({ rows }, key, n) => change(rows.get(key), n),
  readRow: (state, key) => see(state, state.rows.get(key)?.n, state.rows.has(key), state.rows.size),
  deleteRow: (state, key) => see(state, state.rows.delete(key)),
  deleteAndSetRow({ rows }, key, n) {
    rows.delete(key);
    rows.set(key, row(n));
  },
  clearRows: ({ rows }, key) => (key === 0 ? rows.clear() : undefined),
  replaceRows(state, key, n) {
    if (key === 1) state.rows = new Map([[n, row(n)], ...[...state.rows].slice(0, 2)]);
  },
  moveRow({ rows, archive }, key) {
    const moved = rows.get(key);
    if (moved === undefined) return;
    rows.delete(key);
    archive.set(key, moved);
    moved.n++;
  },
  wrapRow({ rows, archive }, key, n) {
    const wrapped = rows.get(key);
    if (wrapped === undefined) return;
    rows.delete(key);
    archive.set(n, { ...row(n), more: { wrapped, again: [wrapped.tags] } });
    wrapped.tags = [];
  },
  walkRows(state, key, n) {
    const visited: number[] = [];
    for (const [k, value] of state.rows) {
      visited.push(k);
      if (visited.length > 20) break;
      if (k === key) state.rows.delete(n);
      else if (k % 3 === 0 && !visited.includes(k + 100)) state.rows.set(k + 100, row(k));
      else if (k % 4 === 1) value.n++;
      if (k === n && visited.indexOf(k) === visited.length - 1) {
        state.rows.delete(k);
        state.rows.set(k, row(1));
      }
    }
    see(state, visited);
  },
  forEachRow(state, key) {
    let sum = 0;
    state.rows.forEach((value, k) => {
      sum += value.n * k;
      if (k === key) value.inner.x = sum;
    });
    see(
      state,
      sum,
      [...state.rows.keys()],
      [...state.rows.values()].map(({ n }) => n),
    );
  },
  clearWhileWalking(state, key, n) {
    if (n !== 0) return;
    const visited: number[] = [];
    for (const k of state.rows.keys()) {
      visited.push(k);
      if (visited.length === 2) {
        state.rows.clear();
        state.rows.set(key, row(key)).set(99, row(99));
      }
      if (visited.length > 8) break;
    }
    see(state, visited);
  },
  setLevel: ({ levels }, key, n) => void levels.set(key * 5, row(n)),
  changeLevel: ({ levels }, key, n) => change(levels.get(key * 5), n),
  deleteLevel: (state, key) => see(state, state.levels.delete(key * 5), state.levels.size),
  changeNextLevel(state, key, n) {
    const next = nextLevel(state.levels, key * 5);
    see(state, next?.[0]);
    change(next?.[1], n);
  },
  walkLevels(state, key, n) {
    const visited: number[] = [];
    for (
      let at = nextLevel(state.levels, -1);
      at !== undefined && visited.length < 30;
      at = nextLevel(state.levels, at[0])
    ) {
      visited.push(at[0]);
      if (at[0] % 4 === 0) at[1].n++;
      if (at[0] === key * 5) state.levels.delete(at[0] + 5);
      if (at[0] === n * 5) state.levels.set(at[0] + 2, row(n));
    }
    see(state, visited);
  },
  clearLevels: ({ levels }, key, n) => (key === 0 && n === 0 ? levels.clear() : undefined),
  setFlag: ({ flags }, key, n) => void flags.set(`f${key}`, n % 3 === 0 ? undefined : n),
  deleteFlag: (state, key) => see(state, state.flags.delete(`f${key}`), [...state.flags].flat()),
  count: (state, _key, n) => void (state.counter += n),
  setNote: (state, key) => void (state.note = key % 2 === 0 ? undefined : `note ${key}`),
  deleteNote: (state) => void delete state.note,
  addExtra: (state, key, n) => void (state[`x${key}`] = { n, list: [n] }),
  deleteExtra: (state, key) => see(state, `x${key}` in state, delete state[`x${key}`], Object.keys(state)),
  changeExtra(state, key, n) {
    const extra = state[`x${key}`] as { n: number; list: number[] } | undefined;
    extra?.list.push(n);
  },
  spreadRoot: (state) => see(state, Object.keys({ ...state }), Object.hasOwn(state, 'note')),
  nestedList: ({ nested }, key, n) => void nested.list.splice(key % 4, 1, n, n + 1),
  nestedTag: ({ nested: { tags } }, key, n) => void (n % 2 === 0 ? tags.delete(`t${key}`) : tags.add(`t${key}`)),
  nestedIndex({ nested: { index } }, key, n) {
    if (n % 3 === 0) index.set(`i${key}`, row(n));
    else change(index.get(`i${key}`), n);
    if (n % 7 === 0) index.delete(`i${key}`);
  },
  nestedRow: (state, key, n) => (n % 5 === 0 ? void (state.nested.row = row(key)) : change(state.nested.row, n)),
  replaceNested(state, key, n) {
    if (key !== 2) return;
    const { list2, ranks } = state.nested;
    state.nested = { list: [n], tags: new Set(['new']), index: new Map(), row: row(n), list2, ranks };
  },
  bigList: ({ big: { list } }, key, n) => change(list[key * 3], n),
  bigSplice: ({ big: { list } }, key, n) => void (key === 3 ? list.splice(n % 20, 1) : list.push(row(n))),
  bigIndex: ({ big: { index } }, key, n) => (n % 3 === 0 ? void index.set(key, row(n)) : change(index.get(key), n)),
  bigTag: ({ big: { tags } }, key, n) => void (n % 2 === 0 ? tags.delete(`b${key}`) : tags.add(`b${key}`)),
  bigText: ({ big }, key, n) => void (big.text = `${key} ${n}`),
  moveOutOfBig({ big, archive }, key) {
    const moved = big.list.shift();
    if (moved !== undefined) archive.set(1000 + key, moved);
  },
  keepPayload(state, key, n) {
    // Puts the payload of an event into the state without a copy, and changes it there before the end of the commit.
    const payload = state.payload as Row | undefined;
    if (payload === undefined) return;
    delete state.payload;
    state.archive.set(2000 + key, payload);
    change(state.archive.get(2000 + key), n);
  },
};

/** Operations that put one value into two places, or move it. The atomic fold refuses the first kind. */
export const ALIASING: Record<string, Operation> = {
  ...COLLECTION_ALIASING,
  ...NESTED_ALIASING,
  shareRow({ rows, archive }, key, n) {
    const shared = rows.get(key);
    if (shared === undefined) return;
    archive.set(n, shared);
    shared.n += 1;
  },
  sharePart({ rows, nested, levels }, key) {
    const shared = rows.get(key);
    if (shared === undefined) return;
    nested.row.tags = shared.tags;
    shared.tags.push('shared');
    levels.set(key * 5, { ...row(key), more: { tags: shared.tags, inner: [shared.inner] } });
  },
  shareBig({ big, rows, nested }, key) {
    rows.set(key, big.list[key]!);
    nested.index.set('big', big.list[key]!);
    big.list[key]!.n++;
  },
  copyTable(state, key) {
    if (key === 1) state.archive = state.rows;
    if (key === 2) state.nested.row.more = state.rows;
    if (key === 3) [state.rows, state.archive] = [state.archive, state.rows];
    if (key === 4) state.big.list[0]!.more = [state.flags];
    if (key === 5) [state.nested.row, state.big.list[1]] = [state.big.list[1]!, state.nested.row];
    if (key === 6) state.nested.index = state.big.index as never;
  },
  freeze({ rows, nested }, key, n) {
    const frozen = rows.get(key);
    if (key % 3 === 0) rows.set(key, Object.freeze(row(n)));
    else if (frozen !== undefined && key % 3 === 1) Object.freeze(frozen);
    else nested.row.more = Object.freeze([n]);
  },
  odd({ rows, nested, big }, key, n) {
    if (key === 0) delete nested.list[0];
    if (key === 1) big.list.length += n % 2;
    if (key === 2) Object.assign(nested.list, { named: n });
    if (key === 3) Object.defineProperty(rows.get(n) ?? {}, 'hidden', { value: n });
    if (key === 4)
      rows.set(n, {
        ...row(n),
        get more() {
          return n;
        },
      });
    if (key === 5) Object.assign(big, { [Symbol('s')]: n });
    if (key === 6) Object.defineProperty(big.list, 2, { get: () => row(n), enumerable: true, configurable: true });
    if (key === 7) rows.set(Symbol('s') as never, row(n));
  },
};

export interface Step {
  readonly name: string;
  readonly a: number;
  readonly b: number;
}

/** The events of one commit. A failing commit fails in its last step. */
export interface ScriptedCommit {
  readonly events: readonly (readonly Step[])[];
  readonly fails: boolean;
}

export function scripts(operations: readonly string[]): fc.Arbitrary<ScriptedCommit[]> {
  const step = fc.record({ name: fc.constantFrom(...operations), a: fc.nat(12), b: fc.nat(21) });
  const commit = fc.record({
    events: fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 }),
    fails: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  });
  return fc.array(commit, { minLength: 1, maxLength: 20, size: 'max' });
}

/** Recorded events that carry a script. */
export function recordScript({ events, fails }: ScriptedCommit, firstSequence = 1): RecordedEvent[] {
  return events.map((steps, index) => ({
    sequence: firstSequence + index,
    recordedAt: 1_000,
    type: fails && index === events.length - 1 ? 'Failed' : 'Scripted',
    version: 1,
    data: { steps: structuredClone(steps), payload: row(steps.length) },
  }));
}

interface Script {
  readonly steps: readonly Step[];
  readonly payload: Row;
}

export const reducers = {
  Scripted(state: State, { steps, payload }: Script): void {
    state.payload = payload;
    for (const { name, a, b } of steps) (OPERATIONS[name] ?? ALIASING[name]!)(state, a, b);
    delete state.payload;
  },
  Failed(state: State, data: Script): void {
    reducers.Scripted(state, data);
    throw new Error('the script fails');
  },
};
