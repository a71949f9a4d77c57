/**
 * What may stand under a key. Bytes are latin1 strings, one character a byte.
 *
 * A short string is a JavaScript string itself. A string that commands change in place is `bytes`. `size` estimates the bytes
 * of memory of a collection; the reducers keep it current.
 */
import type { Deque, OrderedMap } from '../../index.ts';
import type { Dense } from './dense.ts';

export type Value = string | Bytes | List | Hash | Members | SortedSet | Stream;

/** The kinds as TYPE names them; both forms of a string are `string`. */
export type Kind = 'string' | 'list' | 'hash' | 'set' | 'zset' | 'stream';

/** A string that is changed in place. The bytes beyond `length` are room for growth, and 0. */
export interface Bytes {
  readonly kind: 'bytes';
  data: Uint8Array;
  length: number;
}

export interface List {
  readonly kind: 'list';
  readonly items: Deque<string>;
  size: number;
}

export interface Hash {
  readonly kind: 'hash';
  readonly fields: Dense<string>;
  size: number;
}

/** A set. */
export interface Members {
  readonly kind: 'set';
  readonly members: Dense<true>;
  size: number;
}

/** A sorted set: the score of each member, and the members in their order (see `sorted-sets.ts`). */
export interface SortedSet {
  readonly kind: 'zset';
  readonly scores: Dense<number>;
  readonly order: OrderedMap<string, true>;
  size: number;
}

/** A member with its score. */
export interface Scored {
  readonly score: number;
  readonly member: string;
}

/** A log of entries. Ids have milliseconds and a sequence, both 64 bits, in the sortable spelling of `stream-ids.ts`. */
export interface Stream {
  readonly kind: 'stream';
  /** Entries by id. Fields and values alternate. */
  readonly entries: OrderedMap<string, readonly string[]>;
  lastId: string;
  maxDeletedId: string;
  entriesAdded: number;
  readonly groups: Map<string, Group>;
  size: number;
}

/** A consumer group of a stream. */
export interface Group {
  lastId: string;
  /** How many entries the group has read; -1 when it is not known. */
  entriesRead: number;
  readonly consumers: Map<string, Consumer>;
  /** Entries that were delivered and not acknowledged, by id. */
  readonly pending: OrderedMap<string, Pending>;
}

export interface Consumer {
  /** When it was seen last, in ms since the epoch. */
  seenAt: number;
  /** The ids of the entries that are pending for it. */
  readonly pending: OrderedMap<string, true>;
}

export interface Pending {
  readonly consumer: string;
  /** When the entry was delivered last, in ms since the epoch. */
  readonly deliveredAt: number;
  readonly deliveries: number;
}

export function kindOf(value: Value): Kind {
  if (typeof value === 'string' || value.kind === 'bytes') return 'string';
  return value.kind;
}
