/** Where a feed comes from, and what its times mean: what its first event says, and what its report says. */
import type { EventMeta } from 'refold';
import {
  Calendar,
  chooseDate,
  type DateOrigin,
  dateOf,
  EXCHANGE_ZONE,
  isTimeOfDay,
  type Moment,
} from '../../market-time.ts';

/** What the user said about the feed's times. */
export interface TimeOptions {
  /** The day of a feed that counts from midnight; otherwise the one in a file's name, or 1970-01-01. */
  readonly date?: string | undefined;
  /** The zone of that midnight; default New York. For a feed that counts from the epoch it is only shown; default UTC. */
  readonly zone?: string | undefined;
}

/** What the report says about times. */
export interface TimeReport {
  readonly date: string;
  readonly dateFrom: DateOrigin | 'times';
  readonly zone: string;
}

export class FeedTime {
  readonly report: TimeReport;
  readonly #calendar: Calendar | undefined;

  /**
   * @param first the feed's first time, which tells what it counts from; `midnight` if that is known
   * @param paths of its files, in whose names the date may be
   * @throws RefoldError `INVALID_OPTION` for a date or a zone that does not exist
   */
  constructor(options: TimeOptions, first: Moment | 'midnight', paths: readonly string[]) {
    if (first === 'midnight' || isTimeOfDay(first)) {
      const { date, origin } = chooseDate(options.date, paths);
      this.#calendar = new Calendar(date, options.zone ?? EXCHANGE_ZONE);
      this.report = { date, dateFrom: origin, zone: this.#calendar.zone };
    } else {
      const zone = options.zone ?? 'UTC';
      const date = options.date ?? dateOf(first.ms, zone);
      new Calendar(date, zone);
      this.report = { date, dateFrom: options.date === undefined ? 'times' : 'option', zone };
    }
  }

  /** The moment since the epoch. */
  momentOf({ ms, ns }: Moment): Moment {
    return { ms: this.#calendar?.instant(ms) ?? ms, ns };
  }

  /** Whether the feed counts from midnight. */
  get countsFromMidnight(): boolean {
    return this.#calendar !== undefined;
  }

  /**
   * The meta of a book's first event.
   *
   * @param levels how many levels of each side the feed knows: what the book has beyond them may be long past
   */
  originOf(feed: string, source: string, levels?: number | 'all'): EventMeta {
    const { date, zone } = this.report;
    return { feed, source, date, zone, ...(levels !== undefined && { levels }) };
  }
}
