/** Habits with the place of a value: in two places, frozen, from a module, or the same object at each start. */
import { ascending, descending, OrderedMap } from '../../../src/index.ts';
import { type Habit, habit, usualState } from './habit.ts';

export const places: readonly Habit[] = [
  habit('one-object-in-two-tables', () => ({
    reducers: {
      Placed(state, { n, part }) {
        const order = { n, part, tags: ['new'] };
        state.a.set(n, order);
        state.b.set(n, order);
      },
    },
  })),
  habit('one-object-in-two-tables-changed-in-one', () => ({
    reducers: {
      Placed(state, { n, part }) {
        const order = { n, part };
        state.a.set(n, order);
        state.b.set(n, order);
      },
      Changed(state) {
        state.a.get(1).n = 77;
      },
    },
  })),
  habit('one-array-in-two-properties-changed-in-one', () => ({
    reducers: {
      Shared(state) {
        const items = [1, 2, 3];
        state.x.items = items;
        state.y.items = items;
      },
      Changed(state) {
        state.x.items.push(4);
      },
    },
  })),
  habit('an-entry-copied-by-reference-to-another-table', () => ({
    reducers: {
      Placed: (state, { n, part }) => void state.a.set(n, { part }),
      Archived: (state) => void state.b.set('old', state.a.get(1)),
      Changed: (state) => void (state.a.get(1).part.x = 9),
    },
  })),
  habit('an-entry-moved-to-another-table', () => ({
    reducers: {
      Placed: (state, { n, part }) => void state.a.set(n, { part }),
      Archived(state) {
        state.b.set(1, state.a.get(1));
        state.a.delete(1);
      },
      Changed: (state) => void (state.b.get(1).part.x = 9),
    },
  })),
  habit('an-object-within-itself-twice', () => ({
    reducers: {
      Nested(state, { part }) {
        state.x = { one: part, other: { part } };
      },
    },
  })),
  habit('data-in-two-places', () => ({
    reducers: {
      Noted(state, data) {
        state.x.last = data;
        state.list.push(data);
      },
      Changed(state) {
        state.list[0].part.x = 50;
      },
    },
  })),
  habit('data-and-event-data', () => ({
    reducers: {
      Noted(state, data, event) {
        state.x.data = data;
        state.y.data = event.data;
      },
    },
  })),
  habit('the-event-itself-is-kept', () => ({
    reducers: {
      Noted: (state, _data, event) => void (state.x.lastEvent = event),
      Later: (state, data, event) => void state.list.push(event, data),
    },
  })),
  habit('meta-put-into-the-state-and-changed-later', () => ({
    reducers: {
      Noted: (state, _data, event) => void (state.x.meta = event.meta),
      Changed: (state) => void (state.x.meta.by.who = 'another'),
    },
  })),
  habit('meta-in-two-places', () => ({
    reducers: {
      Noted(state, _data, event) {
        state.a.set('meta', event.meta);
        state.b.set('meta', event.meta);
      },
    },
  })),
  habit('the-event-is-changed', () => ({
    reducers: {
      Noted(state, data, event) {
        event.data.n = 100;
        event.extra = true;
        state.x.n = data.n;
        state.x.extra = event.extra;
      },
    },
  })),
  habit('data-changed-after-it-was-stored', () => ({
    reducers: {
      Noted(state, data) {
        state.a.set(1, data);
        data.n = 5;
        data.part.y = 6;
      },
    },
  })),
  habit('frozen-deeply', () => ({
    reducers: {
      Kept: (state) => void state.a.set(1, Object.freeze({ deep: Object.freeze({ n: 1 }) })),
      Read: (state) => void (state.n = state.a.get(1).deep.n),
    },
  })),
  habit('frozen-shallowly', () => ({
    reducers: {
      Kept: (state) => void state.a.set(1, Object.freeze({ deep: { n: 1 }, list: [1] })),
      Read: (state) => void (state.n = state.a.get(1).deep.n),
    },
  })),
  habit('a-frozen-array-and-a-frozen-map', () => ({
    reducers: {
      Kept(state) {
        state.x.list = Object.freeze([1, 2, { n: 3 }]);
        state.x.map = Object.freeze(new Map([['k', { n: 1 }]]));
      },
    },
  })),
  habit('frozen-and-in-two-places', () => ({
    reducers: {
      Kept(state, { part }) {
        const price = Object.freeze({ part, currency: 'EUR' });
        state.a.set(1, price);
        state.b.set(1, price);
      },
    },
  })),
  habit('a-module-constant-once', () => {
    const DEFAULTS = { size: 1, tags: ['a'] };
    return { reducers: { Reset: (state) => void (state.x.settings = DEFAULTS) } };
  }),
  habit(
    'a-module-constant-frozen',
    () => {
      const DEFAULTS = Object.freeze({ size: 1, tags: Object.freeze(['a']) });
      return {
        reducers: {
          Reset: (state, { n }) => void state.a.set(n, DEFAULTS),
          Replaced: (state) => void state.a.set(1, { ...state.a.get(1), size: 2 }),
        },
      };
    },
    { script: ['Reset', 'Reset', 'Replaced'] },
  ),
  habit(
    'a-module-constant-again-and-again',
    () => {
      const DEFAULTS = { size: 1, tags: ['a'] };
      return { reducers: { Reset: (state, { n }) => void state.a.set(n, DEFAULTS) } };
    },
    { script: ['Reset', 'Reset', 'Reset'] },
  ),
  habit(
    'a-module-constant-changed-through-the-state',
    () => {
      const DEFAULTS = { size: 1 };
      return {
        reducers: {
          Reset: (state, { n }) => void state.a.set(n, DEFAULTS),
          Grown: (state) => void (state.a.get(1).size += 1),
        },
      };
    },
    { script: ['Reset', 'Grown', 'Reset', 'Grown'] },
  ),
  habit('a-reference-kept-from-an-earlier-event-and-read', () => {
    let kept: any;
    return {
      reducers: {
        Placed(state, { n, part }) {
          state.a.set(n, { part });
          kept ??= state.a.get(n);
        },
        Read: (state) => void (state.n = kept.part.x),
      },
    };
  }),
  habit(
    'a-reference-kept-and-put-in-again',
    () => {
      let kept: any;
      return {
        reducers: {
          Placed(state, { n, part }) {
            kept ??= { n, part };
            state.a.set(n, kept);
          },
        },
      };
    },
    { script: ['Placed', 'Placed'] },
  ),
  habit(
    'a-counter-in-the-module',
    () => {
      let counter = 0;
      return { reducers: { Counted: (state) => void (state.n = counter += 1) } };
    },
    { script: ['Counted', 'Counted', 'Counted'] },
  ),
  habit('initial-state-the-same-object-each-time', () => {
    const INITIAL = usualState();
    return { initialState: () => INITIAL, reducers: { Set: (state, { n }) => void (state.n = n) } };
  }),
  habit(
    'initial-state-spread-from-one-object',
    () => {
      const INITIAL = { n: 0, x: { list: [] as number[] } };
      return {
        initialState: () => ({ ...INITIAL }),
        reducers: { Added: (state, { n }) => void state.x.list.push(n) },
      };
    },
    { script: ['Added', 'Added'] },
  ),
  habit(
    'initial-state-with-a-table-of-the-module',
    () => {
      const TABLE = new Map<string, object>([['seed', { n: 0 }]]);
      return {
        initialState: () => ({ table: TABLE, n: 0 }),
        reducers: { Added: (state, { n }) => void state.table.set(n, { n }) },
      };
    },
    { script: ['Added', 'Added'] },
  ),
  habit('initial-state-frozen', () => ({
    initialState: () => Object.freeze({ n: 0, a: new Map() }),
    reducers: { Added: (state, { n }) => void state.a.set(n, { n }) },
  })),
  habit('initial-state-frozen-deeply', () => ({
    initialState: () => Object.freeze({ n: 0, x: Object.freeze({ list: Object.freeze([1]) }) }),
    reducers: { Nothing: () => {} },
  })),
  habit('initial-state-with-a-shared-part', () => ({
    initialState() {
      const part = { n: 0 };
      return { one: part, other: part, a: new Map() };
    },
    reducers: { Changed: (state, { n }) => void (state.one.n = n) },
  })),
  habit('initial-state-with-a-shared-table', () => ({
    initialState() {
      const table = new Map();
      return { one: table, other: table };
    },
    reducers: { Added: (state, { n }) => void state.one.set(n, n) },
  })),
  habit('initial-state-of-null-prototype', () => ({
    initialState: () => Object.assign(Object.create(null), { n: 0, a: new Map() }),
    reducers: { Added: (state, { n }) => void state.a.set(n, n) },
  })),
  habit('a-table-put-into-two-properties', () => ({
    reducers: {
      Added: (state, { n }) => void state.a.set(n, { n }),
      Copied: (state) => void (state.b = state.a),
      AddedAgain: (state, { n }) => void state.a.set(n, { n }),
    },
  })),
  habit('a-table-moved-to-another-property', () => ({
    reducers: {
      Added: (state, { n }) => void state.a.set(n, { n }),
      Moved(state) {
        state.c = state.a;
        delete state.a;
      },
      AddedAgain: (state, { n }) => void state.c.set(n, { n }),
    },
  })),
  habit('two-tables-swapped', () => ({
    reducers: {
      Added: (state, { n }) => void state.a.set(n, { n }),
      Swapped(state) {
        const { a } = state;
        state.a = state.b;
        state.b = a;
      },
      AddedAgain: (state, { n }) => void state.a.set(n, { n }),
    },
  })),
  habit('a-table-below-the-top-level', () => ({
    reducers: {
      Added: (state, { n }) => void state.a.set(n, { n }),
      Copied: (state) => void (state.x.table = state.a),
      AddedAgain: (state, { n }) => void state.a.set(n, { n }),
    },
  })),
  habit(
    'an-ordered-map-made-anew',
    () => ({
      reducers: {
        Added: (state, { n }) => void state.down.set(n, { n }),
        Rebuilt: (state) => void (state.down = new OrderedMap<number, unknown>(descending, [...state.down])),
      },
    }),
    { script: ['Added', 'Added', 'Rebuilt', 'Added'] },
  ),
  habit(
    'an-ordered-map-of-another-order',
    () => ({
      reducers: {
        Added: (state, { n }) => void state.down.set(n, { n }),
        Resorted: (state) => void (state.down = new OrderedMap<number, unknown>(ascending, [...state.down])),
      },
    }),
    { script: ['Added', 'Added', 'Resorted', 'Added'] },
  ),
  habit('an-ordered-map-at-a-new-property', () => ({
    reducers: {
      Added(state, { n }) {
        state.more ??= new OrderedMap<number, number>(ascending);
        state.more.set(n, n);
      },
    },
  })),
  habit('an-ordered-map-taken-away', () => ({
    reducers: {
      Added: (state, { n }) => void state.up.set(n, n),
      Dropped: (state) => void delete state.up,
    },
  })),
  habit(
    'two-ordered-maps-swapped',
    () => ({
      reducers: {
        Added: (state, { n }) => void state.down.set(n, n),
        Swapped(state) {
          const { up } = state;
          state.up = state.down;
          state.down = up;
        },
      },
    }),
    { script: ['Added', 'Added', 'Swapped'] },
  ),
];
