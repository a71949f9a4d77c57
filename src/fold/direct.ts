/** The direct fold: reducers change the state itself. One loop, as tight as it gets, for it is what replay spends its time in. */
import type { RecordedEvent } from '../core/event.ts';
import { type FoldReducers, reducerFailed, reducerOf, refusePromise } from './reduce.ts';

/**
 * Folds events into `state`, in place.
 *
 * @throws RefoldError `REDUCER_FAILED`, `UNKNOWN_EVENT_TYPE`
 */
export function foldEvents(reducers: FoldReducers, state: object, events: Iterable<RecordedEvent>): void {
  let current: RecordedEvent | undefined;
  try {
    for (const event of events) {
      current = event;
      const returned = reducerOf(reducers, event)(state, event.data, event);
      if (returned !== undefined) refusePromise(returned);
      current = undefined;
    }
  } catch (error) {
    // Without a current event it was the iterable that threw: a damaged block, say.
    throw current === undefined ? error : reducerFailed(error, current);
  }
}
