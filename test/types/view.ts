/** Type tests of views: compiled by `npm run types`, never run. Each `@ts-expect-error` says what must not compile. */
import { z } from 'zod';
import { defineModel } from '../../src/index.ts';
import { defineView, type View } from '../../src/studio/index.ts';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function assertType<_T extends true>(): void {}

const model = defineModel({
  name: 'orders',
  events: { Placed: z.object({ id: z.int(), quantity: z.int() }), Closed: z.object({ at: z.string() }) },
  initialState: () => ({ orders: new Map<number, { quantity: number }>(), n: 0 }),
  reducers: {
    Placed: (state, { id, quantity }) => void state.orders.set(id, { quantity }),
    Closed: (state) => void (state.n += 1),
  },
});

const view = defineView(model, {
  name: 'Orders',
  title: (state, { of, first }) => `${of} ${state.n} ${first?.sequence}`,
  panes: {
    Count: { kind: 'line', value: ({ orders }) => orders.size },
    Map: {
      kind: 'heatmap',
      levels: ({ orders }, count) =>
        [...orders].slice(0, count).map(([price, { quantity }]) => ({ side: 'buy', price, quantity })),
      print(event) {
        assertType<Equal<typeof event.type, 'Placed' | 'Closed'>>();
        return event.type === 'Placed'
          ? { price: event.data.id, quantity: event.data.quantity }
          : { mark: event.data.at };
      },
    },
    Tape: { kind: 'tape', types: ['Placed'], print: () => undefined },
  },
});
export const asView: View = view;

defineView(model, {
  name: 'Wrong',
  panes: {
    // @ts-expect-error the state of a view is read-only
    Writes: { kind: 'line', value: (state) => (state.n = 1) },
    // @ts-expect-error a value is a number or null
    Texts: { kind: 'line', value: () => 'seven' },
    // @ts-expect-error there is no such event
    Tape: { kind: 'tape', types: ['Gone'], print: () => undefined },
    // @ts-expect-error a side is buy or sell
    Ladder: { kind: 'ladder', levels: () => [{ side: 'bid', price: 1, quantity: 1 }] },
    // @ts-expect-error there is no such kind
    Pie: { kind: 'pie' },
  },
});
