/** What is under the crosshair: a cell or an empty place, and a trade that is near. Pure. */
import type { ViewScale } from '../../../wire.ts';
import { count, duration } from '../../base/format.ts';
import { priceText, quantityText, viewTime } from '../scaled.ts';
import { type Cell, cellAt, columnAt, priceAt, timeAt } from './pixels.ts';
import type { Sights, TradeInSight } from './sights.ts';
import { HIDDEN_BIT, MARK_BIT, SIDE_BITS, type Tile } from './tiles/decode.ts';

export interface Readout {
  /** The price of the cell; without a cell, the nearest price. */
  readonly price: number;
  /** How far prices are apart. */
  readonly tick: number;
  /** The time of the column. */
  readonly from: number;
  readonly to: number;
  /** Absent where nothing is known to rest. */
  readonly cell?: Cell | undefined;
  readonly trade?: TradeInSight | undefined;
}

/** @param x in pixels of the canvas, as is `y` */
export function readoutAt(sights: Sights, x: number, y: number): Readout {
  const { plot, drawn } = sights;
  const time = timeAt(plot, x);
  const tile = drawn.findLast(({ span }) => time >= span.from && time < span.to)?.tile;
  const cell = tile && cellAt(plot, tile, x, y);
  const column = tile && columnAt(tile, time);
  const from = tile === undefined || column === undefined ? time : tile.from + column * tile.step;
  return {
    price: cell?.price ?? Math.round(priceAt(plot, y) / plot.tick) * plot.tick,
    ...{ tick: plot.tick, from, to: from + (tile?.step ?? 0), cell },
    trade: tradeAt(sights, x, y),
  };
}

/** How far beside a circle the pointer may be, in CSS pixels. */
const REACH = 2;

/** The nearest trade whose circle is under the pointer. */
export function tradeAt({ trades, scale }: Sights, x: number, y: number): TradeInSight | undefined {
  let [found, nearest]: [TradeInSight | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (const trade of trades) {
    const distance = Math.hypot(trade.x - x, trade.y - y);
    if (distance < nearest && distance <= trade.radius + REACH * scale) [found, nearest] = [trade, distance];
  }
  return found;
}

/** In words: what rests there, or what was traded. */
export function readoutText({ price, tick, from, to, cell, trade }: Readout, scale: ViewScale): string {
  if (trade !== undefined) return tradeText(trade, scale);
  const rest = cell === undefined ? 0 : cell.priceStep - tick;
  const last = rest > 0 ? `–${priceText(price + rest, scale)}` : '';
  const when = `${viewTime(from, scale)}${to > from ? ` + ${duration(to - from)}` : ''}`;
  const what =
    cell === undefined ? '' : ` · ${quantityText(cell.quantity, scale)} ${cell.side === 'buy' ? 'bid' : 'ask'}`;
  return `${priceText(price, scale)}${last} · ${when}${what}`;
}

function tradeText({ tile, index, trades, kind, quantity }: TradeInSight, scale: ViewScale): string {
  const [price, time] = [tile.tradePrice[index]!, viewTime(tile.tradeTime[index]!, scale)];
  const where = Number.isNaN(price) ? time : `${priceText(price, scale)} · ${time}`;
  if (kind & MARK_BIT) return `${where} · ${markOf(tile, index)}`;
  const side = ['trade', '▲ bought', '▼ sold'][kind & SIDE_BITS]!;
  const gathered =
    trades === 1 ? '' : ` in ${count(trades)} trades, the largest ${quantityText(tile.tradeQuantity[index]!, scale)}`;
  return `${where} · ${side} ${quantityText(quantity, scale)}${kind & HIDDEN_BIT ? ', hidden' : ''}${gathered}`;
}

/** The texts of marks stand in the order of the marks. */
function markOf({ tradeKind, marks }: Tile, index: number): string {
  let before = 0;
  for (let n = 0; n < index; n++) if (tradeKind[n]! & MARK_BIT) before++;
  return marks[before] ?? '';
}
