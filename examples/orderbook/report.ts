/** How a report is shown to people: a line for each figure, names to the left. */
import { number } from './text.ts';

/** A name and what it says. */
type Line = readonly [name: string, value: string];

/** Longer values do not count for the width of the column, and begin where the column does. */
const WIDEST_VALUE = 40;

/** The figures of a report, one a line. Members of a group come one by one, without those that have nothing to say. */
export function renderReport(report: object): string {
  const lines = Object.entries(report).flatMap(([name, value]) => linesOf(spaced(name), value));
  const nameWidth = Math.max(...lines.map(([name]) => name.length));
  const width = Math.max(...lines.map(([, { length }]) => (length > WIDEST_VALUE ? 0 : length)));
  return lines.map(([name, value]) => `  ${name.padEnd(nameWidth)}  ${value.padStart(width)}`).join('\n');
}

function linesOf(name: string, value: unknown): Line[] {
  if (typeof value !== 'object' || value === null) return [[name, readable(value)]];
  if (Array.isArray(value)) return [[name, value.length === 0 ? '-' : value.map(readable).join(', ')]];
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return members.flatMap(([member, inner]) => linesOf(`${name}: ${spaced(member)}`, inner));
}

/** eventsPerSecond → events per second. A name in words is a feed's, and one in capitals a code: they stay as they are. */
function spaced(name: string): string {
  if (name.includes(' ') || name === name.toUpperCase()) return name;
  return name.replace(/[A-Z0-9]+/g, (part) => (/^\d/.test(part) ? part : ` ${part.toLowerCase()}`));
}

function readable(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? number(value) : value.toFixed(2);
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '-');
}
