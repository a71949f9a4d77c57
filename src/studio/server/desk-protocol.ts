/** What the HTTP thread and a worker say to each other. Everything can be cloned. */
import type { Problem } from './answering.ts';

/** To the worker. `id` is of the question. */
export type ToWorker =
  /** `query` is the text behind the question mark. */
  | { readonly kind: 'ask'; readonly id: number; readonly route: string; readonly query: string }
  /** So many more lines may be sent. */
  | { readonly kind: 'more'; readonly id: number; readonly lines: number }
  /** The answer is not waited for any more. */
  | { readonly kind: 'abort'; readonly id: number };

/** From the worker. `json` is the text of an answer, or of a line of one. */
export type FromWorker =
  | { readonly kind: 'answer'; readonly id: number; readonly json: string }
  | { readonly kind: 'bytes'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: 'line'; readonly id: number; readonly json: string }
  | { readonly kind: 'end'; readonly id: number }
  | { readonly kind: 'problem'; readonly id: number; readonly problem: Problem };

/** Lines that a worker may be ahead of the reader. */
export const LINES_AHEAD = 64;
