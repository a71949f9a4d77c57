/** Which levels of a ladder are other than they were at the moment before. Pure. */
import type { LadderAnswer, LadderLevel } from '../../wire.ts';

export interface LadderChanges {
  readonly bids: ReadonlySet<number>;
  readonly asks: ReadonlySet<number>;
}

/** Prices whose level is new or has another quantity. A level that only slid into the ladder's end has not changed. */
export function ladderChanges(before: LadderAnswer | undefined, after: LadderAnswer): LadderChanges {
  if (before === undefined) return { bids: new Set(), asks: new Set() };
  return {
    bids: changedIn(before.bids, after.bids, (price, worst) => price < worst),
    asks: changedIn(before.asks, after.asks, (price, worst) => price > worst),
  };
}

function changedIn(
  before: readonly LadderLevel[],
  after: readonly LadderLevel[],
  isBeyond: (price: number, worst: number) => boolean,
): ReadonlySet<number> {
  const known = new Map(before.map((level) => [level.price, level]));
  const worst = before.at(-1)?.price;
  const isOther = ({ price, quantity, orders }: LadderLevel): boolean => {
    const old = known.get(price);
    if (old !== undefined) return old.quantity !== quantity || old.orders !== orders;
    return worst === undefined || !isBeyond(price, worst);
  };
  return new Set(after.filter(isOther).map(({ price }) => price));
}
