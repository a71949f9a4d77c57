/**
 * What a book is to a question: the one interface through which the questions see a book, of whichever model.
 *
 * A kind folds with the reducers of its model, and looks at the state. The questions know no event type and no member of
 * a state.
 */
import type { Model, RecordedEvent } from 'refold';
import type { LevelView, Side, Sum } from '../../model/index.ts';

/** A number in the matching book; the feed's own id in a book that follows a feed. */
export type OrderId = number | string;

/** How many decimals the whole numbers of a symbol have. */
export interface Decimals {
  readonly price: number;
  readonly size: number;
}

/** An open order. */
export interface OrderView {
  readonly symbol: string;
  readonly side: Side;
  /** Null for a market order. */
  readonly price: number | null;
  readonly quantity: number;
  /** Sequence of the event that put it where it stands: along a queue it rises. */
  readonly arrival: number;
  readonly account: string | null;
  /** On its level, waiting for its stop price, or beside the book while its trades are recorded. */
  readonly stands: 'level' | 'stop' | 'taker';
}

/** A trade, as an event tells it. */
export interface Trade {
  readonly symbol: string;
  readonly price: number;
  readonly quantity: number;
  readonly tradeId: number | null;
  /** Against a hidden order: it changes nothing that the book shows. */
  readonly hidden: boolean;
  /** The side of the order that took; null where the feed does not say. */
  readonly takerSide: Side | null;
  readonly maker: Party;
  readonly taker: Party;
}

/** One of the two orders of a trade. Null where it is not known. */
export interface Party {
  readonly orderId: OrderId | null;
  readonly account: string | null;
}

/** An order that an event is about. Without a symbol, ids are unique over all symbols. */
export interface Subject {
  readonly symbol?: string;
  readonly orderId: OrderId;
}

/** What an event did to one order, in a word, with the details that the event gives. */
export interface Deed {
  readonly what: string;
  /** How much was traded, reduced or cancelled, or what is open from here on. */
  readonly quantity?: number;
  readonly price?: number;
  readonly reason?: string;
  readonly tradeId?: number;
  readonly role?: 'maker' | 'taker';
  /** Whom it traded with. */
  readonly with?: Party;
  /** The order that takes its place, or whose place it takes. */
  readonly replacedBy?: OrderId;
  readonly replaces?: OrderId;
}

/** What becomes less ahead of an order: it was traded, it was cancelled or reduced, or it moved to another place. */
export type Cause = 'trades' | 'cancels' | 'moves';

/** The levels that an event may change. `all`: any level of the symbol. */
export type Touched = 'all' | readonly { readonly side: Side; readonly price: number }[];

export type BookEvent = Pick<RecordedEvent, 'sequence' | 'recordedAt' | 'type' | 'data' | 'meta'>;

export interface BookKind<State extends object> {
  readonly name: 'matching' | 'feed';
  readonly model: Model<State>;
  /** In the order of listing. */
  symbols(state: State): Iterable<string>;
  /** Undefined where the book does not know them. */
  decimals(state: State, symbol: string): Decimals | undefined;
  /** False for a feed that tells levels only. */
  hasOrders(state: State, symbol: string): boolean;
  /** Whether orders have accounts. */
  readonly hasAccounts: boolean;
  /** Whether the book of a symbol counts between two events, or stands in the middle of one change. */
  isSettled(state: State, symbol: string, before: BookEvent | undefined, after: BookEvent | undefined): boolean;
  /** Whether the book may not count after an event although it did before, and time may pass until it counts again. */
  beginsChange(event: BookEvent): boolean;
  /** Best first. */
  topLevels(state: State, symbol: string, side: Side, depth: number): LevelView[];
  level(
    state: State,
    symbol: string,
    side: Side,
    price: number,
  ): { readonly quantity: Sum; readonly count: number } | undefined;
  /** The ids at a price, first come first. */
  queue(state: State, symbol: string, side: Side, price: number): OrderId[];
  order(state: State, symbol: string, orderId: OrderId): OrderView | undefined;
  /** The order that an event lets in. */
  entryOf(event: BookEvent): Required<Subject> | undefined;
  /** The orders that an event is about. */
  subjectsOf(event: BookEvent): readonly Subject[];
  /** What an event that is about an order does to it. `state` is the one before the event. */
  deedOf(state: State, event: BookEvent, orderId: OrderId): Deed;
  /** Why an event makes the quantity ahead of another order less. */
  causeOf(event: BookEvent): Cause;
  /** The symbol and levels that an event may change, asked before and after its fold. Undefined: none. */
  touched(state: State, event: BookEvent): { readonly symbol: string; readonly levels: Touched } | undefined;
  /** The trade of an event. `state` is the one before it. */
  tradeOf(state: State, event: BookEvent): Trade | undefined;
}
