/** What drafts note of a commit when a caller asks what it changes. */
import type { PathPart } from '../plain.ts';

/** What a commit does to one entry of a table. */
export interface EntryChange {
  readonly key: unknown;
  /** Whether the entry was not there before. */
  readonly isNew?: true;
  /** Whether the entry is not there afterwards. */
  readonly isGone?: true;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** A table below the top level, and what an event has done to its entries. */
export interface NotedTable {
  readonly path: readonly PathPart[];
  /** The table before the event, and the one that is there now: a Map stays the same object. */
  readonly base: object;
  readonly made: object;
  readonly changes: readonly EntryChange[];
}
