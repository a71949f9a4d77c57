/** A book without log or threads: the model's commands and reducers, run in place. Stands in for a store in tests. */
import { createHash } from 'node:crypto';
import type { EventMeta } from 'refold';
import type { BookStore, CommandOutcome } from '../../../examples/orderbook/gateway.ts';
import {
  type BookState,
  type CommandName,
  orderBook,
  type RecordedBookEvent,
} from '../../../examples/orderbook/model/index.ts';
import { naiveFold } from '../orderbook-model/naive-fold.ts';

/** A fresh, empty book. */
export function memoryBook(): BookStore {
  const state: BookState = orderBook.initialState();
  const listeners = new Set<(events: readonly RecordedBookEvent[]) => void>();
  let sequence = 0;

  function run(name: CommandName, input: unknown, meta?: EventMeta): CommandOutcome {
    const { input: schema, decide } = orderBook.commands![name];
    const context = { now: 0, sequence, fold: naiveFold(state, sequence), event: orderBook.event as never };
    const decision: any = decide(state as never, schema.parse(input) as never, context);
    if (decision.rejected) return { status: 'rejected', code: decision.code, message: decision.message };
    const firstSequence = sequence + 1;
    const events = decision.map((event: any) => ({
      ...event,
      sequence: ++sequence,
      recordedAt: 0,
      version: 1,
      ...(meta === undefined ? {} : { meta }),
    }));
    for (const event of events) (orderBook.reducers as any)[event.type](state, event.data, event);
    if (events.length === 0) return { status: 'accepted', commit: undefined };
    queueMicrotask(() => publish(events));
    return { status: 'accepted', commit: { firstSequence, lastSequence: sequence, recordedAt: 0 } };
  }

  function publish(events: readonly RecordedBookEvent[]): void {
    for (const listener of listeners) listener(events);
  }

  return {
    state: state as BookStore['state'],
    get sequence() {
      return sequence;
    },
    execute: async (name, input, options) => run(name, input, options?.meta),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stateHash: async () =>
      createHash('sha256')
        .update(JSON.stringify([...state.orders]))
        .digest('hex'),
  };
}
