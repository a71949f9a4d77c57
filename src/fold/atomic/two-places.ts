/** Finds the other place of a refused value that is in two places, for the message. */
import { describePath, type Path, type PathPart } from '../path.ts';
import { type IllegalValue, kindOf } from '../plain.ts';
import type { CommitDraft } from './commit-draft.ts';
import { MapDraft } from './drafts/map-draft.ts';
import { NotOwn } from './placing.ts';

/** The most containers that the search visits: a message does not justify a walk through a large state. */
const LOOKS = 20_000;
/** The deepest level of the search: a refused value may contain itself. */
const DEPTH = 32;

/** The refusal itself, or a refusal that names both places of the value. */
export function withBothPlaces(refusal: IllegalValue, commit: CommitDraft): IllegalValue {
  if (!(refusal instanceof NotOwn)) return refusal;
  try {
    const other = commit.placing.placeOfDropped(refusal.value) ?? search(refusal, commit);
    return other === undefined ? refusal : refusal.alsoAt(describePath(other));
  } catch {
    return refusal; // a value beside it may throw when it is read
  }
}

function search(refusal: NotOwn, commit: CommitDraft): Path | undefined {
  const search = new Search(refusal, commit);
  for (const table of commit.tables()) {
    for (const key of table.touched()) if (search.visit(table.peek(key), [table.key, key])) return search.found;
  }
  for (const [key, value] of Object.entries(commit.peek())) if (search.visit(value, [key])) return search.found;
  return undefined;
}

class Search {
  readonly #refusal: NotOwn;
  readonly #commit: CommitDraft;
  #left = LOOKS;
  found: Path | undefined;

  constructor(refusal: NotOwn, commit: CommitDraft) {
    this.#refusal = refusal;
    this.#commit = commit;
  }

  /** True when the value was found at another place than the refused one. */
  visit(value: unknown, path: PathPart[]): boolean {
    if (typeof value !== 'object' || value === null || path.length > DEPTH || this.#left-- <= 0) return false;
    if (mapOf(value) === mapOf(this.#refusal.value) && describePath(path) !== this.#refusal.at) {
      this.found = path;
      return true;
    }
    const shown = this.#commit.nestedDraftOf(value) ?? value;
    return entriesOf(shown).some(([key, member]) => this.visit(member, [...path, key]));
  }
}

/** The Map behind a draft: in the place that was visited first, the draft has become its Map again. */
function mapOf(value: object): object {
  return value instanceof MapDraft ? value.base : value;
}

function entriesOf(value: object): [PathPart, unknown][] {
  if (value instanceof MapDraft) return [...value.peekAll()];
  switch (kindOf(value)) {
    case 'object':
      return Object.entries(value);
    case 'array':
      return [...(value as unknown[]).entries()];
    case 'map':
    case 'ordered-map':
      return [...(value as Map<unknown, unknown>)];
    case 'set':
    case 'deque':
      return [...(value as Iterable<unknown>)].entries().toArray();
    default:
      return [];
  }
}
