/** JSON of an event as lines of a tree. What is closed is one line with its beginning. Pure. */
import type { Shown } from '../../../wire.ts';
import { childPath } from '../parts/path-text.ts';

export interface JsonLine {
  /** From `data` or `meta` inwards. */
  readonly path: string;
  readonly level: number;
  /** The name of a member, or an index. */
  readonly key: unknown;
  readonly shown: Shown;
  /** Whether an object or array is open, and its JSON. */
  readonly isOpen?: boolean;
  readonly json?: unknown;
}

/** Members of one object that are shown. An event of more data than that is read with the command line. */
const MOST_MEMBER_LINES = 5_000;

/**
 * The lines of a value of JSON, itself first.
 *
 * @param closed paths that were closed by hand: all others are open
 */
export function jsonLines(root: string, json: unknown, closed: ReadonlySet<string>): JsonLine[] {
  const lines: JsonLine[] = [];
  // Not recursive: data may be 64 deep, and `meta` of old logs deeper.
  const ahead: { readonly path: string; readonly level: number; readonly key: unknown; readonly value: unknown }[] = [
    { path: root, level: 1, key: root, value: json },
  ];
  while (ahead.length > 0 && lines.length < MOST_MEMBER_LINES) {
    const { path, level, key, value } = ahead.pop()!;
    const shown = showJson(value);
    if (shown.total === undefined || shown.total === 0) {
      lines.push({ path, level, key, shown, ...(shown.total === 0 && { json: value }) });
      continue;
    }
    const isOpen = !closed.has(path);
    lines.push({ path, level, key, shown, isOpen, json: value });
    if (!isOpen) continue;
    const members = entriesOfJson(value as object);
    for (let index = members.length - 1; index >= 0; index--) {
      const [name, member] = members[index]!;
      ahead.push({ path: childPath(path, name), level: level + 1, key: name, value: member });
    }
  }
  return lines;
}

function entriesOfJson(value: object): (readonly [unknown, unknown])[] {
  return Array.isArray(value) ? value.map((item, index) => [index, item] as const) : Object.entries(value);
}

/** Plain JSON has no tags: an object whose member begins with `$` is one like any other. */
function showJson(value: unknown): Shown {
  if (Array.isArray(value)) return { kind: 'array', total: value.length };
  if (typeof value === 'object' && value !== null) return { kind: 'object', total: Object.keys(value).length };
  return { kind: 'value', value };
}

/** The first members of a closed object, for its line. */
export function jsonMembers(value: unknown, most: number): { readonly key: unknown; readonly shown: Shown }[] {
  if (typeof value !== 'object' || value === null) return [];
  return entriesOfJson(value)
    .slice(0, most)
    .map(([key, member]) => ({ key, shown: showJson(member) }));
}
