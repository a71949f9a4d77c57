/**
 * The command ids that a log may hold, kept in memory, so a new id need not be looked up in the file.
 *
 * The ids in the file are read in the background, in small pages, so they neither delay opening nor block the event
 * loop. Until all are read, every id may be known, and the file is asked. New ids enter when they are handed to the
 * writer. Only the log's writer uses this: a reader does not hear of new ids.
 *
 * The log forgets its oldest ids. Two generations bound the memory (`IdFilter`): the older one is dropped when so many
 * newer ids are durable that the log has forgotten all older ones.
 */

import { nextTurn } from '../../threads/timers.ts';
import type { StoredOutcome } from '../log-store.ts';
import { FORGOTTEN_PER_NEW_OUTCOME, OUTCOMES_KEPT } from '../outcomes.ts';
import { IdFilter } from './id-filter.ts';

/** A page of command ids, and the place where the next page begins; undefined after the end. */
export interface CommandIds<Place> {
  readonly ids: readonly string[];
  readonly last: Place | undefined;
}

/** Reads some ids from a place on; undefined is the beginning. */
export type IdSource<Place> = (
  after: Place | undefined,
  atMost: number,
) => CommandIds<Place> | Promise<CommandIds<Place>>;

/** Ids on their way into the log. */
export interface HandedIds {
  /** True when the log certainly does not hold any of them, and no id comes twice. */
  readonly areNew: boolean;
  /** How many of them entered the newer generation. */
  readonly entered: number;
  /** The number of earlier generations. */
  readonly turnovers: number;
}

/** A page takes about 0.1 ms to read. */
const PAGE_IDS = 256;

/** The log forgets from time to time, so it may hold a few more than its bound says. */
const SLACK = 1_000;

export class KnownIds {
  /** Undefined after `giveUp`: then every id may be known. */
  #filter: IdFilter | undefined;
  readonly #kept: number;
  #pageIds: number = PAGE_IDS;
  #isFull = false;
  #turnovers = 0;
  /** At least this many ids of the newer generation are durable. */
  #durable = 0;

  /** @param kept the most outcomes that the log remembers */
  constructor(seed: number, kept: number = OUTCOMES_KEPT) {
    this.#kept = kept;
    this.#filter = new IdFilter(seed);
    this.#filter.addOld(''); // in no page, because each page begins after an id
  }

  /** Bytes of memory. */
  get bytes(): number {
    return this.#filter?.bytes ?? 0;
  }

  /** Starts to read the ids in the log. Does not keep the process alive. @param pageIds how many at once */
  fill<Place>(source: IdSource<Place>, pageIds: number = PAGE_IDS): void {
    this.#pageIds = pageIds;
    this.#readLater(source, undefined);
  }

  /** False when the log certainly has no outcome of this id. */
  mayHold(commandId: string): boolean {
    return this.#filter === undefined || !this.#isFull || this.#filter.mayHold(commandId);
  }

  /**
   * Takes ids that are about to be written. Call `keep` afterwards, or `giveUp` when they may not have been written.
   */
  hand(outcomes: readonly StoredOutcome[]): HandedIds {
    let entered = 0;
    for (const { commandId } of outcomes) if (this.#filter?.add(commandId)) entered++;
    return { areNew: this.#isFull && entered === outcomes.length, entered, turnovers: this.#turnovers };
  }

  /** The ids have become durable. */
  keep({ entered, turnovers }: HandedIds): void {
    if (this.#filter === undefined || turnovers !== this.#turnovers) return; // they are in the older generation by now
    this.#durable += entered;
    if (!this.#isFull || this.#durable < newerThatOutlive(this.#filter.older, this.#kept)) return;
    this.#filter.turnOver();
    this.#turnovers++;
    this.#durable = 0;
  }

  /** From now on every id may be known. Stops reading. */
  giveUp(): void {
    this.#filter = undefined;
  }

  #readLater<Place>(source: IdSource<Place>, after: Place | undefined): void {
    nextTurn().then(() => (this.#filter === undefined ? undefined : this.#readPage(source, after)));
  }

  async #readPage<Place>(source: IdSource<Place>, after: Place | undefined): Promise<void> {
    try {
      const { ids, last } = await source(after, this.#pageIds);
      for (const id of ids) this.#filter?.addOld(id);
      if (last === undefined) this.#isFull = true;
      else this.#readLater(source, last);
    } catch {
      this.giveUp(); // each question to the file finds out what is wrong with it
    }
  }
}

/**
 * The number of newer outcomes after which the log has forgotten all `older` ones. The log keeps a limited number, and
 * forgets a few for each new one beyond that.
 */
function newerThatOutlive(older: number, kept: number): number {
  return Math.max(kept, older / FORGOTTEN_PER_NEW_OUTCOME) + SLACK;
}
