/**
 * A part of a state by its path, as it is typed: `orders[42].price`. Unlike `valueAt` it says which part is not there.
 *
 * `42` means the text, the number or the bigint, whichever is there, and `"42"` in quotes the text alone.
 */
import { Deque, formatPath, OrderedMap, type PathPart, parsePath, RefoldError, valueAt } from '../index.ts';

/** What stands at a path, or the first part of it that is not there. */
export type Looked = { readonly value: unknown } | { readonly missing: MissingPart };

export interface MissingPart {
  /** What does not have the part. */
  readonly container: unknown;
  /** From the state to the part, which comes last. */
  readonly parts: readonly PathPart[];
}

/** @throws RefoldError `INVALID_OPTION` for what is not a path */
export function lookUp(state: unknown, path: string): Looked {
  let value = state;
  const walked: PathPart[] = [];
  for (const part of parsePath(path)) {
    walked.push(part);
    const found = value instanceof Set ? undefined : valueAt(value, [part]);
    if (found === undefined && !isThere(value, part)) return { missing: { container: value, parts: walked } };
    value = found;
  }
  return { value };
}

/** The value at a path. @throws RefoldError `INVALID_OPTION`, naming the part that is not there */
export function partOf(state: unknown, path: string): unknown {
  const found = lookUp(state, path);
  if ('missing' in found) throw nothingThere(path, found.missing);
  return found.value;
}

/** Whether undefined stands there, and not nothing. */
function isThere(value: unknown, part: PathPart): boolean {
  if (value instanceof Set) return false;
  const text = String(part);
  return keysOf(value).some(
    (key) => typeof key !== 'object' && String(key) === text && formatPath([key]) === formatPath([part]),
  );
}

/** @param advice what to do, if that is known better than from what is there */
export function nothingThere(path: string, { container, parts }: MissingPart, advice?: string): RefoldError {
  const whole = parts.length === 1 ? 'the state' : formatPath(parts.slice(0, -1));
  return new RefoldError('INVALID_OPTION', `Cannot show ${path}: there is no ${String(parts.at(-1))} in ${whole}`, {
    at: formatPath(parts),
    hint: advice ?? namesIn(container),
  });
}

const HINT_KEYS = 8;

/** What is there instead. */
export function namesIn(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `A ${typeof value} has no parts`;
  if (value instanceof Set) return 'The members of a Set have no names: show the Set itself';
  const first = keysOf(value)
    .map(nameOf)
    .take(HINT_KEYS + 1)
    .toArray();
  if (first.length > HINT_KEYS) first[HINT_KEYS] = '…';
  return first.length === 0 ? 'It is empty' : `There are ${first.join(', ')}`;
}

/** A key that is an object may have no text. */
function nameOf(key: unknown): string {
  return typeof key === 'object' ? '[object]' : String(key);
}

function keysOf(value: unknown): IteratorObject<unknown> {
  if (typeof value !== 'object' || value === null) return [].values();
  if (value instanceof Deque) return value.entries().map(([index]) => index);
  return value instanceof Map || value instanceof OrderedMap ? value.keys() : Object.keys(value).values();
}
