/** Where two states differ: for reports of a fold that went differently, and for people who compare two moments. */
import { bytesOf, sameBytes } from './binary.ts';
import { describePath, type Path, type PathPart } from './path.ts';
import { kindOf, MAX_STATE_DEPTH } from './plain.ts';

/** One place at which two states differ. `before` is absent for what was not there, and `after` for what is not there any more. */
export interface StateDifference {
  /** `orders[17].price` style; `(order)` at the end says that the same keys come in another order. */
  readonly path: string;
  /** The same, step by step, for `valueAt`. */
  readonly parts: Path;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Differences reported if no limit is given. */
const LIMIT = 100;

/**
 * The places where two states differ, at most `limit` of them; none if and only if their hashes are equal.
 *
 * Differences are told as deep down as both sides have the same kind of container. A Set is compared member by member.
 */
export function diffStates(before: unknown, after: unknown, limit: number = LIMIT): StateDifference[] {
  const search: Search = { limit, path: [], found: [], keys: new Map() };
  compare(before, after, search);
  return search.found;
}

interface Search {
  readonly limit: number;
  readonly path: PathPart[];
  readonly found: StateDifference[];
  /** Stands for all keys with the same content, where keys are objects. */
  readonly keys: Map<string, unknown>;
}

function compare(before: unknown, after: unknown, search: Search): void {
  if (search.found.length >= search.limit || Object.is(before, after)) return;
  const kind = containerKind(before);
  if (kind === undefined || containerKind(after) !== kind || search.path.length > MAX_STATE_DEPTH) {
    if (!sameLeaf(before, after)) report({ before, after }, search);
    return;
  }
  compareEntries(entriesOf(before as object, kind, search), entriesOf(after as object, kind, search), search);
}

type Container = 'object' | 'array' | 'map' | 'set' | 'ordered-map' | 'deque' | 'bare object';

/** What kind of container a value is, if it is one. */
function containerKind(value: unknown): Container | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const kind = kindOf(value);
  if (kind === 'date' || kind === 'bytes' || kind === 'illegal') return undefined;
  return kind === 'object' && Object.getPrototypeOf(value) === null ? 'bare object' : kind;
}

function entriesOf(value: object, kind: Container, { keys }: Search): Map<unknown, unknown> {
  if (kind === 'set') return new Map([...(value as Set<unknown>)].entries());
  if (kind === 'array' || kind === 'deque') return new Map([...(value as Iterable<unknown>)].entries());
  if (kind !== 'map' && kind !== 'ordered-map') return new Map(Object.entries(value));
  return new Map([...(value as Map<unknown, unknown>)].map(([key, item]) => [sameKeyIn(keys, key), item]));
}

/** Keys that are objects are the same if their content is. */
function sameKeyIn(keys: Search['keys'], key: unknown): unknown {
  if (typeof key !== 'object' || key === null) return key;
  const content = contentOf(key);
  if (!keys.has(content)) keys.set(content, key);
  return keys.get(content);
}

function contentOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null)
    return Object.is(value, -0) ? '-0' : `${typeof value} ${String(value)}`;
  const kind = containerKind(value);
  if (kind === undefined)
    return `${value.constructor.name} ${value instanceof Date ? Number(value) : bytesText(value)}`;
  const members = [...entriesOf(value, kind, { keys: new Map() } as Search)];
  return `${kind} [${members.map(([key, member]) => `${contentOf(key)}: ${contentOf(member)}`).join()}]`;
}

function bytesText(value: object): string {
  return kindOf(value) === 'bytes' ? String(bytesOf(value as ArrayBuffer)) : '';
}

function compareEntries(before: Map<unknown, unknown>, after: Map<unknown, unknown>, search: Search): void {
  for (const [key, value] of before) {
    if (after.has(key)) step(key, search, () => compare(value, after.get(key), search));
    else step(key, search, () => report({ before: value }, search));
  }
  for (const [key, value] of after) if (!before.has(key)) step(key, search, () => report({ after: value }, search));
  compareOrder([...before.keys()], [...after.keys()], search);
}

/** Only where both sides have the same keys: otherwise there is more to tell already. */
function compareOrder(before: unknown[], after: unknown[], search: Search): void {
  const known = new Set(after);
  if (before.length !== after.length || !before.every((key) => known.has(key))) return;
  if (before.every((key, index) => Object.is(key, after[index]))) return;
  if (search.found.length >= search.limit) return;
  const path = `${describePath(search.path)} (order)`.trimStart();
  search.found.push({ path, parts: [...search.path], before, after });
}

function step(part: PathPart, { path }: Search, visit: () => void): void {
  path.push(part);
  visit();
  path.pop();
}

type Sides = Pick<StateDifference, 'before' | 'after'>;

function report(sides: Sides, { found, limit, path }: Search): void {
  if (found.length < limit) found.push({ path: describePath(path), parts: [...path], ...sides });
}

function sameLeaf(before: unknown, after: unknown): boolean {
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null) return false;
  if (Object.getPrototypeOf(before) !== Object.getPrototypeOf(after)) return false;
  if (before instanceof Date) return Object.is(Number(before), Number(after));
  return kindOf(before) === 'bytes' && sameBytes(before as ArrayBuffer, after as ArrayBuffer);
}
