/**
 * `context.fold` for the order book without an engine: a deep copy of the whole state, which shares nothing with it.
 */
import { type DecideContext, plain } from 'refold';
import type { BookEvent, BookState } from '../../../examples/orderbook/model/index.ts';
import { reduce } from '../../../examples/orderbook/model/reducers.ts';

/** @param sequence the sequence of the last event in the state */
export function naiveFold(state: BookState, sequence: number): DecideContext['fold'] {
  let last = sequence;
  return (events, onto) => {
    if (onto === undefined) last = sequence;
    const copy = (onto ?? plain(state)) as BookState;
    for (const { type, data } of [events].flat() as BookEvent[]) reduce(copy, { sequence: ++last, type, data });
    return copy;
  };
}
