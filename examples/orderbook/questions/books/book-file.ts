/**
 * A book in a file, open to questions: which kind of book it is, its calendar, and its events with the book around them.
 *
 * Everything is read in one pass, event by event, in bounded memory. The file may have a writer: a question looks at
 * what is durable when it begins.
 */
import { basename } from 'node:path';
import { type EventLog, isRefoldError, openLog, type RecordedEvent, RefoldError, stateAt } from 'refold';
import type { Moment } from '../../market-time.ts';
import type { BookEvent, BookKind } from './book-kind.ts';
import { followedBook } from './feed-book.ts';
import { compareMoments, MarketCalendar, type Place, recordedMoment } from './market-calendar.ts';
import { matchingBook } from './matching-book.ts';

/** Every kind of book. The log knows the name of its model. */
const KINDS: readonly BookKind<any>[] = [matchingBook, followedBook];

/** The events that a question looks at, first and last included. */
export interface Range {
  readonly from: number;
  readonly to: number;
  /** The times that were asked for, where it was times. */
  readonly start?: Moment;
  readonly end?: Moment;
}

export class BookFile implements AsyncDisposable {
  readonly path: string;
  readonly kind: BookKind<any>;
  readonly calendar: MarketCalendar;
  /** The first event that is still in the log, and the last when the file was opened; 1 and 0 for an empty log. */
  readonly first: number;
  readonly last: number;
  readonly #log: EventLog;
  /** The newest states that the log keeps, oldest first. */
  readonly #keyframes: readonly number[];

  private constructor(path: string, log: EventLog, kind: BookKind<any>, facts: Facts) {
    this.path = path;
    this.#log = log;
    this.kind = kind;
    this.calendar = facts.calendar;
    this.first = facts.first;
    this.last = facts.last;
    this.#keyframes = facts.keyframes;
  }

  /** @throws RefoldError `INVALID_OPTION` for a file that is not a book, and as `openLog` does */
  static async open(path: string): Promise<BookFile> {
    const log = await openLog({ path });
    try {
      const { model, firstSequence, lastSequence, snapshots } = await log.info();
      const kind = KINDS.find((one) => one.model.name === model);
      if (kind === undefined) throw notABook(path, model);
      if (lastSequence === 0) throw emptyBook(path);
      return new BookFile(path, log, kind, {
        calendar: MarketCalendar.of(await firstOf(log)),
        first: firstSequence,
        last: lastSequence,
        keyframes: snapshots.map(({ sequence }) => sequence).sort((a, b) => a - b),
      });
    } catch (error) {
      await log[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#log[Symbol.asyncDispose]();
  }

  /**
   * The events of a range that was asked for in words; all without words.
   *
   * @throws RefoldError `INVALID_OPTION` for a position that is not in the log, and a range without events
   */
  async range({ from, to }: { readonly from?: string | undefined; readonly to?: string | undefined }): Promise<Range> {
    const begin = from === undefined ? undefined : this.calendar.parse('--from', from, 'from');
    const end = to === undefined ? undefined : this.calendar.parse('--to', to, 'to');
    const first = begin === undefined ? await this.#firstKnown() : await this.#firstFrom(begin);
    const last = end === undefined ? this.last : await this.#lastUntil(end);
    if (first > last) throw this.#emptyRange(from, to);
    return {
      from: first,
      to: last,
      ...(begin !== undefined && 'moment' in begin && { start: begin.moment }),
      ...(end !== undefined && 'moment' in end && last < this.last && { end: end.moment }),
    };
  }

  /** The sequence of one position; the end of the log without one. */
  async sequenceOf(option: string, text: string | undefined): Promise<number> {
    if (text === undefined) return this.last;
    return this.#lastUntil(this.calendar.parse(option, text, 'to'), option);
  }

  /** The book after an event, for the caller to keep and to fold on. */
  async stateAt(sequence: number): Promise<any> {
    return (await stateAt(this.kind.model, { path: this.path, at: { sequence } })).state;
  }

  /**
   * The events of a range, each with the book before it, and then the book after the last of them.
   *
   * @param state of the book before the range; it is changed
   */
  async *walk(state: any, { from, to }: Pick<Range, 'from' | 'to'>): AsyncGenerator<Walked, void> {
    const { kind } = this;
    let before: BookEvent | undefined;
    const bounds = { from: Math.max(from - 1, this.first), to: Math.min(to + 1, this.last) };
    for await (const event of this.#log.events(bounds)) {
      if (event.sequence >= from) {
        yield { before, event: event.sequence > to ? undefined : event, after: event };
        if (event.sequence > to) return;
        kind.reduce(state, event);
      }
      before = event;
    }
    yield { before, event: undefined, after: undefined };
  }

  /** Events of some types, without a fold. */
  eventsOf(types: readonly string[], { from, to }: Pick<Range, 'from' | 'to'>): AsyncGenerator<RecordedEvent, void> {
    return this.#log.events({ from, to, types });
  }

  /** The event of a sequence. */
  async eventAt(sequence: number): Promise<RecordedEvent | undefined> {
    for await (const event of this.#log.events({ from: sequence, to: sequence })) return event;
    return undefined;
  }

  /**
   * The symbol that was asked for, or the only one.
   *
   * @throws RefoldError `INVALID_OPTION` for one that is not there, and where there are several
   */
  symbolIn(state: any, wanted: string | undefined): string {
    const symbols = [...this.kind.symbols(state)];
    const listed = `It has ${symbols.length === 0 ? 'no symbols' : namesOf(symbols)}`;
    if (wanted !== undefined && symbols.includes(wanted)) return wanted;
    if (wanted === undefined && symbols.length === 1) return symbols[0]!;
    const problem =
      wanted === undefined
        ? symbols.length === 0
          ? 'the book has no symbols there'
          : 'the book has several symbols'
        : `there is no symbol ${JSON.stringify(wanted)} in the book`;
    throw new RefoldError('INVALID_OPTION', `Cannot answer: ${problem}`, {
      path: this.path,
      type: '--symbol',
      hint: wanted === undefined && symbols.length > 1 ? `Give --symbol. ${listed}` : listed,
    });
  }

  /** Where history was dropped, the first event whose book is known. */
  async #firstKnown(): Promise<number> {
    if (this.first === 1) return 1;
    try {
      await this.stateAt(this.first - 1);
      return this.first;
    } catch (error) {
      const [oldest] = this.#keyframes;
      if (oldest === undefined || !isRefoldError(error, 'HISTORY_GONE')) throw error;
      return oldest + 1;
    }
  }

  async #firstFrom(place: Place): Promise<number> {
    if ('sequence' in place) {
      this.#requireInLog('--from', place.sequence);
      return Math.max(place.sequence, 1);
    }
    for await (const event of this.#log.events({ from: { time: place.moment.ms }, to: this.last })) {
      if (compareMoments(recordedMoment(event), place.moment) >= 0) return event.sequence;
    }
    return this.last + 1;
  }

  async #lastUntil(place: Place, option = '--to'): Promise<number> {
    if ('sequence' in place) {
      this.#requireInLog(option, place.sequence);
      return place.sequence;
    }
    const { ms } = place.moment;
    for await (const event of this.#log.events({ from: { time: ms }, to: { time: ms } })) {
      if (compareMoments(recordedMoment(event), place.moment) > 0) return event.sequence - 1;
    }
    return Math.min(await this.#log.locate({ time: ms }), this.last);
  }

  #requireInLog(option: string, sequence: number): void {
    if (sequence <= this.last) return;
    throw new RefoldError('INVALID_OPTION', `Cannot go to event ${sequence}: the book ends at ${this.last}`, {
      path: this.path,
      sequence,
      type: option,
      hint: `Give a sequence from ${this.first} to ${this.last}, or a time`,
    });
  }

  #emptyRange(from: string | undefined, to: string | undefined): RefoldError {
    const words = [from === undefined ? '' : ` from ${from}`, to === undefined ? '' : ` to ${to}`].join('');
    return new RefoldError('INVALID_OPTION', `Cannot answer: the book has no events${words}`, {
      path: this.path,
      type: from === undefined ? '--to' : '--from',
      hint: `Give a range within the events ${this.first} to ${this.last}; \`show\` tells the times of both`,
    });
  }
}

/** One place in a walk. */
export interface Walked {
  /** The event before this place, if the log has one. */
  readonly before: BookEvent | undefined;
  /** The event that is folded next; undefined after the last of the range. */
  readonly event: BookEvent | undefined;
  /** The event after this place, which is the one before or one beyond the range. */
  readonly after: BookEvent | undefined;
}

interface Facts {
  readonly calendar: MarketCalendar;
  readonly first: number;
  readonly last: number;
  readonly keyframes: readonly number[];
}

async function firstOf(log: EventLog): Promise<RecordedEvent | undefined> {
  for await (const event of log.events({ limit: 1 })) return event;
  return undefined;
}

const NAMED = 10;

function namesOf(symbols: readonly string[]): string {
  const others = symbols.length - NAMED;
  return `${symbols.slice(0, NAMED).join(', ')}${others > 0 ? ` and ${others} others` : ''}`;
}

function notABook(path: string, model: string | undefined): RefoldError {
  const problem = model === undefined ? 'no model has written to it' : `it belongs to the model ${model}`;
  return new RefoldError('INVALID_OPTION', `Cannot ask ${basename(path)}: ${problem}`, {
    path,
    hint: `Give a file that holds a book: ${KINDS.map(({ model: { name } }) => name).join(' or ')}`,
  });
}

function emptyBook(path: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot ask ${basename(path)}: it holds no events`, {
    path,
    hint: 'Fill it first, for instance with: tape COMMANDS --db BOOK',
  });
}
