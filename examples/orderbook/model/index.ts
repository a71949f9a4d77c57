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
import { anyShape, ofShape } from './shapes.ts';
import { initialState } from './state.ts';
import { cancelOrder, massCancel, placeOrder, reduceOrder, replaceOrder } from './trading.ts';

/**
 * Raise it when the meaning of a reducer changes: reducers call helpers, and a hash of the reducers' sources does not
 * cover those.
 */
const REDUCERS_VERSION = 1;

const commands = {
  listSymbol: { input: anyShape(inputs.listSymbol), decide: ofShape(listSymbol) },
  placeOrder: { input: anyShape(inputs.placeOrder), decide: ofShape(placeOrder) },
  cancelOrder: { input: anyShape(inputs.cancelOrder), decide: ofShape(cancelOrder) },
  reduceOrder: { input: anyShape(inputs.reduceOrder), decide: ofShape(reduceOrder) },
  replaceOrder: { input: anyShape(inputs.replaceOrder), decide: ofShape(replaceOrder) },
  massCancel: { input: anyShape(inputs.massCancel), decide: ofShape(massCancel) },
  haltMarket: { input: anyShape(inputs.haltMarket), decide: ofShape(haltMarket) },
  resumeMarket: { input: anyShape(inputs.resumeMarket), decide: ofShape(resumeMarket) },
  advanceClock: { input: anyShape(inputs.advanceClock), decide: ofShape(advanceClock) },
  printHidden: { input: anyShape(inputs.printHidden), decide: ofShape(printHidden) },
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
export { minus, plus, type Sum } from './sums.ts';
export * from './view.ts';
