/**
 * The order book as a refold model: a price-time-priority matching engine whose whole state, queue positions included,
 * is a fold of its events.
 *
 * Read `events.ts` for what can happen, `inputs.ts` for the commands, `state.ts` for what is kept, `match.ts` for how
 * orders meet, `reducers.ts` for how the state changes, and `../audit/rematch.ts` for the audit that trusts none of
 * them.
 */
import { defineModel } from 'refold';
import { events } from './events.ts';
import { inputs } from './inputs.ts';
import { invariants } from './invariants.ts';
import { advanceClock, haltMarket, listSymbol, printHidden, resumeMarket } from './market.ts';
import { reducers } from './reducers.ts';
import { initialState } from './state.ts';
import { cancelOrder, massCancel, placeOrder, reduceOrder, replaceOrder } from './trading.ts';

/**
 * Raise it when the meaning of a reducer changes: reducers call helpers, and a hash of the reducers' sources does not
 * cover those.
 */
const REDUCERS_VERSION = 1;

const commands = {
  listSymbol: { input: inputs.listSymbol, decide: listSymbol },
  placeOrder: { input: inputs.placeOrder, decide: placeOrder },
  cancelOrder: { input: inputs.cancelOrder, decide: cancelOrder },
  reduceOrder: { input: inputs.reduceOrder, decide: reduceOrder },
  replaceOrder: { input: inputs.replaceOrder, decide: replaceOrder },
  massCancel: { input: inputs.massCancel, decide: massCancel },
  haltMarket: { input: inputs.haltMarket, decide: haltMarket },
  resumeMarket: { input: inputs.resumeMarket, decide: resumeMarket },
  advanceClock: { input: inputs.advanceClock, decide: advanceClock },
  printHidden: { input: inputs.printHidden, decide: printHidden },
};

export const orderBook = defineModel({
  name: 'orderbook',
  module: import.meta.url,
  version: REDUCERS_VERSION,
  events,
  initialState,
  reducers,
  commands,
  invariants,
});

export default orderBook;

export * from './events.ts';
export { type BookCommand, type CommandName, inputs } from './inputs.ts';
export { settled } from './invariants.ts';
export { REJECTION_CODES, REJECTIONS, type RejectionCode } from './rejections.ts';
export {
  type BookState,
  type Market,
  type Order,
  opposite,
  type Print,
  type Queue,
  type ReadonlyBook,
  TAPE_LENGTH,
} from './state.ts';
export * from './view.ts';
