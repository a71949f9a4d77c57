/**
 * The book of a feed as a refold model: it follows what a feed says, and matches nothing.
 *
 * Read `messages.ts` for what a feed says, `translate.ts` for what a message means, `events.ts` for what is logged, and
 * `state.ts` for what is kept. The matching book is in `../model/`.
 */
import { defineModel } from 'refold';
import { events } from './events.ts';
import { invariants } from './invariants.ts';
import { reducers } from './reducers.ts';
import { initialState } from './state.ts';

/** Raise it when the meaning of a reducer changes: a hash of the reducers' sources does not cover their helpers. */
const REDUCERS_VERSION = 1;

export const feedBook = defineModel({
  name: 'feedbook',
  module: import.meta.url,
  version: REDUCERS_VERSION,
  events,
  initialState,
  reducers,
  invariants,
});

export default feedBook;

export type {
  FeedEvent,
  FeedEventData,
  FeedEvents,
  FeedEventType,
  RecordedFeedEvent,
  Remedy,
} from './events.ts';
export type { Change, FeedMessage, FeedOrderId } from './messages.ts';
export { reduce } from './reducers.ts';
export {
  FEED_TAPE_LENGTH,
  type FeedFile,
  type FeedLevel,
  type FeedMarket,
  type FeedOrder,
  type FeedPrint,
  type FeedState,
  type Mismatches,
  type ReadonlyFeedBook,
  type ReadonlyFeedMarket,
  type ReadonlyFeedOrder,
} from './state.ts';
export { MISMATCHES, translate } from './translate.ts';
export * from './view.ts';
