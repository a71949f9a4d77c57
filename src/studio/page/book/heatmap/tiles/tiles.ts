/**
 * Keeps tiles, and fetches those that are wanted: two at a time, nearest first. What is not wanted any more is aborted.
 *
 * A tile that the log has grown into since, and one that the server has not finished, is asked for again and shown meanwhile. Tiles
 * are kept up to a number of bytes; those that were drawn longest ago are dropped first.
 */
import { isAbort, problemOf, type StudioProblem } from '../../../base/api.ts';
import type { Tile } from './decode.ts';
import { type TilePlace, tileName } from './tile-plan.ts';

/** What the log was when a tile was asked for. */
export interface Known {
  readonly lastSequence: number;
  /** The time of the last event, in ms. */
  readonly lastTime: number;
}

interface Kept {
  readonly tile: Tile;
  readonly known: Known;
  readonly since: number;
  /** How long the answer took, in ms. */
  readonly took: number;
}

export interface TilesOptions {
  readonly ask: (place: TilePlace, signal: AbortSignal) => Promise<Tile>;
  /** A tile has come, or could not. */
  readonly onChange: () => void;
  readonly budgetBytes?: number;
  /** ms on any clock. */
  readonly now?: () => number;
  /** Calls back after so many ms. */
  readonly later?: (run: () => void, ms: number) => void;
}

const AT_A_TIME = 2;
const TILE_BUDGET = 48 * 1024 * 1024;
/**
 * How long until a tile is asked for again, in ms: one that the log grows into, one that is not finished, one that failed. On a busy
 * machine at least as long as its answer took: so half of the server's time is left for moments and lists.
 */
const GROWING = 100;
const UNFINISHED = 500;
const FAILED = 2_000;

export class Tiles {
  readonly #options: TilesOptions;
  readonly #kept = new Map<string, Kept>();
  readonly #asked = new Map<string, AbortController>();
  #wanted: readonly TilePlace[] = [];
  #known: Known = { lastSequence: 0, lastTime: 0 };
  #bytes = 0;
  #failedAt: number | undefined;
  #isTimed = false;
  /** Why the last tile could not be had; undefined once one came. */
  problem: StudioProblem | undefined;

  constructor(options: TilesOptions) {
    this.#options = options;
  }

  /** The tile of a place, if it is here. It counts as used. */
  get(place: TilePlace): Tile | undefined {
    const name = tileName(place);
    const kept = this.#kept.get(name);
    if (kept === undefined) return undefined;
    this.#kept.delete(name);
    this.#kept.set(name, kept);
    return kept.tile;
  }

  has(place: TilePlace): boolean {
    return this.#kept.has(tileName(place));
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isAsking(): boolean {
    return this.#asked.size > 0;
  }

  /** Whether all that is wanted is here, exact and up to date. */
  get isComplete(): boolean {
    return this.#wanted.every((place) => this.#isUpToDate(this.#kept.get(tileName(place))));
  }

  /** Says which tiles are in sight, the most urgent first, and how far the log goes. */
  want(places: readonly TilePlace[], known: Known): void {
    this.#wanted = places;
    this.#known = known;
    const names = new Set(places.map(tileName));
    for (const [name, controller] of this.#asked) if (!names.has(name)) controller.abort();
    this.#askMore();
  }

  /** Forgets everything: the log is another one now, or another thing is shown. */
  clear(): void {
    for (const controller of this.#asked.values()) controller.abort();
    this.#kept.clear();
    this.#wanted = [];
    this.#bytes = 0;
    this.#failedAt = undefined;
    this.problem = undefined;
  }

  #isUpToDate(kept: Kept | undefined): boolean {
    return kept?.tile.complete === true && !kept.tile.sampled && !this.#isGrownInto(kept);
  }

  /** The last events may lie in a tile that ended after what was the last of them. */
  #isGrownInto({ tile, known }: Kept): boolean {
    return known.lastSequence < this.#known.lastSequence && tile.from + tile.columns * tile.step > known.lastTime;
  }

  #askMore(): void {
    for (const place of this.#wanted) {
      const name = tileName(place);
      if (this.#asked.size >= AT_A_TIME) return;
      if (this.#asked.has(name) || this.#isUpToDate(this.#kept.get(name))) continue;
      const pause = this.#pauseOf(this.#kept.get(name));
      if (pause <= 0) void this.#ask(place, name);
      else this.#askLater(pause);
    }
  }

  /** How long to wait until a tile is asked for, in ms. */
  #pauseOf(kept: Kept | undefined): number {
    const now = this.#now();
    if (this.#failedAt !== undefined) return this.#failedAt + FAILED - now;
    if (kept === undefined) return 0;
    const pause = this.#isGrownInto(kept) ? GROWING : UNFINISHED;
    return kept.since + Math.max(pause, kept.took) - now;
  }

  #askLater(pause: number): void {
    if (this.#isTimed) return;
    this.#isTimed = true;
    const later = this.#options.later ?? ((run, ms) => setTimeout(run, ms));
    later(() => {
      this.#isTimed = false;
      this.#askMore();
    }, pause);
  }

  async #ask(place: TilePlace, name: string): Promise<void> {
    const controller = new AbortController();
    const [known, began] = [this.#known, this.#now()];
    this.#asked.set(name, controller);
    this.#failedAt = undefined;
    try {
      const tile = await this.#options.ask(place, controller.signal);
      const since = this.#now();
      if (!controller.signal.aborted) this.#keep(name, { tile, known, since, took: since - began });
    } catch (error) {
      if (!isAbort(error) && !controller.signal.aborted) this.#fail(error);
    }
    this.#asked.delete(name);
    this.#askMore();
    if (!controller.signal.aborted) this.#options.onChange();
  }

  #keep(name: string, kept: Kept): void {
    this.#drop(name);
    this.#kept.set(name, kept);
    this.#bytes += kept.tile.bytes;
    this.problem = undefined;
    const wanted = new Set(this.#wanted.map(tileName));
    for (const old of this.#kept.keys()) {
      if (this.#bytes <= (this.#options.budgetBytes ?? TILE_BUDGET)) return;
      if (!wanted.has(old)) this.#drop(old);
    }
  }

  #drop(name: string): void {
    this.#bytes -= this.#kept.get(name)?.tile.bytes ?? 0;
    this.#kept.delete(name);
  }

  #fail(error: unknown): void {
    this.#failedAt = this.#now();
    this.problem = problemOf(error);
  }

  #now(): number {
    return this.#options.now?.() ?? performance.now();
  }
}
