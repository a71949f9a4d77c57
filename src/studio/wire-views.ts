/**
 * What the server and the page say of views: lists of panes, what stands in them at a moment, tiles of a heatmap, the tape.
 *
 * Prices and quantities are numbers in the smallest unit: 5753100 with four decimals is 575.31. A side is that of the order
 * that rests: a bid is `'buy'`, an ask is `'sell'`. The side of a trade is its taker's. Times are ms since the epoch, and may have
 * fractions.
 */

export type PaneKind = 'ladder' | 'table' | 'tape' | 'line' | 'heatmap';
export type RestingSide = 'buy' | 'sell';

/** A view, as `/api/log` lists it: what can be drawn, not what stands there. */
export interface ViewInfo {
  readonly name: string;
  /** As in `ViewScale`, as far as the first event tells it: the page has its zone before it asks for a moment. */
  readonly zone?: string;
  readonly panes: readonly { readonly name: string; readonly kind: PaneKind }[];
}

/** What went wrong in a function of a view. The code is `VIEW_FAILED`. */
export interface ViewProblem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  /** The event at which it failed, if it is known. */
  readonly sequence?: number | undefined;
}

/** How the numbers of a view are written: also those of its tiles and of its tape, which do not say it again. */
export interface ViewScale {
  /** Such as "best 10 of a 10-level feed". */
  readonly title?: string;
  /** The zone of the market, such as `America/New_York` or `-04:00`. Absent: that of another view of the log, or UTC. */
  readonly zone?: string;
  readonly priceDecimals: number;
  readonly quantityDecimals: number;
}

/** A view at a moment: with `/api/moment?view=NAME&of=SUBJECT`. */
export interface ViewAnswer extends ViewScale {
  readonly name: string;
  /** What the view is of, such as a symbol: the one that was asked for, or the first. Absent in a view of the whole state. */
  readonly of?: string;
  /** Everything that it can be of, at this moment: the first thousand. */
  readonly subjects?: readonly string[];
  /** The view's own functions failed (title, zone, decimals, subjects). The panes are empty then. */
  readonly problem?: ViewProblem;
  /** By the name of the pane. A heatmap has a tile and a tape has rows: those are asked for apart, and are not in here. */
  readonly panes: Readonly<Record<string, PaneAnswer>>;
}

export type PaneAnswer =
  | LadderAnswer
  | { readonly kind: 'line'; readonly value: number | null; readonly decimals: number }
  | TableAnswer
  /** This pane failed; the others are as usual. */
  | { readonly kind: 'problem'; readonly problem: ViewProblem };

/** Both sides, best first. */
export interface LadderAnswer {
  readonly kind: 'ladder';
  readonly bids: readonly LadderLevel[];
  readonly asks: readonly LadderLevel[];
}

export interface LadderLevel {
  readonly price: number;
  readonly quantity: number;
  /** Orders at the price; absent where the feed does not say. */
  readonly orders?: number;
}

export interface TableAnswer {
  readonly kind: 'table';
  readonly columns: readonly string[];
  /** As many values as there are columns: texts, numbers, booleans and null. */
  readonly rows: readonly (readonly (string | number | boolean | null)[])[];
  /** Rows of the whole table: only the first of a long one are told. */
  readonly total: number;
}

/** A trade, or a mark: something that a person should see at this place. */
export interface TapeRow {
  readonly sequence: number;
  readonly time: number;
  /** Null for a mark without a price. */
  readonly price: number | null;
  /** 0 for a mark. */
  readonly quantity: number;
  /** The taker's; null where the feed does not say. */
  readonly side: RestingSide | null;
  /** A trade against an order that the book did not show. */
  readonly hidden?: true;
  /** What the mark says. Absent for a trade. */
  readonly mark?: string;
}

/**
 * `/api/tape?view&of&at&count` (`count` ≤ 1,000, default 100): rows newest first, up to and with `at`.
 *
 * It looks back through a bounded stretch of the log. `lookedBackTo` is the first sequence that it looked at: with fewer rows
 * than asked for and a `next`, older ones are found by asking again with `at=next`.
 */
export interface TapeAnswer {
  readonly rows: readonly TapeRow[];
  readonly lookedBackTo: number;
  /** Where to look on for older rows. Absent at the beginning of the log. */
  readonly next?: number;
}

/**
 * `/api/tile?view&of&from&step&columns&format=json`: a heatmap.
 *
 * Column `i` is from `from + i × step` (inclusive) to `from + (i + 1) × step` (exclusive). A cell is the time-weighted mean of what
 * rested at its price over the part of the column that the log covers: after the first event and before the last. Where that part
 * has no duration, it is the last value. Columns outside of the log are empty. Levels worse than the known ones count as nothing.
 *
 * Columns are kept and merged: a page that takes steps of `2^k` ms, and a `from` that is a multiple of the step, gets a coarser
 * picture from a finer one, and pays only for new columns when it moves.
 *
 * A tile of more than 2,000,000 events comes sampled at keyframes at first (`sampled`), with `complete: false`: ask again, after
 * half a second or so, and it gets sharper in place until it is complete. Work ends when it is not asked for any more.
 */
export interface TileAnswer extends TileHead {
  /** For each column its cells, by side and price: `[price, quantity, side]`. A price is the lowest of its `priceStep` prices. */
  readonly levels: readonly (readonly (readonly [price: number, quantity: number, side: RestingSide])[])[];
  /** Best prices at the end of each column; null where no order rests. */
  readonly bid: readonly (number | null)[];
  readonly ask: readonly (number | null)[];
  /** By time: the largest of each column, and at most `MOST_TILE_TRADES` (4,096) in all. Marks stand among them. */
  readonly trades: readonly TapeRow[];
  /** The number of each `line` pane of the view, at the end of each column. */
  readonly lines: Readonly<Record<string, readonly (number | null)[]>>;
}

/** What a tile says beside its numbers. */
export interface TileHead {
  readonly from: number;
  readonly step: number;
  readonly columns: number;
  /**
   * How far cells are apart: the largest number that divides the distances of all prices, 1 where there are not two of them. More
   * where the cells would not fit into an answer: a cell then has the quantities of all its prices together.
   */
  readonly priceStep: number;
  /** Levels a side that the log knows. */
  readonly known: number | 'all';
  /** Levels a side that are drawn: at most those that are known. */
  readonly depth: number;
  /** Trades and marks in all columns. */
  readonly tradesInAll: number;
  /** Some columns show the state of a keyframe. */
  readonly sampled: boolean;
  /** Every column is exact. */
  readonly complete: boolean;
  /** As in `LogAnswer`. */
  readonly generation: string;
  /** A function of the view failed: there are no cells from there on. */
  readonly problem?: ViewProblem;
}

/**
 * The first bytes of a tile as bytes. All numbers are little-endian. `count` names the lengths of the arrays.
 *
 *     u32  magic     0x31544652: "RFT1" as bytes
 *     u32  length    bytes of the head, a multiple of 8 (spaces are at its end)
 *     utf8 head      JSON of `TileBytesHead`
 *     f64  bid       [columns]      NaN: none
 *     f64  ask       [columns]      NaN: none
 *     f64  line      [columns]      for each of `lines`, one after the other. NaN: none
 *     f64  time      [trades]
 *     f64  price     [trades]       NaN: none
 *     f64  quantity  [trades]
 *     f64  sequence  [trades]
 *     u32  end       [columns]      the cells of column i are those from end[i - 1] (0 for the first) to before end[i]
 *     u32  place     [cells]        2 × n + side; the price is priceBase + n × priceStep; side 0 is buy, 1 is sell
 *     f32  quantity  [cells]
 *     u8   kind      [trades]       side (0 none, 1 buy, 2 sell) + 4 if hidden + 8 for a mark
 *
 * Each array begins right after the one before it. The cells of a column are sorted by `place`.
 */
export interface TileBytesHead extends TileHead {
  readonly cells: number;
  readonly trades: number;
  readonly priceBase: number;
  /** Names of the lines, in their order. */
  readonly lines: readonly string[];
  /** What each mark says, in their order. */
  readonly marks: readonly string[];
}
