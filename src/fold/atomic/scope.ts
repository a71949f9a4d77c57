/**
 * What the drafts of one state share: the place of each draft, and the containers that the current commit may change in
 * place.
 *
 * A reducer gets drafts instead of the values of the state. A small value is copied (`copy.ts`). A large value gets a
 * draft that copies only what is written to (`drafts/`). Such a draft lives for one event. At the end of the event it
 * becomes a placed value, and the next event gets a new draft of that value. A Map is different: its draft lives as long
 * as the commit (`nested-tables.ts`), and may be used in the events that read it.
 */
import { Captures } from '../capture.ts';
import type { Deque } from '../collections/deque.ts';
import type { OrderedMap } from '../collections/ordered-map.ts';
import { kindOf, type PathPart } from '../plain.ts';
import { type Copier, nextCopier } from './copiers.ts';
import { copySmall } from './copy.ts';
import { DequeDraft } from './drafts/deque-draft.ts';
import { MapDraft } from './drafts/map-draft.ts';
import { NodeDraft } from './drafts/node-draft.ts';
import { OrderedMapDraft } from './drafts/ordered-map-draft.ts';
import { SetDraft } from './drafts/set-draft.ts';
import { NestedTables } from './nested-tables.ts';
import type { NotedTable } from './noted.ts';
import type { Placing } from './placing.ts';

/** What holds a draft: the root, a table, or another draft. */
export interface Holder {
  /** Whether `draft` is at `key` now, and the holder itself is in the state. */
  holds(key: unknown, draft: object): boolean;
  /** Whether a key is a place that changes when other members come and go. */
  readonly isList?: boolean;
}

/**
 * Holds the drafts in a copy of a small value. Placing visits the whole copy, and so meets a draft that is in two places
 * the second time.
 */
export const IN_A_COPY: Holder = { holds: () => false };

/** The draft of a value that is too large to be copied. */
export interface Draft extends Holder {
  /** The holder through which the reducer got the draft. */
  readonly home: Holder;
  readonly key: unknown;
  /** Whether this event has already placed the draft. */
  readonly isPlaced: boolean;
  /** Returns the placed value. If nothing has changed, this is the value that the draft was made from. */
  place(placing: Placing, path: PathPart[]): object;
}

export class DraftScope {
  /** The captures of the state to which this scope belongs. */
  readonly captures: Captures = new Captures();
  /** The Maps below the top level that the current commit has drafted. */
  nested: NestedTables = new NestedTables();
  /** The tables below the top level that were placed with changes; undefined unless a caller asks what a commit changes. */
  noted: NotedTable[] | undefined;
  /** Counts the events. A draft of an earlier one must not be written to. */
  event = 0;
  readonly #copiers = new Map<unknown, Copier>();
  readonly #copier = nextCopier();
  /** The drafts of this event that are proxies, by the proxy that the reducer sees. */
  #nodes: Map<object, NodeDraft> | undefined;
  /**
   * Large containers that an earlier event of this commit has placed. They are not frozen yet, so that the next event
   * may change them in place. Only this commit can reach them.
   */
  #open: Set<object> | undefined;

  /**
   * The error that refuses this commit even if a reducer has caught it. A replay uses no drafts and would not have
   * thrown it, so the two would differ.
   */
  refusal: TypeError | undefined;

  /** Throws the error, and refuses the commit even if a reducer catches the error. */
  refuse(error: TypeError): never {
    this.refusal ??= error;
    throw error;
  }

  /** The copier for the entries of the tables at `key`. It stays the same for the lifetime of the state. */
  copierOf(key: unknown): Copier {
    let copier = this.#copiers.get(key);
    if (copier !== undefined) return copier;
    if (this.#copiers.size === MOST_COPIERS) return this.#copier;
    copier = nextCopier();
    this.#copiers.set(key, copier);
    return copier;
  }

  /** A draft of a placed value. */
  draft(value: object, home: Holder, key: unknown, copier: Copier = this.#copier): object {
    if (!this.isOpen(value)) {
      const copy = copySmall(value, copier, this);
      if (copy !== undefined) return copy;
    }
    switch (kindOf(value)) {
      case 'map':
        return this.table(value as Map<unknown, unknown>, home, key);
      case 'set':
        return new SetDraft(value as Set<unknown>, { scope: this, home, key });
      case 'ordered-map':
        return new OrderedMapDraft(value as OrderedMap<unknown, unknown>, { scope: this, home, key });
      case 'deque':
        return new DequeDraft(value as Deque<unknown>, { scope: this, home, key });
      default: {
        const node = new NodeDraft(value, { scope: this, home, key });
        (this.#nodes ??= new Map()).set(node.proxy, node);
        return node.proxy;
      }
    }
  }

  /** The draft of a Map below the top level. */
  table(map: Map<unknown, unknown>, home: Holder, key: unknown): MapDraft {
    return this.nested.hand(map, this, home, key);
  }

  /** The draft behind a value, if the value is a draft of this event. */
  draftOf(value: object): Draft | undefined {
    if (value instanceof MapDraft || value instanceof SetDraft) return value;
    if (value instanceof DequeDraft || value instanceof OrderedMapDraft) return value;
    return this.#nodes?.get(value);
  }

  /** Whether the value is placed. A reducer must then get a draft of it. */
  isPlaced(value: object): boolean {
    return !Object.isExtensible(value) || this.isOpen(value);
  }

  isOpen(value: object): boolean {
    return this.#open?.has(value) === true;
  }

  /** Keeps a large container that a draft has made open until the end of the commit. */
  keepOpen(container: object): void {
    (this.#open ??= new Set()).add(container);
  }

  beginCommit(): void {
    this.refusal = undefined;
    this.endEvent();
    this.#open = undefined;
    // A new one: a view of the previous commit still finds its drafts.
    if (!this.nested.isEmpty) this.nested = new NestedTables();
  }

  /** Ends the drafts of this event. From now on they change nothing. */
  endEvent(): void {
    this.nested.endEvent();
    this.event++;
    if (this.#nodes === undefined) return;
    for (const node of this.#nodes.values()) node.end();
    this.#nodes = undefined;
  }

  /** Removes and returns the open containers, so that the caller can freeze them. */
  takeOpen(): Iterable<object> {
    const open = this.#open ?? [];
    this.#open = undefined;
    return open;
  }
}

/** The most keys that get a separate copier. There are few properties, and many keys of entries. */
const MOST_COPIERS = 256;

/** The place of a draft. */
export interface Place {
  readonly scope: DraftScope;
  readonly home: Holder;
  readonly key: unknown;
}
