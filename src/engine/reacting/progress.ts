/**
 * How far a reactor has come: pure bookkeeping, without a log and without time.
 *
 * Effects of different partitions finish in any order. So the progress is the low-water mark, and what is finished above
 * it. Everything up to the low-water mark is finished, parked, or of no interest to the reactor.
 */
import { isParts } from '../../core/parts.ts';
import { isSequence } from '../calls/call-options.ts';

/** An event whose effect was given up, and which waits for `retry` or `skip`. */
export interface ParkedEvent {
  readonly sequence: number;
  readonly type: string;
  /** How often its effect was tried. */
  readonly attempts: number;
  /** What the last attempt threw; empty once the event was redacted. */
  readonly message: string;
  /** ms since the epoch. */
  readonly parkedAt: number;
}

/** What the log keeps of a reactor's progress. */
export interface StoredProgress {
  /** The low-water mark. */
  readonly sequence: number;
  /** What is finished above it, in order. */
  readonly finished: readonly number[];
  /** In the order of their sequences. */
  readonly parked: readonly ParkedEvent[];
}

/** At most so many events are begun, or finished above the low-water mark. So the stored progress stays small. */
export const REACTOR_WINDOW = 1_000;
/** At most so many events are parked. Then the reactor stops: something is wrong with more than a few events. */
export const MOST_PARKED = 1_000;

export class ReactorProgress {
  /** The last event that was read. */
  #read: number;
  /** Begun and not yet finished. Events begin in order, so the first is the smallest. */
  readonly #begun = new Set<number>();
  /** Finished above the low-water mark. */
  readonly #finished: Set<number>;
  readonly #parked: Map<number, ParkedEvent>;

  constructor({ sequence, finished, parked }: StoredProgress) {
    this.#read = sequence;
    this.#finished = new Set(finished);
    this.#parked = new Map(parked.map((event) => [event.sequence, event]));
  }

  /** The low-water mark. */
  get sequence(): number {
    const [first] = this.#begun;
    return first === undefined ? this.#read : first - 1;
  }

  /** In the order of their sequences. */
  get parked(): readonly ParkedEvent[] {
    return [...this.#parked.values()].sort((a, b) => a.sequence - b.sequence);
  }

  /** Events up to this one are needed no more: they may be dropped from the log. */
  get neededAfter(): number {
    const [firstParked] = this.parked;
    return Math.min(this.sequence, (firstParked?.sequence ?? Number.POSITIVE_INFINITY) - 1);
  }

  /** Whether another event may begin. */
  get hasRoom(): boolean {
    return this.#begun.size + this.#finished.size < REACTOR_WINDOW;
  }

  get hasRoomToPark(): boolean {
    return this.#parked.size < MOST_PARKED;
  }

  /** Whether the event was finished before, above the low-water mark. */
  isFinished(sequence: number): boolean {
    return this.#finished.has(sequence);
  }

  isParked(sequence: number): boolean {
    return this.#parked.has(sequence);
  }

  /** The next event is of no interest, or was finished before. */
  pass(sequence: number): void {
    this.#read = sequence;
    this.#forget();
  }

  /** The effect of the next event is about to run. */
  begin(sequence: number): void {
    this.#read = sequence;
    this.#begun.add(sequence);
  }

  /** The effect of an event is over. A parked event is parked no more. */
  finish(sequence: number): void {
    this.#parked.delete(sequence);
    this.#begun.delete(sequence);
    if (sequence > this.sequence) this.#finished.add(sequence);
    this.#forget();
  }

  /** The effect of an event was given up for now. For the low-water mark it is over. */
  park(event: ParkedEvent): void {
    this.finish(event.sequence);
    this.#parked.set(event.sequence, event);
  }

  /** Forgets what the errors of some events said. */
  forgetMessages(sequences: ReadonlySet<number>): void {
    const { parked } = withoutMessages(this.stored(), sequences) ?? {};
    for (const event of parked ?? []) this.#parked.set(event.sequence, event);
  }

  /** Forgets what was begun: reading starts again after the low-water mark. */
  rewind(): void {
    this.#read = this.sequence;
    this.#begun.clear();
  }

  stored(): StoredProgress {
    return { sequence: this.sequence, finished: [...this.#finished].sort((a, b) => a - b), parked: this.parked };
  }

  /** What the low-water mark has reached need not be known one by one. */
  #forget(): void {
    const { sequence } = this;
    for (const finished of this.#finished) if (finished <= sequence) this.#finished.delete(finished);
  }
}

/** Progress in which the errors of some parked events say nothing; undefined when it is that already. */
export function withoutMessages(stored: StoredProgress, sequences: ReadonlySet<number>): StoredProgress | undefined {
  const isTold = ({ sequence, message }: ParkedEvent): boolean => message !== '' && sequences.has(sequence);
  if (!stored.parked.some(isTold)) return undefined;
  return { ...stored, parked: stored.parked.map((event) => (isTold(event) ? { ...event, message: '' } : event)) };
}

/** Reads what the log has kept; undefined for anything else. */
export function parseProgress(text: string): StoredProgress | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isStoredProgress(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isStoredProgress(value: unknown): value is StoredProgress {
  if (!isParts(value)) return false;
  const { sequence, finished, parked } = value as Partial<StoredProgress>;
  return isSequence(sequence) && isArrayOf(finished, isSequence) && isArrayOf(parked, isParkedEvent);
}

function isParkedEvent(value: unknown): boolean {
  if (!isParts(value)) return false;
  const { sequence, type, attempts, message, parkedAt } = value as Partial<ParkedEvent>;
  const texts = typeof type === 'string' && typeof message === 'string';
  return texts && isSequence(sequence) && isSequence(attempts) && isSequence(parkedAt);
}

function isArrayOf(value: unknown, test: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(test);
}
