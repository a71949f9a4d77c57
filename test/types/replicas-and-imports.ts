/** Types of replicas and imports, checked by the compiler alone: nothing here runs. */
import { z } from 'zod';
import {
  defineModel,
  type ImportReport,
  importEvents,
  openStore,
  type PastEvent,
  type StoreRole,
} from '../../src/index.ts';

const model = defineModel({
  name: 'types',
  events: { Counted: z.object({ by: z.int() }) },
  initialState: () => ({ total: 0 }),
  reducers: {
    Counted(state, { by }) {
      state.total += by;
    },
  },
});

export async function imports(events: AsyncGenerator<PastEvent>): Promise<void> {
  const report: ImportReport = await importEvents(model, { path: 'x', durability: 'os' }, events);
  const { clamped, worstMilliseconds }: { clamped: number; worstMilliseconds: number } = report;
  await importEvents(model, { path: 'x' }, [{ type: 'Counted', data: { by: clamped }, recordedAt: worstMilliseconds }]);
  // An event as the log gives it comes in as it is.
  await using store = await openStore(model, { path: 'x' });
  await importEvents(model, { path: 'y', signal: AbortSignal.timeout(1) }, store.events());
  // @ts-expect-error a time must be given
  await importEvents(model, { path: 'x' }, [{ type: 'Counted', data: { by: 1 } }]);
  // @ts-expect-error one event is not an iterable
  await importEvents(model, { path: 'x' }, { type: 'Counted', data: { by: 1 }, recordedAt: 1 });
  // @ts-expect-error there is no such option
  await importEvents(model, { path: 'x', fold: 'direct' }, events);
}

export async function standbys(): Promise<void> {
  const store = await openStore(model, { path: 'x', standby: true });
  const role: StoreRole = store.role;
  const end: () => void = store.onRole((next: 'writer' | 'replica') => next === role);
  end();
  await store.waitFor(7);
  // @ts-expect-error the role is read-only
  store.role = 'writer';
  // @ts-expect-error there is no such role
  store.onRole((next: 'reader') => next);
  // @ts-expect-error standby is true or false
  await openStore(model, { path: 'x', standby: 'yes' });
}

export async function replicas(): Promise<void> {
  const replica = await openStore(model, { path: 'x', readOnly: true, live: true });
  await replica.waitFor(7);
  await replica.waitFor(7, { signal: AbortSignal.timeout(1), timeout: 5 });
  await replica.catchUp();
  const lag: number = replica.stats().lag;
  await replica.waitFor(lag);
  // @ts-expect-error a sequence is a number
  await replica.waitFor('7');
  // @ts-expect-error a replica's state is read-only, too
  replica.state.total = 1;
}
