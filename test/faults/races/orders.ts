/** What a racer can be told, and what it answers. */
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
  /** From now on appends name this epoch, whatever the writer's own. */
  | { readonly do: 'claim'; readonly epoch: number }
  | { readonly do: 'close' };

export interface Answer {
  readonly done: boolean;
  readonly marks: readonly string[];
  readonly sequence?: number | undefined;
  readonly epoch?: number | undefined;
  /** Of the error, when it is not done. */
  readonly code?: string;
  readonly message?: string;
}
