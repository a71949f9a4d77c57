/** The tape: trades and marks, newest first, up to the moment. A click goes to one. */
import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import type { TapeAnswer, TapeRow, ViewScale } from '../../wire.ts';
import { count } from '../base/format.ts';
import { Problem } from '../base/problem.tsx';
import { safeLine } from '../base/safe-text.ts';
import { at, firstSequence, go } from '../moment/place.ts';
import { priceText, quantityText, viewTime } from './scaled.ts';
import { openTape } from './tape-rows.ts';

interface Props {
  readonly name: string;
  readonly view: string;
  readonly of: string | undefined;
  readonly scale: ViewScale;
}

export function Tape({ name, view, of, scale }: Props): JSX.Element {
  const subject = useSignal(of);
  subject.value = of;
  const tape = useMemo(() => openTape(view, () => subject.value), [view]);
  useEffect(() => tape.close, [tape]);
  const { answer, problem } = tape.state.value;
  const current = useComputed(() => at.value).value;
  if (problem !== undefined) return <Problem of={problem} />;
  return (
    <section class="bk-tape" data-testid="tape" data-pane={name} aria-label={safeLine(name)}>
      <ol>
        {answer?.rows.map((row) => (
          <li key={`${row.sequence} ${row.mark ?? ''} ${row.price}`}>
            <TapeLine row={row} scale={scale} isCurrent={row.sequence === current} />
          </li>
        ))}
      </ol>
      {answer !== undefined && <End {...{ answer, more: tape.more }} />}
    </section>
  );
}

function TapeLine({
  row,
  scale,
  isCurrent,
}: {
  readonly row: TapeRow;
  readonly scale: ViewScale;
  readonly isCurrent: boolean;
}): JSX.Element {
  const { sequence, time, price, quantity, side, hidden, mark } = row;
  return (
    <button
      type="button"
      class={`bk-trade ${side === 'buy' ? 'bid' : side === 'sell' ? 'ask' : ''}${hidden ? ' hidden' : ''}`}
      data-testid="tape-row"
      data-sequence={sequence}
      data-price={price ?? undefined}
      data-quantity={quantity}
      data-side={side ?? undefined}
      data-hidden={hidden}
      aria-current={isCurrent ? 'true' : undefined}
      onClick={() => go(sequence)}
    >
      <span class="bk-time">{viewTime(time, scale)}</span>
      <span class="bk-price">{price === null ? '' : priceText(price, scale)}</span>
      {mark === undefined ? (
        <>
          <span class="bk-quantity">{quantityText(quantity, scale)}</span>
          <span class="bk-side">{sideText(side)}</span>
          <span class="bk-note">{hidden ? '◇ hidden' : ''}</span>
        </>
      ) : (
        <span class="bk-mark">✕ {safeLine(mark)}</span>
      )}
    </button>
  );
}

function sideText(side: TapeRow['side']): string {
  return side === 'buy' ? '▲ buy' : side === 'sell' ? '▼ sell' : '';
}

function End({
  answer: { rows, lookedBackTo, next },
  more,
}: {
  readonly answer: TapeAnswer;
  readonly more: () => void;
}): JSX.Element {
  if (next === undefined)
    return <p class="bk-end quiet">{rows.length === 0 ? 'no trades yet' : endText(lookedBackTo)}</p>;
  return (
    <p class="bk-end quiet">
      {rows.length === 0 ? `no trades since event ${count(lookedBackTo)} ` : ''}
      <button type="button" onClick={more}>
        Older trades
      </button>
    </p>
  );
}

function endText(lookedBackTo: number): string {
  return lookedBackTo <= firstSequence.value
    ? 'the log begins here'
    : `no older trades since event ${count(lookedBackTo)}`;
}
