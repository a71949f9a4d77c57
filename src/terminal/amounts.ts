/** Numbers, bytes and durations as people read them. Pure. */
import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';

/** `1,234,567` */
export function count(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** `512 B`, `34.2 MB`: powers of 1,000, three digits. */
export function bytes(value: number): string {
  return prettyBytes(value);
}

/** `345ms`, `12.3s`, `1m 15s` */
export function duration(milliseconds: number): string {
  return prettyMilliseconds(milliseconds);
}
