/** A heatmap: what rested at each price over time, with best prices, trades, the moment and a crosshair. */
import { effect, type Signal, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { ViewScale } from '../../../wire.ts';
import { safeLine } from '../../base/safe-text.ts';
import { settings, theme } from '../../base/settings.ts';
import { priceText } from '../scaled.ts';
import { type Cross, listenTo } from './gestures.ts';
import { HeatmapCanvases } from './heatmap-canvases.ts';
import type { HeatmapModel } from './heatmap-model.ts';
import { type Readout, readoutText } from './readout.ts';

interface Props {
  readonly model: HeatmapModel;
  readonly scale: ViewScale;
  /** The time of the moment that is shown. */
  readonly moment: number;
  /** The width of the plot, in CSS pixels: it decides which tiles are asked for. */
  readonly width: Signal<number>;
}

export function Heatmap({ model, scale, moment, width }: Props): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const cross = useSignal<Cross | undefined>(undefined);
  const size = useSignal({ width: 0, height: 0 });
  const readout = useSignal<Readout | undefined>(undefined);
  const told = useRef({ scale, moment });
  told.current = { scale, moment };
  const drawing = useRef<HeatmapCanvases>(null);

  useEffect(() => {
    const element = host.current!;
    const watch = new ResizeObserver(() => {
      size.value = { width: element.clientWidth, height: element.clientHeight };
    });
    watch.observe(element);
    // A canvas takes the font that is there when it is drawn.
    void document.fonts.ready.then(() => mine.askAll());
    const mine = new HeatmapCanvases(element, model, { told: () => told.current, cross, readout });
    drawing.current = mine;
    const stop = effect(() => {
      width.value = Math.max(0, size.value.width - model.axis.value);
      void [model.edition.value, model.time.value, model.prices.value, model.range.value];
      void [theme.value, settings.value.eyes, size.value];
      mine.askAll();
    });
    const stopOver = effect(() => void [cross.value, mine.askOver()]);
    const unlisten = listenTo({ host: element, model, cross, goTo: (place) => mine.goTo(place) });
    return () => {
      for (const end of [stop, stopOver, unlisten, () => watch.disconnect(), () => mine.close()]) end();
    };
  }, [model]);
  const makeRoom = (): void => {
    const { low = 0, high = 0 } = model.prices.value ?? {};
    const texts = [low, high].map((price) => priceText(Math.round(price), told.current.scale));
    model.makeRoom(Math.max(...texts.map(({ length }) => length)));
  };
  useSignalEffect(makeRoom);
  useEffect(() => drawing.current?.askOver(), [moment]);
  useEffect(() => {
    makeRoom();
    drawing.current?.askAll();
  }, [scale.zone, scale.priceDecimals]);

  return (
    <div class="bk-heat">
      <ReadoutLine readout={readout} scale={scale} cross={cross} />
      <div
        ref={host}
        class="bk-plot"
        data-testid="heatmap"
        data-complete={model.isComplete.value}
        data-sampled={model.isSampled.value}
        data-step={useComputed(() => stepOf(model))}
        data-from={useComputed(() => model.time.value?.from)}
        data-to={useComputed(() => model.time.value?.to)}
        data-low={useComputed(() => model.prices.value?.low)}
        data-high={useComputed(() => model.prices.value?.high)}
        role="application"
        aria-roledescription="heatmap"
        aria-label="Resting quantity by price and time. Arrows move the crosshair, Enter goes there, plus and minus zoom."
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it has keys, which its label tells
        tabIndex={0}
      >
        <canvas class="bk-picture" />
        <canvas class="bk-over" />
      </div>
    </div>
  );
}

function ReadoutLine({
  readout,
  scale,
  cross,
}: {
  readonly readout: Signal<Readout | undefined>;
  readonly scale: ViewScale;
  readonly cross: Signal<Cross | undefined>;
}): JSX.Element {
  const { value } = readout;
  return (
    <output
      class="bk-readout mono"
      data-testid="heatmap-readout"
      data-price={value?.price}
      data-from={value?.from}
      data-to={value?.to}
      data-quantity={value?.cell?.quantity}
      data-side={value?.cell?.side}
      data-trade={value?.trade?.tile.tradeSequence[value.trade.index]}
      aria-live={cross.value?.isByKey === true ? 'polite' : 'off'}
    >
      {value === undefined ? '' : safeLine(readoutText(value, scale))}
    </output>
  );
}

/** In ms: how long a column is. It follows from what is shown, and changes with it. */
function stepOf(model: HeatmapModel): number {
  void model.edition.value;
  return 2 ** model.power;
}
