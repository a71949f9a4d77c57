/** The best levels of a book: asks above, bids below, the spread between them. What the last move changed is amber. */
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { LadderAnswer, LadderLevel, RestingSide, ViewScale } from '../../wire.ts';
import { safeLine } from '../base/safe-text.ts';
import { mayMove } from '../base/settings.ts';
import { type LadderChanges, ladderChanges } from './ladder-changes.ts';
import { priceText, quantityText } from './scaled.ts';

interface Props {
  readonly name: string;
  readonly ladder: LadderAnswer;
  readonly scale: ViewScale;
  /** The sequence of the moment. */
  readonly at: number;
}

interface Seen {
  readonly at: number;
  readonly ladder: LadderAnswer;
  readonly changes: LadderChanges;
}

export function Ladder({ name, ladder, scale, at }: Props): JSX.Element {
  const seen = useRef<Seen>(null);
  if (seen.current?.ladder !== ladder)
    seen.current = { at, ladder, changes: ladderChanges(seen.current?.ladder, ladder) };
  const { bids, asks } = ladder;
  const { changes } = seen.current;
  const most = Math.max(1, ...bids.map(({ quantity }) => quantity), ...asks.map(({ quantity }) => quantity));
  const hasOrders = [...bids, ...asks].some(({ orders }) => orders !== undefined);
  const rowOf = (side: RestingSide, changed: ReadonlySet<number>) => (level: LadderLevel) => (
    <LadderRow
      key={changed.has(level.price) ? `${level.price} ${at}` : `${level.price}`}
      {...{ level, side, most, scale, hasOrders, isChanged: changed.has(level.price) }}
    />
  );
  return (
    <section class={hasOrders ? 'bk-ladder with-orders' : 'bk-ladder'} aria-label={safeLine(name)}>
      <div class="bk-ladder-head quiet" aria-hidden="true">
        <span>price</span>
        <span>quantity</span>
        {hasOrders && <span>orders</span>}
      </div>
      <Side class="bk-asks" label="Asks, best first">
        {asks.map(rowOf('sell', changes.asks))}
      </Side>
      <div class="bk-spread">{spreadText(ladder, scale)}</div>
      <Side class="bk-bids" label="Bids, best first">
        {bids.map(rowOf('buy', changes.bids))}
      </Side>
    </section>
  );
}

function Side({
  label,
  ...rest
}: {
  readonly class: string;
  readonly label: string;
  readonly children: JSX.Element[];
}) {
  return (
    <ul
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keys
      tabIndex={0}
      {...rest}
    />
  );
}

interface RowProps {
  readonly level: LadderLevel;
  readonly side: RestingSide;
  readonly most: number;
  readonly scale: ViewScale;
  readonly hasOrders: boolean;
  readonly isChanged: boolean;
}

function LadderRow({ level, side, most, scale, hasOrders, isChanged }: RowProps): JSX.Element {
  const { price, quantity, orders } = level;
  const flash = isChanged && mayMove() ? ' flash' : '';
  return (
    <li
      class={`bk-level ${side === 'buy' ? 'bid' : 'ask'}${isChanged ? ' changed' : ''}${flash}`}
      data-testid="ladder-row"
      data-side={side}
      data-price={price}
      data-quantity={quantity}
      data-orders={orders}
      data-changed={isChanged}
    >
      <i class="bk-bar" style={{ width: `${(100 * quantity) / most}%` }} />
      <span class="bk-price">{priceText(price, scale)}</span>
      <span class="bk-quantity">{quantityText(quantity, scale)}</span>
      {hasOrders && <span class="bk-orders">{orders}</span>}
    </li>
  );
}

/** A book that follows a feed may cross. */
function spreadText({ bids, asks }: LadderAnswer, scale: ViewScale): string {
  const [bid, ask] = [bids[0]?.price, asks[0]?.price];
  if (bid === undefined || ask === undefined) return bid === ask ? 'no orders' : 'one side is empty';
  if (ask <= bid) return `${ask === bid ? 'locked' : 'crossed'} at ${priceText(bid, scale)}`;
  return `spread ${priceText(ask - bid, scale)}`;
}
