/**
 * The Maps below the top level that one commit has drafted, each with its draft.
 *
 * Such a Map is a table: it stays the same object, and its draft stages changes beside it until the commit is folded.
 * After each event, whatever holds the Map holds the Map itself again, so a holder does not change when only the Map
 * does. A later event of the commit finds the draft here:
 *
 *     event 1   carts.get(7).lines is the draft of M; placed, the entry 7 holds M as before
 *     event 2   carts.get(7) is drafted again, and its `lines` is the same draft of M, with what event 1 has staged
 *     the end   each draft here changes its Map in place
 *
 * A draft that an event has handed out and not placed is forgotten: the reducer has taken its Map out of the state. A draft
 * with nothing staged is forgotten, too, because a commit may read very many Maps.
 */
import { MapDraft } from './drafts/map-draft.ts';
import type { DraftScope, Holder } from './scope.ts';

export class NestedTables {
  readonly #drafts = new Map<object, MapDraft>();
  /** The drafts that the current event has handed out. */
  readonly #handed: MapDraft[] = [];

  get isEmpty(): boolean {
    return this.#drafts.size === 0;
  }

  /** The draft of a Map, for the current event and in this place. */
  hand(map: Map<unknown, unknown>, scope: DraftScope, home: Holder, key: unknown): MapDraft {
    let draft = this.#drafts.get(map);
    if (draft === undefined) {
      draft = new MapDraft(map, { scope, home, key });
      this.#drafts.set(map, draft);
    } else if (draft.isLive) return draft;
    else draft.beginEvent(home, key);
    this.#handed.push(draft);
    return draft;
  }

  /** The draft of a Map, if the commit has one. */
  draftOf(map: object): MapDraft | undefined {
    return this.#drafts.get(map);
  }

  /** Adds the draft of a table that has moved below the top level. */
  add(draft: MapDraft): void {
    this.#drafts.set(draft.base, draft);
  }

  /** Removes and returns the draft of a Map that is at the top level now. */
  take(map: object): MapDraft | undefined {
    const draft = this.#drafts.get(map);
    if (draft !== undefined) this.#drafts.delete(map);
    return draft;
  }

  /** Call this when everything that the event has touched is placed, while its drafts are still live. */
  endEvent(): void {
    if (this.#handed.length === 0) return; // the usual case
    for (const draft of this.#handed) {
      if (!draft.isPlaced || !draft.isChanged) this.#drafts.delete(draft.base);
    }
    this.#handed.length = 0;
  }

  /** Changes the Maps in place. Cannot fail. */
  apply(): void {
    if (this.#drafts.size === 0) return;
    for (const draft of this.#drafts.values()) draft.apply();
  }
}
