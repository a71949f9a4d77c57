/** Habits with the kind of a value: unusual members, unusual types, and values that change in place. */
import { runInNewContext } from 'node:vm';
import { type Habit, habit } from './habit.ts';

class Instant extends Date {}

export const values: readonly Habit[] = [
  habit('redux-style-return', () => ({
    reducers: { Counted: (state, { n }) => ({ ...state, n }), Set: (state, { n }) => void (state.n = n) },
  })),
  habit('a-changed-draft-returned', () => ({
    reducers: {
      Counted(state, { n }) {
        state.n = n;
        return { ...state, n: 99 };
      },
      Chained: (state, { n }) => state.a.set(n, n),
    },
  })),
  habit('holes-in-an-array', () => ({
    reducers: {
      Listed(state) {
        state.list[3] = 'd';
        // biome-ignore lint/suspicious/noSparseArray: the habit itself
        state.x.holes = [1, , 3];
      },
      Grown: (state) => void (state.list.length = 6),
      Cut: (state) => void delete state.list[3],
    },
  })),
  habit('members-of-an-array', () => ({
    reducers: {
      Listed(state) {
        const items: any = [1, 2];
        items.total = 3;
        state.x.items = items;
      },
      Added: (state) => void state.x.items.push(3),
    },
  })),
  habit('members-of-a-map-and-a-set', () => ({
    reducers: {
      Listed(state) {
        state.x.map = Object.assign(new Map([[1, 2]]), { label: 'm' });
        state.x.set = Object.assign(new Set([1]), { label: 's' });
      },
    },
  })),
  habit('symbol-members', () => {
    const LABEL = Symbol('label');
    return {
      reducers: {
        Marked(state) {
          state.x.marked = { n: 1, [LABEL]: 'm' };
          state.y[LABEL] = 1;
        },
        Read: (state) => void (state.n = state.x.marked.n),
      },
    };
  }),
  habit('hidden-members', () => ({
    reducers: {
      Hidden(state) {
        state.x.item = Object.defineProperty({ n: 1 }, 'hidden', { value: 2, writable: true, configurable: true });
      },
      Read: (state) => void (state.n = state.x.item.n),
    },
  })),
  habit('a-getter', () => ({
    reducers: {
      Made(state, { n }) {
        state.x.item = {
          n,
          get double() {
            return this.n * 2;
          },
        };
      },
      Changed: (state) => void (state.x.item.n += 1),
    },
  })),
  habit('a-date-changed-in-place', () => ({
    reducers: {
      Timed: (state) => void (state.x.at = new Date(1_000)),
      Moved: (state) => void state.x.at.setTime(2_000),
    },
  })),
  habit('a-date-in-two-places', () => ({
    reducers: {
      Timed(state) {
        const at = new Date(1_000);
        state.x.at = at;
        state.a.set('at', at);
      },
      Moved: (state) => void state.x.at.setTime(2_000),
    },
  })),
  habit('members-of-a-date', () => ({
    reducers: { Timed: (state) => void (state.x.at = Object.assign(new Date(1), { zone: 'UTC' })) },
  })),
  habit('bytes-changed-in-place', () => ({
    reducers: {
      Filled: (state) => void (state.x.bytes = Uint8Array.of(1, 2, 3)),
      Changed: (state) => void (state.x.bytes[1] = 9),
    },
  })),
  habit('two-views-of-one-buffer', () => ({
    reducers: {
      Filled(state) {
        const { buffer } = Uint8Array.of(1, 2, 3, 4);
        state.x.bytes = new Uint8Array(buffer);
        state.x.words = new Uint16Array(buffer);
      },
      Changed: (state) => void (state.x.bytes[0] = 9),
    },
  })),
  habit('maps-keyed-by-objects', () => ({
    reducers: {
      Keyed(state, { n, part }) {
        state.a.set({ n }, { part });
        state.x.map = new Map([[{ k: 1 }, { v: 1 }]]);
      },
      Changed(state) {
        for (const value of state.a.values()) value.part.x = 7;
      },
    },
  })),
  habit('a-key-changed-after-it-was-set', () => ({
    reducers: {
      Keyed(state) {
        const key = { k: 1 };
        state.a.set(key, 'v');
        key.k = 2;
      },
    },
  })),
  habit('sets-of-objects', () => ({
    reducers: {
      Added: (state, { part }) => void state.set.add(part),
      Changed(state) {
        for (const item of state.set) item.x = 4;
      },
    },
  })),
  habit('a-nested-map-replaced', () => ({
    reducers: {
      Made: (state) => void (state.x.map = new Map([['k', new Map([['l', { n: 1 }]])]])),
      Changed: (state) => void (state.x.map.get('k').get('l').n = 2),
      Copied: (state) => void (state.x.map = new Map(state.x.map)),
    },
  })),
  habit('odd-primitives', () => ({
    reducers: {
      Set(state) {
        state.x = { nan: Number.NaN, minus: -0, none: undefined, huge: 2n ** 80n, far: -Infinity, lone: '\ud800' };
        state.a.set(Number.NaN, undefined);
      },
    },
  })),
  habit('minus-zero-in-a-large-value', () => ({
    reducers: {
      Filled: (state) => void (state.x.big = Array.from({ length: 200 }, () => 0)),
      Turned: (state) => void (state.x.big[7] = -0),
    },
  })),
  habit('objects-of-another-realm', () => ({
    reducers: { Set: (state) => void (state.x.foreign = runInNewContext('({ n: 1, inner: { m: 2 } })')) },
  })),
  habit('objects-of-null-prototype', () => ({
    reducers: {
      Set: (state) => void (state.x.bare = Object.assign(Object.create(null), { n: 1 })),
      Changed: (state) => void (state.x.bare.n = 2),
    },
  })),
  habit('a-member-called-proto', () => ({
    reducers: { Set: (state) => void (state.x.odd = JSON.parse('{"__proto__":{"n":1}}')) },
  })),
  habit('a-frozen-wrapper-that-hides-a-function', () => ({
    reducers: { Wrapped: (state) => void (state.x.hidden = Object.freeze({ run: () => {} })) },
  })),
  habit('a-table-keyed-by-a-symbol', () => ({
    reducers: { Keyed: (state) => void state.a.set(Symbol('key'), 1) },
  })),
  habit(
    'an-instance-under-the-direct-fold',
    () => ({
      reducers: {
        Set: (state, { n }) => void (state.x.at = new Instant(n)),
        Read: (state) => void (state.n = +state.x.at),
      },
    }),
    { fold: 'direct' },
  ),
  habit(
    'a-function-under-the-direct-fold',
    () => ({
      reducers: { Set: (state, { n }) => void (state.x.run = () => n), Run: (state) => void (state.n = state.x.run()) },
    }),
    { fold: 'direct' },
  ),
  habit(
    'an-instance-that-is-gone-again-under-the-direct-fold',
    () => ({
      reducers: { Set: (state, { n }) => void (state.x.at = new Instant(n)), Gone: (state) => void delete state.x.at },
    }),
    { fold: 'direct' },
  ),
  habit(
    'a-cycle-under-the-direct-fold',
    () => ({
      reducers: { Set: (state) => void (state.x.self = state.x), Gone: (state) => void delete state.x.self },
    }),
    { fold: 'direct' },
  ),
  habit('the-text-of-a-draft', () => ({
    reducers: {
      Added: (state, { n }) => void state.a.set(n, { n }),
      Told(state) {
        state.list.push(JSON.stringify(state.a), JSON.stringify(state.up), JSON.stringify(state.x));
        state.list.push(Object.keys(state.a).join(), Object.keys(state).join());
      },
    },
  })),
  habit('a-structured-clone-of-a-draft', () => ({
    reducers: {
      Made: (state) => void (state.x.item = { n: 1, list: [1, 2] }),
      Copied: (state) => void (state.y.item = structuredClone(state.x.item)),
      Changed: (state) => void (state.x.item.n = 2),
    },
  })),
  habit(
    'changed-while-iterating',
    () => ({
      reducers: {
        Added: (state, { n }) => void state.a.set(n, { n }),
        Walked(state) {
          for (const [key] of state.a) {
            if (key < 6) state.a.set(key + 5, { n: key });
            state.a.delete(key);
          }
        },
      },
    }),
    { script: ['Added', 'Added', 'Walked'] },
  ),
  habit('sorted-spliced-and-cut', () => ({
    reducers: {
      Listed: (state) => void state.list.push(3, 1, 2, 5),
      Sorted: (state) => void state.list.sort(),
      Spliced: (state) => void state.list.splice(1, 1, 'x', 'y'),
      Cut: (state) => void (state.list.length = 3),
    },
  })),
  habit('properties-come-and-go', () => ({
    reducers: {
      Added: (state) => void (state.more = { n: 1 }),
      Gone: (state) => void delete state.n,
      Back: (state) => void (state.n = 1),
    },
  })),
];
