/**
 * A book in a file, open to questions: which kind of book it is, its calendar, and its events with the book around them.
 *
 * Everything is read in one pass, block by block, in bounded memory. The file may have a writer: a question looks at what
 * is durable when it begins.
 */
import { basename } from 'node:path';
import { openPast, type Past, RefoldError } from 'refold';
import type { Moment } from '../../market-time.ts';
import { openProgress } from '../../progress.ts';
import { modelIn } from '../../workspace.ts';
import type { BookEvent, BookKind } from './book-kind.ts';
import { followedBook } from './feed-book.ts';
import { compareMoments, MarketCalendar, type Place, recordedMoment } from './market-calendar.ts';
import { matchingBook } from './matching-book.ts';
import { listedSymbols, noSymbol } from './symbols.ts';

/** Every kind of book. A log knows the name of its model. */
const KINDS: readonly BookKind<any>[] = [matchingBook, followedBook];

/** The events that a question looks at, first and last included. */
export interface Range {
  readonly from: number;
  readonly to: number;
  /** The times that were asked for, where it was times. */
  readonly start?: Moment;
  readonly end?: Moment;
}

/** The events of a block, and the places between them. A loop that ends early leaves out the other places. */
export interface Places extends Iterable<Standing> {
  readonly events: readonly BookEvent[];
}

/** A place between two events, with the book as it is there. Later places change the book. */
export interface Standing {
  readonly state: any;
  /** The event before this place, if the log has one. */
  readonly before: BookEvent | undefined;
  /** The event that is folded next; undefined after the last of the range. */
  readonly event: BookEvent | undefined;
  /** The event after this place, which after the last of the range is the first one beyond it, if the log has one. */
  readonly after: BookEvent | undefined;
}

export class BookFile implements AsyncDisposable {
  readonly path: string;
  readonly kind: BookKind<any>;
  readonly calendar: MarketCalendar;
  /** The first event whose book is known before and after it, and the last one when the file was opened. */
  readonly first: number;
  readonly last: number;
  readonly #past: Past;

  private constructor(path: string, kind: BookKind<any>, past: Past, facts: Facts) {
    this.path = path;
    this.kind = kind;
    this.#past = past;
    this.calendar = facts.calendar;
    this.first = facts.first;
    this.last = facts.last;
  }

  /** @throws RefoldError `INVALID_OPTION` for a file that is not a book or holds no events, and as `openPast` does */
  static async open(path: string): Promise<BookFile> {
    const [kind, past] = await openOfAKind(path);
    try {
      const { first, last, earliest = first } = await past.range();
      if (last === 0) throw emptyBook(path);
      const opening = await eventOf(past, first);
      // Where history was dropped, the first book that is known is that of the oldest keyframe.
      const foldable = first === 1 ? 1 : earliest + 1;
      return new BookFile(path, kind, past, { calendar: MarketCalendar.of(opening), first: foldable, last });
    } catch (error) {
      await past.close();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#past.close();
  }

  /**
   * The events of a range that was asked for in words; all without words.
   *
   * @throws RefoldError `INVALID_OPTION` for a position that is not in the log, and a range without events
   */
  async range({ from, to }: { readonly from?: string | undefined; readonly to?: string | undefined }): Promise<Range> {
    const begin = from === undefined ? undefined : this.calendar.parse('--from', from, 'from');
    const end = to === undefined ? undefined : this.calendar.parse('--to', to, 'to');
    const first = begin === undefined ? this.first : await this.#firstFrom(begin);
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

  /** The book after an event: a copy for the caller. */
  async stateAt(sequence: number): Promise<any> {
    return (await this.#past.at(sequence)).state;
  }

  /** The event of a sequence, if the log has it. */
  async eventAt(sequence: number): Promise<BookEvent | undefined> {
    return eventOf(this.#past, sequence);
  }

  /**
   * The places between the events of a range, from the one before the first event to the one after the last, block by
   * block.
   */
  async *walk({ from, to }: Pick<Range, 'from' | 'to'>): AsyncGenerator<Places, void> {
    let before = from > this.first ? await eventOf(this.#past, from - 1) : undefined;
    let state: any;
    const progress = openProgress('read', to - from + 1);
    try {
      for await (const block of this.#past.walk({ from, to })) {
        state = block.state;
        const last = block.events.at(-1);
        yield placesIn(block, before);
        before = last;
        progress.update(block.lastSequence - from + 1);
      }
    } finally {
      progress.end();
    }
    const after = to < this.last ? await eventOf(this.#past, to + 1) : undefined;
    const end: Standing = { state, before, event: undefined, after };
    yield { events: [], [Symbol.iterator]: () => [end][Symbol.iterator]() };
  }

  /**
   * The symbol that was asked for, or the only one.
   *
   * @throws RefoldError `INVALID_OPTION` for one that is not there, and where there are several
   */
  symbolIn(state: any, wanted: string | undefined): string {
    const symbols = [...this.kind.symbols(state)];
    const listed = listedSymbols(symbols);
    if (wanted !== undefined && symbols.includes(wanted)) return wanted;
    if (wanted === undefined && symbols.length === 1) return symbols[0]!;
    const problem =
      wanted === undefined
        ? symbols.length === 0
          ? 'the book has no symbols there'
          : 'the book has several symbols'
        : `${noSymbol(wanted)} there`;
    throw new RefoldError('INVALID_OPTION', `Cannot answer: ${problem}`, {
      path: this.path,
      type: '--symbol',
      hint: wanted === undefined && symbols.length > 1 ? `Give --symbol. ${listed}` : listed,
    });
  }

  async #firstFrom(place: Place): Promise<number> {
    if ('sequence' in place) {
      this.#requireInLog('--from', place.sequence);
      return Math.max(place.sequence, 1);
    }
    for await (const event of this.#past.events({ from: { time: place.moment.ms }, to: this.last })) {
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
    for await (const event of this.#past.events({ from: { time: ms }, to: { time: ms } })) {
      if (compareMoments(recordedMoment(event), place.moment) > 0) return event.sequence - 1;
    }
    return Math.min(await this.#past.locate({ time: ms }), this.last);
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

interface Facts {
  readonly calendar: MarketCalendar;
  readonly first: number;
  readonly last: number;
}

type Block = Past extends { walk(): AsyncGenerator<infer One, any> } ? One : never;

function placesIn(block: Block, before: BookEvent | undefined): Places {
  return { events: block.events, [Symbol.iterator]: () => placesOf(block, before) };
}

function* placesOf(block: Block, previous: BookEvent | undefined): Generator<Standing, void> {
  let before = previous;
  for (const event of block.events) {
    yield { state: block.state, before, event, after: event };
    block.fold();
    before = event;
  }
}

async function openOfAKind(path: string): Promise<[BookKind<any>, Past]> {
  const name = await modelIn(path);
  // An empty log names none, and is of any kind.
  const kind = KINDS.find(({ model }) => name === undefined || model.name === name);
  if (kind === undefined) throw notABook(path);
  return [kind, await openPast(kind.model, { path })];
}

async function eventOf(past: Past, sequence: number): Promise<BookEvent | undefined> {
  for await (const event of past.events({ from: sequence, to: sequence })) return event;
  return undefined;
}

function notABook(path: string): RefoldError {
  const names = KINDS.map(({ model: { name } }) => name).join(' or ');
  return new RefoldError('INVALID_OPTION', `Cannot ask ${basename(path)}: it is the log of another model`, {
    path,
    hint: `Give a file that holds a book: a log of the model ${names}`,
  });
}

function emptyBook(path: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot ask ${basename(path)}: it holds no events`, {
    path,
    hint: 'Fill it first, for instance with: tape COMMANDS --db BOOK',
  });
}
