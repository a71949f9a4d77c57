/**
 * What one event changes in a state, taken from what its commit has staged: one change for each entry of a table, or property,
 * that it touches.
 *
 * Values that hold no Map are frozen, and are given as they are. A Map in a state is a table and changes in place, so a value that
 * holds one is copied, or its members are compared: `carts[7]` holds the Map `lines`, and an event that sets `carts[7].total`
 * and one line gives two changes, not the whole cart twice.
 */
import { OrderedMap } from '../../collections/ordered-map.ts';
import type { PlainObject } from '../../members.ts';
import { plain } from '../../own-copy.ts';
import type { Path, PathPart } from '../../path.ts';
import type { CommitDraft } from '../commit-draft.ts';
import type { EntryChange, NotedTable } from '../noted.ts';
import { holdsMaps, holdsTables, nestsMaps } from './nested-maps.ts';

/**
 * What became of one place in a state. `before` is absent for what was not there, and `after` for what is not there any more.
 *
 * The changes of an event are in an order: an entry that moves to the end of its Map is first gone, then new.
 */
export interface StateChange {
  /** The place, step by step, for `valueAt` and `formatPath`. */
  readonly parts: Path;
  readonly before?: unknown;
  readonly after?: unknown;
}

type Change = { parts: Path; before?: unknown; after?: unknown };

/** The changes of a commit of one event, which is placed. Its Maps have not changed yet: `settleChanges` copies what they become. */
export function changesOf(commit: CommitDraft): StateChange[] {
  const { base } = commit;
  const staged = commit.peek();
  const tables = new Map(commit.tables().map((table) => [table.key as string, table]));
  const notes = new Notes(commit.placing.scope.noted ?? []);
  for (const [key, before, after] of propertyChanges(base, staged, tables)) notes.change([key], before, after);
  for (const [key, table] of tables) {
    if (base[key] !== table.base) continue; // it came from another property: the whole table is new here
    for (const change of table.changes()) notes.entry([key], change);
  }
  notes.nestedMaps();
  return notes.changes;
}

/** Whether a change brings a Map to a place below the top level. */
export function bringsNested({ parts, after }: StateChange): boolean {
  return parts.length > 1 ? holdsMaps(after) : nestsMaps({ after });
}

/** Gives the values after the commit their final form. Call it once the commit is applied. */
export function settleChanges(changes: readonly StateChange[]): void {
  for (const change of changes as Change[])
    if (Object.hasOwn(change, 'after')) change.after = detached(change.after, change.parts);
}

const ABSENT: unique symbol = Symbol('absent');

/** The properties of the root that differ, without the tables that stay in theirs. */
function* propertyChanges(
  base: PlainObject,
  staged: PlainObject,
  tables: ReadonlyMap<string, { readonly base: object }>,
): Generator<[key: string, before: unknown, after: unknown]> {
  const now = (key: string): unknown => tables.get(key)?.base ?? staged[key];
  if (!keepsOrder(base, staged)) {
    for (const key of Object.keys(base)) yield [key, base[key], ABSENT];
    for (const key of Object.keys(staged)) yield [key, ABSENT, now(key)];
    return;
  }
  for (const key of Object.keys(base)) {
    if (!Object.hasOwn(staged, key)) yield [key, base[key], ABSENT];
    else if (!Object.is(now(key), base[key])) yield [key, base[key], now(key)];
  }
  for (const key of Object.keys(staged)) if (!Object.hasOwn(base, key)) yield [key, ABSENT, now(key)];
}

/** Whether setting and deleting members one by one leads from one order of the keys to the other. */
function keepsOrder(before: object, after: object): boolean {
  const kept = Object.keys(before).filter((key) => Object.hasOwn(after, key));
  const keys = Object.keys(after);
  return kept.every((key, index) => key === keys[index]);
}

/** Changes as they are found. */
class Notes {
  readonly changes: Change[] = [];
  readonly #noted: readonly NotedTable[];

  constructor(noted: readonly NotedTable[]) {
    this.#noted = noted;
  }

  entry(path: Path, { key, isNew, isGone, before, after }: EntryChange): void {
    this.change([...path, key], isNew ? ABSENT : before, isGone ? ABSENT : after);
  }

  change(parts: Path, before: unknown, after: unknown): void {
    const isKept = before !== ABSENT && after !== ABSENT;
    if (isKept && (this.#orderedMap(parts, before, after) || this.#members(parts, before, after))) return;
    this.changes.push({
      parts,
      ...(before !== ABSENT && { before: detached(before, parts) }),
      ...(after !== ABSENT && { after }),
    });
  }

  /** The Maps below the top level. They stay the same objects, so nothing else shows their changes, unless what holds them is new. */
  nestedMaps(): void {
    for (const { path, base, made, changes } of this.#noted) {
      if (base !== made || this.changes.some(({ parts }) => isWithin(path, parts))) continue;
      for (const change of changes) this.entry(path, change);
    }
  }

  /** An OrderedMap below the top level is replaced when an entry changes: the entries are what changed. */
  #orderedMap(parts: Path, before: unknown, after: unknown): boolean {
    if (!(before instanceof OrderedMap)) return false;
    const noted = this.#noted.find(({ base, made }) => base === before && made === after);
    for (const change of noted?.changes ?? []) this.entry(parts, change);
    return noted !== undefined;
  }

  /** Compares two objects that hold tables member by member. False where they are not such objects. */
  #members(parts: Path, before: unknown, after: unknown): boolean {
    if (!isHolder(before) || !isHolder(after) || !areAlike(before, after)) return false;
    if (!holdsTables(before) && !holdsTables(after)) return false;
    const partOf = (key: string): PathPart => (Array.isArray(before) ? Number(key) : key);
    for (const key of Object.keys(before)) {
      if (!Object.hasOwn(after, key)) this.change([...parts, partOf(key)], before[key], ABSENT);
      else if (!Object.is(before[key], after[key])) this.change([...parts, partOf(key)], before[key], after[key]);
    }
    for (const key of Object.keys(after)) {
      if (!Object.hasOwn(before, key)) this.change([...parts, partOf(key)], ABSENT, after[key]);
    }
    return true;
  }
}

/** Whether setting and deleting members of one object leads to the other: two objects, or two arrays of one length. */
function areAlike(before: PlainObject, after: PlainObject): boolean {
  if (Array.isArray(before) !== Array.isArray(after)) return false;
  return Array.isArray(before) ? before.length === (after as unknown as unknown[]).length : keepsOrder(before, after);
}

function isHolder(value: unknown): value is PlainObject {
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}

/** A value that no later event changes. An OrderedMap at the top level changes in place, as Maps do. */
function detached(value: unknown, parts: Path): unknown {
  return (parts.length === 1 && value instanceof OrderedMap) || holdsMaps(value) ? plain(value) : value;
}

function isWithin(path: Path, of: Path): boolean {
  return of.length <= path.length && of.every((part, index) => Object.is(part, path[index]));
}
