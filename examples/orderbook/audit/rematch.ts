/**
 * The second audit of a log: it matches the orders again with other code, and compares every outcome.
 *
 * Folding proves that the log gives a state. It cannot prove that the recorded trades were right, because reducers
 * believe what events say. Here the events that *began* something (orders, cancels, replacements, halts, the clock) are
 * given to a plain second engine. What must follow according to it is compared with what did follow, event by event and
 * field by field: trades, rests, triggered stops, expiries. The audit trusts only the log, not state or snapshots.
 */
import type { BookEvent } from '../model/events.ts';
import { type Consequences, RematchBook } from './rematch-book.ts';

/** Recorded events, or anything with their sequence, type and data. */
export interface AuditedEvent {
  readonly sequence: number;
  readonly type: string;
  readonly data: unknown;
}

export interface RematchDifference {
  /** The event that is wrong; one past the end when the log stops too early. */
  readonly sequence: number;
  /** What should stand there; null if that event should not be. */
  readonly expected: Pick<AuditedEvent, 'type' | 'data'> | null;
  /** What does; null at the end of the log. */
  readonly actual: Pick<AuditedEvent, 'type' | 'data'> | null;
  readonly why: string;
}

export type RematchResult = 'equal' | { readonly firstDifference: RematchDifference };

/**
 * Matches a whole log again, from its first event on.
 *
 * @param log every event of the book in order, from sequence 1: `store.events()`, or an array
 */
export async function rematch(log: AsyncIterable<AuditedEvent> | Iterable<AuditedEvent>): Promise<RematchResult> {
  const auditor = new Rematcher();
  for await (const event of log) {
    const difference = auditor.next(event);
    if (difference !== null) return { firstDifference: difference };
  }
  const difference = auditor.end();
  return difference === null ? 'equal' : { firstDifference: difference };
}

/** The audit one event at a time, for callers that fold the log anyway. It cannot continue after a difference. */
export class Rematcher {
  readonly #book: RematchBook = new RematchBook();
  #expected: readonly BookEvent[] = [];
  /** How many of the expected events have come. */
  #seen = 0;
  #sequence = 0;

  /** The difference that this event shows, or null. */
  next(event: AuditedEvent): RematchDifference | null {
    const { sequence, type, data } = event;
    const actual = { type, data };
    if (sequence !== this.#sequence + 1) {
      const why = `sequence ${this.#sequence + 1} is missing: the audit needs the whole log`;
      return { sequence, expected: null, actual, why };
    }
    this.#sequence = sequence;
    const expected = this.#expected[this.#seen];
    if (expected !== undefined) {
      this.#seen += 1;
      if (expected.type === type && isSame(expected.data, data)) return null;
      return { sequence, expected, actual, why: 'matching the orders again gives another outcome' };
    }
    const consequences = consequencesOf(this.#book, event as unknown as BookEvent);
    if (typeof consequences === 'string') return { sequence, expected: null, actual, why: consequences };
    this.#expected = consequences;
    this.#seen = 0;
    return null;
  }

  /** The difference of a log that stops in the middle of what had to follow, or null. */
  end(): RematchDifference | null {
    const expected = this.#expected[this.#seen];
    if (expected === undefined) return null;
    return { sequence: this.#sequence + 1, expected, actual: null, why: 'the log ends before this' };
  }
}

/** What must follow an event that began something, or why it cannot stand there. */
function consequencesOf(book: RematchBook, event: BookEvent): Consequences {
  switch (event.type) {
    case 'SymbolListed':
      return book.list(event.data);
    case 'OrderAccepted':
      return book.accept(event.data);
    case 'OrderReplaced':
      return book.replace(event.data);
    case 'OrderReduced':
      return book.reduce(event.data);
    case 'OrderCancelled': {
      const { orderId, reason } = event.data;
      const isAsked = reason === 'user' || reason === 'massCancel';
      return isAsked ? book.cancel(event.data) : `nothing cancels order ${orderId} for ${reason}`;
    }
    case 'MarketHalted':
      return book.halt(event.data);
    case 'MarketResumed':
      return book.resume(event.data);
    case 'ClockAdvanced':
      return book.advanceClock(event.data);
    case 'HiddenTradePrinted':
      return book.printHidden(event.data);
    default:
      return 'nothing leads to this event';
  }
}

/** Event data here is flat. */
function isSame(expected: object, actual: unknown): boolean {
  if (typeof actual !== 'object' || actual === null) return false;
  const keys = Object.keys(expected);
  if (keys.length !== Object.keys(actual).length) return false;
  return keys.every((key) => (expected as Record<string, unknown>)[key] === (actual as Record<string, unknown>)[key]);
}
