/**
 * One value of a key, apart from any server: what files, payloads and digests are made of.
 *
 * Texts are latin1 strings, one character a byte.
 */
export type RedisValue = StringValue | ListValue | HashValue | SetValue | SortedSetValue | StreamValue;

export interface StringValue {
  readonly kind: 'string';
  readonly value: string;
}

export interface ListValue {
  readonly kind: 'list';
  readonly items: readonly string[];
}

/** The fields are unique. */
export interface HashValue {
  readonly kind: 'hash';
  readonly pairs: readonly (readonly [field: string, value: string])[];
}

/** The members are unique. */
export interface SetValue {
  readonly kind: 'set';
  readonly members: readonly string[];
}

/** The members are unique, in any order; no score is NaN. */
export interface SortedSetValue {
  readonly kind: 'zset';
  readonly members: readonly (readonly [member: string, score: number])[];
}

/** Ids are `milliseconds-sequence` in decimal. Entries ascend, and none is after `lastId`. */
export interface StreamValue {
  readonly kind: 'stream';
  readonly entries: readonly StreamEntry[];
  readonly lastId: string;
  /** `0-0` in an empty stream. */
  readonly firstId: string;
  readonly maxDeletedId: string;
  readonly entriesAdded: bigint;
  readonly groups: readonly StreamGroup[];
}

export interface StreamEntry {
  readonly id: string;
  readonly fields: readonly (readonly [field: string, value: string])[];
}

/** Names of groups and of consumers are unique. */
export interface StreamGroup {
  readonly name: string;
  readonly lastId: string;
  /** -1 when it is unknown. */
  readonly entriesRead: bigint;
  readonly consumers: readonly StreamConsumer[];
  /** Ascending by id. Each has a consumer of the group. */
  readonly pending: readonly PendingEntry[];
}

export interface StreamConsumer {
  readonly name: string;
  /** In ms since the epoch. */
  readonly seenAt: number;
}

export interface PendingEntry {
  readonly id: string;
  readonly consumer: string;
  /** In ms since the epoch. */
  readonly deliveredAt: number;
  readonly deliveries: bigint;
}

/** A key with its value. */
export interface RedisEntry {
  readonly database: number;
  readonly key: string;
  readonly value: RedisValue;
  /** In ms since the epoch; undefined for a key that stays. */
  readonly expireAt: number | undefined;
}

/** How many elements the value has; a string has one. Redis keeps no empty value, except an empty stream. */
export function sizeOf(value: RedisValue): number {
  switch (value.kind) {
    case 'string':
      return 1;
    case 'list':
      return value.items.length;
    case 'hash':
      return value.pairs.length;
    case 'stream':
      return value.entries.length;
    default:
      return value.members.length;
  }
}
