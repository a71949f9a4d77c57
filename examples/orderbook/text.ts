/** How the example writes: colours where a terminal wants them, numbers one can read, tables. */
import { styleText } from 'node:util';

/** Colours a text for stdout; plain where NO_COLOR is set or stdout is no terminal. */
export function paint(format: Parameters<typeof styleText>[0], text: string): string {
  return styleText(format, text, { stream: process.stdout });
}

/** 1234567 → 1,234,567. */
export function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** Milliseconds with as many digits as mean something. */
export function milliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : number(value)} ms`;
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

/** Breaks a paragraph into lines of at most `width` characters. */
export function wrap(text: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join('\n');
}
