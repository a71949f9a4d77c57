/**
 * What a view is made of: functions of the state and of events that give plain data. They run on the server, in its threads. The
 * page draws what they give, and runs no code of a model.
 *
 * Prices and quantities are numbers in the smallest unit, and `priceDecimals` says where the point is. `side` is that of the order
 * that rests: `'buy'` for bids.
 */
import type { PaneKind, RestingSide } from '../wire-views.ts';

/** What functions of a view are told beside the state. */
export interface About<Event = any> {
  /** What the view is of: one of its subjects, such as a symbol. An empty text in a view without subjects. */
  readonly of: string;
  /** The first event of the log; undefined if the log is empty, or the event was dropped. Its meta may say where a feed comes from. */
  readonly first: Event | undefined;
}

/** A price and what rests there. */
export interface ViewLevel {
  readonly side: RestingSide;
  readonly price: number;
  readonly quantity: number | bigint;
  /** Orders at the price. Leave it out where it is not known. */
  readonly orders?: number | undefined;
}

/** At most `count` levels of each side, the best first: the highest price that is bid, the lowest that is asked. */
export type LevelsOf<State, Event> = (state: State, count: number, about: About<Event>) => readonly ViewLevel[];

/** What an event puts on the tape: a trade, or a mark, which is a text that a person should see at this place. */
export type Print =
  | {
      readonly price: number;
      readonly quantity: number | bigint;
      /** The taker's. Leave it out where it is not known. */
      readonly side?: RestingSide | null | undefined;
      /** Against an order that the book did not show. */
      readonly hidden?: boolean | undefined;
    }
  | { readonly mark: string; readonly price?: number | null | undefined };

export type PrintOf<Event> = (event: Event, about: About<Event>) => Print | null | undefined;

/** The best levels of both sides at a moment. */
export interface LadderPane<State = any, Event = any> {
  readonly kind: 'ladder';
  readonly levels: LevelsOf<State, Event>;
  /** Levels of each side, 1 to 200; default 20. */
  readonly rows?: number | undefined;
}

/** Price by time, coloured by what rested there. */
export interface HeatmapPane<State = any, Event = any> {
  readonly kind: 'heatmap';
  /** It is called after each event, so it should be fast. */
  readonly levels: LevelsOf<State, Event>;
  readonly print?: PrintOf<Event> | undefined;
  /** Whether an event may have changed the levels of what the view is of. Default: each may. */
  readonly touches?: ((event: Event, about: About<Event>) => boolean) | undefined;
  /** Levels of each side that are drawn, 1 to 500; default 50. Levels that the log does not know are never drawn. */
  readonly depth?: number | undefined;
}

/** Trades, newest first. */
export interface TapePane<Event = any> {
  readonly kind: 'tape';
  readonly print: PrintOf<Event>;
  /** The types of events that can print: others are not read. Default: all. */
  readonly types?: readonly (Event extends { readonly type: infer Type } ? Type : never)[] | undefined;
}

/** One number. The page draws it over time beside the heatmap. */
export interface LinePane<State = any, Event = any> {
  readonly kind: 'line';
  readonly value: (state: State, about: About<Event>) => number | null | undefined;
  /** Default: those of prices. */
  readonly decimals?: number | undefined;
}

export type ViewCell = string | number | bigint | boolean | null | undefined;

/** Rows of values. The page shows the first thousand. */
export interface TablePane<State = any, Event = any> {
  readonly kind: 'table';
  /** At most 50. */
  readonly columns: readonly string[];
  readonly rows: (state: State, about: About<Event>) => readonly (readonly ViewCell[])[];
}

export type Pane<State = any, Event = any> =
  | LadderPane<State, Event>
  | HeatmapPane<State, Event>
  | TapePane<Event>
  | LinePane<State, Event>
  | TablePane<State, Event>;

/** A value, or a function that gives it. */
type Told<Value, State, Event> = Value | ((state: State, about: About<Event>) => Value);

/** What `defineView` takes. */
export interface ViewDefinition<State = any, Event = any> {
  /** The name of its tab. */
  readonly name: string;
  /** Panes by their names, at most 16. At most one of them is a heatmap, and one a tape. */
  readonly panes: Readonly<Record<string, Pane<State, Event>>>;
  /** What the view can be of, such as symbols: at most a thousand. Without it, it is of the whole state. */
  readonly subjects?: ((state: State, about: About<Event>) => readonly string[]) | undefined;
  /** A line above the view, such as "best 10 of a 10-level feed". */
  readonly title?: Told<string, State, Event> | undefined;
  /** The zone of the times that are shown, such as `America/New_York` or `-04:00`. Default: UTC. */
  readonly zone?: Told<string | undefined, State, Event> | undefined;
  /** Digits behind the point, 0 to 18; default 0. */
  readonly priceDecimals?: Told<number, State, Event> | undefined;
  readonly quantityDecimals?: Told<number, State, Event> | undefined;
  /**
   * How many levels of each side the log knows: a feed of ten levels leaves old ones behind it that are not true any more. Default:
   * what `levels` in the meta of the first event says, and otherwise `'all'`.
   */
  readonly known?: number | 'all' | ((about: Pick<About<Event>, 'first'>) => number | 'all' | undefined) | undefined;
  /**
   * When an event was, in ms since the epoch. It stays within the millisecond of `recordedAt`. Default: `recordedAt`, and the
   * nanoseconds in `meta.ns`.
   */
  readonly time?: ((event: Event) => number) | undefined;
}

/** A view of a model. Made by `defineView`. */
export interface View<State = any, Event = any> extends ViewDefinition<State, Event> {
  /** The name of the model. */
  readonly model: string;
}

export const PANE_KINDS: readonly PaneKind[] = ['ladder', 'table', 'tape', 'line', 'heatmap'];
