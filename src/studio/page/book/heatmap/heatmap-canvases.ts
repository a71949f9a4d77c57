/** The two canvases of a heatmap. They are drawn in animation frames, and only when something has changed. */
import type { Signal } from '@preact/signals';
import type { ViewScale } from '../../../wire.ts';
import { fitCanvas, inNextFrame, notInNextFrame } from '../../base/frames.ts';
import { go } from '../../moment/place.ts';
import { goNear } from '../go-near.ts';
import { priceText, viewTime } from '../scaled.ts';
import type { ColourRange } from './colours/colours.ts';
import { drawPicture, type Picture, TIME_AXIS } from './drawing.ts';
import type { Cross } from './gestures.ts';
import type { HeatmapModel } from './heatmap-model.ts';
import { canvasInks, canvasLook } from './look.ts';
import { drawOver } from './over.ts';
import { timeAt } from './pixels.ts';
import { type Readout, readoutAt } from './readout.ts';
import { tradesInSight } from './sights.ts';
import { priceTicks, timeTicks, zoneOffset } from './ticks.ts';

/** What the component and its canvases tell each other. */
export interface Shared {
  readonly told: () => { readonly scale: ViewScale; readonly moment: number };
  readonly cross: Signal<Cross | undefined>;
  readonly readout: Signal<Readout | undefined>;
}

/** Room between the numbers of an axis, in CSS pixels. */
const PRICE_ROOM = 28;
const TIME_ROOM = 96;
/** Before the first tile there is nothing to colour. */
const UNKNOWN_RANGE: ColourRange = { floor: 1, ceiling: 10 };

export class HeatmapCanvases {
  readonly #host: HTMLElement;
  readonly #model: HeatmapModel;
  readonly #shared: Shared;
  readonly #canvases: readonly HTMLCanvasElement[];
  readonly #contexts: readonly CanvasRenderingContext2D[];
  /** As it was drawn last. */
  #picture: Picture | undefined;

  /** @param host holds the two canvases: the picture, and what lies over it */
  constructor(host: HTMLElement, model: HeatmapModel, shared: Shared) {
    this.#host = host;
    this.#model = model;
    this.#shared = shared;
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
    const picture = this.#picture;
    if (picture === undefined) return;
    const { plot, scale } = picture;
    const { trade } = readoutAt(picture, x * scale, y * scale);
    if (trade === undefined) goNear(timeAt(plot, x * scale));
    else go(trade.tile.tradeSequence[trade.index]!);
  }

  readonly #drawAll = (): void => {
    const [base] = this.#canvases as [HTMLCanvasElement];
    const { clientWidth, clientHeight } = this.#host;
    if (clientWidth <= this.#model.axis.peek() || clientHeight <= TIME_AXIS) return;
    for (const canvas of this.#canvases) fitCanvas(canvas, clientWidth, clientHeight);
    this.#picture = this.#pictureNow();
    if (this.#picture === undefined) this.#contexts[0]!.clearRect(0, 0, base.width, base.height);
    else drawPicture(this.#contexts[0]!, this.#picture);
    this.#drawOver();
  };

  readonly #drawOver = (): void => {
    const picture = this.#picture;
    if (picture === undefined) return;
    const { plot, look, scale, width, height } = picture;
    const { scale: numbers, moment } = this.#shared.told();
    const cross = this.#shared.cross.peek();
    const [x, y] = cross === undefined ? [0, 0] : [Math.floor(cross.x * scale), Math.floor(cross.y * scale)];
    const readout = cross && readoutAt(picture, x, y);
    this.#shared.readout.value = readout;
    drawOver(this.#contexts[1]!, {
      ...{ plot, look, scale, width, height, moment },
      cross: readout && {
        ...{ x, y },
        price: priceText(readout.price, numbers),
        time: viewTime(timeAt(plot, x), numbers),
      },
    });
  };

  #pictureNow(): Picture | undefined {
    const { frame, tick } = this.#model;
    if (frame === undefined) return undefined;
    const [{ width, height }] = this.#canvases as [HTMLCanvasElement];
    const { clientWidth, clientHeight } = this.#host;
    const [axis, { scale: numbers }] = [this.#model.axis.peek(), this.#shared.told()];
    const [drawn, scale] = [this.#model.drawn(), width / clientWidth];
    const plot = {
      ...{ frame, tick, width: Math.max(1, width - Math.round(axis * scale)) },
      height: Math.max(1, height - Math.round(TIME_AXIS * scale)),
    };
    return {
      ...{ plot, drawn, trades: tradesInSight(drawn, plot, scale), width, height, scale },
      ...{ inks: canvasInks(this.#model.range.peek() ?? UNKNOWN_RANGE), look: canvasLook() },
      priceTicks: priceTicks(frame, clientHeight - TIME_AXIS, PRICE_ROOM, (price) => priceText(price, numbers)),
      timeTicks: timeTicks(frame, clientWidth - axis, TIME_ROOM, (time) => zoneOffset(numbers.zone, time)),
    };
  }
}
