/**
 * The rules of the audit's second engine. They were written again from their description, not from the model's code.
 */
import type { Side } from '../model/events.ts';
import { type AuditOrder, Ladder } from './rematch-ladder.ts';

export interface AuditMarket {
  readonly tick: number;
  readonly lot: number;
  readonly maxQuantity: number;
  halted: boolean;
  /** Whether the halt takes orders that do not trade. */
  quoting: boolean;
  lastPrice: number | null;
  readonly resting: { readonly buy: Ladder; readonly sell: Ladder };
  readonly waiting: { readonly buy: Ladder; readonly sell: Ladder };
}

/** Why a sound book would not have accepted the order, or undefined. */
export function problemOf(market: AuditMarket, order: AuditOrder): string | undefined {
  const { price, stopPrice, open, timeInForce } = order;
  if ((price ?? 0) % market.tick !== 0 || (stopPrice ?? 0) % market.tick !== 0) return 'off the tick';
  if (open % market.lot !== 0) return 'off the lot';
  if (open > market.maxQuantity) return 'too large';
  if (stopPrice !== undefined) {
    const last = market.lastPrice;
    const reached = last !== null && (order.side === 'buy' ? last >= stopPrice : last <= stopPrice);
    return reached ? 'its stop price is reached' : undefined;
  }
  if (timeInForce === 'FOK' && !canFill(market, order)) return 'fill-or-kill, and cannot be filled';
  return order.postOnly && meets(market, order) ? 'post-only, and would trade' : undefined;
}

/** Whether orders may enter. */
export function isOpen(market: AuditMarket): boolean {
  return !market.halted || market.quoting;
}

/** Whether the order stands beside the book first. */
export function mustTake(market: AuditMarket, order: AuditOrder): boolean {
  const rests = order.price !== null && order.timeInForce !== 'IOC' && order.timeInForce !== 'FOK';
  return !rests || meets(market, order);
}

export function meets(market: AuditMarket, order: AuditOrder): boolean {
  const opponent = market.resting[other(order.side)].first();
  return opponent !== undefined && suits(order, opponent.price!);
}

export function canFill(market: AuditMarket, order: AuditOrder): boolean {
  let missing = order.open;
  for (const maker of market.resting[other(order.side)].inOrder()) {
    if (missing === 0 || !suits(order, maker.price!)) break;
    if (order.prevention === 'none' || order.account !== maker.account) missing -= Math.min(missing, maker.open);
    else if (order.prevention !== 'maker') break;
  }
  return missing === 0;
}

export function suits(order: AuditOrder, price: number): boolean {
  if (order.price === null) return true;
  return order.side === 'buy' ? price <= order.price : price >= order.price;
}

export function other(side: Side): Side {
  return side === 'buy' ? 'sell' : 'buy';
}

/** Takes out of `waiting` the stops that a trade at `price` reaches, the first to come first. */
export function wake(waiting: Ladder, side: Side, price: number, awake: AuditOrder[]): void {
  let stop = waiting.first();
  while (stop !== undefined && (side === 'buy' ? stop.stopPrice! <= price : stop.stopPrice! >= price)) {
    awake.push({ ...stop }); // the one in the ladder is marked as over
    Ladder.leave(stop);
    stop = waiting.first();
  }
}
