/** How the example writes: readable numbers and tables. */
import prettyMilliseconds from 'pretty-ms';

/** 1234567 → 1,234,567. */
export function number(value: number | bigint): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** `1 trade`, `2 trades`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `345ms`, `12.3s`, `1m 15s`. */
export function duration(milliseconds: number): string {
  return prettyMilliseconds(milliseconds);
}

/** The beginning of a hash, enough to compare by eye. */
export function short(hash: string): string {
  return hash.slice(0, 16);
}

/** Time of day and date of ms since the epoch, in UTC. */
export function clock(time: number): string {
  return new Date(time).toISOString().replace('T', ' ').replace('Z', '');
}

/** Two columns: names to the left, values to the right. */
export function table(rows: readonly (readonly [name: string, value: string])[]): string {
  const nameWidth = Math.max(...rows.map(([name]) => name.length));
  const valueWidth = Math.max(...rows.map(([, value]) => value.length));
  return rows.map(([name, value]) => `  ${name.padEnd(nameWidth)}  ${value.padStart(valueWidth)}`).join('\n');
}

/** JSON in which a sum past 2^53 is decimal text, because most readers of JSON would round it. */
export function jsonOf(value: unknown): string {
  return JSON.stringify(value, (_key, member) => (typeof member === 'bigint' ? String(member) : member));
}
