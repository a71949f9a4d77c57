/** What the server and its thread for the past say to each other. */
import type { Former, Found, Moment, PastPlace, Search } from '../calls/contracts/past.ts';
import type { Output } from '../protocol/reply.ts';

/** What the thread is for. */
export type PastTask =
  | { readonly kind: 'state'; readonly path: string; readonly moment: Moment }
  | {
      readonly kind: 'rewind';
      readonly path: string;
      readonly moment: Moment;
      readonly db: number;
      readonly pattern: string;
    }
  | { readonly kind: 'search'; readonly path: string; readonly search: Search };

/** Commands of a client that reads the past. */
export interface PastRequest {
  readonly id: number;
  readonly db: number;
  readonly resp: 2 | 3;
  readonly commands: readonly (readonly string[])[];
  /** Whether the replies stand in one array, as EXEC gives them. */
  readonly isTransaction: boolean;
  /** Values of the configuration, if they have changed since the last request. */
  readonly config?: { readonly [name: string]: string } | undefined;
}

export interface PastAnswer {
  readonly id: number;
  readonly output: readonly Output[];
}

/** Why the thread could not do its task. */
export interface PastFailure {
  readonly code: string;
  readonly message: string;
  /** The first sequence that the log still has, with the code `HISTORY_GONE`. */
  readonly firstSequence?: number | undefined;
}

export type PastMessage =
  | { readonly place: PastPlace }
  | { readonly found: Found }
  | { readonly answer: PastAnswer }
  | { readonly former: Former }
  | { readonly failure: PastFailure };
