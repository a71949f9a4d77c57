/** The data of an event on one line. Pure. */
import type { WireEvent } from '../../wire.ts';
import { cut, safeLine } from '../base/safe-text.ts';

const LONGEST_SUMMARY = 200;
const LONGEST_MEMBER = 60;

/** `price: 100, side: "buy"`: the members of the data, shortened. Hidden characters are made visible. */
export function summaryOf({ data, long }: Pick<WireEvent, 'data' | 'long'>): string {
  if (long?.data !== undefined) return cut(safeLine(long.data.beginning), LONGEST_SUMMARY);
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return cut(jsonOf(data), LONGEST_SUMMARY);
  let line = '';
  for (const [name, value] of Object.entries(data)) {
    if (line.length > LONGEST_SUMMARY) break;
    line += `${line === '' ? '' : ', '}${safeLine(cut(name, LONGEST_MEMBER))}: ${cut(jsonOf(value), LONGEST_MEMBER)}`;
  }
  return cut(line, LONGEST_SUMMARY);
}

function jsonOf(value: unknown): string {
  return value === undefined ? '' : safeLine(JSON.stringify(value));
}
