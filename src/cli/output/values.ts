/** Values of a state within a line, and in JSON. */
import { inspect } from 'node:util';
import { cut } from './lines.ts';
import { oneLine } from './text.ts';

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
