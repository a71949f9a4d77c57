/** What a follower asks for: all events, or those of some types or with a tag, one by one or in batches. */
import type { RecordedEvent } from '../../core/event.ts';
import type { TailCommit } from './tail.ts';

/** Events that a follower gets together. */
export interface EventBatch<Event = RecordedEvent> {
  /** In order. Empty only when the follower has caught up and could not say so with an event. */
  readonly events: readonly Event[];
  /**
   * The last sequence that the batch covers, whether or not its event is one that was asked for. To resume later, follow from the
   * one after it.
   */
  readonly sequence: number;
  /** Whether it reaches the durable end of the log. */
  readonly caughtUp: boolean;
}

/** A batch ends after so many events, or so many bytes of the tail. */
export const BATCH_EVENTS = 1_000;
const BATCH_BYTES = 1024 * 1024;

/** Whether an event, which is in the model's version, has a tag. Runs `tags` of the application, at most once for each event. */
export type HasTag = (event: RecordedEvent, tag: string) => boolean;

/** Which events a follower wants. */
export interface Wanted {
  readonly types?: readonly string[] | undefined;
  readonly tag?: string | undefined;
}

export class Selection {
  /** Undefined means all types. */
  readonly types: ReadonlySet<string> | undefined;
  readonly tag: string | undefined;
  /** The same for all selections of the same events. */
  readonly key: string;
  readonly #hasTag: HasTag;

  constructor({ types, tag }: Wanted, hasTag: HasTag) {
    this.types = types && new Set(types);
    this.tag = tag;
    this.key =
      types === undefined && tag === undefined
        ? ''
        : JSON.stringify([[...(this.types ?? [])].sort(), types === undefined, tag]);
    this.#hasTag = hasTag;
  }

  has(event: RecordedEvent): boolean {
    return (this.types === undefined || this.types.has(event.type)) && this.hasTag(event);
  }

  /** Whether it has the tag that was asked for, if one was. @throws RefoldError `MODEL_MISMATCH` when `tags` refuses it */
  hasTag(event: RecordedEvent): boolean {
    return this.tag === undefined || this.#hasTag(event, this.tag);
  }

  /** The events that were asked for, from `from` on; the list itself when these are all. */
  of(events: readonly RecordedEvent[], from: number): readonly RecordedEvent[] {
    const isWanted = (event: RecordedEvent): boolean => event.sequence >= from && this.has(event);
    return events.every(isWanted) ? events : events.filter(isWanted);
  }

  /** The commits after a place as one batch, and the last of them. It may have no events. Followers at one place share it. */
  batchAfter(place: TailCommit): BatchOfTail {
    const known = place.batches?.get(this);
    // A batch that reached the end says so, and something may have been added since.
    if (known !== undefined && known.batch.caughtUp === (known.through.next === undefined)) return known;
    const made = this.#make(place);
    place.batches ??= new Map();
    place.batches.set(this, made);
    return made;
  }

  #make(place: TailCommit): BatchOfTail {
    let through = place;
    const lists: (readonly RecordedEvent[])[] = [];
    let count = 0;
    for (let next = place.next; next !== undefined; next = next.next) {
      count += next.count;
      const isFull = count > BATCH_EVENTS || next.endBytes - place.endBytes > BATCH_BYTES;
      if (isFull && through !== place) break;
      lists.push(this.of(next.events, 0));
      through = next;
    }
    const events = lists.length === 1 ? lists[0]! : lists.flat();
    return { batch: batchOf(events, through.sequence, through.next === undefined), through };
  }
}

/** A batch made of the commits after a place, and the last of these commits. */
export interface BatchOfTail {
  readonly batch: EventBatch;
  readonly through: TailCommit;
}

/** Frozen: several followers may share it. */
export function batchOf(events: readonly RecordedEvent[], sequence: number, caughtUp: boolean): EventBatch {
  return Object.freeze({ events: Object.freeze(events), sequence, caughtUp });
}

/** The next events of a list as a batch: at most `BATCH_EVENTS`, and more only to keep the events of one sequence together. */
export function sliceOf(events: readonly RecordedEvent[], start: number): readonly RecordedEvent[] {
  if (start === 0 && events.length <= BATCH_EVENTS) return events;
  return events.slice(start, wholeEnd(events, start + BATCH_EVENTS));
}

/** The first place from `end` on at which another sequence begins. */
function wholeEnd(events: readonly RecordedEvent[], end: number): number {
  let whole = Math.min(end, events.length);
  while (whole < events.length && events[whole]!.sequence === events[whole - 1]!.sequence) whole += 1;
  return whole;
}

/** The selections in use, so that followers who ask for the same share what is made for them. */
export class Selections {
  readonly #inUse = new Map<string, { readonly selection: Selection; users: number }>();
  readonly #hasTag: HasTag;

  constructor(hasTag: HasTag) {
    this.#hasTag = hasTag;
  }

  take(wanted: Wanted): Selection {
    const selection = new Selection(wanted, this.#hasTag);
    const known = this.#inUse.get(selection.key);
    if (known === undefined) this.#inUse.set(selection.key, { selection, users: 1 });
    else known.users += 1;
    return known?.selection ?? selection;
  }

  giveBack({ key }: Selection): void {
    const known = this.#inUse.get(key);
    if (known !== undefined && --known.users === 0) this.#inUse.delete(key);
  }
}
