import {
  type FeedMessage,
  type FeedState,
  feedBook,
  reduce,
  translate,
} from '../../../../examples/orderbook/follow/index.ts';

/** The feed book, message by message. */
export class Follower {
  readonly state: FeedState = feedBook.initialState();
  #sequence = 0;

  apply(message: FeedMessage): void {
    const event = translate(this.state, message);
    if (event !== undefined) reduce(this.state, { ...event, sequence: ++this.#sequence, recordedAt: 5 });
  }

  /** What did not fit, by kind. */
  get mismatches(): Record<string, number> {
    return Object.fromEntries([...this.state.mismatches].map(([kind, { count }]) => [kind, count]));
  }
}
