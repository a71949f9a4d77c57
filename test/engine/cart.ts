/** A small model for the engine's tests: carts with items, in a table, an ordered table, and plain nested state. */
import { z } from 'zod';
import { ascending, defineModel, OrderedMap, reject } from '../../src/index.ts';

export interface Item {
  sku: string;
  quantity: number;
}

export interface Cart {
  items: Item[];
  total: number;
}

export interface CartState {
  carts: Map<string, Cart>;
  byTotal: OrderedMap<number, number>;
  seen: { events: number; lastAt: number; notes: string[] };
}

export const cartModel = defineModel({
  name: 'carts',
  events: {
    ItemAdded: z.object({ cart: z.string(), sku: z.string(), quantity: z.int().positive() }),
    ItemRemoved: z.object({ cart: z.string(), sku: z.string() }),
    CartCleared: z.object({ cart: z.string() }),
    NoteTaken: z.object({ text: z.string() }),
    /** Its reducer throws, for tests of that failure. */
    Exploded: z.object({ after: z.int() }),
  },
  initialState: (): CartState => ({
    carts: new Map(),
    byTotal: new OrderedMap(ascending),
    seen: { events: 0, lastAt: 0, notes: [] },
  }),
  reducers: {
    ItemAdded(state, { cart: name, sku, quantity }, event) {
      const cart = state.carts.get(name) ?? { items: [], total: 0 };
      if (!state.carts.has(name)) state.carts.set(name, cart);
      const kept = state.carts.get(name)!;
      countTotal(state, kept.total, -1);
      const item = kept.items.find((candidate) => candidate.sku === sku);
      if (item) item.quantity += quantity;
      else kept.items.push({ sku, quantity });
      kept.total += quantity;
      countTotal(state, kept.total, 1);
      state.seen.events += 1;
      state.seen.lastAt = event.recordedAt;
    },
    ItemRemoved(state, { cart: name, sku }) {
      state.seen.events += 1;
      const cart = state.carts.get(name);
      const index = cart?.items.findIndex((item) => item.sku === sku) ?? -1;
      if (cart === undefined || index < 0) return;
      countTotal(state, cart.total, -1);
      cart.total -= cart.items[index]!.quantity;
      cart.items.splice(index, 1);
      countTotal(state, cart.total, 1);
    },
    CartCleared(state, { cart: name }) {
      state.seen.events += 1;
      const cart = state.carts.get(name);
      if (cart) countTotal(state, cart.total, -1);
      state.carts.delete(name);
    },
    NoteTaken(state, { text }) {
      state.seen.notes.push(text);
    },
    Exploded(state, { after }) {
      state.seen.events += after;
      state.carts.clear();
      throw new Error('boom');
    },
  },
  commands: {
    addItem: {
      input: z.object({ cart: z.string(), sku: z.string(), quantity: z.int(), limit: z.int().default(10) }),
      decide: (state, { cart, sku, quantity, limit }) =>
        (state.carts.get(cart)?.total ?? 0) + quantity > limit
          ? reject('CART_FULL', `a cart holds at most ${limit}`)
          : { type: 'ItemAdded', data: { cart, sku, quantity } },
    },
    touch: { input: z.object({}), decide: () => [] },
    crash: {
      input: z.object({}),
      decide: () => {
        throw new Error('decide broke');
      },
    },
  },
  invariants: {
    totals: (state) =>
      [...state.carts.values()].every(({ items, total }) => items.reduce((n, i) => n + i.quantity, 0) === total),
  },
});

/** How many carts have each total. */
function countTotal(state: CartState, total: number, by: number): void {
  const count = (state.byTotal.get(total) ?? 0) + by;
  if (count > 0) state.byTotal.set(total, count);
  else state.byTotal.delete(total);
}

/** An `ItemAdded` event to append. */
export function added(
  cart: string,
  quantity = 1,
  sku = 'tea',
): { type: 'ItemAdded'; data: { cart: string; sku: string; quantity: number } } {
  return { type: 'ItemAdded', data: { cart, sku, quantity } };
}

export function note(text: string): { type: 'NoteTaken'; data: { text: string } } {
  return { type: 'NoteTaken', data: { text } };
}
