/** Values of a state within a line, and objects of values as JSON. */
import { inspect } from 'node:util';
import { toTaggedJson } from '../../index.ts';
import { cut } from './lines.ts';
import { oneLine, safeJson } from './text.ts';

/** A value in at most so many columns; `gone` for what is not there. */
export function shortValue(value: unknown, width: number): string {
  if (value === undefined) return 'gone';
  const text = inspect(value, { depth: 3, maxArrayLength: 10, maxStringLength: width, breakLength: Infinity });
  return shortLine(text, width);
}

/** Text that is safe within a line, in at most so many columns. */
export function shortLine(text: string, width: number): string {
  return cut(oneLine(text), width);
}

/** One object as JSON, with tags for what JSON lacks. A member that is undefined is left out, but not one within a value of a state. */
export function taggedObject(object: object): string {
  return safeJson(toTaggedJson(withoutAbsent(object)));
}

/** Members that hold values of a state. */
const VALUES: ReadonlySet<string> = new Set(['before', 'after', 'now', 'next']);

function withoutAbsent(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutAbsent);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, VALUES.has(name) ? member : withoutAbsent(member)]));
}
