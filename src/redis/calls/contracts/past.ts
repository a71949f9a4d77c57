/** Reading the past, as commands see it. */
import type { Client, QueuedCommand } from '../client.ts';

/** A moment: a sequence, or a time in ms since the epoch. */
export type Moment = { readonly sequence: number } | { readonly time: number };

/** A place in the history. */
export interface PastPlace {
  readonly sequence: number;
  /** When that event was recorded, in ms since the epoch. */
  readonly recordedAt: number;
}

/** Which changes a search looks for, newest first. */
export interface Search {
  /** The database that the client's number means now. */
  readonly db: number;
  readonly key: string;
  /** Only changes of this field, member or element. */
  readonly field?: string;
  /** Whether to stop at the change that gave the key its present value. */
  readonly onlyPresent: boolean;
  readonly count: number;
  /** Only changes before this sequence. Default: all. */
  readonly before?: number;
  /** The last sequence that there is for the search. Default: that of the log. */
  readonly upTo?: number;
}

/** One change of a key. */
export interface Change {
  readonly sequence: number;
  /** ms since the epoch. */
  readonly recordedAt: number;
  /** The name of the effect. */
  readonly effect: string;
  /** What the effect recorded, without database and key. */
  readonly data: { readonly [member: string]: unknown };
  /** Who caused it, if the server audits: command, client and user. */
  readonly by: { readonly [member: string]: unknown } | undefined;
}

export interface Found {
  readonly changes: readonly Change[];
  /** The sequences that the search looked at, both ends included. */
  readonly from: number;
  readonly to: number;
  /** Whether the search stopped before it had found everything that the log has. */
  readonly isPartial: boolean;
}

/** Keys as they were, with the commands that make them again. */
export interface Former {
  readonly sequence: number;
  readonly keys: readonly FormerKey[];
}

export interface FormerKey {
  readonly key: string;
  /** Commands that make the value and its expiry time, in a database where the key is not there. */
  readonly commands: readonly (readonly string[])[];
}

export interface Past {
  /**
   * Moves the client to a moment.
   *
   * @throws CommandError when too many states are in use, or the log does not have the moment
   */
  enter(client: Client, moment: Moment): Promise<PastPlace>;
  /** The client reads the present again. */
  leave(client: Client): void;
  /** Where the client is; undefined in the present. */
  placeOf(client: Client): PastPlace | undefined;
  /** Runs commands where the client is, and lets it wait for the replies. @param isTransaction they stand in one array */
  run(client: Client, commands: readonly QueuedCommand[], isTransaction: boolean): void;
  /** The keys of a database that match the pattern, as they were. @throws CommandError as `enter` does */
  former(moment: Moment, db: number, pattern: string): Promise<Former>;
  /** @throws CommandError when the log cannot be searched */
  search(search: Search): Promise<Found>;
}
