/** Numbers, bytes and durations as people read them. Pure. */
import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';

/** `1,234,567`. Not by `toLocaleString`: a process that formats one number would load all of `Intl`. */
export function count(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 event`, `1,234 events` */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** `512 B`, `34.2 MB`: powers of 1,000, three digits. */
export function bytes(value: number): string {
  return prettyBytes(value);
}

/** `345ms`, `12.3s`, `1m 15s` */
export function duration(milliseconds: number): string {
  return prettyMilliseconds(milliseconds);
}
