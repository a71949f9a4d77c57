/**
 * The model that the append and replay workloads fold: orders in one table, and nothing else.
 *
 * It does what a fold cannot do without (find, add, change and drop entries) and little more, so that the figures are
 * the engine's. What a whole matching engine costs on top is measured with the example's order book.
 */
import { defineModel } from 'refold';
import { z } from 'zod';

interface RestingOrder {
  side: 'buy' | 'sell';
  price: number;
  quantity: number;
}

const side = z.enum(['buy', 'sell']);

export const orders = defineModel({
  name: 'orders',
  version: 1,
  module: import.meta.url,
  events: {
    OrderAccepted: z.strictObject({
      orderId: z.int(),
      symbol: z.string(),
      side,
      price: z.int(),
      quantity: z.int(),
    }),
    OrderCancelled: z.strictObject({
      orderId: z.int(),
      side,
      price: z.int(),
      quantity: z.int(),
      reason: z.string(),
    }),
    OrderReduced: z.strictObject({ orderId: z.int(), quantity: z.int(), reason: z.string() }),
    TradeExecuted: z.strictObject({
      tradeId: z.int(),
      price: z.int(),
      quantity: z.int(),
      makerId: z.int(),
      takerId: z.int(),
    }),
  },
  initialState: () => ({ orders: new Map<number, RestingOrder>(), lastTradeId: 0, tradedQuantity: 0 }),
  reducers: {
    OrderAccepted(state, { orderId, side, price, quantity }) {
      state.orders.set(orderId, { side, price, quantity });
    },
    OrderCancelled(state, { orderId }) {
      state.orders.delete(orderId);
    },
    OrderReduced(state, { orderId, quantity }) {
      const order = state.orders.get(orderId);
      if (order !== undefined) order.quantity -= quantity;
    },
    TradeExecuted(state, { tradeId, makerId, quantity }) {
      const maker = state.orders.get(makerId);
      if (maker !== undefined) maker.quantity -= quantity;
      state.lastTradeId = tradeId;
      state.tradedQuantity += quantity;
    },
  },
});
