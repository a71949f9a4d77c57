/**
 * What the drafts of one state have in common: where each stands, and what the commit under way may change in place.
 *
 * A reducer gets drafts in the place of what is in the state. A small value is copied (`copy.ts`); of a large one there is a
 * draft that copies only what is written to (`node-draft.ts`, `set-draft.ts`, `map-draft.ts`). A draft lives for one event:
 * at the end of the event it becomes a settled value, and the next event gets a new draft of that.
 */
import { Captures } from '../capture.ts';
import { kindOf, type PathPart } from '../plain.ts';
import { type Copier, nextCopier } from './copiers.ts';
import { copySmall } from './copy.ts';
import { MapDraft } from './map-draft.ts';
import { NodeDraft } from './node-draft.ts';
import { SetDraft } from './set-draft.ts';
import type { Settling } from './settle.ts';

/** Where a draft stands: the root, a table, or another draft. */
export interface Holder {
  /** Whether `draft` stands at `key` now, and the holder itself is in the state. */
  holds(key: unknown, draft: object): boolean;
}

/** The draft of a value that is too large to be copied. */
export interface Draft extends Holder {
  /** Where it was handed out. */
  readonly home: Holder;
  readonly key: unknown;
  /** Whether this event has given it its place. */
  readonly isSettled: boolean;
  /** The settled value that it stands for; what it was made of if nothing has changed. */
  settle(settling: Settling, path: PathPart[]): object;
}

export class DraftScope {
  /** Of the state whose commits have this scope. */
  readonly captures: Captures = new Captures();
  readonly #copiers = new Map<unknown, Copier>();
  readonly #copier = nextCopier();
  /** The drafts of this event that are proxies, by what the reducer sees of them. */
  #nodes: Map<object, NodeDraft> | undefined;
  /**
   * Large containers that an earlier event of this commit has settled: not frozen yet, for the next event may change them in
   * place. Nobody but this commit knows them.
   */
  #open: Set<object> | undefined;

  /**
   * Why this commit is refused even if its reducer has caught the error: a replay, which knows no drafts, would not have
   * thrown it.
   */
  refusal: TypeError | undefined;

  /** Throws the error, and has the commit refused whatever becomes of it. */
  refuse(error: TypeError): never {
    this.refusal ??= error;
    throw error;
  }

  /** For a property of the root, the same as long as the state lives. */
  copierOf(key: unknown): Copier {
    let copier = this.#copiers.get(key);
    if (copier === undefined) this.#copiers.set(key, (copier = nextCopier()));
    return copier;
  }

  /** A draft of a settled value. */
  draft(value: object, home: Holder, key: unknown, copier: Copier = this.#copier): object {
    if (!this.isOpen(value)) {
      const copy = copySmall(value, copier);
      if (copy !== undefined) return copy;
    }
    switch (kindOf(value)) {
      case 'map':
        return new MapDraft(value as Map<unknown, unknown>, { scope: this, home, key });
      case 'set':
        return new SetDraft(value as Set<unknown>, { scope: this, home, key });
      default: {
        const node = new NodeDraft(value, { scope: this, home, key });
        (this.#nodes ??= new Map()).set(node.proxy, node);
        return node.proxy;
      }
    }
  }

  /** The draft that a value is, if it is one of this event's. */
  draftOf(value: object): Draft | undefined {
    if (value instanceof MapDraft || value instanceof SetDraft) return value;
    return this.#nodes?.get(value);
  }

  /** Whether the value is settled, so that a reducer must not get it as it is. */
  isSettled(value: object): boolean {
    return !Object.isExtensible(value) || this.isOpen(value);
  }

  isOpen(value: object): boolean {
    return this.#open?.has(value) === true;
  }

  /** Keeps a large container that a draft has made, until the commit is over. */
  keepOpen(container: object): void {
    (this.#open ??= new Set()).add(container);
  }

  beginCommit(): void {
    this.refusal = undefined;
    this.endEvent();
    this.#open = undefined;
  }

  /** From now on a draft of this event changes nothing. */
  endEvent(): void {
    if (this.#nodes === undefined) return;
    for (const node of this.#nodes.values()) node.end();
    this.#nodes = undefined;
  }

  /** Gives up what was open, to be frozen. */
  takeOpen(): Iterable<object> {
    const open = this.#open ?? [];
    this.#open = undefined;
    return open;
  }
}

/** What a draft is told of its place. */
export interface Place {
  readonly scope: DraftScope;
  readonly home: Holder;
  readonly key: unknown;
}
