/**
 * Which effects changed a key, seen from the present backwards.
 *
 * Pure: events come in, newest first. Effects name databases as clients selected them, so a DatabasesSwapped changes which
 * number the key's database had before it.
 */

import type { Change, Search } from '../calls/contracts/past.ts';
import type { Effects } from '../model/model.ts';

/** An event of the log. */
export interface PastEffect {
  readonly sequence: number;
  readonly recordedAt: number;
  readonly type: string;
  readonly data: unknown;
  readonly meta?: unknown;
}

/** The members of effects that name keys and databases. */
interface Names {
  readonly db?: number;
  readonly key?: string;
  readonly toKey?: string;
  readonly toDb?: number;
}

/** Effects after which nothing of what the key held before is left. A value that moves leaves one key and fills another. */
const REPLACING: ReadonlySet<string> = new Set<keyof Effects>([
  'BitsStored',
  'DatabaseFlushed',
  'KeyCopied',
  'KeyDeleted',
  'KeyEvicted',
  'KeyExpired',
  'KeyMoved',
  'KeyRenamed',
  'SortedSetStored',
  'StringReplaced',
  'StringSet',
  'StringSetUntil',
]);

export class KeySearch {
  readonly #search: Search;
  /** The number of the key's database at the place that the search has reached. */
  #db: number;
  readonly changes: Change[] = [];
  /** Whether enough was found, or nothing before can have made the present value. */
  isDone = false;

  constructor(search: Search) {
    this.#search = search;
    this.#db = search.db;
  }

  /** Looks at the next older event. */
  look(event: PastEffect): void {
    if (this.isDone) return;
    const names = event.data as Names;
    if (event.type === 'DatabasesSwapped') {
      this.#swap(names);
      return;
    }
    if (!this.#concerns(event.type, names)) return;
    const isReplacing = REPLACING.has(event.type);
    if (this.#search.before === undefined || event.sequence < this.#search.before) this.#add(event, isReplacing);
    if (this.#search.onlyPresent && isReplacing) this.isDone = true;
  }

  #swap({ db, toDb }: Names): void {
    if (this.#db === db) this.#db = toDb!;
    else if (this.#db === toDb) this.#db = db!;
  }

  #concerns(type: string, names: Names): boolean {
    const { key } = this.#search;
    if (type === 'DatabaseFlushed') return names.db === this.#db;
    return (names.db === this.#db && names.key === key) || this.#arrives(names);
  }

  /** Whether the effect brings something to the key from elsewhere: a value, an item or a member. */
  #arrives({ db, key, toKey, toDb }: Names): boolean {
    if (toKey === undefined && toDb === undefined) return false;
    return (toDb ?? db) === this.#db && (toKey ?? key) === this.#search.key;
  }

  #add(event: PastEffect, isReplacing: boolean): void {
    const { db: _db, key: _key, ...data } = event.data as { readonly [member: string]: unknown };
    const { field, count } = this.#search;
    if (field !== undefined && !isReplacing && !mentions(data, field)) return;
    this.changes.push({
      sequence: event.sequence,
      recordedAt: event.recordedAt,
      effect: event.type,
      data,
      by: event.meta as Change['by'],
    });
    if (this.changes.length >= count) this.isDone = true;
  }
}

/** Whether the text stands anywhere in what an effect recorded. */
function mentions(data: unknown, text: string): boolean {
  if (data === text) return true;
  if (typeof data !== 'object' || data === null) return false;
  return Object.values(data).some((member) => mentions(member, text));
}
