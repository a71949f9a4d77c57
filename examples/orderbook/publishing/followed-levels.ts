/** A consumer of the `l2` channel: it makes the book of a symbol from snapshots and diffs, and notices what it missed. */
import type { LevelView, Side } from '../model/index.ts';
import type { L2Diff, L2Snapshot } from './messages.ts';

/** What became of a message: it was applied, it was known already, or messages before it are missing. */
export type Applied = 'applied' | 'known' | 'gap';

export class FollowedLevels {
  readonly #bids = new Map<number, LevelView>();
  readonly #asks = new Map<number, LevelView>();
  /** The sequence of the last snapshot or diff that was applied; undefined before the first snapshot. */
  sequence: number | undefined;

  /** Takes a message. After a `gap` the book stays as it was: `apply` a snapshot, and go on with what comes after it. */
  apply(message: L2Snapshot | L2Diff): Applied {
    if (message.kind === 'snapshot') {
      this.#bids.clear();
      this.#asks.clear();
    } else {
      if (this.sequence === undefined || message.previous > this.sequence) return 'gap';
      if (message.sequence <= this.sequence) return 'known';
    }
    set(this.#bids, message.bids);
    set(this.#asks, message.asks);
    this.sequence = message.sequence;
    return 'applied';
  }

  /** The levels of a side by price, in no order. */
  side(side: Side): ReadonlyMap<number, LevelView> {
    return side === 'buy' ? this.#bids : this.#asks;
  }

  /** The levels of a side, best first. */
  levels(side: Side): LevelView[] {
    return [...this.side(side).values()].sort((a, b) => (side === 'buy' ? b.price - a.price : a.price - b.price));
  }
}

function set(levels: Map<number, LevelView>, changed: readonly LevelView[]): void {
  for (const level of changed) {
    if (level.quantity === 0) levels.delete(level.price);
    else levels.set(level.price, level);
  }
}
