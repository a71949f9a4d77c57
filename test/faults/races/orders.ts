/** The orders to a racer, and its answers. */
import type { Step } from '../writing/session.ts';

export type Order =
  | {
      readonly do: 'open';
      readonly path: string;
      readonly at: number;
      readonly ledgerSeed: number;
      readonly commits: number;
    }
  | { readonly do: 'write'; readonly steps: readonly Step[] }
  /** From now on appends carry this epoch instead of the writer's own. */
  | { readonly do: 'claim'; readonly epoch: number }
  | { readonly do: 'close' };

export interface Answer {
  readonly done: boolean;
  readonly marks: readonly string[];
  readonly sequence?: number | undefined;
  readonly epoch?: number | undefined;
  /** The error's code and message, if it failed. */
  readonly code?: string;
  readonly message?: string;
}
