/** What the server and its thread for the past say to each other. */
import type { Output } from '../protocol/reply.ts';

/** A moment: a sequence, or a time in ms since the epoch. */
export type Moment = { readonly sequence: number } | { readonly time: number };

/** What the thread is for. */
export type PastTask =
  | { readonly kind: 'state'; readonly path: string; readonly moment: Moment }
  | { readonly kind: 'search'; readonly path: string; readonly search: Search };

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

/** A past state is there. */
export interface PastPlace {
  readonly sequence: number;
  /** When that event was recorded, in ms since the epoch. */
  readonly recordedAt: number;
}

/** Commands of a client that reads the past. */
export interface PastRequest {
  readonly id: number;
  readonly db: number;
  readonly resp: 2 | 3;
  readonly commands: readonly (readonly string[])[];
  /** Whether the replies stand in one array, as EXEC gives them. */
  readonly isTransaction: boolean;
  /** Values of the configuration that commands read. */
  readonly config: { readonly [name: string]: string };
}

export interface PastAnswer {
  readonly id: number;
  readonly output: readonly Output[];
}

/** Why the thread could not do its task. */
export interface PastFailure {
  readonly code: string;
  readonly message: string;
}

export type PastMessage =
  | { readonly place: PastPlace }
  | { readonly found: Found }
  | { readonly answer: PastAnswer }
  | { readonly failure: PastFailure };
