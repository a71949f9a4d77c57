/**
 * Sums up what rests at each price over the columns of a stretch of time, event by event. Pure.
 *
 *     quantity  ┌───────┐
 *        300    │       └──────┐         the area between two columns' edges, divided by the time between them, is the
 *        100 ───┘       │      └───      quantity of the cell
 *             ┊ column  ┊ column  ┊
 *
 * A level that stays as it is costs nothing until the column ends: each one knows since when it has its quantity.
 */
import type { RestingSide, TapeRow } from '../../wire.ts';
import type { ViewLevel } from '../view.ts';
import type { Sides } from '../view-calls.ts';
import { type Column, EMPTY_COLUMN, keyOf, largest, MOST_COLUMN_PRINTS, makeColumn } from './column.ts';

/** Columns of equal length, one after the other, in ms since the epoch. */
export interface Stretch {
  readonly from: number;
  readonly step: number;
  readonly columns: number;
}

/** Where a column begins, and where the one before it ends. */
export function edgeOf({ from, step }: Stretch, column: number): number {
  return from + column * step;
}

/** What an event did. What is undefined did not change. */
export interface Happening {
  readonly time: number;
  readonly sides?: Sides | undefined;
  readonly lines?: readonly number[] | undefined;
  readonly print?: TapeRow | undefined;
}

export class Integration {
  readonly #stretch: Stretch;
  readonly #give: (column: number, content: Column) => void;
  readonly #bids = new SideLevels('buy');
  readonly #asks = new SideLevels('sell');
  #lines: readonly number[] = [];
  /** The column that is being filled; as many as there are when all are given. */
  #column = 0;
  /** Until when everything is summed up. Before the first event of the log there is no such time. */
  #time: number | undefined;
  #areas = new Map<number, number>();
  #weight = 0;
  #prints: TapeRow[] = [];
  #printsInAll = 0;

  /** @param give gets each column once it is certain, in their order */
  constructor(stretch: Stretch, give: (column: number, content: Column) => void) {
    this.#stretch = stretch;
    this.#give = give;
  }

  /** Whether all columns were given. */
  get isOver(): boolean {
    return this.#column >= this.#stretch.columns;
  }

  /** What stood there before the stretch. Not called where the log begins within it. */
  begin(sides: Sides, lines: readonly number[]): void {
    this.#start(this.#stretch.from);
    this.#set(sides, this.#stretch.from);
    this.#lines = lines;
  }

  /** Takes the next event. One that is earlier than the one before it counts as simultaneous. */
  add({ time, sides, lines, print }: Happening): void {
    const { from } = this.#stretch;
    const at = Math.max(time, this.#time ?? from);
    if (this.#time === undefined) this.#start(at);
    else this.#advance(at);
    if (this.isOver) return;
    if (sides !== undefined) this.#set(sides, at);
    if (lines !== undefined) this.#lines = lines;
    if (print === undefined || time < from) return;
    this.#prints.push(print);
    this.#printsInAll++;
    if (this.#prints.length > 4 * MOST_COLUMN_PRINTS) this.#prints = [...largest(this.#prints, MOST_COLUMN_PRINTS)];
  }

  /** @param time until when the log says what is there; undefined where it says it for the whole stretch */
  end(time: number | undefined): void {
    const { from, columns } = this.#stretch;
    if (this.#time !== undefined && (time === undefined || time >= from)) {
      const until = Math.max(this.#time, time ?? edgeOf(this.#stretch, columns));
      this.#advance(until);
      if (!this.isOver) this.#finish(until);
    }
    while (!this.isOver) this.#give(this.#column++, EMPTY_COLUMN);
  }

  /** The first moment that is known: the columns before it are empty. */
  #start(time: number): void {
    while (!this.isOver && edgeOf(this.#stretch, this.#column + 1) <= time) this.#give(this.#column++, EMPTY_COLUMN);
    this.#time = time;
  }

  #advance(time: number): void {
    while (!this.isOver) {
      const edge = edgeOf(this.#stretch, this.#column + 1);
      if (edge > time) break;
      this.#finish(edge);
    }
    if (this.isOver) return;
    this.#weight += time - this.#time!;
    this.#time = time;
  }

  /** Ends the column at a time, and begins the next one. */
  #finish(time: number): void {
    this.#weight += time - this.#time!;
    this.#time = time;
    for (const side of [this.#bids, this.#asks]) side.sumUp(time, this.#areas);
    const best = { bid: this.#bids.best, ask: this.#asks.best };
    if (this.#weight === 0) for (const side of [this.#bids, this.#asks]) side.copyTo(this.#areas);
    this.#give(
      this.#column++,
      makeColumn({
        ...{ weight: this.#weight, areas: this.#areas, best, lines: this.#lines },
        ...{ prints: this.#prints, printsInAll: this.#printsInAll },
      }),
    );
    this.#areas = new Map();
    this.#weight = 0;
    this.#prints = [];
    this.#printsInAll = 0;
  }

  #set({ bids, asks }: Sides, time: number): void {
    this.#bids.set(bids, time, this.#areas);
    this.#asks.set(asks, time, this.#areas);
  }
}

type Areas = Map<number, number>;

/** The levels of a side, best first, and since when each has its quantity. */
class SideLevels {
  readonly #side: RestingSide;
  #keys: number[] = [];
  #quantities: number[] = [];
  #since: number[] = [];
  #levels: readonly ViewLevel[] = [];

  constructor(side: RestingSide) {
    this.#side = side;
  }

  get best(): number {
    return this.#levels[0]?.price ?? Number.NaN;
  }

  /** Takes other levels at a time. Those that stay as they are keep since when they are there. */
  set(levels: readonly ViewLevel[], time: number, areas: Areas): void {
    if (isSame(this.#levels, levels)) return;
    const keys = levels.map(({ price }) => keyOf(price, this.#side));
    const quantities = levels.map(({ quantity }) => Number(quantity));
    const since: number[] = [];
    const isBetter = this.#side === 'buy' ? (a: number, b: number) => a > b : (a: number, b: number) => a < b;
    let old = 0;
    for (const [at, key] of keys.entries()) {
      while (old < this.#keys.length && isBetter(this.#keys[old]!, key)) this.#close(old++, time, areas);
      const stays = this.#keys[old] === key;
      if (stays && this.#quantities[old] === quantities[at]) since.push(this.#since[old++]!);
      else {
        if (stays) this.#close(old++, time, areas);
        since.push(time);
      }
    }
    while (old < this.#keys.length) this.#close(old++, time, areas);
    [this.#levels, this.#keys, this.#quantities, this.#since] = [levels, keys, quantities, since];
  }

  /** Adds what every level has had until a time. */
  sumUp(time: number, areas: Areas): void {
    for (let at = 0; at < this.#keys.length; at++) {
      this.#close(at, time, areas);
      this.#since[at] = time;
    }
  }

  /** The quantities themselves, for a column without duration. */
  copyTo(areas: Areas): void {
    for (const [at, key] of this.#keys.entries()) areas.set(key, this.#quantities[at]!);
  }

  #close(at: number, time: number, areas: Areas): void {
    const area = this.#quantities[at]! * (time - this.#since[at]!);
    if (area === 0) return;
    const key = this.#keys[at]!;
    areas.set(key, (areas.get(key) ?? 0) + area);
  }
}

function isSame(before: readonly ViewLevel[], after: readonly ViewLevel[]): boolean {
  if (before.length !== after.length) return false;
  for (let at = 0; at < before.length; at++) {
    const [one, other] = [before[at]!, after[at]!];
    if (one.price !== other.price || one.quantity !== other.quantity) return false;
  }
  return true;
}
