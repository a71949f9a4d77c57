/**
 * What the studio's server and its page say to each other. Types alone: both sides import them.
 *
 * Values are tagged JSON, as `toTaggedJson` gives it. A path is text, as `formatPath` gives it.
 */

/** What a value is, as a person sees it. */
export type Kind = 'object' | 'array' | 'map' | 'orderedMap' | 'set' | 'deque' | 'bytes' | 'value';

/** A value as the page shows it: all of a small one, the size of one that opens, the beginning of a long one. */
export interface Shown {
  readonly kind: Kind;
  /** The value; absent for what opens. Of a long text or of many bytes it is the beginning. */
  readonly value?: unknown;
  /** Entries, members or items of what opens. */
  readonly total?: number;
  /** How long the value is, in characters or bytes, where `value` is only its beginning. */
  readonly length?: number;
}

/** What is in sight: a place of the state, and which of its rows. */
export interface Look {
  readonly path: string;
  /** The first row, from 0. */
  readonly from: number;
  /** How many rows; 0 for the place alone. */
  readonly count: number;
}

/** An entry of a table, a member of an object, an item of a list. */
export interface Row {
  readonly path: string;
  /** The key of an entry, as tagged JSON; the name of a member; the index of an item. */
  readonly key: unknown;
  readonly shown: Shown;
}

/** A place that was looked at. */
export interface Looked {
  readonly path: string;
  /** Absent where nothing stands. */
  readonly shown?: Shown;
  readonly from?: number;
  readonly rows?: readonly Row[];
}
