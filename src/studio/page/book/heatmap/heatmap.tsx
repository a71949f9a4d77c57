/** A heatmap: what rested at each price over time, with best prices, trades, the moment and a crosshair. */
import { effect, type Signal, useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { ViewScale } from '../../../wire.ts';
import { fitCanvas, inNextFrame, notInNextFrame } from '../../base/frames.ts';
import { safeLine } from '../../base/safe-text.ts';
import { settings, theme } from '../../base/settings.ts';
import { go, log } from '../../moment/place.ts';
import { priceText, viewTime } from '../scaled.ts';
import { inksOf } from './colours.ts';
import { drawPicture, type Picture, plotOf, PRICE_AXIS, TIME_AXIS } from './drawing.ts';
import { type Cross, listenTo } from './gestures.ts';
import type { HeatmapModel } from './heatmap-model.ts';
import { canvasLook } from './look.ts';
import { drawOver } from './over.ts';
import { paletteOf } from './palette.ts';
import { priceAt, timeAt } from './pixels.ts';
import { type Readout, readoutAt, readoutText } from './readout.ts';
import { priceTicks, timeTicks, zoneOffset } from './ticks.ts';

interface Props {
  readonly model: HeatmapModel;
  readonly scale: ViewScale;
  /** The time of the moment that is shown. */
  readonly moment: number;
  /** The width of the plot, in CSS pixels: told to whoever asks for tiles. */
  readonly width: Signal<number>;
}

/** Room between the numbers of an axis, in CSS pixels. */
const PRICE_ROOM = 28;
const TIME_ROOM = 96;

export function Heatmap({ model, scale, moment, width }: Props): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const cross = useSignal<Cross | undefined>(undefined);
  const size = useSignal({ width: 0, height: 0 });
  const readout = useSignal<Readout | undefined>(undefined);
  const told = useRef({ scale, moment });
  told.current = { scale, moment };
  const drawing = useRef<Drawing>();

  useEffect(() => {
    const element = host.current!;
    const watch = new ResizeObserver(() => {
      size.value = { width: element.clientWidth, height: element.clientHeight };
      width.value = Math.max(1, element.clientWidth - PRICE_AXIS);
    });
    watch.observe(element);
    const mine = new Drawing(element, model, () => told.current, cross, readout);
    drawing.current = mine;
    const stop = effect(() => {
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
  useEffect(() => drawing.current?.askOver(), [moment]);
  useEffect(() => drawing.current?.askAll(), [scale.zone, scale.priceDecimals]);

  return (
    <div class="bk-heat">
      <ReadoutLine readout={readout} scale={scale} cross={cross} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it has keys, which its label tells */}
      <div
        ref={host}
        class="bk-plot"
        data-testid="heatmap"
        data-complete={model.isComplete.value}
        data-sampled={model.isSampled.value}
        data-step={useComputed(() => void model.edition.value ?? 2 ** model.power)}
        data-from={useComputed(() => model.time.value?.from)}
        data-to={useComputed(() => model.time.value?.to)}
        data-low={useComputed(() => model.prices.value?.low)}
        data-high={useComputed(() => model.prices.value?.high)}
        role="application"
        aria-roledescription="heatmap"
        aria-label="Resting quantity by price and time. Arrows move the crosshair, Enter goes there, plus and minus zoom."
        tabIndex={0}
      >
        <canvas class="bk-picture" aria-hidden="true" />
        <canvas class="bk-over" aria-hidden="true" />
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
      data-trade={value?.trade && value.trade.tile.tradeSequence[value.trade.index]}
      aria-live={cross.value?.isByKey === true ? 'polite' : 'off'}
    >
      {value === undefined ? '' : safeLine(readoutText(value, scale))}
    </output>
  );
}

/** The two canvases of a heatmap. It draws in animation frames, and only what has changed. */
class Drawing {
  readonly #host: HTMLElement;
  readonly #model: HeatmapModel;
  readonly #told: () => { readonly scale: ViewScale; readonly moment: number };
  readonly #cross: Signal<Cross | undefined>;
  readonly #readout: Signal<Readout | undefined>;
  readonly #canvases: readonly HTMLCanvasElement[];
  readonly #contexts: readonly CanvasRenderingContext2D[];
  #inks: { readonly of: string; readonly table: Uint32Array } | undefined;
  #look: { readonly of: string; readonly look: ReturnType<typeof canvasLook> } | undefined;

  constructor(
    host: HTMLElement,
    model: HeatmapModel,
    told: () => { readonly scale: ViewScale; readonly moment: number },
    cross: Signal<Cross | undefined>,
    readout: Signal<Readout | undefined>,
  ) {
    this.#host = host;
    this.#model = model;
    this.#told = told;
    this.#cross = cross;
    this.#readout = readout;
    this.#canvases = [...host.querySelectorAll('canvas')];
    this.#contexts = this.#canvases.map((canvas, index) => canvas.getContext('2d', { alpha: index === 1 })!);
  }

  askAll(): void {
    inNextFrame(this.#drawAll);
  }

  askOver(): void {
    inNextFrame(this.#drawOver);
  }

  close(): void {
    notInNextFrame(this.#drawAll);
    notInNextFrame(this.#drawOver);
  }

  /** To the trade under the pointer, or to the time. */
  goTo({ x, y }: Cross): void {
    const picture = this.#picture();
    if (picture === undefined) return;
    const { trade } = this.#readoutAt(picture, x * picture.scale, y * picture.scale);
    const { firstRecordedAt = 0, lastRecordedAt = 0 } = log.value ?? {};
    const time = Math.floor(timeAt(plotOf(picture), x * picture.scale));
    if (trade === undefined) go(`@${Math.min(lastRecordedAt, Math.max(firstRecordedAt, time))}`);
    else go(trade.tile.tradeSequence[trade.index]!);
  }

  readonly #drawAll = (): void => {
    const [base] = this.#canvases as [HTMLCanvasElement];
    const { clientWidth, clientHeight } = this.#host;
    if (clientWidth <= PRICE_AXIS || clientHeight <= TIME_AXIS) return;
    for (const canvas of this.#canvases) fitCanvas(canvas, clientWidth, clientHeight);
    const picture = this.#picture();
    if (picture === undefined) this.#contexts[0]!.clearRect(0, 0, base.width, base.height);
    else drawPicture(this.#contexts[0]!, picture);
    this.#drawOver();
  };

  readonly #drawOver = (): void => {
    const picture = this.#picture();
    if (picture === undefined) return;
    const { look, scale, width, height } = picture;
    const [{ value: cross }, { scale: numbers, moment }] = [this.#cross, this.#told()];
    const plot = plotOf(picture);
    const [x, y] = cross === undefined ? [0, 0] : [Math.floor(cross.x * scale), Math.floor(cross.y * scale)];
    const readout = cross && this.#readoutAt(picture, x, y);
    this.#readout.value = readout;
    drawOver(this.#contexts[1]!, {
      ...{ plot, look, scale, width, height, moment },
      cross: readout && {
        ...{ x, y },
        price: priceText(readout.cell?.price ?? Math.round(priceAt(plot, y)), numbers),
        time: viewTime(timeAt(plot, x), numbers),
      },
    });
  };

  #readoutAt(picture: Picture, x: number, y: number): Readout {
    const plot = plotOf(picture);
    return readoutAt(plot, this.#model.tileAt(timeAt(plot, x)), picture.drawn, x, y, picture.scale);
  }

  #picture(): Picture | undefined {
    const { frame, tick } = this.#model;
    const range = this.#model.range.peek();
    if (frame === undefined) return undefined;
    const [{ width, height }] = this.#canvases as [HTMLCanvasElement];
    const [plotWidth, plotHeight] = [this.#host.clientWidth - PRICE_AXIS, this.#host.clientHeight - TIME_AXIS];
    const { scale: numbers } = this.#told();
    return {
      ...{ frame, tick, width, height, drawn: this.#model.drawn(), scale: width / this.#host.clientWidth },
      ...{ inks: this.#inksFor(range ?? { floor: 1, ceiling: 10 }), look: this.#lookNow() },
      priceTicks: priceTicks(frame, plotHeight, PRICE_ROOM, (price) => priceText(price, numbers)),
      timeTicks: timeTicks(frame, plotWidth, TIME_ROOM, (time) => zoneOffset(numbers.zone, time)),
    };
  }

  #inksFor({ floor, ceiling }: { readonly floor: number; readonly ceiling: number }): Uint32Array {
    const of = `${theme.peek()} ${settings.peek().eyes} ${floor} ${ceiling}`;
    if (this.#inks?.of !== of)
      this.#inks = { of, table: inksOf(paletteOf(theme.peek(), settings.peek().eyes), { floor, ceiling }) };
    return this.#inks.table;
  }

  #lookNow(): ReturnType<typeof canvasLook> {
    const of = `${theme.peek()} ${settings.peek().eyes}`;
    if (this.#look?.of !== of) this.#look = { of, look: canvasLook() };
    return this.#look.look;
  }
}
