/**
 * What a heatmap shows: which part of time and price, in which colours, from which tiles. It holds signals, and draws nothing.
 *
 * `update` is called whenever something may have changed: the log, the moment, the size, a tile. It follows the moment unless a
 * person has moved the picture, and says which tiles are wanted.
 */
import { batch, type Signal, signal } from '@preact/signals';
import type { ViewProblem } from '../../../wire.ts';
import type { StudioProblem } from '../../base/api.ts';
import type { Window } from '../../moment/place.ts';
import { type ColourRange, rangeFor } from './colours/colours.ts';
import {
  followedPrices,
  followedTime,
  type Prices,
  panned,
  pricesToSee,
  type Span,
  usualSpan,
  zoomedPrice,
  zoomedTime,
} from './framing.ts';
import { columnsBetween, type Frame } from './pixels.ts';
import { divisorOf, priceOf, type Tile } from './tiles/decode.ts';
import { type Drawn, powerFor, spanOf, type TilePlace, tilesToDraw, tilesToFetch } from './tiles/tile-plan.ts';
import { Tiles } from './tiles/tiles.ts';

/** What a heatmap has to know of the page. */
export interface Surroundings {
  /** The time of the log: up to its last event. */
  readonly log: Span;
  readonly lastSequence: number;
  /** The time of the moment that is shown. */
  readonly moment: number;
  /** The width of the plot, in CSS pixels. */
  readonly width: number;
  /** Whether the page is seen: a hidden one asks for nothing. */
  readonly isSeen: boolean;
  /** The generation of the log: tiles of another one do not hold. */
  readonly generation: string;
}

/** A tile as it is drawn. */
export interface DrawnTile {
  readonly tile: Tile;
  readonly span: Span;
}

/** So many cells tell which range of colours to show. */
const SAMPLED_CELLS = 20_000;

/** Room for prices, in CSS pixels: at least, beside them, and for a character. */
const LEAST_AXIS = 56;
const AXIS_MARGIN = 14;
const CHARACTER = 7.25;

export class HeatmapModel {
  readonly time: Signal<Span | undefined> = signal(undefined);
  readonly prices: Signal<Prices | undefined> = signal(undefined);
  /** Undefined until the first tile tells what is usual. */
  readonly range: Signal<ColourRange | undefined> = signal(undefined);
  /** Whether a person has moved the picture in time, or in price: then it does not follow. */
  readonly isTimeHeld: Signal<boolean> = signal(false);
  readonly isPriceHeld: Signal<boolean> = signal(false);
  /** Why a tile could not be had, or what the last one in sight tells. */
  readonly problem: Signal<StudioProblem | ViewProblem | undefined> = signal(undefined);
  readonly isSampled: Signal<boolean> = signal(false);
  /** Whether every tile in sight is here, exact and up to date. */
  readonly isComplete: Signal<boolean> = signal(false);
  /** Grows when there is something new to draw. */
  readonly edition: Signal<number> = signal(0);
  /** How much room the prices have at the right, in CSS pixels. */
  readonly axis: Signal<number> = signal(LEAST_AXIS);
  tick = 1;

  readonly #tiles: Tiles;
  #around: Surroundings | undefined;
  /** How much time is shown where a person has chosen it. */
  readonly #span: Signal<number | undefined> = signal(undefined);
  /** What a link says, until the log is known. */
  #linked: Window | undefined;
  #divisor = 0;
  #isRangeHeld = false;
  #rangedCells = 0;

  constructor(ask: (place: TilePlace, signal: AbortSignal) => Promise<Tile>) {
    this.#tiles = new Tiles({ ask, onChange: () => this.#refresh() });
  }

  update(around: Surroundings): void {
    if (this.#around !== undefined && this.#around.generation !== around.generation) this.#tiles.clear();
    if (!isLiveStep(this.#around, around)) this.isTimeHeld.value = false;
    this.#around = around;
    this.#refresh();
  }

  /** Makes room for prices of so many characters. It never shrinks: the picture would jump. */
  makeRoom(characters: number): void {
    this.axis.value = Math.max(this.axis.peek(), Math.ceil(AXIS_MARGIN + characters * CHARACTER));
  }

  /** Ends what is asked for. */
  close(): void {
    this.#tiles.want([], { lastSequence: 0, lastTime: 0 });
  }

  get frame(): Frame | undefined {
    return this.time.value && this.prices.value && { ...this.time.value, ...this.prices.value };
  }

  get power(): number {
    const { from, to } = this.time.value ?? { from: 0, to: 1 };
    return powerFor((to - from) / Math.max(1, this.#around?.width ?? 1));
  }

  /** What is drawn now, in order. */
  drawn(): readonly DrawnTile[] {
    const time = this.time.value;
    if (time === undefined) return [];
    return tilesToDraw(this.power, time, (place) => this.#tiles.has(place)).flatMap(({ place, span }: Drawn) => {
      const tile = this.#tiles.get(place);
      return tile === undefined ? [] : [{ tile, span }];
    });
  }

  /** What a person has chosen to see, for a link; undefined while the picture follows at its usual span. */
  get window(): Window | undefined {
    const [time, prices] = [this.time.value, this.prices.value];
    const isChosen = this.#span.value !== undefined || this.isTimeHeld.value || this.isPriceHeld.value;
    if (!isChosen || time === undefined) return undefined;
    return {
      ...{ since: Math.floor(time.from), until: Math.ceil(time.to) },
      ...(this.isPriceHeld.value && prices && { low: Math.floor(prices.low), high: Math.ceil(prices.high) }),
    };
  }

  /** Shows what a link says. */
  show(window: Window): void {
    this.#linked = window;
    this.#refresh();
  }

  /** A picture that followed the moment goes on to follow it. */
  #showLinked({ since, until, low, high }: Window, { log, moment }: Surroundings): void {
    const time = zoomedTime({ from: since, to: until }, since, 1, log);
    const span = time.to - time.from;
    this.time.value = time;
    this.#span.value = span;
    this.isTimeHeld.value = followedTime(time, span, moment, log) !== time;
    if (low === undefined || high === undefined) return;
    this.prices.value = { low, high };
    this.isPriceHeld.value = true;
  }

  zoomTime(around: number, factor: number): void {
    if (this.time.value === undefined || this.#around === undefined) return;
    this.time.value = zoomedTime(this.time.value, around, factor, this.#around.log);
    this.#span.value = this.time.value.to - this.time.value.from;
    if (!this.#isMomentInSight()) this.isTimeHeld.value = true;
    this.#refresh();
  }

  zoomPrice(around: number, factor: number): void {
    const { frame } = this;
    if (frame === undefined) return;
    const { low, high } = zoomedPrice(frame, around, factor, this.tick);
    batch(() => {
      this.prices.value = { low, high };
      this.isPriceHeld.value = true;
    });
    this.#refresh();
  }

  /** Moves by ms, and by prices. */
  pan(time: number, price: number): void {
    const { frame } = this;
    if (frame === undefined || this.#around === undefined) return;
    const { from, to, low, high } = panned(frame, time, price, this.#around.log);
    batch(() => {
      if (time !== 0) this.time.value = { from, to };
      if (time !== 0) this.isTimeHeld.value = true;
      if (price !== 0) this.prices.value = { low, high };
      if (price !== 0) this.isPriceHeld.value = true;
    });
    this.#refresh();
  }

  /** Follows the moment again; with `span`, at the usual span. */
  follow(what: { readonly time?: boolean; readonly price?: boolean; readonly span?: boolean }): void {
    if (what.span === true) this.#span.value = undefined;
    batch(() => {
      if (what.time === true) this.isTimeHeld.value = false;
      if (what.price === true) this.isPriceHeld.value = false;
      if (what.price === true) this.prices.value = undefined;
    });
    this.#refresh();
  }

  /** Whether a person has set the range of colours. */
  get isRangeHeld(): boolean {
    return this.#isRangeHeld;
  }

  /** @param range undefined for the usual one */
  setRange(range: ColourRange | undefined): void {
    this.#isRangeHeld = range !== undefined;
    this.#rangedCells = 0;
    this.range.value = range;
    this.#refresh();
  }

  #isMomentInSight(): boolean {
    const [time, moment] = [this.time.value!, this.#around!.moment];
    return moment >= time.from && moment <= time.to;
  }

  #refresh(): void {
    if (this.#around === undefined || this.#around.width <= 0) return;
    const around = this.#around;
    batch(() => {
      if (this.#linked !== undefined) this.#showLinked(this.#linked, around);
      this.#linked = undefined;
      if (!this.isTimeHeld.value) {
        const span = this.#span.value ?? usualSpan(around.log);
        this.time.value = followedTime(this.time.value, span, around.moment, around.log);
      }
      const places = tilesToFetch(this.power, this.time.value!, around.log, around.moment);
      const known = { lastSequence: around.lastSequence, lastTime: around.log.to };
      this.#tiles.want(around.isSeen ? places : [], known);
      const drawn = this.drawn();
      this.#learn(drawn);
      this.isComplete.value = around.isSeen && this.#tiles.isComplete;
      this.problem.value = this.#tiles.problem ?? drawn.at(-1)?.tile.problem;
      this.edition.value++;
    });
  }

  /** Tick, prices and colours from what is drawn. */
  #learn(drawn: readonly DrawnTile[]): void {
    this.isSampled.value = drawn.some(({ tile }) => tile.sampled);
    for (const { tile } of drawn) this.#divisor = divisorOf(this.#divisor, tile.tick);
    this.tick = this.#divisor || 1;
    if (!this.isPriceHeld.value || this.prices.value === undefined) this.#followPrices(drawn);
    if (!this.#isRangeHeld) this.#chooseRange(drawn);
  }

  #followPrices(drawn: readonly DrawnTile[]): void {
    const [lows, highs, bests]: [number[], number[], number[]] = [[], [], []];
    for (const { tile, column } of columnsOf(drawn, this.time.value!)) {
      const [first, end] = [column === 0 ? 0 : tile.end[column - 1]!, tile.end[column]!];
      if (first < end) {
        lows.push(priceOf(tile, tile.place[first]!));
        highs.push(priceOf(tile, tile.place[end - 1]!));
      }
      for (const best of [tile.bid[column]!, tile.ask[column]!]) if (!Number.isNaN(best)) bests.push(best);
    }
    const seen = pricesToSee(lows, highs, bests);
    if (seen === undefined) return;
    const next = followedPrices(this.prices.value, seen, this.tick);
    if (next !== this.prices.value) this.prices.value = next;
  }

  /** Colours stay as they are until there is twice as much to be seen as when they were chosen. */
  #chooseRange(drawn: readonly DrawnTile[]): void {
    const cells = drawn.reduce((sum, { tile }) => sum + tile.quantity.length, 0);
    if (cells === 0 || cells < 2 * this.#rangedCells) return;
    this.#rangedCells = cells;
    const every = Math.ceil(cells / SAMPLED_CELLS);
    const chosen = drawn.flatMap(({ tile }) => [...tile.quantity.filter((_, n) => n % every === 0)]);
    this.range.value = rangeFor(Float32Array.from(chosen));
  }
}

/** Whether the moment is as before, or follows a log that grows: a picture that a person has moved stays then. */
function isLiveStep(before: Surroundings | undefined, after: Surroundings): boolean {
  if (before === undefined || before.moment === after.moment) return true;
  return before.lastSequence < after.lastSequence && after.moment >= Math.floor(after.log.to) - 1;
}

function* columnsOf(
  drawn: readonly DrawnTile[],
  time: Span,
): Generator<{ readonly tile: Tile; readonly column: number }> {
  for (const { tile, span } of drawn) {
    const [from, to] = [Math.max(time.from, span.from), Math.min(time.to, span.to)];
    for (const column of columnsBetween(tile, from, to)) yield { tile, column };
  }
}

/** The time of a tile, for the server. */
export function tileParams(place: TilePlace): { readonly from: number; readonly step: number } {
  return { from: spanOf(place).from, step: 2 ** place.power };
}
