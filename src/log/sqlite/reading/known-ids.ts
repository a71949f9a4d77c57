/**
 * Which command ids a log may know, kept in memory, so that a new id need not be looked up in the file.
 *
 * The ids in the file are read in the background, in small pages, so that opening takes no longer for them and the event loop
 * is never held up. Until all are read, every id may be known, and the file is asked. New ids enter when they are handed to the
 * writer. For the log's only writer, that is: a reader's log is written by others.
 *
 * The log forgets its oldest ids. Memory stays bounded by two generations (`IdFilter`): the older one goes when so many newer
 * ids have become durable that the log has forgotten all of it.
 */

import { nextTurn } from '../../../threads/timers.ts';
import { IdFilter } from '../../id-filter.ts';
import type { StoredOutcome } from '../../log-store.ts';
import { FORGOTTEN_PER_NEW_OUTCOME, OUTCOMES_KEPT } from '../../outcomes.ts';
import type { CommandIds } from './reader.ts';

/** Reads some ids after the one given as UTF-8. */
export type IdSource = (after: Uint8Array, atMost: number) => CommandIds;

/** Ids on their way into the log. */
export interface HandedIds {
  /** Whether the log holds none of them for certain, and none comes twice. */
  readonly areNew: boolean;
  /** How many of them entered the newer generation. */
  readonly entered: number;
  /** How many generations there had been before. */
  readonly turnovers: number;
}

/** A page takes about 0.1 ms to read. */
const PAGE_IDS = 256;

/** The log forgets only now and then, so it may hold a few more than `OUTCOMES_KEPT`. */
const SLACK = 1_000;

export class KnownIds {
  /** Undefined once it was given up: then every id may be known. */
  #filter: IdFilter | undefined;
  #isFull = false;
  #turnovers = 0;
  /** So many ids of the newer generation are durable, at least. */
  #durable = 0;

  constructor(seed: number) {
    this.#filter = new IdFilter(seed);
    this.#filter.addOld(''); // what no page holds: each begins after an id
  }

  /** Bytes of memory. */
  get bytes(): number {
    return this.#filter?.bytes ?? 0;
  }

  /** Begins to read the ids that are in the log. Does not keep the process alive. */
  fill(source: IdSource): void {
    this.#readLater(source, new Uint8Array());
  }

  /** False when the log holds no outcome of this id for certain. */
  mayHold(commandId: string): boolean {
    return this.#filter === undefined || !this.#isFull || this.#filter.mayHold(commandId);
  }

  /** Takes ids that are about to be written. To be followed by `keep`, or by `giveUp` when they may not have been. */
  hand(outcomes: readonly StoredOutcome[]): HandedIds {
    let entered = 0;
    for (const { commandId } of outcomes) if (this.#filter?.add(commandId)) entered++;
    return { areNew: this.#isFull && entered === outcomes.length, entered, turnovers: this.#turnovers };
  }

  /** The ids have become durable. */
  keep({ entered, turnovers }: HandedIds): void {
    if (this.#filter === undefined || turnovers !== this.#turnovers) return; // part of the older generation meanwhile
    this.#durable += entered;
    if (!this.#isFull || this.#durable < newerThatOutlive(this.#filter.older)) return;
    this.#filter.turnOver();
    this.#turnovers++;
    this.#durable = 0;
  }

  /** From now on every id may be known. Ends the reading. */
  giveUp(): void {
    this.#filter = undefined;
  }

  #readLater(source: IdSource, after: Uint8Array): void {
    nextTurn().then(() => this.#filter !== undefined && this.#readPage(source, after));
  }

  #readPage(source: IdSource, after: Uint8Array): void {
    try {
      const { ids, last } = source(after, PAGE_IDS);
      for (const id of ids) this.#filter?.addOld(id);
      if (last === undefined) this.#isFull = true;
      else this.#readLater(source, last);
    } catch {
      this.giveUp(); // whatever is wrong with the file, each question to it finds out
    }
  }
}

/**
 * After how many newer outcomes the log has forgotten all of `older` ones: only so many are kept, and where there are more, a few
 * are forgotten for each new one.
 */
function newerThatOutlive(older: number): number {
  return Math.max(OUTCOMES_KEPT, older / FORGOTTEN_PER_NEW_OUTCOME) + SLACK;
}
