/** Type tests of looking back: compiled by `npm run types`, never run. Each `@ts-expect-error` says what must not compile. */
import { z } from 'zod';
import { bisect, defineModel, openPast, parseCondition, rehearse, why } from '../../src/index.ts';

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

export async function lookBack(): Promise<void> {
  await using past = await openPast(model, { path: 'orders.db' });
  // @ts-expect-error a past is always read-only
  await openPast(model, { path: 'orders.db', readOnly: true });
  const { state, cost } = await past.at({ time: new Date() });
  state.n = 7; // a copy for the caller
  assertType<Equal<typeof cost.keyframe, number | undefined>>();
  // @ts-expect-error a position is not a text
  await past.at('10:31');

  for await (const block of past.walk({ from: 1, to: { time: 5 } })) {
    for (const event of block) {
      assertType<Equal<typeof event.type, 'Placed' | 'Closed'>>();
      if (event.type === 'Placed') assertType<Equal<typeof event.data.quantity, number>>();
    }
    // @ts-expect-error the state of a walk is read-only
    block.state.n = 1;
    // @ts-expect-error its tables are read-only too
    block.state.orders.clear();
  }

  const { events } = await past.walk({
    each(event, state) {
      assertType<Equal<typeof event.type, 'Placed' | 'Closed'>>();
      // @ts-expect-error the state of a walk is read-only
      state.n = 1;
    },
    before: (state, sequence) => void (state.n + sequence),
  });
  assertType<Equal<typeof events, number>>();
  // @ts-expect-error a walk with a function has no blocks
  for await (const _ of past.walk({ each: () => {} }));

  const cursor = await past.cursor(3, { checkpointBytes: 1_000 });
  assertType<Equal<Awaited<ReturnType<typeof cursor.step>>, number>>();
  assertType<Equal<NonNullable<typeof cursor.event>['type'], 'Placed' | 'Closed'>>();
  assertType<Equal<Awaited<ReturnType<typeof cursor.warm>>, boolean>>();
  await cursor.warm({ signal: new AbortController().signal });
  // @ts-expect-error it keeps one state at a time
  await cursor.warm(3);
  // @ts-expect-error the state of a cursor is read-only
  cursor.state.n = 1;
  for (const { parts, before, after } of cursor.changes)
    assertType<Equal<[typeof parts, typeof before, typeof after], [readonly unknown[], unknown, unknown]>>();

  const { changes } = await past.why('orders.7.quantity', { limit: 1, onChange: ({ sequence }) => void sequence });
  assertType<Equal<(typeof changes)[number]['recordedAt'], number>>();
  await past.why(['orders', 7]);
  await past.bisect({ firstFalse: (at) => at.orders.size > 0 });
  await past.bisect({ firstTrue: parseCondition('n > 1') }, { mode: 'fast' });
  // @ts-expect-error there is no such mode
  await past.bisect('n > 1', { mode: 'slow' });
  assertType<Equal<Awaited<ReturnType<typeof past.why>>, Awaited<ReturnType<typeof why>>>>();
  await why(model, ['orders', 7], { path: 'orders.db', limit: 1 });
  await bisect(model, { firstFalse: (at) => at.orders.size > 0 }, { path: 'orders.db', mode: 'fast' });
  // @ts-expect-error a log is required
  await bisect(model, 'n > 1');
  const { firstDifference } = await rehearse(model, model, { path: 'orders.db' });
  assertType<
    Equal<typeof firstDifference extends undefined ? never : NonNullable<typeof firstDifference>['path'], string>
  >();
  const { buckets } = await past.counts({ by: 'time', buckets: 10 });
  assertType<Equal<(typeof buckets)[number]['events'], number>>();
}
